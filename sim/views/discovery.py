"""Product views of Cloud App Security: Cloud Discovery, from the dashboard down to one machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

from sim.engine.catalog.app import App, FactValue
from sim.engine.catalog.custom import CustomForm, OwnScore
from sim.engine.catalog.factors import FACTORS, SECTIONS, Section
from sim.engine.catalog.score import Score, risk_level
from sim.engine.discovery.filters import Filters
from sim.engine.discovery.use import AppUsage, Controls, EntityUsage, HostUsage, Totals
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.session.driver import Session
from sim.views.reports import WHOLE, use
from sim.views.reports import Cause as Cause
from sim.views.reports import Reach as Reach
from sim.views.reports import reach as reach
from sim.views.reports import report_names as report_names

EntityKind = Literal["user", "source_ip", "machine"]
EVERY_APP = Filters()


@dataclass(frozen=True, slots=True)
class AppRow:
    """One discovered app in one report."""

    app_id: str
    name: str
    category: str
    headquarters: str
    score: int | None
    risk: str
    tag: str
    custom_tags: tuple[str, ...]
    """The organisation's own tags, and `Custom app`."""
    users: int | None
    machines: int | None
    source_ips: int | None
    transactions: int
    traffic: int | None
    """Bytes both ways."""
    bytes_up: int | None
    bytes_down: int | None
    blocked: int | None
    first: int
    last: int
    overridden: bool = False
    """Whether the score is the organisation's own."""


@dataclass(frozen=True, slots=True)
class ResolvedUsage(EntityUsage):
    """What was done under a pseudonym that the trainee has resolved."""

    own_name: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category: traffic in bytes by tag."""

    name: str
    apps: int
    sanctioned: int
    unsanctioned: int
    other: int

    @property
    def traffic(self) -> int:
        """All traffic of the category."""
        return self.sanctioned + self.unsanctioned + self.other


@dataclass(frozen=True, slots=True)
class CountryRow:
    """Apps by the country of their headquarters; an unknown country has the code ''."""

    code: str
    name: str
    apps: int
    traffic: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The Cloud Discovery dashboard of one report."""

    reach: Reach
    totals: Totals
    categories: tuple[CategoryRow, ...]
    risk: tuple[tuple[str, int, int], ...]
    """Risk level, apps, traffic."""
    users: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    countries: tuple[CountryRow, ...]
    open_alerts: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """One known property of an app, and where the knowledge comes from."""

    section: Section
    name: str
    value: str
    mark: str
    """Where the catalog has it from, with the name of a document that was read."""


@dataclass(frozen=True, slots=True)
class AppPage:
    """One app: facts, score by section, and its use in one report."""

    row: AppRow | None
    """None where the report has not seen the app."""
    app_id: str
    name: str
    description: str
    category: str
    vendor: str
    headquarters: str
    homepage: str
    domains: tuple[str, ...]
    tag: str
    custom_tags: tuple[str, ...]
    score: Score | None
    facts: tuple[FactRow, ...]
    """What is known of it, by section."""
    approved: str
    """Owner and purpose from the organisation's approved list, or empty."""
    own_score: OwnScore | None
    """The organisation's score, which counts instead of `score`."""
    form: CustomForm | None
    """What was said of a custom app; None for an app of the catalog."""
    note: str
    hosts: tuple[HostUsage, ...]
    """The app's sub-domains in use, most traffic first."""
    users: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    source_ips: tuple[EntityUsage, ...]
    controls: Controls | None
    """None where the portal has no such counters, or the report no endpoints."""


@dataclass(frozen=True, slots=True)
class EntityPage:
    """One user, machine or IP address: discovered apps, and the entities seen with it."""

    kind: EntityKind
    name: str
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    apps: tuple[AppRow, ...]
    users: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    source_ips: tuple[EntityUsage, ...]


def apps(
    session: Session,
    report: str,
    category: str | None = None,
    country: str | None = None,
    risk: str | None = None,
    filters: Filters = EVERY_APP,
    days: int = WHOLE,
) -> list[AppRow]:
    """Return the discovered apps of a report's frame that pass every filter, most traffic first."""
    candidate = session.world.tenant.candidate
    usages = use(session, report, days).apps()
    rows = [_row(session, usage) for usage in usages if filters.match(candidate(usage.app_id, usage))]
    kept = [
        row
        for row in rows
        if (category is None or row.category == category)
        and (country is None or row.headquarters == country)
        and (risk is None or row.risk == risk)
    ]
    return _most_traffic(kept)


def _row(session: Session, usage: AppUsage) -> AppRow:
    tenant = session.world.tenant
    app = tenant.apps[usage.app_id]
    total = tenant.total(app.id)
    return AppRow(
        app.id,
        app.name,
        app.category,
        app.headquarters or "",
        total,
        risk_level(total),
        tenant.tags.get(app.id, ""),
        tenant.labels(app.id),
        usage.users,
        usage.machines,
        usage.source_ips,
        usage.transactions,
        usage.bytes_total,
        usage.bytes_up,
        usage.bytes_down,
        usage.blocked,
        usage.first,
        usage.last,
        app.id in tenant.own.scores and app.id not in tenant.own.forms,
    )


def _most(session: Session, entities: list[EntityUsage], limit: int | None = None) -> tuple[EntityUsage, ...]:
    ordered = sorted(entities, key=lambda e: (-(e.bytes_total or 0), -e.transactions, e.name))
    known = session.notes.resolved
    return tuple(_resolved(e, known[e.name]) if e.name in known else e for e in ordered[:limit])


