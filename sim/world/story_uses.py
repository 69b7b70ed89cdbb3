"""Uses that a story begins: their sessions of a day, which come up within it.

What such a use asks for on a day is a pure function of seed, use, person and day, cut off before the moment
at which it began. So an adversary is drawn alike whatever the trainee did before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, betweens, draws, fields, spread, word
from sim.base.time import MINUTE
from sim.scenario.story import Ordinary, Started, Story, Whom
from sim.scenario.story_kinds import KINDS, Label, Pattern, Range
from sim.world.habits import process_index
from sim.world.machines import Machines
from sim.world.organisation import Staff
from sim.world.sessions import Sessions, sessions_of

I64 = NDArray[np.int64]

_SETTLING = 5 * MINUTE
"""Within this, after a use has begun, comes the first session of one that begins at once (guess)."""
_MOST_TICKS = 20_000
"""Requests of a rhythm in a day; a place within a session is a small number."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The tables of a use."""

    gap_ms: tuple[int, ...]
    up: tuple[int, ...]
    down: tuple[int, ...]
    requests: tuple[int, ...] = spread((1, 1))
    upload: tuple[int, ...] = ()
    unnoticed: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """One use that the story can begin, as the world holds it."""

    number: int
    name: str
    said: Started
    pattern: Pattern
    """The kind's figures, with what the author said instead."""
    people: I64
    """Whom it means, by index."""

    @property
    def label(self) -> Label:
        """What it really is."""
        return self.pattern.label


def people_of(whom: Whom, staff: Staff, seed: int, name: str) -> I64:
    """Return whom a part of the story means, by index."""
    chosen = draws(seed, "story-share", staff.keys, word(name)) % np.uint64(100) < whom.share
    meant = [whom.is_about(person.id, person.department) for person in staff.people]
    return np.flatnonzero(chosen & np.array(meant, dtype=np.bool_)).astype(np.int64)


def uses(story: Story, staff: Staff, seed: int) -> tuple[Use, ...]:
    """Return every use that a story can begin."""
    return tuple(
        Use(number, name, said, _figures(said), people_of(said, staff, seed, name))
        for number, (name, said) in enumerate(story.uses)
    )


def shapes(story: Story) -> tuple[_Shape, ...]:
    """Return the tables of every use, in their order."""
    return tuple(_shape(_figures(said)) for _, said in story.uses)


def _figures(said: Started) -> Pattern:
    named = {name: getattr(said, name) for name in ("sessions", "requests", "every", "up", "down")}
    return replace(KINDS[said.kind], **{name: value for name, value in named.items() if value is not None})


def _shape(pattern: Pattern) -> _Shape:
    stray = pattern.every * pattern.jitter // 100
    gap = (pattern.every - stray, pattern.every + stray) if pattern.every else pattern.gap
    gap_ms = spread((gap[0] // 1_000, gap[1] // 1_000))
    return _Shape(gap_ms, spread(pattern.up), spread(pattern.down))


class Drawing:
    """Draws the sessions of uses."""

    def __init__(
        self, staff: Staff, machines: Machines, browsers: Sequence[tuple[str, str]], hours: Range, seed: int
    ) -> None:
        """`browsers` are id and file name; `hours` the working hours, in microseconds since midnight."""
        self._staff = staff
        self._machines = machines
        self._browsers = dict(browsers)
        self._hours = hours
        self._seed = seed

    def noisy(self, use: Use, day: int) -> I64:
        """Return the people whom a working day brings a harmless use."""
        assert isinstance(use.said, Ordinary)
        bits = draws(self._seed, "story-noise", self._staff.keys[use.people], word(use.name), day)
        return use.people[bits % np.uint64(100) < use.said.rate]

    def key(self, use: Use, people: I64, number: I64 | int = 0) -> U64:
        """Return what the draws of a session of each person are keyed by."""
        return draws(0, "story-use", self._staff.keys[people], word(use.name), number)

    def of_day(self, use: Use, people: I64, day: int, begin: int, kind: int) -> Sessions:
        """Return the sessions that people begin on a day, from `begin` on."""
        pattern = use.pattern
        each = 1 if pattern.every or pattern.at_once else pattern.sessions
        person = np.repeat(people, each)
        number = np.tile(np.arange(each, dtype=np.int64), len(people))
        key = self.key(use, person, number)
        bits = draws(self._seed, "story-session", key, day)
        starts = self._starts(use, person, number, bits, day, begin)
        counts = betweens(fields(bits, "length"), *pattern.requests)
        if pattern.every:
            # So many that even the slowest ends with the day; those of a machine that is off are not made.
            slowest = pattern.every + pattern.every * pattern.jitter // 100
            left = int(self._machines.calendar.starts[day + 1]) - starts
            counts = np.minimum(left // slowest, _MOST_TICKS)
        kept = np.flatnonzero((starts >= begin) & (starts < self._machines.calendar.starts[day + 1]))
        person, key, starts, counts = person[kept], key[kept], starts[kept], counts[kept]
        staff, said = self._staff, use.said
        first, count = staff.spans[said.app, said.hosts]
        whole = {
            "app": next(place for place, app in enumerate(staff.apps) if app.id == said.app),
            "kind": kind,
            "first_host": first,
            "host_count": count,
            "uploads": 0,
            "long_lived": 0,
        }
        return sessions_of(
            person,
            key,
            starts,
            machine=staff.machine[person],
            process=self._process(said.browser, person),
            requests=counts,
            **{name: np.full(len(person), value, dtype=np.int64) for name, value in whole.items()},
        )

    def _process(self, browser: str, person: I64) -> I64:
        names = self._staff.processes
        own = browser == "own"
        files = (self._staff.people[p].browser if own else browser for p in person.tolist())
        found = [process_index(names, self._browsers.get(name, name)) for name in files]
        return np.array(found, dtype=np.int64)

    def _starts(self, use: Use, person: I64, number: I64, bits: U64, day: int, begin: int) -> I64:
        """Return when the session of each person begins."""
        pattern = use.pattern
        if pattern.every:
            return begin + (fields(bits, "phase") % np.uint64(pattern.every)).astype(np.int64)
        if pattern.at_once and not isinstance(use.said, Ordinary):
            asked = np.full(len(person), begin, dtype=np.int64)
            on = self._machines.first_on(self._staff.machine[person], asked)
            return on + betweens(fields(bits, "start"), 0, _SETTLING)
        low, high = use.said.between or self._hours
        window = (high - low) // max(1, pattern.sessions)
        midnight = int(self._machines.calendar.starts[day])
        found: I64 = midnight + low + number * window + betweens(fields(bits, "start"), 0, window - 1)
        return found
