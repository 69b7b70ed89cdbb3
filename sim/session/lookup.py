"""Finding what a command names, or refusing with the nearest name there is."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem, nearest
from sim.world.model import World


def machine_index(world: World, name: str) -> int:
    """Return the index of a machine by name, or refuse with the nearest."""
    names = [machine.name for machine in world.staff.machines]
    return index_of(names, name.upper(), "MACHINE-UNKNOWN", "machine")


ALL_MACHINES = "All machines"
"""Target of an assignment to the whole fleet."""


def fleet_target(world: World, name: str) -> tuple[str, list[int]]:
    """Return a target as it is called and its machines: all, one by name, or a department's."""
    every = list(range(len(world.staff.machines)))
    wanted = name.strip().casefold()
    if wanted == ALL_MACHINES.casefold():
        return ALL_MACHINES, every
    departments = {person.department for person in world.staff.people}
    for department in sorted(departments):
        if wanted == department.casefold():
            people = world.staff.people
            machines = world.staff.machines
            return department, [m for m in every if people[machines[m].owner].department == department]
    names = [machine.name for machine in world.staff.machines]
    if name.strip().upper() in names:
        return name.strip().upper(), [names.index(name.strip().upper())]
    raise unknown("TARGET-UNKNOWN", "target", name, [ALL_MACHINES, *sorted(departments), *names])


def index_of(names: list[str] | tuple[str, ...], name: str, rule: str, what: str) -> int:
    """Return the place of a name, or refuse with the nearest."""
    try:
        return list(names).index(name)
    except ValueError:
        raise unknown(rule, what, name, list(names)) from None


def unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    """Return the refusal of a name that is not known."""
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=nearest(name, known)))
