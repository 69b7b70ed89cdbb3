"""Behaviour that is far from what was learned: the anomaly detection policy, and exfiltration.

How the product learns is nowhere documented beyond its terms: uploads compared with other users, transactions
compared with one's own history, downloads, uploads, transactions and users against the app's learned usage
(CAS/cloud-discovery-anomaly-detection-policy.md). The detector here is ours: for each series of daily figures
a running mean and a running mean deviation, in whole numbers, so that every machine finds the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from sim.base.columns import grouped
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.filters import MEGABYTE
from sim.engine.discovery.groups import Groups, entity_codes
from sim.engine.discovery.report import Report
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
_REMEMBERED = 8
"""Newest days at whose end the running figures are kept, for data that comes late."""
_STEP, _STEPS = 5, 3
"""Of the days before them every fifth is remembered too, three in all: who is on once a week hands over late,
and only what comes later still makes all days be learned again."""

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


@dataclass(frozen=True, slots=True)
class Unusual:
    """One figure that is far from what was learned."""

    day: int
    place: int
    """Position of the app in the catalog."""
    subject: Subject
    who: str
    """Empty where it is the number of users."""
    reason: Reason
    score: int
    """Hundredths of the usual deviation."""


@dataclass(frozen=True, slots=True)
class _Running:
    """Running mean and mean deviation of many series, in 1/256, and what the series are of, sorted."""

    keys: I64
    mean: I64
    deviation: I64

    def having(self, keys: I64) -> tuple[_Running, I64]:
        """Return the same with series for all of the sorted keys, and where each key's stands.

        It is a copy; a new series has been nothing all the time.
        """
        rows = np.searchsorted(self.keys, keys)
        # A key past the last finds none that is its equal.
        fresh = np.flatnonzero(np.append(self.keys, -1)[rows] != keys)
        fresh = fresh[np.diff(keys[fresh], prepend=-1) != 0]
        new, at = keys[fresh], rows[fresh]
        mean, deviation = np.insert(self.mean, at, 0), np.insert(self.deviation, at, 0)
        return _Running(np.insert(self.keys, at, new), mean, deviation), rows + np.searchsorted(new, keys)

    def limit(self, rows: I64, floor: int) -> tuple[I64, I64]:
        """Return what a figure must be more than, and the deviation that it is measured by."""
        spread = np.maximum(self.deviation[rows], floor * _ONE)
        return self.mean[rows] + LEAST * spread, spread

    def learn(self, rows: I64, mean: I64, deviation: I64) -> None:
        """Take in a day of some series."""
        self.deviation[rows] += (deviation - self.deviation[rows]) // MEMORY
        self.mean[rows] += (mean - self.mean[rows]) // MEMORY


_NOTHING = _Running(*np.zeros((3, 0), dtype=np.int64))
_Series = tuple[Subject, str]
"""Of whom, and which check's figure."""


class Detector:
    """Learns one report day by day; what it has learned of days that did not change is not learned again."""

    def __init__(self) -> None:
        self._catalog: Catalog | None = None
        self._after: dict[int, dict[_Series, _Running]] = {}
        """What was known when each of the newest days ended."""

    def forget_from(self, day: int) -> None:
        """Take note that a day changed: what was known when it, or a later one, ended is not so any more."""
        self._after = {each: known for each, known in self._after.items() if each < day}

    def unusual(self, report: Report, wanted: Collection[int] | None = None) -> list[Unusual]:
        """Return what is unusual on some days, or on all of them, by day.

        The first days of a report only teach.
        """
        if report.catalog is not self._catalog:
            self._catalog, self._after = report.catalog, {}
        days = report.active_days()
        judged = set(days[LEARNING_DAYS:]) & set(days if wanted is None else wanted)
        if not judged:
            return []
        before = max((day for day in self._after if day < min(judged)), default=-1)
        known = self._after.get(before, {})
        found: list[Unusual] = []
        for day in (day for day in days if day > before):
            known, told = _day(report, day, known, judged=day in judged)
            found.extend(told)
            self._after[day] = known
        older = sorted(self._after)[:-_REMEMBERED]
        steps = [day for day in older if day % _STEP == 0][-_STEPS:]
        for day in set(older).difference(steps):
            del self._after[day]
        return found


def behaviours(
    found: Iterable[Unusual], catalog: Catalog, policy: Policy, report: str, candidate: CandidateOf
) -> list[Behaviour]:
    """Return what of a report's unusual figures a policy asks for, by day, then the farthest off first."""
    settings = policy.anomaly or Anomaly()
    exfiltration = policy.kind is PolicyKind.EXFILTRATION
    passes: dict[int, bool] = {}
    held: dict[tuple[int, int, str], Behaviour] = {}
    for each in found:
        early = settings.after is not None and each.day <= settings.after
        if each.subject not in settings.subjects or early:
            continue
        if exfiltration and each.reason.what != UPLOADED.what:
            continue
        app_id = catalog.apps[each.place].id
        if each.place not in passes:
            app = candidate(app_id)
            passes[each.place] = policy.filters.match(app) and not (exfiltration and SANCTIONED in app.tags)
        if not passes[each.place]:
            continue
        key = (each.day, each.place, each.who)
        whom = ((each.subject, (each.who,)),)
        match = Match(policy, app_id, report, each.day, 0, 0, 0, 0, (each.reason,), each.who, seen_with=whom)
        before = held.setdefault(key, Behaviour(match, each.score))
        if before.match is not match:
            both = replace(before.match, reasons=(*before.match.reasons, each.reason))
            held[key] = Behaviour(both, max(before.score, each.score))
    return sorted(
        held.values(), key=lambda each: (each.match.day, -each.score, each.match.app_id, each.match.who)
    )


