"""What the reference takes from the program: the sessions that people mean to have, where they turn when they
are stopped, and the raw draws of people and machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.scenario.load import Resolved
from sim.world import sessions as columns
from sim.world.agenda import MOST_REQUESTS
from sim.world.devices import Device
from sim.world.displacement import Displacement
from sim.world.groundwork import groundwork
from sim.world.messages import Messages
from tests.reference.clock import Rank
from tests.reference.wishes import Session, Site, Wish, drawn, wishes

_BLOCK = 256
"""Sessions whose requests are drawn at once."""
_ROWS = 32
"""Bits of the number of a session."""
_COLUMNS = (
    "person",
    "machine",
    "process",
    "kind",
    "key",
    "begin",
    "requests",
    "first_host",
    "host_count",
    "uploads",
    "long_lived",
)
"""What a session is made of."""


class Inputs:
    """The people of a run, their machines, and what they intend on each day."""

    def __init__(self, resolved: Resolved, seed: int) -> None:
        self.scenario = resolved.scenario
        self._begun = groundwork(resolved, seed)
        self.staff, self.machines = self._begun.staff, self._begun.machines
        self.midnights = [int(midnight) for midnight in self.machines.calendar.starts]
        self.works = [bool(works) for works in self.machines.calendar.works]
        self.first_day = max(day for day, midnight in enumerate(self.midnights) if midnight <= resolved.start)
        self.begin = self.midnights[self.first_day]
        self.days = [
            day
            for day, midnight in enumerate(self.midnights)
            if day >= self.first_day and midnight < resolved.end
        ]
        self.names = [machine.name for machine in self.staff.machines]
        self.away = [bool(away) for away in self.staff.away]
        self.people = [person.id for person in self.staff.people]
        self.departments = [person.department for person in self.staff.people]
        self.keys = [int(key) for key in self.staff.keys]
        self.devices: list[Device] = [machine.device for machine in self.staff.machines]
        self.spans, self._reached = cache(self._spans), cache(self._sites_of)
        self._seed = seed
        self._sessions: dict[int, columns.Sessions] = {}
        """Of each day."""
        self._uploads = [tuple(knots) for knots in self._begun.kinds.upload]
        self._sites = [
            Site(self.staff.apps[app].id, self.staff.hosts[host])
            for host, app in enumerate(self.staff.host_app.tolist())
        ]
        self._choices = self.staff.choices.tolist()
        everybody = len(self.staff.people)
        self._displacement = Displacement(resolved, self._begun, Messages(everybody), seed)
        self._today = -1

    def app_of(self, host: str) -> str:
        """Return the app that a host belongs to: of several the first."""
        return self._sites[self.staff.hosts.index(host)].app

    def _spans(self, machine: int, day: int) -> list[tuple[int, int]]:
        """Return from when to when a machine is on, on a day."""
        parts = self.machines.spans(machine, day)
        for gone, back in self.staff.machines[machine].device.offline:
            outside = [piece for on, off in parts for piece in ((on, min(off, gone)), (max(on, back), off))]
            parts = [(on, off) for on, off in outside if on < off]
        return [] if self.away[machine] else parts

    def next_on(self, machine: int, time: int) -> int | None:
        """Return the first moment at or after a time when a machine is on; None where there is none."""
        for day in range(len(self.works)):
            for on, off in self.spans(machine, day):
                if off > time:
                    return max(on, time)
        return None

    def pulls(self, machine: int, day: int) -> list[int]:
        """Return every pull of a machine on a day: at switching on, then on its own grid.

        A straggler does not pull at switching on, unless its grid came round while it was off.
        """
        straggler = self.staff.machines[machine].device.pull_every is not None
        phase, interval = int(self.machines.phase[machine]), int(self.machines.interval[machine])
        spans = [span for number in range(day + 1) for span in self.spans(machine, number)]
        found = []
        for number, (on, off) in enumerate(spans):
            if off <= self.midnights[day]:
                continue
            before = spans[number - 1][1] - 1 if number else on
            due = phase + (on - phase) // interval * interval
            if due > before or due == on or not straggler:
                found.append(on)
            found.extend(tick for tick in range(due, off, interval) if tick > on)
        return found

    def sessions(self, day: int) -> Iterator[Session]:
        """Yield the sessions that people mean to have on a day, in the order in which they begin."""
        found = self._sessions[day] = self._begun.agenda.sessions(day)
        order = np.lexsort((np.arange(len(found)), found.person, found.begin))
        for first in range(0, len(order), _BLOCK):
            yield from self._intended(day, order[first : first + _BLOCK])

    def wishes(self, session: Session) -> Iterator[Wish]:
        """Yield what somebody intends in a session, while their machine is on."""
        return wishes(session, self.spans(session.machine, session.day))

    def clicks(self, wish: Wish) -> bool:
        """Tell whether somebody would click through a warning."""
        session = wish.session
        drawn = draw(self._seed, "click-through", session.key, session.day, wish.place)
        share = self.scenario.click_through * self._displacement.clicks(session.person) // 100
        return drawn % 100 < share

    def elsewhere(self, left: Wish, now: int) -> Sequence[Session]:
        """Return what somebody intends instead who leaves a session of today, as the program decides it."""
        day = left.session.day
        if day != self._today:
            self._displacement.begin(day)
            self._today = day
        sessions = self._sessions[day]
        # By what they were stopped goes into the record only, which nobody here reads.
        self._displacement.leave(sessions, left.session.row, left.place, now, now, outcome=0, indicator=-1)
        more = self._displacement.come_up(sessions)
        if not len(more):
            return []
        self._sessions[day] = columns.join_sessions([sessions, more])
        return self._intended(day, np.arange(len(sessions), len(sessions) + len(more)))

    def _intended(self, day: int, rows: NDArray[np.int64]) -> list[Session]:
        """Return some of a day's sessions one by one."""
        some, processes = self._sessions[day].take(rows), self.staff.processes
        chances = drawn(self._seed, some, day, self._begun.kinds)
        found = []
        for row, *values in zip(rows.tolist(), *(getattr(some, n).tolist() for n in _COLUMNS), strict=True):
            person, machine, process, kind, key, begin, requests, first, count, uploads, long_lived = values
            found.append(
                Session(
                    day,
                    row,
                    person,
                    machine,
                    processes[process],
                    key,
                    begin,
                    tuple(islice(chances, requests)),
                    uploads,
                    long_lived,
                    self._reached(first, count),
                    self._uploads[kind],
                    Rank.REQUESTS.value + (person << _ROWS | row) * MOST_REQUESTS,
                )
            )
        return found

    def _sites_of(self, first: int, count: int) -> Sequence[Site]:
        """Return the sites of some of the staff's choices."""
        return [self._sites[host] for host in self._choices[first : first + count]]
