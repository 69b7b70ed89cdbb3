"""What a run begins with: the staff, when their machines are on, and what they mean to do day by day.

A pure function of scenario and seed; the world and the slow reference of the tests begin with the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.load import Resolved
from sim.world.adoption import Adoption, adoption
from sim.world.agenda import Agenda, Life
from sim.world.attendance import attendance
from sim.world.behaviour import Kinds
from sim.world.calendar import Calendar
from sim.world.machines import Machines
from sim.world.organisation import Staff, build
from sim.world.story_uses import shapes


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Everything that is there before anything happens."""

    staff: Staff
    machines: Machines
    agenda: Agenda
    kinds: Kinds
    adoption: Adoption | None = None
    """What spreads; None: nothing does."""


def groundwork(resolved: Resolved, seed: int) -> Groundwork:
    """Draw what a run begins with."""
    staff = build(resolved, seed)
    calendar = Calendar(resolved)
    told = shapes(resolved.scenario.story)
    pack, lively = resolved.pack, resolved.scenario.life
    if pack is None or lively is None:
        machines = Machines(resolved, seed, staff.keys, staff.away, staff.devices)
        return Groundwork(staff, machines, Agenda(staff, calendar, seed), Kinds(story=told))
    there = attendance(resolved, pack, staff.people, staff.keys, calendar, seed)
    used = there.machine_columns(staff.machine, staff.keys, seed)
    machines = Machines(resolved, seed, staff.keys, staff.away, staff.devices, used)
    life = Life(staff, seed, pack, there, lively.activity)
    agenda = Agenda(staff, calendar, seed, life)
    return Groundwork(staff, machines, agenda, Kinds(pack.kinds, told), adoption(resolved, staff, seed))
