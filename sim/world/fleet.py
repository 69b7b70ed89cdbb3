"""How settings reach machines: each route with its own delay, and the columns of the guards that they decide.

An arrival is a control event: it realises what was browsed before it, and only then changes anything. A
machine that is off when something is due gets it when it is on again. Arrivals are rounded up to the whole
minute, so that an assignment to thousands of machines is some hundred events.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.time import MINUTE
from sim.engine.enforcement.fleet import EVERY, Assignment, Effective, MachineSettings
from sim.engine.enforcement.settings import (
    Route,
    Setting,
    Value,
)
from sim.world import effects
from sim.world.clockwork import Clockwork
from sim.world.guards import Guards
from sim.world.machines import Machines
from sim.world.organisation import Staff

HOPS: Mapping[Route, str] = {
    Route.GPO: "gpo_refresh",
    Route.SCCM: "sccm_policy",
    Route.INTUNE: "intune_checkin",
}
"""The era's delay of each route; PowerShell and the registry write at once."""
REPORTING = (Route.SCCM, Route.INTUNE)
"""Routes whose console is told by the machines how it went; Group Policy is told nothing (own knowledge)."""

ALL_MACHINES = "All machines"
"""Target of an assignment to the whole fleet."""

LOCAL, ASSIGN, WITHDRAW, ARRIVE = "Set preference", "Assign setting", "Take setting back", "Setting arrives"
REPAIR = "Ask service desk"
LOG_ACTIONS = frozenset({LOCAL, ASSIGN, WITHDRAW, ARRIVE, REPAIR})
"""What the log says of machines' settings; it is in no portal's governance log."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting of a machine that came to another value, or to the same from elsewhere."""

    time: int
    name: str
    before: Effective
    after: Effective


@dataclass(slots=True)
class Progress:
    """How far an assignment has come, by machine."""

    due: dict[int, int] = field(default_factory=dict)
    """When it arrives, or is taken away, where that still lies ahead."""
    arrived: dict[int, int] = field(default_factory=dict)
    reported: dict[int, int] = field(default_factory=dict)
    """When the console knows that it arrived."""
    withdrawn: int | None = None


