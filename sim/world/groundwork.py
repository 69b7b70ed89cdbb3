"""What a run begins with: the staff, when their machines are on, and what they mean to do day by day.

A pure function of scenario and seed; the world and the slow reference of the tests begin with the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.base.kept import Kept
from sim.scenario.load import Resolved
from sim.world.adoption import Adoption, adoption
from sim.world.agenda import Agenda, Life
from sim.world.attendance import attendance
from sim.world.behaviour import I64, Kinds
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


@dataclass(frozen=True, slots=True)
class _Standing:
    """The part of it that no run changes."""

    staff: Staff
    kinds: Kinds
    life: Life | None = None
    used: Sequence[tuple[I64, I64]] | None = None
    """When each machine is on, where people live."""
    adoption: Adoption | None = None


_STANDING: Kept[tuple[str, int], _Standing] = Kept(2)
"""By the hash of all that decides it, and seed: who goes back in a run hires nobody anew."""


def groundwork(resolved: Resolved, seed: int) -> Groundwork:
    """Draw what a run begins with."""
    standing = _STANDING.get((resolved.content_hash(), seed), lambda: _draw(resolved, seed))
    staff = standing.staff
    machines = Machines(resolved, seed, staff.keys, staff.away, staff.devices, standing.used)
    agenda = Agenda(staff, Calendar(resolved), seed, standing.life)
    return Groundwork(staff, machines, agenda, standing.kinds, standing.adoption)


def _draw(resolved: Resolved, seed: int) -> _Standing:
    staff = build(resolved, seed)
    told = shapes(resolved.scenario.story)
    _lock(staff, staff.plan, staff.uses, staff.adoptable)
    pack, lively = resolved.pack, resolved.scenario.life
    if pack is None or lively is None:
        return _Standing(staff, Kinds(story=told))
    there = attendance(resolved, pack, staff.people, staff.keys, Calendar(resolved), seed)
    _lock(there)
    used = there.machine_columns(staff.machine, staff.keys, seed)
    life = Life(staff, seed, pack, there, lively.activity)
    return _Standing(staff, Kinds(pack.kinds, told), life, used, adoption(resolved, staff, seed))


def _lock(*parts: Any) -> None:
    """Let nobody write into the columns of these parts: other runs share them."""
    for part in parts:
        for field in fields(part):
            column = getattr(part, field.name)
            if isinstance(column, np.ndarray):
                column.flags.writeable = False
