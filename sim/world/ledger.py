"""The ledgers: what work stood still, and what went out all the same, each by its cause.

A cause is the rule that stopped somebody and what they did about it. Pure functions of what people did and of
the realised rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.time import MINUTE
from sim.engine.enforcement.facts import STOPPED, Outcome
from sim.world.displacement import NOTHING, Reaction, Way
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]
_Part = tuple[int, int, int]
"""Somebody, their connections and the bytes that these sent."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What stopped people, and what they did about it."""

    wanted: int
    """The app that they wanted to begin with, as a place in the staff's list; so are all apps here."""
    outcome: Outcome
    """How they were stopped."""
    indicator: int
    """Number of the indicator that did it; -1 where something beyond the machine did."""
    way: Way


@dataclass(frozen=True, slots=True)
class Lost:
    """Work that stood still by one cause."""

    cause: Cause
    sessions: int
    people: int
    span: int
    """Microseconds from the first refusal until the work went on, or the session would have ended; for each
    session a minute at least (guess)."""


@dataclass(frozen=True, slots=True)
class Escaped:
    """What went out by one cause."""

    cause: Cause
    target: int
    """The app that it went to."""
    seen: bool
    """Whether any source could see it: what goes over somebody's own phone no source sees."""
    connections: int
    people: int
    bytes_up: int


def lost(reactions: Iterable[Reaction], until: int) -> tuple[Lost, ...]:
    """Return the work that stood still by `until`, the longest first."""
    found: dict[Cause, list[tuple[int, int]]] = {}
    for one in reactions:
        if one.time < until:
            over = min(one.goes_on or one.ends, until)
            found.setdefault(_cause(one), []).append((one.person, max(over - one.since, MINUTE)))
    rows = [
        Lost(cause, len(each), len({person for person, _ in each}), sum(span for _, span in each))
        for cause, each in found.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.span, *_key(row.cause))))


def escaped(reactions: Iterable[Reaction], rows: Rows, day: I64, until: int) -> tuple[Escaped, ...]:
    """Return what went out by `until` elsewhere, the most bytes first. `day` is that of each row."""
    found: dict[tuple[Cause, int, bool], list[_Part]] = {}
    led: dict[int, Reaction] = {}
    for one in reactions:
        if one.way is Way.PHONE and one.goes_on < until:
            part = one.person, one.unmade, one.bytes_up
            found.setdefault((_cause(one), one.target, False), []).append(part)
        elif one.added != NOTHING:
            led[(one.day << 32) + one.added] = one
    keys = (day << 32) + rows.session
    mine = np.flatnonzero(_passed(rows) & np.isin(keys, np.array(sorted(led), dtype=np.int64)))
    for key, part in _parts(rows.take(mine), keys[mine]):
        found.setdefault((_cause(led[key]), led[key].target, True), []).append(part)
    return _summed(found)


def clicked_through(rows: Rows, apps: I64) -> tuple[Escaped, ...]:
    """Return what went out past warnings, the most bytes first; `apps` is the app of each host."""
    found: dict[tuple[Cause, int, bool], list[_Part]] = {}
    through = rows.take((rows.outcome == Outcome.BYPASSED) & (rows.session >= 0))
    users = int(through.user.max(initial=0)) + 1
    for key, part in _parts(through, ((apps[through.host] << 20) + through.indicator) * users + through.user):
        app, indicator = divmod(key // users, 1 << 20)
        cause = Cause(app, Outcome.WARNED, indicator, Way.CLICK_THROUGH)
        found.setdefault((cause, app, True), []).append(part)
    return _summed(found)


def _passed(rows: Rows) -> NDArray[np.bool_]:
    return ~np.isin(rows.outcome, STOPPED)


def _summed(found: Mapping[tuple[Cause, int, bool], Sequence[_Part]]) -> tuple[Escaped, ...]:
    made = [
        Escaped(
            cause,
            target,
            seen,
            sum(count for _, count, _ in parts),
            len({person for person, _, _ in parts}),
            sum(sent for _, _, sent in parts),
        )
        for (cause, target, seen), parts in found.items()
    ]
    return tuple(sorted(made, key=lambda row: (-row.bytes_up, row.target, *_key(row.cause))))


def _cause(one: Reaction) -> Cause:
    return Cause(one.wanted, one.outcome, one.indicator, one.way)


def _key(cause: Cause) -> tuple[int, int, int, str]:
    return cause.wanted, int(cause.outcome), cause.indicator, cause.way.value


def _parts(rows: Rows, keys: I64) -> Iterator[tuple[int, _Part]]:
    """Yield each key with the person of its rows, their number and the bytes that they sent."""
    values, first, place, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    sent = np.zeros(len(values), dtype=np.int64)
    np.add.at(sent, place, rows.bytes_up)
    columns = (rows.user[first], counts, sent)
    for key, *part in zip(values.tolist(), *(column.tolist() for column in columns), strict=True):
        person, count, bytes_up = part
        yield key, (person, count, bytes_up)
