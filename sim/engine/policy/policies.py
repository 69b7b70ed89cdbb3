"""App discovery policies: filters, same-day criteria, novelty, governance (domain dossier, policies).

"Is more than" is strict. A policy alerts once in 90 days per app and continuous report, counted from
its own creation, so a new policy alerts on apps that have been in use for long. Days are UTC days (guess).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sim.base.time import DAY
from sim.engine.discovery.filters import MEGABYTE, Candidate, Filters
from sim.engine.discovery.queries import parse_filters
from sim.engine.discovery.report import Report
from sim.engine.discovery.use import AppDay

NOVELTY = 90 * DAY
"""How long one app stays known to a policy in one report (CAS/policies-cloud-discovery.md; documented)."""

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
    filters = parse_filters([f"category equals {category}"])
    return Template(name, filters, _FIFTY, "Medium", f"a new app in {category} with much use")


def _compliance(name: str, category: str, *conditions: str) -> Template:
    filters = parse_filters([f"category equals {category}", *conditions])
    return Template(name, filters, _FIFTY, "High", "a non-compliant app in use")


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
    Template(
        "New risky app",
        parse_filters(["risk score equals 0 to 5"]),
        _FIFTY,
        "High",
        "an app that scores below 6",
    ),
    _compliance(
        "Cloud storage app compliance check",
        "Cloud storage",
        "soc-2 equals false",
        "ssae-16 equals false",
        "isae-3402 equals false",
        "pci-dss equals notSupported",
    ),
    _compliance(
        "Collaboration app compliance check",
        "Collaboration",
        "soc-2 equals false",
        "ssae-16 equals false",
    ),
    _compliance(
        "CRM app compliance check",
        "CRM",
        "soc-2 equals false",
        "ssae-16 equals false",
        "isae-3402 equals false",
        "iso-27001 equals false",
        "hipaa equals false",
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
    values: Mapping[Criterion, int | None] = {
        Criterion.TRAFFIC: day.bytes_total,
        Criterion.DOWNLOADED: day.bytes_down,
        Criterion.UPLOADED: day.bytes_up,
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
    candidate: Callable[[str], Candidate],
    first_day: int,
    now: int,
    seen: Mapping[NoveltyKey, int],
) -> Iterable[Match]:
    """Yield the policy's new matches in one report, by day and app, for days from `first_day` on.

    `candidate` gives what the filters look at, by app id; a policy's filters hold no condition on usage.
    """
    fired: set[str] = set()
    for day in report.app_days():
        if day.day < first_day or day.app_id in fired or not policy.filters.match(candidate(day.app_id)):
            continue
        if not all(exceeds(criterion, threshold, day) for criterion, threshold in policy.criteria):
            continue
        last = seen.get(NoveltyKey(policy.id, policy.generation, day.app_id, report.name))
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
            day.bytes_total or 0,
        )
