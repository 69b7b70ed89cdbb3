"""When each machine is on: spans in time, those of a machine side by side and in order.

A look-up costs a few steps whatever the number of days: an index tells where each machine's day begins, and
a day has few spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Span = tuple[int, int]
"""From, inclusive, and to, exclusive; microseconds UTC."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of many machines. `starts` and `ends` hold those of machine 0, then those of machine 1, ..."""

    starts: I64
    ends: I64
    first: NDArray[np.int32]
    """By machine and day, and one day more: the place of the first span that begins on this day or later."""
    most: int
    """Spans that one machine has on one day at most."""

    @staticmethod
    def of(columns: Sequence[tuple[I64, I64]]) -> Spans:
        """Return the spans of columns (from, to), each by machine and day; where from >= to there is none.

        The columns are in the order of the day, and no span leaves its day.
        """
        starts = np.stack([start for start, _ in columns], axis=2)
        ends = np.stack([end for _, end in columns], axis=2)
        there = starts < ends
        machines = len(starts)
        counts = there.sum(axis=2)
        first = np.zeros((machines, counts.shape[1] + 1), dtype=np.int32)
        np.cumsum(counts, axis=1, out=first[:, 1:])
        first += (np.cumsum(first[:, -1]) - first[:, -1]).astype(np.int32)[:, None]
        return Spans(starts[there], ends[there], first, int(counts.max(initial=0)))

    def begun(self, machine: I64, time: I64, day: I64) -> I64:
        """Return the place of each machine's last span that began at or before a time; -1: there is none."""
        place = self.first[machine, day].astype(np.int64) - 1
        following = self.first[machine, day + 1].astype(np.int64)
        if len(self.starts):
            for _ in range(self.most):
                after = np.minimum(place + 1, len(self.starts) - 1)
                place += (place + 1 < following) & (self.starts[after] <= time)
        return np.where(place >= self.first[machine, 0], place, -1)

    def of_machine(self, machine: int) -> list[Span]:
        """Return a machine's spans in order."""
        part = slice(int(self.first[machine, 0]), int(self.first[machine, -1]))
        return list(zip(self.starts[part].tolist(), self.ends[part].tolist(), strict=True))

    def of_day(self, machine: int, day: int) -> list[Span]:
        """Return a machine's spans on a day."""
        part = slice(int(self.first[machine, day]), int(self.first[machine, day + 1]))
        return list(zip(self.starts[part].tolist(), self.ends[part].tolist(), strict=True))
