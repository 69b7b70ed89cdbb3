"""App discovery policies against the days of a report: matches, near misses, and what was seen before.

"Is more than" is strict (observed on a documentation screenshot). A policy alerts once in 90 days per app and
continuous report, counted from its own creation, so a new policy alerts on apps that have been in use for
long (CAS/cloud-discovery-policies.md; documented today).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from sim.base.time import DAY
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.use import AppDay
from sim.engine.policy.policies import NOVELTY, Criterion, Match, Policy, Reason, SeenWith

CandidateOf = Callable[[str], Candidate]
"""Gives what filters look at, by app id."""

NEAR_PERCENT = 80
"""A figure from this part of its threshold up to it is a near miss."""


@dataclass(frozen=True, slots=True)
class NoveltyKey:
    """What a policy remembers for 90 days."""

    policy: str
    generation: int
    app: str
    report: str
    who: str = ""
    """The user or address, where a policy remembers those."""


class Memory:
    """What the policies alerted on, and when."""

    def __init__(self) -> None:
        self._seen: dict[NoveltyKey, int] = {}

    def is_new(self, now: int, policy: Policy, app_id: str, report: str, day: int, who: str = "") -> bool:
        """Tell whether a match is new: none like it within 90 days, and none on that day or later."""
        last = self._seen.get(NoveltyKey(policy.id, policy.generation, app_id, report, who))
        return last is None or (last <= now - NOVELTY and day > last // DAY)

    def remember(self, now: int, match: Match) -> None:
        """Keep that a policy alerted."""
        policy = match.policy
        key = NoveltyKey(policy.id, policy.generation, match.app_id, match.report, match.who)
        self._seen[key] = now

    def forget_report(self, report: str) -> None:
        """Forget a report that is gone: one of the same name is another."""
        self._seen = {key: time for key, time in self._seen.items() if key.report != report}

    def forget_deleted(self, report: str, apps: Collection[str]) -> None:
        """Forget apps of which a report holds no data any more: when they come again they are new (guess)."""
        self._seen = {
            key: time for key, time in self._seen.items() if key.report != report or key.app in apps
        }


def reasons(policy: Policy, day: AppDay) -> tuple[Reason, ...] | None:
    """Return the figures that meet the criteria, None where a figure does not or is not known."""
    found = [_reason(criterion, threshold, day) for criterion, threshold in policy.criteria]
    met = [each for each in found if each is not None and each.value > each.threshold]
    return tuple(met) if len(met) == len(found) else None


def _reason(criterion: Criterion, threshold: int, day: AppDay) -> Reason | None:
    value = criterion.figure(day)
    if value is None:
        return None
    return Reason(criterion.value, value, threshold * criterion.unit, criterion.unit > 1)


def matches(
    policy: Policy, report: str, days: Iterable[AppDay], candidate: CandidateOf, memory: Memory, now: int
) -> Iterator[Match]:
    """Yield the policy's new matches among app-days of one report, by day and app, each app once."""
    fired: set[str] = set()
    for day in days:
        if day.app_id in fired or not policy.filters.match(candidate(day.app_id)):
            continue
        why = reasons(policy, day)
        if why is None or not memory.is_new(now, policy, day.app_id, report, day.day):
            continue
        fired.add(day.app_id)
        yield match_of(policy, report, day, why)


def match_of(
    policy: Policy,
    report: str,
    day: AppDay,
    why: tuple[Reason, ...],
    who: str = "",
    seen_with: SeenWith = (),
) -> Match:
    """Return a match on one day of an app, or of somebody's behaviour there."""
    return Match(
        policy,
        day.app_id,
        report,
        day.day,
        day.users or 0,
        day.source_ips or 0,
        day.transactions,
        day.bytes_total or 0,
        why,
        who,
        seen_with=seen_with,
    )


def by_weight(match: Match) -> tuple[int, int, str, str]:
    """Return the order in which the matches of one run alert, up to the daily limit: the most users first."""
    return (-match.users, -match.traffic, match.app_id, match.who)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An app's day that missed a policy by a fifth of a threshold at most."""

    policy: Policy
    app_id: str
    report: str
    day: int
    missed: tuple[Reason, ...]
    """The figures that are not more than their thresholds."""

    @property
    def closeness(self) -> int:
        """How near the farthest figure came to its threshold, in hundredths of a per cent."""
        return min(10_000 * each.value // max(each.threshold, 1) for each in self.missed)


def near_miss(policy: Policy, report: str, day: AppDay, candidate: CandidateOf) -> NearMiss | None:
    """Return how an app's day missed a policy, None where it matched or missed by more than a fifth."""
    if not policy.criteria or not policy.filters.match(candidate(day.app_id)):
        return None
    found = [_reason(criterion, threshold, day) for criterion, threshold in policy.criteria]
    known = [each for each in found if each is not None]
    missed = tuple(each for each in known if each.value <= each.threshold)
    near = all(100 * each.value >= NEAR_PERCENT * each.threshold and each.value for each in missed)
    if len(known) < len(found) or not missed or not near:
        return None
    return NearMiss(policy, day.app_id, report, day.day, missed)