def _day(
    report: Report, day: int, known: Mapping[_Series, _Running], *, judged: bool
) -> tuple[dict[_Series, _Running], list[Unusual]]:
    """Return what is known when a day has ended, and, where it is judged, what was unusual on it."""
    use = report.days(day, day)
    after: dict[_Series, _Running] = {}
    found: list[Unusual] = []
    for subject in get_args(Subject):
        cells = use.app_cells()
        entity = entity_codes(cells)[subject]
        cells, entity = cells.take(entity >= 0), entity[entity >= 0].astype(np.int64)
        place = cells.key[1].astype(np.int64)
        pair = (place << 32) | entity
        order, starts = grouped(pair)
        heads = order[starts]
        for check in CHECKS:
            column: I64 = getattr(cells, check.column)
            value = np.add.reduceat(column[order], starts) * _ONE if len(heads) else heads
            key = place[heads] if check.with_others else pair[heads]
            series, rows = known.get((subject, check.what), _NOTHING).having(key)
            for row, limit, score in _over(series, rows, value, check.floor) if judged else ():
                reason = Reason(check.what, int(value[row]) // _ONE, limit, check.column != "transactions")
                who = use.names(subject)[int(entity[heads[row]])]
                found.append(Unusual(day, int(place[heads[row]]), subject, who, reason, score))
            if check.with_others:
                _learn_from_others(series, rows, value)
            else:
                _learn_from_itself(series, rows, value)
            after[subject, check.what] = series
    crowds, series = _crowds(use, day, known.get(("user", USERS), _NOTHING), judged)
    after["user", USERS] = series
    return after, found + crowds


def _over(series: _Running, rows: I64, value: I64, floor: int) -> Iterator[tuple[int, int, int]]:
    """Yield the rows whose value is over its limit, with the limit and the score."""
    limit, spread = series.limit(rows, floor)
    for row in np.flatnonzero(value > limit).tolist():
        score = 100 * (int(value[row]) - int(series.mean[rows[row]])) // int(spread[row])
        yield row, int(limit[row]) // _ONE, score


def _learn_from_others(series: _Running, rows: I64, value: I64) -> None:
    """Let each app in use learn the mean of its users' figures, and their mean distance from it.

    `rows` come in order, app by app.
    """
    if len(rows):
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        count = np.diff(starts, append=len(rows))
        mean = np.add.reduceat(value, starts) // count
        distance = np.abs(value - mean.repeat(count))
        series.learn(rows[starts], mean, np.add.reduceat(distance, starts) // count)


def _learn_from_itself(series: _Running, rows: I64, value: I64) -> None:
    """Let every series learn its figure of a day, which is nothing where there was no use."""
    values = np.zeros(len(series.keys), dtype=np.int64)
    values[rows] = value
    series.learn(np.arange(len(values)), values, np.abs(values - series.mean))


def _crowds(use: Use, day: int, known: _Running, judged: bool) -> tuple[list[Unusual], _Running]:
    """Find apps that far more people use than used to."""
    cells = use.app_cells()
    by_app = Groups(cells, cells.key[1].astype(np.int64))
    users = np.array(by_app.distinct(entity_codes(cells)["user"]), dtype=np.int64) * _ONE
    place = np.array(by_app.keys, dtype=np.int64)
    series, rows = known.having(place)
    found = [
        Unusual(day, int(place[row]), "user", "", Reason(USERS, int(users[row]) // _ONE, limit), score)
        for row, limit, score in (_over(series, rows, users, FLOOR_USERS) if judged else ())
    ]
    _learn_from_itself(series, rows, users)
    return found, series


class Sensitivity:
    """Keeps each policy within its top anomalies for 1,000 users and week, and to one alert for one event."""

    def __init__(self) -> None:
        self._raised: dict[tuple[str, str], dict[int, set[tuple[str, str]]]] = {}
        """By policy and report: of which apps and whose use each day has alerted."""

    def choose(self, policy: Policy, report: str, found: list[Behaviour], users: int) -> list[Match]:
        """Return what alerts, the farthest off of each day first; `users` are those of the report."""
        settings = policy.anomaly or Anomaly()
        raised = self._raised.setdefault((policy.id, report), {})
        share = settings.per_thousand
        most = None if share is None else -(-share * users // 1000)
        chosen = []
        for behaviour in found:
            match = behaviour.match
            key = (match.app_id, match.who)
            of_day = raised.setdefault(match.day, set())
            week = range(match.day - WEEK + 1, match.day + 1)
            within = sum(len(raised[day]) for day in week if day in raised)
            if key in of_day or (most is not None and within >= most):
                continue
            of_day.add(key)
            chosen.append(match)
        return chosen
