"""Counter-based random numbers: every draw is a pure function of its key.

A draw depends on (seed, entity, purpose, index) and on nothing else, so adding a person, or asking in
another order or in other batches, changes no other draw. The mixer is splitmix64's finaliser over
64-bit words; entities and purposes are turned into words by BLAKE2b, never by `hash()`.
Distributions are integer quantile tables: no float reaches the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
T = TypeVar("T")

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB


@lru_cache(maxsize=65536)
def word(text: str) -> int:
    """Return the 64-bit word that stands for an entity or a purpose."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mix(value: int) -> int:
    value &= _MASK
    value = ((value ^ (value >> 30)) * _M1) & _MASK
    value = ((value ^ (value >> 27)) * _M2) & _MASK
    return value ^ (value >> 31)


def draw(seed: int, purpose: str, *keys: int | str) -> int:
    """Return 64 random bits for the key (seed, purpose, *keys)."""
    state = _mix((seed & _MASK) ^ word(purpose))
    for key in keys:
        state = _mix(state + _GOLDEN + (word(key) if isinstance(key, str) else key & _MASK))
    return state


def draws(seed: int, purpose: str, *keys: U64 | I64 | int) -> U64:
    """Return 64 random bits for each row of the broadcast keys, equal to `draw` on that row's integers."""
    state: U64 = np.asarray(_mix((seed & _MASK) ^ word(purpose)), dtype=np.uint64)
    for key in keys:
        state = further(state, key)
    return state


def further(drawn: U64, key: U64 | I64 | int) -> U64:
    """Return what `draws` gives with one key more: who shares the first keys mixes them once."""
    with np.errstate(over="ignore"):
        column = np.asarray(key & _MASK if isinstance(key, int) else key).astype(np.uint64)
        return _mix_array(drawn + np.uint64(_GOLDEN) + column)


def fields(drawn: U64, purpose: str) -> U64:
    """Return 64 further random bits for rows already drawn: one mixing step instead of one for each key."""
    with np.errstate(over="ignore"):
        return _mix_array(drawn + np.uint64(word(purpose)))


def _mix_array(value: U64) -> U64:
    """Mix in place: the column is the caller's own, and there is hardly a busier place in the model."""
    value ^= value >> np.uint64(30)
    value *= np.uint64(_M1)
    value ^= value >> np.uint64(27)
    value *= np.uint64(_M2)
    value ^= value >> np.uint64(31)
    return value


def between(bits: int, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, both included."""
    return low + bits % (high - low + 1)


def betweens(bits: U64, low: I64 | int, high: I64 | int) -> I64:
    """Return whole numbers from `low` to `high`, both included, row by row."""
    span = (np.asarray(high, dtype=np.int64) - low + 1).astype(np.uint64)
    found: I64 = (bits % span).astype(np.int64) + low
    return found


def weighted(bits: int, choices: Sequence[tuple[T, int]]) -> T:
    """Return one of several choices by their weights; the first where none weighs anything."""
    left = bits % max(1, sum(weight for _, weight in choices))
    for choice, weight in choices:
        if left < weight:
            return choice
        left -= weight
    return choices[0][0]


def quantile(bits: int, knots: tuple[int, ...]) -> int:
    """Return a draw from the distribution whose quantiles at equal steps are `knots`, in whole numbers."""
    scaled = (bits >> 32) * (len(knots) - 1)
    step, part = scaled >> 32, scaled & 0xFFFFFFFF
    return knots[step] + (((knots[step + 1] - knots[step]) * part) >> 32)


def quantiles(bits: U64, knots: tuple[int, ...]) -> I64:
    """Return `quantile` for each row; knots must stay below 2**31."""
    table = np.asarray(knots, dtype=np.int64)
    scaled = (bits >> np.uint64(32)) * np.uint64(len(knots) - 1)
    step = (scaled >> np.uint64(32)).astype(np.int64)
    part = (scaled & np.uint64(0xFFFFFFFF)).astype(np.int64)
    found: I64 = table[step] + (((table[step + 1] - table[step]) * part) >> 32)
    return found


KNOTS = 17
"""Knots of the tables that `quantiles_of` chooses from."""


def quantiles_of(bits: U64, tables: I64, which: I64) -> I64:
    """Return `quantile` for each row from a table of its own: row `which` of `tables`, KNOTS knots each."""
    scaled = (bits >> np.uint64(32)) * np.uint64(KNOTS - 1)
    step = which * KNOTS + (scaled >> np.uint64(32)).astype(np.int64)
    part = (scaled & np.uint64(0xFFFFFFFF)).astype(np.int64)
    knots = tables.reshape(-1)
    low = knots[step]
    step += 1
    found: I64 = knots[step]
    found -= low
    found *= part
    found >>= 32
    found += low
    return found


def spread(knots: Sequence[int]) -> tuple[int, ...]:
    """Return the same distribution with KNOTS knots; there must be 2, 3, 5, 9 or 17 of them."""
    steps = (KNOTS - 1) // (len(knots) - 1)
    between = [low + (high - low) * part // steps for low, high in pairwise(knots) for part in range(steps)]
    return (*between, knots[-1])
