"""A machine whose times are written down since no formula gives them: offline for a while, or a straggler."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Span = tuple[int, int]
"""From, inclusive, and to, exclusive."""
NEVER = -(2**62)
"""Stands for a time before everything."""


def without(span: Span, gaps: Sequence[Span]) -> list[Span]:
    """Return what is left of a span outside the gaps, in order."""
    left = [span]
    for start, end in gaps:
        cut = [[(a, min(b, start)), (max(a, end), b)] for a, b in left]
        left = [(a, b) for pair in cut for a, b in pair if a < b]
    return left


def pulls_of(on: Sequence[Span], phase: int, interval: int, at_start: bool) -> list[int]:
    """Return every pull of a machine that is on in these spans.

    It pulls on its grid; what falls due while it is off waits until it is on. A regular machine also pulls
    whenever it is switched on (`at_start`).
    """
    found: set[int] = {start for start, _ in on} if at_start else set()
    previous = on[0][0] if on else 0
    for start, end in on:
        first = phase + -(-(start - phase) // interval) * interval
        found.update(range(first, end, interval))
        if phase + (start - phase) // interval * interval > previous:
            found.add(start)
        previous = end - 1
    return sorted(found)


class Irregular:
    """When one machine is on and when it pulls."""

    def __init__(self, on: Sequence[Span], pulls: Sequence[int]) -> None:
        self._starts = [start for start, _ in on]
        self._ends = [end for _, end in on]
        self._pulls: I64 = np.array([NEVER, *pulls], dtype=np.int64)
        self._all = self._pulls
        """With those that are left out."""

    def skip(self, start: int, end: int) -> None:
        """Leave out its pulls from `start` on and before `end`."""
        self._pulls = self._pulls[(self._pulls < start) | (self._pulls >= end)]

    def resume(self, time: int) -> None:
        """Leave no pull out from `time` on."""
        self._pulls = np.concatenate([self._pulls[self._pulls < time], self._all[self._all >= time]])

    def is_on(self, time: I64) -> NDArray[np.bool_]:
        """Tell whether it is on at each time."""
        place = np.searchsorted(self._starts, time, side="right") - 1
        ends = np.array([NEVER, *self._ends], dtype=np.int64)
        on: NDArray[np.bool_] = time < ends[place + 1]
        return on

    def last_pull(self, time: I64) -> I64:
        """Return its last pull at or before each time; NEVER where there was none."""
        found: I64 = self._pulls[np.searchsorted(self._pulls, time, side="right") - 1]
        return found

    def next_pull(self, time: int) -> int | None:
        """Return its first pull after `time`; None where there is none in the calendar."""
        place = int(np.searchsorted(self._pulls, time, side="right"))
        return int(self._pulls[place]) if place < len(self._pulls) else None

    def first_on(self, time: int) -> int:
        """Return the first moment at or after `time` when it is on; `time` where it stays off."""
        place = bisect_right(self._starts, time) - 1
        if place >= 0 and time < self._ends[place]:
            return time
        later = bisect_left(self._starts, time)
        return self._starts[later] if later < len(self._starts) else time
