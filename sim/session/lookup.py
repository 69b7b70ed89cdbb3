"""Finding what a command names, or refusing with the nearest name there is."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem, nearest
from sim.world.fleet import ALL_MACHINES
from sim.world.model import World


def machine_index(world: World, name: str) -> int:
    """Return the index of a machine by name, however its letters are written, or refuse with the nearest."""
    names = [machine.name for machine in world.staff.machines]
    known = {known.casefold(): place for place, known in enumerate(names)}
    place = known.get(name.strip().casefold())
    if place is None:
        raise unknown("MACHINE-UNKNOWN", world.tenant.portal.words["machine"], name, names)
    return place


def fleet_target(world: World, name: str) -> tuple[str, list[int]]:
    """Return a target as it is called, and its machines: all, one by name, a department's, a group's."""
    every = list(range(len(world.staff.machines)))
    wanted = name.strip().casefold()
    everywhere = everything(world)
    if wanted in {ALL_MACHINES.casefold(), everywhere.casefold()}:
        return everywhere, every
    machines, people = world.staff.machines, world.staff.people
    departments = [people[machine.owner].department for machine in machines]
    groups = [world.guards.group_of(machine) for machine in every]
    for kind in (departments, groups):
        chosen = [m for m in every if kind[m].casefold() == wanted != ""]
        if chosen:
            return kind[chosen[0]], chosen
    names = [machine.name for machine in machines]
    named = [m for m in every if names[m].casefold() == wanted]
    if named:
        return names[named[0]], named[:1]
    raise unknown("TARGET-UNKNOWN", "target", name, [everywhere, *fleet_groups(world), *names])


def everything(world: World) -> str:
    """Return what the period calls the whole fleet."""
    return world.tenant.portal.say("All {machines}")


def fleet_groups(world: World) -> list[str]:
    """Return the departments and the device groups that an assignment may be for."""
    departments = {person.department for person in world.staff.people}
    return sorted(departments | {*world.guards.groups} - {""})


def index_of(names: list[str] | tuple[str, ...], name: str, rule: str, what: str) -> int:
    """Return the place of a name, or refuse with the nearest."""
    try:
        return list(names).index(name)
    except ValueError:
        raise unknown(rule, what, name, list(names)) from None


def process_index(world: World, name: str) -> int:
    """Return the index of a program, given by its file name or, for a browser, its short name."""
    names = world.staff.processes
    file_name = world.era.portals.browsers.get(name.lower(), name).lower()
    return index_of([known.lower() for known in names], file_name, "PROCESS-UNKNOWN", "process")


def unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    """Return the refusal of a name that is not known."""
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=nearest(name, known)))
