"""App discovery policies: filters, same-day criteria, novelty, governance (domain dossier, policies).

"Is more than" is strict. A policy alerts once in 90 days per app and continuous report, counted from
its own creation, so a new policy alerts on apps that have been in use for long. Days are UTC days (guess).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sim.base.time import DAY
from sim.engine.catalog.model import App
from sim.engine.catalog.score import score
from sim.engine.discovery.report import AppDay, Report

NOVELTY = 90 * DAY
"""How long one app stays known to a policy in one report (CAS/policies-cloud-discovery.md; documented)."""

MEGABYTE = 1_000_000
"""Bytes in the MB of a threshold (guess: the documents do not say 10^6 or 2^20)."""

DEFAULT_DAILY_LIMIT = 5
"""Daily alert limit shown on the policy form (observed on a documentation screenshot)."""


class Criterion(StrEnum):
    """A same-day criterion of the form; volumes are in MB."""

    TRAFFIC = "Daily traffic (MB)"
    DOWNLOADED = "Downloaded data (MB)"
    UPLOADED = "Uploaded data (MB)"
    IP_ADDRESSES = "Number of IP addresses"
    TRANSACTIONS = "Number of transactions"
    USERS = "Number of users"


@dataclass(frozen=True, slots=True)
class Filters:
    """Apps matching all of the following; an empty field matches every app."""

    categories: tuple[str, ...] = ()
    max_score: int | None = None
    tags_excluded: tuple[str, ...] = ()
    factors: tuple[tuple[str, bool | str], ...] = ()
    """Known facts the app must have; an unknown fact never matches (guess)."""

    def match(self, app: App, tag: str) -> bool:
        """Tell whether the app passes every filter."""
        if self.categories and app.category not in self.categories:
            return False
        if tag and tag in self.tags_excluded:
            return False
        if self.max_score is not None:
            scored = score(app)
            if scored is None or scored.total > self.max_score:
                return False
        for name, wanted in self.factors:
            fact = app.factors.get(name)
            if fact is None or fact.value != wanted:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Template:
    """One of the 15 app discovery templates (CAS/policy-template-reference.md; documented thresholds)."""

    name: str
    filters: Filters
    criteria: tuple[tuple[Criterion, int], ...]
    severity: str
    """High where a screenshot shows it (observed), Medium elsewhere (guess)."""
    description: str


_FIFTY = ((Criterion.USERS, 50), (Criterion.TRAFFIC, 50))


def _category(name: str, category: str) -> Template:
    return Template(name, Filters((category,)), _FIFTY, "Medium", f"a new app in {category} with much use")


def _compliance(name: str, category: str, factors: tuple[tuple[str, bool | str], ...]) -> Template:
    return Template(name, Filters((category,), factors=factors), _FIFTY, "High", "a non-compliant app in use")


TEMPLATES: tuple[Template, ...] = (
    Template(
        "New popular app",
        Filters(),
        ((Criterion.USERS, 500),),
        "High",
        "an app that many people took up",
    ),
    Template(
        "New high volume app",
        Filters(),
        ((Criterion.TRAFFIC, 500),),
        "High",
        "an app with much traffic",
    ),
    Template(
        "New high upload volume app",
        Filters(),
        ((Criterion.UPLOADED, 500),),
        "High",
        "an app that takes much in",
    ),
    Template("New risky app", Filters(max_score=5), _FIFTY, "High", "an app that scores below 6"),
    _compliance(
        "Cloud storage app compliance check",
        "Cloud storage",
        (("soc-2", False), ("ssae-16", False), ("isae-3402", False), ("pci-dss", "not-supported")),
    ),
    _compliance(
        "Collaboration app compliance check",
        "Collaboration",
        (("soc-2", False), ("ssae-16", False)),
    ),
    _compliance(
        "CRM app compliance check",
        "CRM",
        (
            ("soc-2", False),
            ("ssae-16", False),
            ("isae-3402", False),
            ("iso-27001", False),
            ("hipaa", False),
        ),
    ),
    _category("New cloud storage app", "Cloud storage"),
    _category("New collaboration app", "Collaboration"),
    _category("New online meeting app", "Online meetings"),
    _category("New CRM app", "CRM"),
    _category("New HR management app", "Human-resource management"),
    _category("New sales app", "Sales"),
    _category("New code hosting app", "Code hosting"),
    _category("New vendor management system apps", "Vendor management system"),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """An app discovery policy as saved. `generation` grows when it is created or its reports change."""

    id: str
    name: str
    template: str
    severity: str
    criteria: tuple[tuple[Criterion, int], ...]
    filters: Filters
    reports: tuple[str, ...]
    """Names of continuous reports; empty is all of them (the form's default)."""
    daily_limit: int
    tag: str | None
    """Governance: Sanctioned, Unsanctioned or a custom tag; None only alerts."""
    created: int
    enabled: bool = True
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """One match of a policy on one app, report and day, with the figures that met the criteria."""

    policy: Policy
    app_id: str
    report: str
    day: int
    users: int
    source_ips: int
    transactions: int
    traffic: int


@dataclass(frozen=True, slots=True)
class NoveltyKey:
    """What a policy remembers for 90 days."""

    policy: str
    generation: int
    app: str
    report: str


def figure(criterion: Criterion, day: AppDay) -> int | None:
    """Return the day's figure for a criterion in bytes or counts; None where the source cannot know it."""
    up, down = day.bytes_up, day.bytes_down
    values: Mapping[Criterion, int | None] = {
        Criterion.TRAFFIC: None if up is None and down is None else (up or 0) + (down or 0),
        Criterion.DOWNLOADED: down,
        Criterion.UPLOADED: up,
        Criterion.IP_ADDRESSES: day.source_ips,
        Criterion.TRANSACTIONS: day.transactions,
        Criterion.USERS: day.users,
    }
    return values[criterion]


def exceeds(criterion: Criterion, threshold: int, day: AppDay) -> bool:
    """Tell whether the day's figure is strictly more than the threshold."""
    value = figure(criterion, day)
    volume = criterion in {Criterion.TRAFFIC, Criterion.DOWNLOADED, Criterion.UPLOADED}
    return value is not None and value > threshold * (MEGABYTE if volume else 1)


def matches(
    policy: Policy,
    report: Report,
    apps: Mapping[str, App],
    tags: Mapping[str, str],
    first_day: int,
    now: int,
    seen: Mapping[NoveltyKey, int],
) -> Iterable[Match]:
    """Yield the policy's new matches in one report, by day and app, for days from `first_day` on."""
    fired: set[str] = set()
    for day in report.app_days():
        app = apps[day.app_id]
        if day.day < first_day or day.app_id in fired or not policy.filters.match(app, tags.get(app.id, "")):
            continue
        if not all(exceeds(criterion, threshold, day) for criterion, threshold in policy.criteria):
            continue
        last = seen.get(NoveltyKey(policy.id, policy.generation, app.id, report.name))
        if last is not None and (last > now - NOVELTY or day.day <= last // DAY):
            continue
        fired.add(day.app_id)
        yield Match(
            policy,
            day.app_id,
            report.name,
            day.day,
            day.users or 0,
            day.source_ips or 0,
            day.transactions,
            (day.bytes_up or 0) + (day.bytes_down or 0),
        )
