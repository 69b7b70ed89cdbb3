"""Columns of whole numbers: in as little memory as they need, and by groups of equal keys."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

WIDEST = 1 << 62
"""Keys below it can be reckoned with in 64 bits."""
_WIDTHS = (np.uint8, np.int16, np.uint16, np.int32, np.uint32)


def narrow(column: I64, low: int, high: int) -> NDArray[Any]:
    """Return a column of numbers from `low` to `high` as narrow as they allow.

    Nothing may be added to it as it is: its sums need not fit.
    """
    for width in _WIDTHS:
        limits = np.iinfo(width)
        if limits.min <= low and high <= limits.max:
            return column.astype(width)
    return column


def grouped(key: I64) -> tuple[I64, I64]:
    """Return an order in which equal keys stand together, and where in it each group starts."""
    order, ordered = _sorted(key)
    begins = np.ones(len(key), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return order, np.flatnonzero(begins)


def _sorted(key: I64) -> tuple[I64, I64]:
    """Return the stable order of keys, and the keys in it."""
    bits = len(key).bit_length()
    if len(key) and key.min() >= 0 and key.max() < WIDEST >> bits:
        # Numbers that hold the row too are all different, and sorting them is several times as fast.
        rows = (key << bits) | np.arange(len(key))
        rows.sort()
        return rows & ((1 << bits) - 1), rows >> bits
    order: I64 = np.argsort(key, kind="stable")
    return order, key[order]
