"""The data plane: ordinary browsing realised as columns by one function, `advance`.

Browsing is not a SimPy event. `advance(T)` realises every request before T that has not been realised,
with the control state as it stands; whoever changes that state calls `advance(now)` first. So the rows do
not depend on where time is cut, to the bit: every quantity is a formula of the seed and of the control
state's history.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import STOPPED, Antivirus, Facts, Outcome, System, engine_of
from sim.engine.enforcement.precedence import Deciding
from sim.engine.enforcement.verdict import verdicts
from sim.world.behaviour import GIVE_UP, REFUSED_UP, Requests, requests, starts
from sim.world.channel import Channel
from sim.world.machines import NEVER, Machines
from sim.world.organisation import Staff
from sim.world.telemetry import Rows, Telemetry, join
from sim.world.upstream import DOWNLOAD, Relay, Upstream

I64 = NDArray[np.int64]

_NO_REQUESTS = Requests(*(np.zeros(0, dtype=np.int64) for _ in range(6)))


class Plane:
    """Requests that wait for their time, and the state that decides them."""

    def __init__(
        self, staff: Staff, machines: Machines, channel: Channel, upstream: Upstream, seed: int, begin: int
    ) -> None:
        self._staff = staff
        self._machines = machines
        self._channel = channel
        self._upstream = upstream
        self._seed = seed
        self._waiting = _NO_REQUESTS
        self._blocked = np.zeros(len(staff.plan.person), dtype=np.int64)
        self._day = -1
        self._starts: I64 = np.zeros(0, dtype=np.int64)
        self._order: I64 = np.zeros(0, dtype=np.int64)
        self._next = 0
        self._engine = np.array([engine_of(System.WINDOWS, name) for name in staff.processes], dtype=np.int64)
        self.smartscreen = np.ones(len(machines), dtype=bool)
        self.antivirus: I64 = np.full(len(machines), Antivirus.ACTIVE, dtype=np.int64)
        self.network_protection: I64 = np.zeros(len(machines), dtype=np.int64)
        self.listed: I64 = channel.resolve(Deciding(()))
        """Number of the indicator that the portal lists for each host; all -1 while the switch is off."""
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
        rows = self._rows(asked, one + machine, user, one + process)
        self.telemetry.append(rows)
        return rows

    def oldest_pull(self, now: int) -> int:
        """Return the earliest last pull over all machines that pull at all."""
        every = np.arange(len(self._machines), dtype=np.int64)
        pulled = self._machines.last_pull(every, np.full(len(every), now, dtype=np.int64))
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
        self._blocked[:] = 0
        if not calendar.works[day]:
            self._starts = self._order = np.zeros(0, dtype=np.int64)
            return
        begins = starts(self._staff.plan, self._seed, day, int(calendar.starts[day]))
        self._order = np.argsort(begins, kind="stable").astype(np.int64)
        self._starts = begins[self._order]

    def _draw(self, sessions: I64, begins: I64) -> Requests:
        asked = requests(self._staff.plan, self._seed, self._day, sessions, begins)
        return _take(asked, self._machines.is_on(self._staff.plan.person[asked.session], asked.time))

    def facts(
        self, time: I64, machine: I64, user: I64, process: I64, host: I64, held: I64, listed: I64
    ) -> Facts:
        """Return what decides connections for which the machine holds and the portal lists indicators."""
        actions = self._channel.actions
        yes = np.ones(len(host), dtype=bool)
        no, zero = ~yes, np.zeros(len(host), dtype=np.int64)
        return Facts(
            onboarded=yes,
            system=zero,
            os_supported=yes,
            antivirus=self.antivirus[machine],
            real_time=yes,
            cloud_protection=yes,
            platform_current=yes,
            network_protection=self.network_protection[machine],
            np_allowed=yes,
            smartscreen=self.smartscreen[machine],
            reaches_cloud=yes,
            engine=self._engine[process],
            process_quic=no,
            process_ech=no,
            site_quic=no,
            site_ech=no,
            coalesced=no,
            https_path=no,
            hidden=no,
            bypassed=no,
            upstream=self._upstream.denies(time, machine, user, process, host),
            holds=actions[held],
            lists=actions[listed],
        )

    def held(self, time: I64, machine: I64, host: I64) -> I64:
        """Return the number of the indicator that each machine holds for a host, or -1."""
        return self._channel.held(self._machines.last_pull(machine, time), host)

    def _judge(self, time: I64, machine: I64, user: I64, process: I64, host: I64) -> tuple[I64, I64]:
        held, listed = self.held(time, machine, host), self.listed[host]
        outcome = verdicts(self.facts(time, machine, user, process, host, held, listed))
        decided = np.where(outcome == Outcome.NOT_BLOCKED, listed, held)
        return outcome, np.where(outcome == Outcome.OPEN, -1, decided)

    def _decide(self, ready: Requests) -> Rows:
        plan = self._staff.plan
        made = ~self._upstream.gone(ready.time, plan.person[ready.session], plan.process[ready.session])
        ready = ready if made.all() else _take(ready, made)
        machine = plan.person[ready.session]
        rows = self._rows(ready, machine, machine, plan.process[ready.session])
        kept = self._give_up(ready, np.isin(rows.outcome, STOPPED))
        return rows if kept.all() else rows.take(kept)

    def _rows(self, asked: Requests, machine: I64, user: I64, process: I64) -> Rows:
        """Return what becomes of requests: who stops a connection ends it with its first packet."""
        outcome, indicator = self._judge(asked.time, machine, user, process, asked.host)
        stopped = np.isin(outcome, STOPPED)
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
            outcome,
            indicator,
            relay,
        )

    def _give_up(self, ready: Requests, blocked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which requests are still made: a person leaves a session after GIVE_UP blocks."""
        if not blocked.any() and not (self._blocked >= GIVE_UP).any():
            return np.ones(len(blocked), dtype=bool)
        order = np.lexsort((ready.place, ready.session))
        session, hit = ready.session[order], blocked[order].astype(np.int64)
        running = np.cumsum(hit) - hit
        opens = np.r_[True, session[1:] != session[:-1]] if len(session) else np.zeros(0, dtype=bool)
        base = running[opens][np.cumsum(opens) - 1]
        before = self._blocked[session] + running - base
        kept = np.empty(len(blocked), dtype=bool)
        kept[order] = before < GIVE_UP
        np.add.at(self._blocked, session, np.where(before < GIVE_UP, hit, 0))
        return kept


def _take(asked: Requests, rows: I64 | NDArray[np.bool_]) -> Requests:
    return Requests(*(getattr(asked, name)[rows] for name in Requests.__dataclass_fields__))
