"""What the reference takes from the program: who intends what, and the raw draws of people and machines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.scenario.load import Resolved
from sim.world.behaviour import asked, begun
from sim.world.devices import Device
from sim.world.displacement import Displacement
from sim.world.groundwork import groundwork
from sim.world.messages import Messages
from sim.world.sessions import Sessions, join_sessions


class Wish(NamedTuple):
    """One request that a person intends to make."""

    time: int
    machine: int
    user: int
    session: tuple[int, int]
    place: int
    is_last: bool
    process: str
    app: str
    host: str
    bytes_up: int
    bytes_down: int
    clicks: bool
    """What the person would do about a warning."""
    began: int | None
    """When its connection began, where that is older than the request."""


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
            for day, (midnight, works) in enumerate(zip(self.midnights, self.works, strict=True))
            if works and day >= self.first_day and midnight < resolved.end
        ]
        self.names = [machine.name for machine in self.staff.machines]
        self.away = [bool(away) for away in self.staff.away]
        self.people = [person.id for person in self.staff.people]
        self.departments = [person.department for person in self.staff.people]
        self.keys = [int(key) for key in self.staff.keys]
        self.devices: list[Device] = [machine.device for machine in self.staff.machines]
        self._seed = seed
        self._sessions: dict[int, Sessions] = {}
        """Of each day."""
        everybody = len(self.staff.people)
        self._displacement = Displacement(resolved, self._begun, Messages(everybody), seed)
        self._today = -1

    def app_of(self, host: str) -> str:
        """Return the app that a host belongs to: of several the first."""
        return self.staff.apps[int(self.staff.host_app[self.staff.hosts.index(host)])].id

    def spans(self, machine: int, day: int) -> list[tuple[int, int]]:
        """Return from when to when a machine is on, on a day."""
        parts = self.machines.spans(machine, day)
        for gone, back in self.staff.machines[machine].device.offline:
            outside = [piece for on, off in parts for piece in ((on, min(off, gone)), (max(on, back), off))]
            parts = [(on, off) for on, off in outside if on < off]
        return [] if self.away[machine] else parts

    def next_on(self, machine: int, time: int) -> int | None:
        """Return the first moment at or after a time when a machine is on; None where there is none."""
        for day, works in enumerate(self.works):
            for on, off in self.spans(machine, day) if works else ():
                if off > time:
                    return max(on, time)
        return None

    def pulls(self, machine: int, day: int) -> list[int]:
        """Return every pull of a machine on a working day: at switching on, then on its own grid.

        A straggler does not pull at switching on, unless its grid came round while it was off.
        """
        straggler = self.staff.machines[machine].device.pull_every is not None
        phase, interval = int(self.machines.phase[machine]), int(self.machines.interval[machine])
        workdays = [number for number, works in enumerate(self.works) if works and number <= day]
        spans = [span for number in workdays for span in self.spans(machine, number)]
        found = []
        for number, (on, off) in enumerate(spans):
            before = spans[number - 1][1] - 1 if number else on
            due = phase + (on - phase) // interval * interval
            if due > before or due == on or not straggler:
                found.append(on)
            found.extend(tick for tick in range(due, off, interval) if tick > on)
        return [pull for pull in found if pull >= self.midnights[day]]

    def wishes(self, day: int) -> list[Wish]:
        """Return what people intend on a working day while their machine is on, in time order."""
        self._sessions[day] = self._begun.agenda.sessions(day)
        return self._wishes(day, np.arange(len(self._sessions[day])))

    def elsewhere(self, left: Wish, now: int) -> list[Wish]:
        """Return what somebody intends instead who leaves a session of today, as the program decides it."""
        day, row = left.session
        if day != self._today:
            self._displacement.begin(day)
            self._today = day
        sessions = self._sessions[day]
        # By what they were stopped goes into the record only, which nobody here reads.
        self._displacement.leave(sessions, row, left.place, now, now, outcome=0, indicator=-1)
        self._sessions[day] = join_sessions([sessions, self._displacement.come_up(sessions)])
        return self._wishes(day, np.arange(len(sessions), len(self._sessions[day])))

    def _wishes(self, day: int, chosen: NDArray[np.int64]) -> list[Wish]:
        """Return what people intend in some sessions of a day while their machine is on, in time order."""
        staff, sessions = self.staff, self._sessions[day]
        waiting, _ = begun(sessions, chosen, self._begun.kinds, self._seed, day)
        wanted = asked(sessions, waiting, self._begun.kinds, staff.choices)
        found = []
        spans = [self.spans(machine, day) for machine in range(len(self.names))]
        for row in range(len(wanted.time)):
            session, time = int(wanted.session[row]), int(wanted.time[row])
            machine = int(sessions.machine[session])
            if any(on <= time < off for on, off in spans[machine]):
                drawn = draw(
                    self._seed, "click-through", int(sessions.key[session]), day, int(wanted.place[row])
                )
                found.append(
                    Wish(
                        time,
                        machine,
                        int(sessions.person[session]),
                        (day, session),
                        int(wanted.place[row]),
                        int(wanted.place[row]) + 1 == int(sessions.requests[session]),
                        staff.processes[int(sessions.process[session])],
                        staff.apps[int(staff.host_app[int(wanted.host[row])])].id,
                        staff.hosts[int(wanted.host[row])],
                        int(wanted.bytes_up[row]),
                        int(wanted.bytes_down[row]),
                        drawn % 100 < self.scenario.click_through,
                        int(sessions.begin[session]) if sessions.long_lived[session] else None,
                    )
                )
        return sorted(found, key=lambda wish: (wish.time, wish.user, wish.session))
