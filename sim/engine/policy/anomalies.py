"""Behaviour that is far from what was learned: the anomaly detection policy, and exfiltration.

How the product learns is nowhere documented beyond its terms: uploads compared with other users, transactions
compared with one's own history, downloads, uploads, transactions and users against the app's learned usage
(CAS/cloud-discovery-anomaly-detection-policy.md). The detector here is ours: for each series of daily figures
a running mean and a running mean deviation, in whole numbers, so that every machine finds the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from sim.engine.discovery.filters import MEGABYTE
from sim.engine.discovery.groups import Groups, entity_codes
from sim.engine.discovery.rollup import Cells, pack
from sim.engine.discovery.use import Use
from sim.engine.policy.matching import CandidateOf
from sim.engine.policy.policies import Anomaly, Match, Policy, PolicyKind, Reason, Subject
from sim.engine.portal import SANCTIONED
from sim.engine.traffic import I64

# All constants of the detector. They are guesses: the documents give none.
LEARNING_DAYS = 7
"""Days with data in a report before it can be judged; documented only as "a few"."""
MEMORY = 8
"""A day changes the running figures by this fraction."""
LEAST = 10
"""How many deviations above the usual a figure must be."""
FLOOR_VOLUME = 5 * MEGABYTE
"""Deviation in bytes that is taken at least: a steady habit must not make every MB an anomaly."""
FLOOR_TRANSACTIONS = 100
FLOOR_USERS = 3
WEEK = 7
"""Days over which the sensitivity counts."""

_ONE = 256
"""Fixed point of the running figures."""

Column = Literal["transactions", "bytes_up", "bytes_down"]


@dataclass(frozen=True, slots=True)
class Check:
    """A figure of one entity in one app, and with what it is compared."""

    what: str
    column: Column
    with_others: bool
    """With other users of the app, else with the entity's own history there."""
    floor: int