class Fleet:
    """Every machine's settings, and the assignments on their way to them."""

    def __init__(self, staff: Staff, machines: Machines, guards: Guards, clockwork: Clockwork) -> None:
        self._staff = staff
        self._machines = machines
        self._guards = guards
        self._world = clockwork
        self._settings: dict[int, MachineSettings] = {}
        self.changes: dict[int, list[SettingChange]] = {}
        """By machine, in the order in which they happened."""
        self.assignments: list[Assignment] = []
        self.progress: list[Progress] = []
        """Of each assignment."""

    def of(self, machine: int) -> MachineSettings:
        """Return a machine's settings."""
        if machine not in self._settings:
            self._settings[machine] = MachineSettings(
                effects.found(self._guards, self._staff.machines[machine].device, machine)
            )
        return self._settings[machine]

    def reachable(self, setting: Setting, route: Route, machines: Sequence[int], period: str) -> list[int]:
        """Return the managed machines that have the setting and that the route reaches."""
        systems = {"windows", "server"}
        if route is Route.INTUNE:
            # Own knowledge: in 2019 it managed Windows clients, and later the others too.
            systems = {"windows"} if period == "2019" else {"windows", "server", "macos", "linux"}
        devices = self._staff.devices
        return [
            m for m in machines if devices[m].managed and devices[m].system in systems & {*setting.systems}
        ]

    def stand(self, name: str, value: Value, route: Route, target: str, machines: Sequence[int]) -> None:
        """Let a value be managed, and have arrived, before anything happens."""
        now = self._world.now()
        made = Assignment(len(self.assignments), name, value, route, target, tuple(machines), now)
        self.assignments.append(made)
        arrived = dict.fromkeys(machines, now)
        told = {} if route is Route.GPO else dict(arrived)
        self.progress.append(Progress(arrived=arrived, reported=told))
        for machine in machines:
            self.of(machine).hold(name, route, made.number, value)
            self._put(machine, name)

    def set_locally(self, actor: str, machine: int, name: str, value: Value) -> None:
        """Keep what somebody typed at the machine; a managed value overrides it."""
        self._world.realise()
        self._changing(machine, name, lambda held: held.set_locally(name, value))
        self._world.write(
            self._world.now(), actor, LOCAL, self._staff.machines[machine].name, f"{name} {value}"
        )

    def assign(
        self, actor: str, name: str, value: Value, route: Route, target: str, machines: Sequence[int]
    ) -> Assignment:
        """Give a value to machines by a route; it arrives at each in its own time."""
        now = self._world.now()
        number = len(self.assignments)
        made = Assignment(number, name, value, route, target, tuple(machines), now)
        self.assignments.append(made)
        self.progress.append(Progress())
        self._world.write(now, actor, ASSIGN, target, f"{made.id} {name} {value} {route}")
        self._send(made, self._arrive)
        return made

    def withdraw(self, actor: str, assignment_id: str) -> Assignment:
        """Take an assignment back; each machine forgets it in its own time."""
        known = {one.id: one for one in self.assignments}
        if assignment_id not in known:
            advice = nearest(assignment_id, known, "nothing is assigned")
            raise CommandRefused(Problem("FLEET-UNKNOWN", f"no assignment {assignment_id!r}", advice=advice))
        found = known[assignment_id]
        progress = self.progress[found.number]
        if progress.withdrawn is not None:
            raise CommandRefused(
                Problem("FLEET-WITHDRAWN", f"{assignment_id} was taken back already", advice="choose another")
            )
        now = self._world.now()
        progress.withdrawn = now
        progress.due.clear()
        self._world.write(now, actor, WITHDRAW, found.target, found.id)
        self._send(found, self._forget)
        return found

    def when(self, machine: int, met: Callable[[MachineSettings], bool]) -> int | None:
        """Return when a machine's settings will meet something, if nobody does more; None if never."""
        pending = sorted(
            (progress.due[machine], number)
            for number, progress in enumerate(self.progress)
            if machine in progress.due
        )
        if not pending:
            return None
        held = deepcopy(self.of(machine))
        for due, number in pending:
            made = self.assignments[number]
            if self.progress[number].withdrawn is None:
                self._take_in(made, held)
            else:
                held.drop(made.setting, made.route, number)
            if met(held):
                return due
        return None

    def since(self, machine: int, names: Collection[str]) -> int | None:
        """Return when one of some settings last came to the value in force; None where all always had it."""
        found = (c.time for c in reversed(self.changes.get(machine, [])) if c.name in names)
        return next(found, None)

    def _send(self, assignment: Assignment, deliver: Callable[[Assignment, Sequence[int]], None]) -> None:
        """Let something happen to each machine when it is due there."""
        due = self._progress_of(assignment).due
        batches: dict[int, list[int]] = {}
        for machine, time in zip(assignment.machines, self._due(assignment), strict=True):
            if time is not None:
                due[machine] = time
                batches.setdefault(time, []).append(machine)
        for time in sorted(batches):
            if time == self._world.now():
                self._world.realise()
                deliver(assignment, batches[time])
            else:
                self._world.at(time, partial(deliver, assignment, batches[time]))

    def _due(self, assignment: Assignment) -> list[int | None]:
        """Return when each machine gets it; None where it is never on again."""
        now = self._world.now()
        hop = HOPS.get(assignment.route)
        people = self._staff.people
        delays = [
            self._world.delay(hop, people[self._staff.machines[m].owner].id) if hop else 0
            for m in assignment.machines
        ]
        rows = np.array(assignment.machines, dtype=np.int64)
        times = now + np.array(delays, dtype=np.int64)
        times = np.where(times > now, -(-times // MINUTE) * MINUTE, times)
        due = self._machines.first_on(rows, times)
        on = self._machines.is_on(rows, due)
        return [time if is_on else None for time, is_on in zip(due.tolist(), on.tolist(), strict=True)]

    def _arrive(self, assignment: Assignment, machines: Sequence[int]) -> None:
        progress = self._progress_of(assignment)
        if progress.withdrawn is not None:
            return
        self._world.realise()
        now, name, route = self._world.now(), assignment.setting, assignment.route
        for machine in machines:
            self._changing(machine, name, partial(self._take_in, assignment))
            progress.due.pop(machine, None)
            progress.arrived[machine] = now
            if route in REPORTING:
                owner = self._staff.people[self._staff.machines[machine].owner].id
                progress.reported[machine] = now + self._world.delay("fleet_report", owner)
            elif route is not Route.GPO:
                progress.reported[machine] = now
        self._world.write(now, "fleet", ARRIVE, assignment.id, str(len(machines)))

    @staticmethod
    def _take_in(assignment: Assignment, held: MachineSettings) -> None:
        if assignment.route is Route.POWERSHELL:
            held.set_locally(assignment.setting, assignment.value)
        else:
            held.hold(assignment.setting, assignment.route, assignment.number, assignment.value)

    def _forget(self, assignment: Assignment, machines: Sequence[int]) -> None:
        self._world.realise()
        progress = self._progress_of(assignment)
        for machine in machines:
            self._changing(
                machine,
                assignment.setting,
                lambda held: held.drop(assignment.setting, assignment.route, assignment.number),
            )
            progress.due.pop(machine, None)
            progress.arrived.pop(machine, None)
            progress.reported.pop(machine, None)
        self._world.write(self._world.now(), "fleet", ARRIVE, assignment.id, str(-len(machines)))

    def _progress_of(self, assignment: Assignment) -> Progress:
        return self.progress[assignment.number]

    def _changing(self, machine: int, name: str, change: Callable[[MachineSettings], object]) -> None:
        """Make a change; keep what it did to the value in force, and let the guards know."""
        held = self.of(machine)
        before = held.effective(name)
        change(held)
        after = held.effective(name)
        if before != after:
            found = SettingChange(self._world.now(), name, before, after)
            self.changes.setdefault(machine, []).append(found)
        if before.value != after.value:
            self._put(machine, name)

    def _put(self, machine: int, name: str) -> None:
        effects.put(self._guards, self._staff.machines[machine].device, machine, name, self.of(machine))


def values(held: MachineSettings) -> dict[str, Value]:
    """Return every value in force on a machine, by name."""
    return {name: held.effective(name).value for name in EVERY}
