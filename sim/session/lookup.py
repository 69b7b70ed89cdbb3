"""Finding what a command names, or refusing with the nearest name there is."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem, nearest
from sim.world.model import World


def machine_index(world: World, name: str) -> int:
    """Return the index of a machine by name, or refuse with the nearest."""
    names = [machine.name for machine in world.staff.machines]
    return index_of(names, name.upper(), "MACHINE-UNKNOWN", "machine")


def index_of(names: list[str] | tuple[str, ...], name: str, rule: str, what: str) -> int:
    """Return the place of a name, or refuse with the nearest."""
    try:
        return list(names).index(name)
    except ValueError:
        raise unknown(rule, what, name, list(names)) from None


def unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    """Return the refusal of a name that is not known."""
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=nearest(name, known)))
