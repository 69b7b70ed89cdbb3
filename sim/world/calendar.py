"""Local days as numbers: when each begins in UTC, and on which of them people work."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.base.time import from_datetime, to_datetime
from sim.scenario.load import Resolved

I64 = NDArray[np.int64]

_BEFORE = 7
"""Days of history before play: machines have pulled and sensors have run before anyone looks."""


class Calendar:
    """Day 0 is a week before the day on which play begins; daylight saving is in the day starts."""

    def __init__(self, resolved: Resolved, past: int | None = None) -> None:
        """With `past`, it holds so many days before that of play and ends with it."""
        tz = resolved.tz
        before = _BEFORE if past is None else past
        begins = to_datetime(resolved.start, tz).date()
        first = begins - timedelta(days=before)
        last = begins if past is not None else to_datetime(resolved.end, tz).date() + timedelta(days=8)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        midnights = [datetime(d.year, d.month, d.day, tzinfo=tz) for d in days]
        self.starts: I64 = np.array([from_datetime(m) for m in midnights], dtype=np.int64)
        workdays = resolved.scenario.organisation.workdays
        self.works = np.array([d.weekday() in workdays for d in days], dtype=bool)
        self.play_day = before
        self.dates: I64 = np.array([d.toordinal() for d in days], dtype=np.int64)
        """Each day's number since the year 1, the same in every scenario."""

    def number(self, day: int) -> int:
        """Return the number that a day has in the calendar of play; it may be negative."""
        return day - self.play_day + _BEFORE

    def day_of(self, time: I64) -> I64:
        """Return the local day number of each time."""
        found: I64 = np.searchsorted(self.starts, time, side="right").astype(np.int64) - 1
        return found

    def first_of_day(self, time: int) -> int:
        """Return when the local day of `time` begins."""
        return int(self.starts[self.day_of(np.array([time]))[0]])
