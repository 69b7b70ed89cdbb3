"""The data plane: ordinary browsing realised as columns by one function, `advance`.

Browsing is not a SimPy event. `advance(T)` realises every request before T that has not been realised,
with the control state as it stands; whoever changes that state calls `advance(now)` first. So the rows do
not depend on where time is cut, to the bit: every quantity is a formula of the seed and of the control
state's history.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64
from sim.engine.enforcement.facts import STOPPED
from sim.world.behaviour import (
    NOTHING_WAITS,
    REFUSED_UP,
    Requests,
    Waiting,
    asked,
    begun,
    join_waiting,
)
from sim.world.groundwork import Groundwork
from sim.world.judge import Judge, Judged
from sim.world.machines import NEVER
from sim.world.reactions import Reactions
from sim.world.sessions import NO_SESSIONS, Sessions, Whole, change, join_sessions
from sim.world.telemetry import Rows, Telemetry, join
from sim.world.upstream import DOWNLOAD, Relay, Upstream

I64 = NDArray[np.int64]

_BLOCK = 1 << 14
"""Rows that are decided at once: what fits into a processor's cache."""
_SESSIONS = 1 << 11
"""Sessions whose requests are drawn at once, for the same reason."""


class Plane:
    """Requests that wait for their time, and the state that decides them."""

    def __init__(
        self,
        begun_with: Groundwork,
        judge: Judge,
        upstream: Upstream,
        reactions: Reactions,
        seed: int,
        begin: int,
    ) -> None:
        self._staff = begun_with.staff
        self._machines = begun_with.machines
        self._agenda = begun_with.agenda
        self._kinds = begun_with.kinds
        self._judge = judge
        self._upstream = upstream
        self._reactions = reactions
        self._seed = seed
        self.sessions: Sessions = NO_SESSIONS
        """Today's."""
        self._any_long_lived = False
        self._waiting = NOTHING_WAITS
        self._put_off: list[Waiting] = []
        """What waits, in the order found, for a session that has come up before it."""
        self._day = -1
        self._order: I64 = np.zeros(0, dtype=np.int64)
        """Today's sessions in the order in which they begin."""
        self._starts: I64 = self._order
        self._next = 0
        self.telemetry = Telemetry()
        self.now = begin

    def advance(self, until: int) -> list[Rows]:
        """Realise every request before `until`; return the new rows as blocks in time order."""
        blocks: list[Rows] = []
        midnights = self._machines.calendar.starts
        first, last = np.searchsorted(midnights, [self.now, until], side="right")
        for stop in [*midnights[first:last].tolist(), until]:
            if stop > self.now:
                blocks.extend(self._advance_within_day(stop))
        return blocks

    def _advance_within_day(self, until: int) -> list[Rows]:
        blocks = self._pass(until)
        while len(fresh := self._reactions.come_up()):
            # Who goes on elsewhere before `until` makes these requests among their others.
            self._waiting = join_waiting([self._waiting, *self._put_off])
            self._put_off.clear()
            self.add(fresh)
            more = self._pass(until)
            if more:
                blocks = [_merged([*blocks, *more])]
        for rows in blocks:
            self.telemetry.append(rows)
        self.now = until
        return blocks

    def _pass(self, until: int) -> list[Rows]:
        """Realise what is due before `until` in its order; what waits for a new session is put off."""
        self._admit(until)
        due = self._due(until)
        starts = range(0, len(due), _BLOCK)
        return [self._decide(due.take(np.arange(start, min(start + _BLOCK, len(due))))) for start in starts]

    def add(self, sessions: Sessions) -> None:
        """Add sessions that came up: they begin today, and not before what is realised."""
        day = int(self._machines.calendar.day_of(np.array([self.now]))[0])
        if day != self._day:
            self._open(day)
        place = len(self.sessions)
        self.sessions = join_sessions([self.sessions, sessions])
        self._any_long_lived |= bool(sessions.long_lived.any())
        self._order = np.concatenate([self._order[self._next :], np.arange(place, len(self.sessions))])
        self._starts = self.sessions.begin[self._order]
        order = np.argsort(self._starts, kind="stable")
        self._order, self._starts, self._next = self._order[order], self._starts[order], 0
        self._reactions.more(self.sessions)

    def stop(self, person: I64, app: int) -> None:
        """Let people use an app no more; what came before must be realised."""
        self._agenda.changed.append((person, app, {"requests": 0}))
        change(self.sessions, person, app, requests=0)
        self._drop_stopped()

    def end(self, key: U64) -> None:
        """Let today's sessions with these keys ask for nothing more; what came before must be realised."""
        self.sessions.requests[np.isin(self.sessions.key, key)] = 0
        self._drop_stopped()

    def move(self, person: I64, app: int, choice: int) -> None:
        """Let people reach an app at one host from now on; what came before must be realised."""
        self._agenda.changed.append((person, app, {"first_host": choice, "host_count": 1}))
        change(self.sessions, person, app, first_host=choice, host_count=1)

    def _drop_stopped(self) -> None:
        self._waiting = self._waiting.take(self.sessions.requests[self._waiting.session] > 0)

    def visit(self, now: int, machine: int, process: int, host: int) -> Rows:
        """Make one test visit by the analyst at `now`, after everything before it; return its row."""
        one = np.array([0], dtype=np.int64)
        user = one + self._staff.analyst
        tried = Requests(one + now, one - 1, one, one + host, one + 900, one + 14_000, one + 1)
        judged = self._judge.judge(tried.time, tried.time, one + machine, user, one + process, tried.host)
        rows = self._rows(tried, judged, one + machine, user, one + process)
        self.telemetry.append(rows)
        return rows

    def oldest_pull(self, now: int) -> int:
        """Return the earliest pull that still counts: each machine's last, and those of open connections."""
        every = np.arange(len(self._machines), dtype=np.int64)
        pulled = self._machines.last_pull(every, np.full(len(every), now, dtype=np.int64))
        alive = self._waiting.session[self.sessions.long_lived[self._waiting.session]]
        if len(alive):
            mine = self.sessions.take(alive.astype(np.int64))
            begun_at = self._machines.last_pull(mine.machine.astype(np.int64), mine.begin)
            pulled = np.concatenate([pulled, begun_at])
        seen = pulled[pulled != NEVER]
        return int(seen.min()) if len(seen) else now

    def _admit(self, until: int) -> None:
        """Move every session of the day that begins before `until` into the waiting requests."""
        day = int(self._machines.calendar.day_of(np.array([until - 1]))[0])
        if day != self._day:
            self._open(day)
        last = int(np.searchsorted(self._starts, until))
        parts = [self._waiting]
        for start in range(self._next, last, _SESSIONS):
            chosen = self._order[start : min(start + _SESSIONS, last)]
            chosen = chosen[self.sessions.requests[chosen] > 0]
            drawn, owner = begun(self.sessions, chosen, self._kinds, self._seed, day)
            machine = self.sessions.machine[chosen]
            parts.append(drawn.take(self._machines.are_on(machine, day, owner, drawn.time)))
        self._next = max(self._next, last)
        self._waiting = join_waiting(parts)

    def _due(self, until: int) -> Waiting:
        """Take the requests before `until` out of the waiting ones, in their total order."""
        due = self._waiting.time < until
        ready = self._waiting.take(np.flatnonzero(due))
        self._waiting = self._waiting.take(np.flatnonzero(~due))
        person = self.sessions.person

        def keys(few: I64) -> tuple[Whole, ...]:
            return ready.place[few], ready.session[few], person[ready.session[few]]

        return ready.take(_in_order(ready.time, keys))

    def _open(self, day: int) -> None:
        self._day, self._next = day, 0
        self.sessions = self._agenda.sessions(day)
        self._reactions.begin(day, self.sessions)
        self._any_long_lived = bool(self.sessions.long_lived.any())
        self._order = np.arange(len(self.sessions))
        self._starts = self.sessions.begin

    def _decide(self, due: Waiting) -> Rows:
        sessions = self.sessions
        machine, process = (
            column[due.session].astype(np.int64) for column in (sessions.machine, sessions.process)
        )
        gone = self._upstream.gone(due.time, machine, process)
        if gone.any():
            due, machine, process = due.take(~gone), machine[~gone], process[~gone]
        wanted = asked(sessions, due, self._kinds, self._staff.choices)
        user = sessions.person[due.session].astype(np.int64)
        began = due.time
        if self._any_long_lived:
            began = np.where(sessions.long_lived[due.session], sessions.begin[due.session], due.time)
        judged = self._judge.judge(due.time, began, machine, user, process, wanted.host)
        met = self._reactions.meet(wanted, judged)
        rows = self._rows(wanted, judged, machine, user, process)
        if met is None:
            return rows
        made, waits = met
        if waits.any():
            self._put_off.append(due.take(waits))
        return rows.take(made)

    def _rows(self, wanted: Requests, judged: Judged, machine: I64, user: I64, process: I64) -> Rows:
        """Return what becomes of requests: who stops a connection ends it with its first packet."""
        relay = self._upstream.relays(wanted.time, user, process, wanted.host)
        up, down = wanted.bytes_up, wanted.bytes_down
        if judged.outcome.any() or relay.any():
            stopped = np.isin(judged.outcome, STOPPED)
            relay = np.where(stopped, Relay.DIRECT, relay)
            up = np.where(stopped, REFUSED_UP, up)
            down = np.where(stopped | ((relay == Relay.LIMITED) & (down >= DOWNLOAD)), 0, down)
        return Rows(
            wanted.time,
            machine,
            user,
            process,
            wanted.host,
            wanted.session,
            wanted.place,
            up,
            down,
            judged.outcome,
            judged.indicator,
            relay,
            wanted.http,
        )


def _merged(blocks: list[Rows]) -> Rows:
    """Return rows of several passes in their total order."""
    rows = join(blocks)
    order = _in_order(rows.time, lambda few: (rows.place[few], rows.session[few], rows.user[few]))
    return rows.take(order)


def _in_order(time: I64, keys: Callable[[I64], tuple[Whole, ...]]) -> I64:
    """Return the order of requests: by time, and at one microsecond by `keys` of rows, the last key first.

    Sorting whole numbers that hold the time and the row is several times as fast as sorting by four keys;
    requests of one microsecond are few.
    """
    if not len(time):
        return np.zeros(0, dtype=np.int64)
    rows = len(time).bit_length()
    packed = ((time - int(time.min())) << rows) | np.arange(len(time))
    packed.sort()
    order: I64 = packed & ((1 << rows) - 1)
    same = np.flatnonzero(np.diff(packed >> rows) == 0)
    if len(same):
        places = np.union1d(same, same + 1)
        few = order[places]
        order[places] = few[np.lexsort((*keys(few), time[few]))]
    return order
