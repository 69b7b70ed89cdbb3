"""How new apps spread: who uses one tells those who work with them, and some of these take it up.

As a day begins, everybody who lacks an app may have heard of it from each person tied to them who used it on
the day before. A draw belongs to the pair and the day, another to the person who tries it and the day, so
nobody's draws depend on who else there is. Who is stopped shows it to nobody: a block ends the spread.

That few begin and word of mouth does the rest is Bass's model of 1969; the rates of a workplace are guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.base.rng import draws, fields, word
from sim.base.time import from_iso, to_datetime
from sim.scenario.load import Resolved
from sim.scenario.spread import Adopted
from sim.world.behaviour import I64
from sim.world.collaboration import Collaboration, Tie, collaboration
from sim.world.organisation import Staff
from sim.world.sessions import Flags
from sim.world.uses import Uses

_TOLD: I64 = np.zeros(max(Tie) + 1, dtype=np.int64)
"""In a thousand: how often a day somebody sees what a person tied to them uses (guess)."""
_TOLD[[Tie.ACQUAINTANCE, Tie.COLLEAGUE, Tie.PROJECT, Tie.MANAGER]] = 15, 60, 90, 120


@dataclass(frozen=True, slots=True)
class _Spreading:
    """One app that spreads."""

    place: int
    """Of the app, among those that can be reached."""
    word: int
    since: int
    """Day, as `Calendar.dates` counts."""
    starters: Flags
    usefulness: I64
    """By person."""
    friction: int
    uses: I64
    """By person: the row of `Staff.adoptable`; -1: their role has no use for it."""


class Adoption:
    """The apps that spread, and by what rule: it holds nothing that changes."""

    def __init__(self, resolved: Resolved, staff: Staff, adopted: Sequence[Adopted], seed: int) -> None:
        self._staff, self._seed = staff, seed
        self._graph: Collaboration = collaboration(staff.people, seed)
        first, whom, tie = self._graph.neighbours
        self._person = np.repeat(np.arange(len(staff.people)), np.diff(first))
        self._whom, self._tie = whom, tie
        self._apps = [self._spreading(resolved, each) for each in adopted]
        self.places = [app.place for app in self._apps]
        """The apps, among those that can be reached."""

    def _spreading(self, resolved: Resolved, adopted: Adopted) -> _Spreading:
        staff = self._staff
        place = next(n for n, app in enumerate(staff.apps) if app.id == adopted.app)
        named = [
            not (adopted.people or adopted.departments)
            or person.id in adopted.people
            or person.department in adopted.departments
            for person in staff.people
        ]
        key = word(adopted.app)
        drawn = draws(self._seed, "begins-app", staff.keys, key) % np.uint64(100) < adopted.share
        starters = np.array([person.id in adopted.people for person in staff.people])
        personas = () if resolved.pack is None else resolved.pack.personas
        curious = {persona.name: persona.curious for persona in personas}
        percent = np.array([curious.get(person.persona, 100) for person in staff.people], dtype=np.int64)
        rows = np.flatnonzero(staff.adoptable.app == place)
        uses = np.full(len(staff.people), -1, dtype=np.int64)
        uses[staff.adoptable.person[rows]] = rows
        return _Spreading(
            place,
            key,
            begins_on(resolved, adopted).toordinal(),
            (starters | (np.array(named) & drawn)) & (uses >= 0),
            adopted.usefulness * percent // 100,
            adopted.friction,
            uses,
        )

    def nobody(self) -> Flags:
        """Return, by app and person, that nobody has any of the apps."""
        return np.zeros((len(self._apps), len(self._staff.people)), dtype=np.bool_)

    def uses(self, has: Flags) -> Uses:
        """Return the uses of those who have the apps."""
        rows = [app.uses[mine] for app, mine in zip(self._apps, has, strict=True)]
        return self._staff.adoptable.take(np.concatenate(rows))

    def take_up(self, has: Flags, used: Flags, day: int) -> list[tuple[int, I64]]:
        """Let those have apps who take them up as a day begins; return whom, by the place of the app.

        `used` is who used them on the day before and was not stopped.
        """
        found = []
        for app, mine, seen in zip(self._apps, has, used, strict=True):
            new = self._convinced(app, mine, seen, day)
            if day == app.since:
                new |= app.starters & ~mine
            mine |= new
            if new.any():
                found.append((app.place, np.flatnonzero(new)))
        return found

    def _convinced(self, app: _Spreading, has: Flags, seen: Flags, day: int) -> Flags:
        rows = np.flatnonzero(seen[self._whom] & ~has[self._person])
        person, keys = self._person[rows], self._staff.keys
        bits = draws(self._seed, "told-of-app", keys[person], keys[self._whom[rows]], app.word, day)
        told = np.unique(person[(bits % np.uint64(1_000)).astype(np.int64) < _TOLD[self._tie[rows]]])
        told = told[app.uses[told] >= 0]
        bits = draws(self._seed, "tries-app", keys[told], app.word, day)
        tries = (fields(bits, "useful") % np.uint64(100)).astype(np.int64) < app.usefulness[told]
        put_off = fields(bits, "friction") % np.uint64(100) < app.friction
        found = np.zeros(len(has), dtype=np.bool_)
        found[told[tries & ~put_off]] = True
        return found


def begins_on(resolved: Resolved, adopted: Adopted) -> date:
    """Return the day on which the first use an app."""
    if adopted.since:
        return to_datetime(from_iso(adopted.since, resolved.tz), resolved.tz).date()
    past = resolved.scenario.history
    return to_datetime(resolved.start, resolved.tz).date() - timedelta(days=past.days if past else 0)


def adoption(resolved: Resolved, staff: Staff, seed: int) -> Adoption | None:
    """Return what spreads in a scenario; None where nothing does."""
    life = resolved.scenario.life
    return Adoption(resolved, staff, life.adoption, seed) if life is not None and life.adoption else None
