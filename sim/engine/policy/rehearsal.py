"""What policies would have raised, played through the days of some data as if it had come in day by day.

A log is played as if its report were continuous. Each day is evaluated once, at its end (UTC), which is what
a portal has seen of it after its last analysis run. Nothing here changes a tenant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sim.base.time import DAY
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.report import Report
from sim.engine.discovery.use import AppDay
from sim.engine.policy.anomalies import Behaviour, Detector, Sensitivity, Unusual, behaviours
from sim.engine.policy.matching import (
    CandidateOf,
    Memory,
    NearMiss,
    by_weight,
    match_of,
    matches,
    near_miss,
)
from sim.engine.policy.policies import Match, Policy
from sim.engine.portal import Portal


@dataclass(slots=True)
class Rehearsal:
    """What would have happened."""

    first_day: int | None = None
    """The first day with data, since 1970-01-01 UTC; None without any."""
    last_day: int | None = None
    judged_from: int | None = None
    """The first day whose alerts count; days before it only prime the memory of 90 days."""
    alerts: list[Match] = field(default_factory=list)
    over_limit: list[Match] = field(default_factory=list)
    """Matches past a policy's daily alert limit: tagged, and not alerted."""
    primed: int = 0
    """Matches of the days that only prime."""
    near: list[NearMiss] = field(default_factory=list)
    """The nearest miss of each policy, app and report that raised nothing there."""
    idle: list[Policy] = field(default_factory=list)
    """Policies that were not played, since they are disabled or for reports that are not there."""

    @property
    def matches(self) -> list[Match]:
        """What was matched, alerted or not."""
        return [*self.alerts, *self.over_limit]


class _Tags:
    """Tags as the policies would have changed them; the last operation wins."""

    def __init__(self, portal: Portal, candidate: CandidateOf) -> None:
        self._portal = portal
        self._candidate = candidate
        self._held: dict[str, frozenset[str]] = {}

    def candidate(self, app_id: str) -> Candidate:
        found = self._candidate(app_id)
        return replace(found, tags=self._held[app_id]) if app_id in self._held else found

    def set(self, match: Match) -> None:
        for tag in match.policy.tags:
            held = self.candidate(match.app_id).tags
            if tag in self._portal.tags:
                held -= frozenset(self._portal.tags)
            self._held[match.app_id] = held | {tag}


def rehearse(
    policies: Sequence[Policy],
    reports: Mapping[str, Report],
    candidate: CandidateOf,
    portal: Portal,
    *,
    warm_up: int = 0,
    last: int | None = None,
) -> Rehearsal:
    """Play policies through reports. The first `warm_up` days prime; `last` takes the newest days only."""
    return _Play(policies, reports, _Tags(portal, candidate)).result(warm_up, last)


class _Play:
    """One way through the days, with the memory that grows on it."""

    def __init__(self, policies: Sequence[Policy], reports: Mapping[str, Report], tags: _Tags) -> None:
        self._policies = [p for p in policies if p.enabled and any(map(p.watches, reports))]
        self._idle = [policy for policy in policies if policy not in self._policies]
        self._reports = reports
        self._tags = tags
        self._memory = Memory()
        self._sensitivity = Sensitivity()
        self._near: dict[tuple[str, str, str], NearMiss] = {}
        unusual = {
            name: Detector().unusual(report)
            for name, report in reports.items()
            if any(p.anomaly is not None and p.watches(name) for p in self._policies)
        }
        self._learned = {
            (policy.id, name): _unusual(policy, report, unusual[name], tags.candidate)
            for policy in self._policies
            for name, report in reports.items()
            if policy.anomaly is not None and policy.watches(name)
        }

    def result(self, warm_up: int, last: int | None) -> Rehearsal:
        result = Rehearsal(idle=self._idle)
        by_day = {name: _by_day(report, last) for name, report in self._reports.items()}
        days = sorted({day for each in by_day.values() for day in each})
        if not days:
            return result
        result.first_day, result.last_day = days[0], days[-1]
        result.judged_from = days[0] + warm_up
        for day in days:
            raised = Counter[str]()
            for policy in self._policies:
                for name in filter(policy.watches, self._reports):
                    today = by_day[name].get(day, [])
                    for match in sorted(self._find(policy, name, day, today), key=by_weight):
                        self._memory.remember(_evening(day), match)
                        self._tags.set(match)
                        if day < result.judged_from:
                            result.primed += 1
                        elif raised[policy.id] >= policy.daily_limit:
                            result.over_limit.append(match)
                        else:
                            raised[policy.id] += 1
                            result.alerts.append(match)
        fired = {(match.policy.id, match.app_id, match.report) for match in result.matches}
        near = (miss for key, miss in self._near.items() if key not in fired)
        result.near = [miss for miss in near if miss.day >= result.judged_from]
        return result

    def _find(self, policy: Policy, report: str, day: int, today: list[AppDay]) -> list[Match]:
        if policy.anomaly is None:
            self._keep_nearest(policy, report, today)
            return list(matches(policy, report, today, self._tags.candidate, self._memory, _evening(day)))
        unusual = self._learned[policy.id, report].get(day, [])
        figures = {each.app_id: each for each in today}
        chosen = self._sensitivity.choose(policy, report, unusual, self._reports[report].people())
        return [
            match_of(policy, report, figures[m.app_id], m.reasons, m.who)
            for m in chosen
            if m.app_id in figures
        ]

    def _keep_nearest(self, policy: Policy, report: str, today: list[AppDay]) -> None:
        for day in today:
            miss = near_miss(policy, report, day, self._tags.candidate)
            key = (policy.id, day.app_id, report)
            if miss is not None and (key not in self._near or miss.closeness > self._near[key].closeness):
                self._near[key] = miss


def _evening(day: int) -> int:
    return (day + 1) * DAY - 1


def _by_day(report: Report, last: int | None) -> dict[int, list[AppDay]]:
    newest = None if report.last is None else report.last // DAY
    use = report if last is None or newest is None else report.days(newest - last + 1, newest)
    found: dict[int, list[AppDay]] = {}
    for day in use.app_days():
        found.setdefault(day.day, []).append(day)
    return found


def _unusual(
    policy: Policy, report: Report, unusual: list[Unusual], candidate: CandidateOf
) -> dict[int, list[Behaviour]]:
    found: dict[int, list[Behaviour]] = {}
    for behaviour in behaviours(unusual, report.catalog, policy, report.name, candidate):
        found.setdefault(behaviour.match.day, []).append(behaviour)
    return found