UPLOADED = Check("Uploaded data, against other users of the app", "bytes_up", True, FLOOR_VOLUME)
CHECKS = (
    UPLOADED,
    Check("Downloaded data, against other users of the app", "bytes_down", True, FLOOR_VOLUME),
    Check("Number of transactions, against the own history", "transactions", False, FLOOR_TRANSACTIONS),
)
USERS = "Number of users, against the app's history"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What was unusual in one app on one day, and how far it was from usual."""

    match: Match
    score: int
    """Hundredths of the usual deviation, of the figure that is farthest off."""


@dataclass(slots=True)
class _Running:
    """Running mean and mean deviation of many series, in 1/256."""

    mean: I64
    deviation: I64

    @classmethod
    def of(cls, size: int) -> _Running:
        return cls(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64))

    def limit(self, rows: I64, floor: int) -> tuple[I64, I64]:
        """Return what a figure must be more than, and the deviation that it is measured by."""
        spread = np.maximum(self.deviation[rows], floor * _ONE)
        return self.mean[rows] + LEAST * spread, spread

    def learn(self, rows: I64, mean: I64, deviation: I64) -> None:
        """Take in a day of some series."""
        self.deviation[rows] += (deviation - self.deviation[rows]) // MEMORY
        self.mean[rows] += (mean - self.mean[rows]) // MEMORY


def behaviours(use: Use, policy: Policy, report: str, candidate: CandidateOf) -> list[Behaviour]:
    """Return all that is unusual in a report by a policy's settings, by day, then the farthest off first.

    The first days of a report only teach.
    """
    settings = policy.anomaly or Anomaly()
    passes: dict[int, bool] = {}
    found: dict[tuple[int, int, str], Behaviour] = {}
    for place, day, who, reason, score in _unusual(use, policy.kind, settings):
        if place not in passes:
            app = candidate(use.catalog.apps[place].id)
            approved = policy.kind is PolicyKind.EXFILTRATION and SANCTIONED in app.tags
            passes[place] = policy.filters.match(app) and not approved
        if not passes[place]:
            continue
        key = (day, place, who)
        match = Match(policy, use.catalog.apps[place].id, report, day, 0, 0, 0, 0, (reason,), who)
        held = found.setdefault(key, Behaviour(match, score))
        if held.match is not match:
            both = replace(held.match, reasons=(*held.match.reasons, reason))
            found[key] = Behaviour(both, max(held.score, score))
    return sorted(
        found.values(), key=lambda each: (each.match.day, -each.score, each.match.app_id, each.match.who)
    )


_Found = tuple[int, int, str, Reason, int]
"""Position of the app, day, whose behaviour, why, score."""


def _unusual(use: Use, kind: PolicyKind, settings: Anomaly) -> Iterator[_Found]:
    cells = use.app_cells()
    days = np.unique(cells.day).tolist()
    learned = days[LEARNING_DAYS] if len(days) > LEARNING_DAYS else None
    if learned is None:
        return
    first = max(learned, -1 if settings.after is None else settings.after + 1)
    for subject in settings.subjects:
        checks = (UPLOADED,) if kind is PolicyKind.EXFILTRATION else CHECKS
        yield from _entities(use, cells, days, subject, checks, first)
    if kind is PolicyKind.ANOMALY and "user" in settings.subjects:
        yield from _crowds(cells, days, first)


def _entities(
    use: Use, cells: Cells, days: list[int], subject: Subject, checks: Collection[Check], first: int
) -> Iterator[_Found]:
    cells = cells.take(entity_codes(cells)[subject] >= 0)
    if not len(cells):
        return
    names = use.names(subject)
    by_day = Groups(cells, pack((cells.day, cells.key[1], entity_codes(cells)[subject])))
    heads = by_day.heads
    day, place, entity = (
        column[heads].astype(np.int64) for column in (cells.day, cells.key[1], entity_codes(cells)[subject])
    )
    _, pair = np.unique(pack((place, entity)), return_inverse=True)
    begins = np.searchsorted(day, [*days, days[-1] + 1])
    done = [(transactions, up or 0, down or 0) for transactions, up, down, *_ in by_day.usage()]
    figures: dict[Column, I64] = {
        name: np.array(values, dtype=np.int64) * _ONE
        for name, values in zip(get_args(Column), zip(*done, strict=True), strict=True)
    }
    for check in checks:
        values = figures[check.column]
        own, others = _Running.of(int(pair.max()) + 1), _Running.of(len(use.catalog.apps))
        everyone = np.arange(len(own.mean))
        for number, today in enumerate(days):
            rows = np.arange(begins[number], begins[number + 1])
            value = values[rows]
            known, series = (others, place[rows]) if check.with_others else (own, pair[rows])
            if today >= first:
                limit, spread = known.limit(series, check.floor)
                for row in np.flatnonzero(value > limit).tolist():
                    where = int(rows[row])
                    reason = Reason(
                        check.what,
                        int(value[row]) // _ONE,
                        int(limit[row]) // _ONE,
                        check.column != "transactions",
                    )
                    score = 100 * (int(value[row]) - int(known.mean[series[row]])) // int(spread[row])
                    yield int(place[where]), today, names[int(entity[where])], reason, score
            if check.with_others:
                _learn_from_others(others, place[rows], value)
            else:
                all_values = np.zeros(len(own.mean), dtype=np.int64)
                all_values[pair[rows]] = value
                own.learn(everyone, all_values, np.abs(all_values - own.mean))


def _learn_from_others(others: _Running, place: I64, value: I64) -> None:
    """Let each app in use learn the mean of its users' figures, and their mean distance from it."""
    apps, member = np.unique(place, return_inverse=True)
    if not len(apps):
        return
    count = np.bincount(member)
    mean = _sums(member, value) // count
    others.learn(apps, mean, _sums(member, np.abs(value - mean[member])) // count)


def _sums(member: I64, value: I64) -> I64:
    order = np.argsort(member, kind="stable")
    starts = np.flatnonzero(np.diff(member[order], prepend=-1))
    found: I64 = np.add.reduceat(value[order], starts)
    return found


def _crowds(cells: Cells, days: list[int], first: int) -> Iterator[_Found]:
    """Find apps that far more people use than used to."""
    by_app = Groups(cells, pack((cells.day, cells.key[1])))
    users = np.array(by_app.distinct(entity_codes(cells)["user"]), dtype=np.int64) * _ONE
    day, place = cells.day[by_app.heads], cells.key[1][by_app.heads].astype(np.int64)
    apps, series = np.unique(place, return_inverse=True)
    own, everyone = _Running.of(len(apps)), np.arange(len(apps))
    for today in days:
        rows = np.flatnonzero(day == today)
        if today >= first:
            limit, spread = own.limit(series[rows], FLOOR_USERS)
            for row in np.flatnonzero(users[rows] > limit).tolist():
                where = int(rows[row])
                reason = Reason(USERS, int(users[where]) // _ONE, int(limit[row]) // _ONE)
                score = 100 * (int(users[where]) - int(own.mean[series[where]])) // int(spread[row])
                yield int(place[where]), today, "", reason, score
        all_values = np.zeros(len(apps), dtype=np.int64)
        all_values[series[rows]] = users[rows]
        own.learn(everyone, all_values, np.abs(all_values - own.mean))


class Sensitivity:
    """Keeps each policy within its top anomalies for 1,000 users and week, and to one alert for one event."""

    def __init__(self) -> None:
        self._raised: dict[tuple[str, str], dict[tuple[int, str, str], None]] = {}

    def choose(self, policy: Policy, report: str, found: list[Behaviour], users: int) -> list[Match]:
        """Return what alerts, the farthest off of each day first; `users` are those of the report."""
        settings = policy.anomaly or Anomaly()
        raised = self._raised.setdefault((policy.id, report), {})
        share = settings.per_thousand
        most = None if share is None else -(-share * users // 1000)
        chosen = []
        for behaviour in found:
            match = behaviour.match
            key = (match.day, match.app_id, match.who)
            within = sum(match.day - WEEK < day <= match.day for day, _, _ in raised)
            if key in raised or (most is not None and within >= most):
                continue
            raised[key] = None
            chosen.append(match)
        return chosen
