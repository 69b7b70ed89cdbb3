"""Product views of what manages machines: the settings, what was assigned, and what a machine has in force.

A console knows what machines reported to it, and Group Policy is told nothing: there one asks the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.time import show_duration
from sim.engine.enforcement.fleet import Assignment
from sim.engine.enforcement.settings import SETTINGS, Kind, Route, Setting
from sim.scenario.eras import Delay
from sim.session.driver import Session
from sim.session.lookup import everything, fleet_groups, machine_index
from sim.world.fleet import HOPS, REPORTING, Progress


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A way to give a setting to machines."""

    name: str
    place: str
    """Where it is set."""
    delay: str
    """When a machine has it."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting that the fleet can be run by."""

    name: str
    title: str
    values: tuple[str, ...]
    routes: tuple[RouteRow, ...]
    effect: str
    """Empty where nothing is documented."""
    source: str


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """What was assigned, and how far it has come as the console says."""

    id: str
    setting: str
    title: str
    value: str
    route: str
    place: str
    target: str
    machines: int
    created: int
    withdrawn: int | None
    reported: int | None
    """Machines that have it; None where the route's console is not told."""


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One machine of an assignment, as the console says."""

    machine: str
    user: str
    reported: int | None


@dataclass(frozen=True, slots=True)
class InForceRow:
    """A setting of a machine: what is in force, who set it, and what that overrides."""

    name: str
    title: str
    value: str
    source: str
    place: str
    since: int | None
    """None where it stood so when play began."""
    overridden: tuple[str, ...]
    """Weaker values that wait, each with its route."""
    effect: str


def settings(session: Session) -> list[SettingRow]:
    """Return the settings of the period."""
    period = session.world.tenant.portal.key
    return [
        SettingRow(
            one.name,
            one.title,
            ("On", "Off") if one.kind is Kind.SWITCH else tuple(one.words),
            tuple(RouteRow(route, place, route_delay(session, route)) for route, place in one.places.items()),
            one.effect,
            one.source,
        )
        for one in SETTINGS.values()
        if one.exists_in(period)
    ]


def route_delay(session: Session, route: Route) -> str:
    """Return when a machine that is on has what a route brings, in words."""
    hop = HOPS.get(route)
    if hop is None:
        return "at once"
    delay: Delay = getattr(session.world.era, hop)
    return f"within {show_duration(delay.longest).removesuffix(' 00 min')}"


def targets(session: Session) -> list[str]:
    """Return whom a setting can be assigned to: everybody, a department or group, or one machine."""
    names = sorted(machine.name for machine in session.world.staff.machines if machine.device.managed)
    return [everything(session.world), *fleet_groups(session.world), *names]


def assignments(session: Session) -> list[AssignmentRow]:
    """Return what was assigned, the newest first."""
    fleet = session.world.fleet
    rows = [
        _row(one, progress, session.now)
        for one, progress in zip(fleet.assignments, fleet.progress, strict=True)
    ]
    return rows[::-1]


def _row(one: Assignment, progress: Progress, now: int) -> AssignmentRow:
    setting = SETTINGS[one.setting]
    told = one.route in REPORTING or one.route not in HOPS
    return AssignmentRow(
        one.id,
        one.setting,
        setting.title,
        setting.say(one.value),
        one.route,
        setting.places[one.route],
        one.target,
        len(one.machines),
        one.created,
        progress.withdrawn,
        sum(time <= now for time in progress.reported.values()) if told else None,
    )


def arrivals(session: Session, assignment_id: str) -> list[ArrivalRow]:
    """Return the machines of an assignment, by name."""
    world = session.world
    number = next(one.number for one in world.fleet.assignments if one.id == assignment_id)
    reported = world.fleet.progress[number].reported
    rows = []
    for index in world.fleet.assignments[number].machines:
        machine = world.staff.machines[index]
        time = reported.get(index)
        shown = time if time is not None and time <= session.now else None
        rows.append(ArrivalRow(machine.name, world.staff.people[machine.owner].upn, shown))
    return sorted(rows, key=lambda row: row.machine)


def in_force(session: Session, machine: str) -> list[InForceRow]:
    """Return the settings of a machine as an administrator finds them there."""
    world = session.world
    index = machine_index(world, machine)
    device = world.staff.machines[index].device
    rows = []
    for one in SETTINGS.values():
        if one.exists_in(world.tenant.portal.key) and device.system in one.systems:
            rows.append(_in_force(session, index, one))
    return rows


def _in_force(session: Session, machine: int, one: Setting) -> InForceRow:
    fleet = session.world.fleet
    held = fleet.of(machine)
    now = held.effective(one.name)
    changes = [c for c in fleet.changes.get(machine, []) if c.name == one.name]
    waiting = [(route, value) for route, value in held.holds(one.name).items() if route is not now.route]
    on_windows = session.world.staff.machines[machine].device.system in {"windows", "server"}
    default = "Windows default" if on_windows else "default"
    as_found = default if now.value == one.default else "as it was found"
    typed_elsewhere = now.route is Route.POWERSHELL and not on_windows
    return InForceRow(
        one.name,
        one.title,
        one.say(now.value),
        "mdatp" if typed_elsewhere else now.route or as_found,
        one.places[now.route] if now.route and not typed_elsewhere else "",
        changes[-1].time if changes else None,
        tuple(f"{one.say(value)} by {route}" for route, value in waiting),
        one.effect,
    )
