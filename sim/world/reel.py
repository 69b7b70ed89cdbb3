"""Connections of the past, drawn once for each kind of session: a session is a window of its kind's reel.

Only the sum over a window is asked for nearly always, and that is the difference of two sums that stand there
already. So a month of a thousand people is added up in a second; whoever asks for the connections themselves
gets those that were added up, to the byte.
"""

from __future__ import annotations

import numpy as np

from sim.base.rng import U64, draws, fields, quantiles, quantiles_of
from sim.world.agenda import MOST_REQUESTS
from sim.world.behaviour import I64, Kinds

LENGTH = 1 << 13
"""Places at which a window can begin."""
_WHOLE = LENGTH + MOST_REQUESTS


class Reel:
    """Sums over the connections of all kinds, side by side: at a place, over those before it."""

    def __init__(self, kinds: Kinds, seed: int) -> None:
        count = len(kinds.gap_ms)
        place = np.arange(count * _WHOLE, dtype=np.int64)
        kind = place // _WHOLE
        bits = draws(seed, "reel", place)
        self.elapsed = _sums(quantiles_of(fields(bits, "gap"), kinds.gap_ms, kind) * 1_000 + 1)
        """Microseconds from one connection to the next; a gap is never nothing, so that it always rises."""
        self.up = _sums(quantiles_of(fields(bits, "bytes-up"), kinds.up, kind))
        self.down = _sums(quantiles_of(fields(bits, "bytes-down"), kinds.down, kind))
        self.http = _sums(quantiles_of(fields(bits, "http"), kinds.http, kind))
        uploads = np.zeros(len(place), dtype=np.int64)
        for number, table in enumerate(kinds.upload):
            if table:
                rows = slice(number * _WHOLE, (number + 1) * _WHOLE)
                uploads[rows] = quantiles(fields(bits[rows], "attachment-size"), table)
        self.uploads = _sums(uploads)

    def starts(self, bits: U64, kind: I64) -> I64:
        """Return where the window of each session begins."""
        return kind * _WHOLE + (bits % np.uint64(LENGTH)).astype(np.int64)

    def before(self, start: I64, span: I64) -> I64:
        """Return how many connections of a window begin within a span from its first one on."""
        found: I64 = np.searchsorted(self.elapsed, self.elapsed[start] + span) - start
        return np.maximum(found, 0)


def _sums(column: I64) -> I64:
    found = np.zeros(len(column) + 1, dtype=np.int64)
    np.cumsum(column, out=found[1:])
    return found