def _resolved(usage: EntityUsage, own_name: str) -> ResolvedUsage:
    same = {field.name: getattr(usage, field.name) for field in fields(usage)}
    return ResolvedUsage(**same, own_name=own_name)


def _most_traffic(rows: list[AppRow]) -> list[AppRow]:
    return sorted(rows, key=lambda row: (-(row.traffic or 0), -row.transactions, row.app_id))


def categories(session: Session, report: str, days: int = WHOLE) -> tuple[CategoryRow, ...]:
    """Return the categories in use, most traffic first, each split by tag."""
    return _categories(apps(session, report, days=days))


def _categories(apps: list[AppRow]) -> tuple[CategoryRow, ...]:
    split: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in apps:
        place = {SANCTIONED: 1, UNSANCTIONED: 2}.get(row.tag, 3)
        split[row.category][0] += 1
        split[row.category][place] += row.traffic or 0
    rows = [CategoryRow(name, *counts) for name, counts in split.items()]
    return tuple(sorted(rows, key=lambda row: (-row.traffic, row.name)))


def dashboard(session: Session, report: str, days: int = WHOLE) -> Dashboard:
    """Return the dashboard of a report's frame."""
    found, tenant = use(session, report, days), session.world.tenant
    rows = apps(session, report, days=days)
    levels = {level: [0, 0] for level in ("high", "medium", "low", "not scored")}
    countries: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for counts in (levels[row.risk], countries[row.headquarters]):
            counts[0] += 1
            counts[1] += row.traffic or 0
    names = tenant.catalog.countries
    places = [CountryRow(code, names.get(code, "Unknown"), *counts) for code, counts in countries.items()]
    return Dashboard(
        reach(session, report, days),
        found.totals(),
        _categories(rows),
        tuple((level, count, traffic) for level, (count, traffic) in levels.items()),
        _most(session, found.entities("user"), 5),
        _most(session, found.entities("machine"), 5),
        tuple(sorted(places, key=lambda row: (-row.traffic, row.code))),
        sum(alert.is_open for alert in tenant.cloud_alerts.alerts),
    )


def app_page(session: Session, report: str, app_id: str, days: int = WHOLE) -> AppPage:
    """Return an app's page; an unknown app raises InputError with the nearest name."""
    tenant, found = session.world.tenant, use(session, report, days)
    app = tenant.catalog.app(app_id)
    usage = found.app(app.id)
    approved = next((a for a in session.resolved.scenario.documents.approved if a.app == app.id), None)
    return AppPage(
        None if usage is None else _row(session, usage),
        app.id,
        app.name,
        app.description,
        app.category,
        app.vendor,
        tenant.catalog.countries.get(app.headquarters or "", "unknown"),
        app.homepage or "",
        app.domains,
        tenant.tags.get(app.id, ""),
        tenant.labels(app.id),
        tenant.score(app.id),
        _facts(app),
        f"{approved.owner}: {approved.purpose}" if approved else "",
        tenant.own.scores.get(app.id),
        tenant.own.forms.get(app.id),
        tenant.own.notes.get(app.id, ""),
        tuple(sorted(found.hosts(app.id), key=lambda host: (-(host.bytes_total or 0), host.host))),
        _most(session, found.entities("user", app=app.id)),
        _most(session, found.entities("machine", app=app.id)),
        _most(session, found.entities("source_ip", app=app.id)),
        found.controls(app.id) if tenant.portal.app_controls else None,
    )


def _facts(app: App) -> tuple[FactRow, ...]:
    rows = [
        FactRow(FACTORS[name].section, name.replace("-", " "), _said(fact.value), fact.known_from)
        for name, fact in app.factors.items()
    ]
    if app.founded is not None:
        rows.append(FactRow("general", "founded", str(app.founded), app.mark))
    return tuple(sorted(rows, key=lambda row: (SECTIONS.index(row.section), row.name)))


def _said(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def entities(session: Session, report: str, kind: EntityKind, days: int = WHOLE) -> tuple[EntityUsage, ...]:
    """Return all users, machines or IP addresses of a report's frame, most traffic first."""
    return _most(session, use(session, report, days).entities(kind))


def users_of(session: Session, report: str, app_id: str) -> tuple[str, ...]:
    """Return the users of an app in a report, who moved most data first."""
    rows = session.world.tenant.reports[report].entities("user", app=app_id)
    return tuple(row.name for row in sorted(rows, key=lambda row: (-(row.bytes_total or 0), row.name)))


def entity_page(session: Session, report: str, kind: EntityKind, name: str, days: int = WHOLE) -> EntityPage:
    """Return the page of one entity; one that the report has not seen has empty lists."""
    found = use(session, report, days)
    chosen = {kind: name}
    rows = [_row(session, usage) for usage in found.apps(**chosen)]
    return EntityPage(
        kind,
        name,
        sum(row.transactions for row in rows),
        _sum(row.bytes_up for row in rows),
        _sum(row.bytes_down for row in rows),
        _sum(row.traffic for row in rows),
        tuple(_most_traffic(rows)),
        _most(session, found.entities("user", **chosen)),
        _most(session, found.entities("machine", **chosen)),
        _most(session, found.entities("source_ip", **chosen)),
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Return the sum of what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
