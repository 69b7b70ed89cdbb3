"""Whole numbers in order: groups of equal keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

WIDEST = 1 << 62
"""Keys below it can be reckoned with in 64 bits."""


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
