"""What a beat waits for that traffic fulfils: looked at row by row in the total order of the rows.

So the moment is that of a row, wherever time was cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import STOPPED
from sim.scenario.story import When
from sim.world.organisation import Staff
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]


class Watcher:
    """Counts towards one condition; what the analyst tries does not count."""

    def __init__(self, when: When, staff: Staff) -> None:
        self._when = when
        self._staff = staff
        self._app = next(place for place, app in enumerate(staff.apps) if app.id == when.app)
        self._count = 0
        self._seen: set[int] = set()

    def look(self, rows: Rows) -> tuple[int, str] | None:
        """Return when new rows fulfil the condition, and in what words; None while they do not."""
        mine = (self._staff.host_app[rows.host] == self._app) & (rows.session >= 0)
        stopped = np.isin(rows.outcome, STOPPED)
        mine &= stopped if self._when.blocked is not None else ~stopped
        found = rows.take(np.flatnonzero(mine))
        if not len(found):
            return None
        if self._when.blocked is not None:
            return self._blocked(found)
        return self._users(found) if self._when.users is not None else self._sent(found)

    def _blocked(self, rows: Rows) -> tuple[int, str] | None:
        left = self._when.times - self._count - 1
        self._count += len(rows)
        if left >= len(rows):
            return None
        machine = self._staff.machines[int(rows.machine[left])].name
        return int(rows.time[left]), f"{self._when.blocked} was blocked on {machine}"

    def _users(self, rows: Rows) -> tuple[int, str] | None:
        assert self._when.users is not None
        for user, time in zip(rows.user.tolist(), rows.time.tolist(), strict=True):
            self._seen.add(user)
            if len(self._seen) > self._when.users:
                return time, f"{len(self._seen)} people have used {self._when.used}"
        return None

    def _sent(self, rows: Rows) -> tuple[int, str] | None:
        assert self._when.sent is not None
        sums = self._count + np.cumsum(rows.bytes_up)
        self._count = int(sums[-1])
        row = int(np.searchsorted(sums, self._when.sent, side="right"))
        if row >= len(rows):
            return None
        return int(rows.time[row]), f"{int(sums[row])} bytes went to {self._when.used}"
