"""The ledgers of a run beside the truth: whose work stood still, and what went out all the same, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.base.time import MINUTE
from sim.exercise.score.evaluated import Evaluated
from sim.exercise.score.truth import prohibited
from sim.scenario.story_kinds import Label
from sim.world.displacement import NOTHING, Reaction
from sim.world.ledger import Cause, Escaped, clicked_through, escaped, lost


@dataclass(frozen=True, slots=True)
class StoodStill:
    """Legitimate work that stood still by one cause."""

    app_id: str
    rule: str
    """The indicator's value; else what stopped the people."""
    way: str
    """What they did about it."""
    sessions: int
    people: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Displaced:
    """What went out although people were stopped, by one cause."""

    app_id: str
    """What they wanted to use."""
    prohibited: bool
    """Whether the policy forbids that use."""
    rule: str
    way: str
    target: str
    """The app that it went to."""
    seen: bool
    """Whether any data source can see it."""
    connections: int
    people: int
    bytes_up: int


def stood_still(seen: Evaluated) -> tuple[StoodStill, ...]:
    """Return the legitimate work that stood still, the longest first."""
    work = (one for one, bad in _reactions(seen) if not bad)
    return tuple(
        StoodStill(
            _app(seen, row.cause.wanted),
            _rule(seen, row.cause),
            row.cause.way.value,
            row.sessions,
            row.people,
            -(-row.span // MINUTE),
        )
        for row in lost(work, seen.now)
    )


def displaced(seen: Evaluated) -> tuple[Displaced, ...]:
    """Return what went out although people were stopped: what the policy forbids, then the rest."""
    apps = seen.world.staff.host_app
    day = seen.world.machines.calendar.day_of(seen.rows.time)
    bad = prohibited(seen.world, seen.rows)
    known = list(_reactions(seen))
    found: list[Displaced] = []
    for flag in (True, False):
        reactions = [one for one, is_bad in known if is_bad == flag]
        rows = [
            *escaped(reactions, seen.rows, day, seen.now),
            *clicked_through(seen.rows.take(bad == flag), apps),
        ]
        found += [_displaced(seen, row, flag) for row in sorted(rows, key=lambda row: -row.bytes_up)]
    return tuple(found)


def _displaced(seen: Evaluated, row: Escaped, bad: bool) -> Displaced:
    return Displaced(
        _app(seen, row.cause.wanted),
        bad,
        _rule(seen, row.cause),
        row.cause.way.value,
        _app(seen, row.target),
        row.seen,
        row.connections,
        row.people,
        row.bytes_up,
    )


def _reactions(seen: Evaluated) -> Iterator[tuple[Reaction, bool]]:
    """Yield what people did since play began, and whether what they wanted is forbidden or an attack."""
    world, people = seen.world, seen.world.staff.people
    rules = {item.app: item.people for item in seen.truth.prohibited}
    attacks = [one for one in world.story.begun if one.use.label is Label.MALICIOUS]
    for one in world.displacement.reactions:
        if seen.start <= one.time < seen.now:
            app = _app(seen, one.wanted)
            named = rules.get(app)
            forbidden = named is not None and (not named or people[one.person].id in named)
            begun = one
            while begun.after != NOTHING:
                begun = world.displacement.reactions[begun.after]
            attack = any(a.day == begun.day and a.first <= begun.session < a.end for a in attacks)
            yield one, forbidden or attack


def _app(seen: Evaluated, place: int) -> str:
    return seen.world.staff.apps[place].id


def _rule(seen: Evaluated, cause: Cause) -> str:
    if cause.indicator < 0:
        return cause.outcome.name.lower().replace("_", "-")
    return seen.world.tenant.indicators.all[cause.indicator].value
