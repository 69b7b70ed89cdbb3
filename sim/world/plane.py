"""The data plane: ordinary browsing realised as columns by one function, `advance`.

Browsing is not a SimPy event. `advance(T)` realises every request before T that has not been realised,
with the control state as it stands; whoever changes that state calls `advance(now)` first. So the rows do
not depend on where time is cut, to the bit: every quantity is a formula of the seed and of the control
state's history.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import STOPPED
from sim.world.behaviour import REFUSED_UP, Requests, requests, starts
from sim.world.judge import Judge, Judged
from sim.world.machines import NEVER, Machines
from sim.world.organisation import Staff
from sim.world.reactions import Reactions
from sim.world.telemetry import Rows, Telemetry, join
from sim.world.upstream import DOWNLOAD, Relay, Upstream

I64 = NDArray[np.int64]

_NO_REQUESTS = Requests(*(np.zeros(0, dtype=np.int64) for _ in range(6)))


class Plane:
    """Requests that wait for their time, and the state that decides them."""

    def __init__(
        self,
        staff: Staff,
        machines: Machines,
        judge: Judge,
        upstream: Upstream,
        reactions: Reactions,
        seed: int,
        begin: int,
    ) -> None:
        self._staff = staff
        self._machines = machines
        self._judge = judge
        self._upstream = upstream
        self._reactions = reactions
        self._seed = seed
        self._waiting = _NO_REQUESTS
        self._began: I64 = np.zeros(len(staff.plan.person), dtype=np.int64)
        """When each of today's sessions began."""
        self._any_long_lived = bool(staff.plan.long_lived.any())
        self._day = -1
        self._starts: I64 = np.zeros(0, dtype=np.int64)
        self._order: I64 = np.zeros(0, dtype=np.int64)
        self._next = 0
        self.telemetry = Telemetry()
        self.now = begin

    def advance(self, until: int) -> Rows:
        """Realise every request before `until`; return the new rows in time order."""
        parts: list[Rows] = []
        midnights = self._machines.calendar.starts
        first, last = np.searchsorted(midnights, [self.now, until], side="right")
        for stop in [*midnights[first:last].tolist(), until]:
            if stop > self.now:
                parts.append(self._advance_within_day(stop))
        return join(parts)

    def _advance_within_day(self, until: int) -> Rows:
        self._admit(until)
        rows = self._decide(self._due(until))
        self.telemetry.append(rows)
        self.now = until
        return rows

    def visit(self, now: int, machine: int, process: int, host: int) -> Rows:
        """Make one test visit by the analyst at `now`, after everything before it; return its row."""
        one = np.array([0], dtype=np.int64)
        user = one + self._staff.analyst
        asked = Requests(one + now, one - 1, one, one + host, one + 900, one + 14_000)
        judged = self._judge.judge(asked.time, asked.time, one + machine, user, one + process, asked.host)
        rows = self._rows(asked, judged, one + machine, user, one + process)
        self.telemetry.append(rows)
        return rows

    def oldest_pull(self, now: int) -> int:
        """Return the earliest pull that still counts: each machine's last, and those of open connections."""
        every = np.arange(len(self._machines), dtype=np.int64)
        pulled = self._machines.last_pull(every, np.full(len(every), now, dtype=np.int64))
        alive = self._waiting.session[self._staff.plan.long_lived[self._waiting.session]]
        if len(alive):
            begun = self._machines.last_pull(self._staff.plan.person[alive], self._began[alive])
            pulled = np.concatenate([pulled, begun])
        seen = pulled[pulled != NEVER]
        return int(seen.min()) if len(seen) else now

    def _admit(self, until: int) -> None:
        """Move every session of the day that begins before `until` into the waiting requests."""
        day = int(self._machines.calendar.day_of(np.array([until - 1]))[0])
        if day != self._day:
            self._open(day)
        last = int(np.searchsorted(self._starts, until))
        if last > self._next:
            chosen = np.arange(self._next, last)
            self._next = last
            self._began[self._order[chosen]] = self._starts[chosen]
            begun = self._draw(self._order[chosen], self._starts[chosen])
            self._waiting = Requests(
                *(
                    np.concatenate([getattr(self._waiting, name), getattr(begun, name)])
                    for name in Requests.__dataclass_fields__
                )
            )

    def _due(self, until: int) -> Requests:
        """Take the requests before `until` out of the waiting ones, in their total order."""
        due = self._waiting.time < until
        ready = _take(self._waiting, np.flatnonzero(due))
        self._waiting = _take(self._waiting, np.flatnonzero(~due))
        person = self._staff.plan.person[ready.session]
        return _take(ready, np.lexsort((ready.place, ready.session, person, ready.time)))

    def _open(self, day: int) -> None:
        calendar = self._machines.calendar
        self._day, self._next = day, 0
        self._reactions.begin(day)
        if not calendar.works[day]:
            self._starts = self._order = np.zeros(0, dtype=np.int64)
            return
        begins = starts(self._staff.plan, self._seed, day, int(calendar.starts[day]))
        self._order = np.argsort(begins, kind="stable").astype(np.int64)
        self._starts = begins[self._order]

    def _draw(self, sessions: I64, begins: I64) -> Requests:
        asked = requests(self._staff.plan, self._seed, self._day, sessions, begins)
        return _take(asked, self._machines.is_on(self._staff.plan.person[asked.session], asked.time))

    def _decide(self, ready: Requests) -> Rows:
        plan = self._staff.plan
        made = ~self._upstream.gone(ready.time, plan.person[ready.session], plan.process[ready.session])
        ready = ready if made.all() else _take(ready, made)
        machine, process = plan.person[ready.session], plan.process[ready.session]
        began = ready.time
        if self._any_long_lived:
            began = np.where(plan.long_lived[ready.session], self._began[ready.session], ready.time)
        judged = self._judge.judge(ready.time, began, machine, machine, process, ready.host)
        kept = self._reactions.meet(ready, judged)
        rows = self._rows(ready, judged, machine, machine, process)
        return rows if kept is None else rows.take(kept)

    def _rows(self, asked: Requests, judged: Judged, machine: I64, user: I64, process: I64) -> Rows:
        """Return what becomes of requests: who stops a connection ends it with its first packet."""
        stopped = np.isin(judged.outcome, STOPPED)
        relay = np.where(stopped, Relay.DIRECT, self._upstream.relays(asked.time, user, process, asked.host))
        withheld = stopped | ((relay == Relay.LIMITED) & (asked.bytes_down >= DOWNLOAD))
        return Rows(
            asked.time,
            machine,
            user,
            process,
            asked.host,
            asked.session,
            asked.place,
            np.where(stopped, REFUSED_UP, asked.bytes_up),
            np.where(withheld, 0, asked.bytes_down),
            judged.outcome,
            judged.indicator,
            relay,
        )


def _take(asked: Requests, rows: I64 | NDArray[np.bool_]) -> Requests:
    return Requests(*(getattr(asked, name)[rows] for name in Requests.__dataclass_fields__))
