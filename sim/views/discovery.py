"""Product views of Cloud App Security: Cloud Discovery, from the dashboard down to one machine."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from sim.base.time import HOUR, show_clock
from sim.engine.catalog.app import App, FactValue
from sim.engine.catalog.factors import FACTORS, SECTIONS, Section
from sim.engine.catalog.score import Score, risk_level
from sim.engine.discovery.report import AppUsage, EntityUsage, Report, Totals
from sim.engine.tenant import INTEGRATION, SANCTIONED, UNSANCTIONED, WIN10, Tenant
from sim.session.driver import Session

EntityKind = Literal["user", "source_ip", "machine"]
Cause = Literal["", "no source", "feed off", "waiting"]
_DATA: Cause = ""
FIRST_DATA_MAXIMUM = 2 * HOUR
"""What the portal promises after the integration is switched on (CAS/wdatp-integration.md; documented)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a report's data reaches, and when the next analysis runs."""

    report: str
    first: int | None
    last: int | None
    updated: int | None
    next_analysis: int
    note: str
    """Why there is nothing yet, in a person's words; empty where there is data."""
    cause: Cause = ""
    """The same for a program."""


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
    users: int | None
    machines: int | None
    source_ips: int | None
    transactions: int
    traffic: int
    bytes_up: int | None
    bytes_down: int | None
    blocked: int | None
    first: int
    last: int


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
    """Empty where the catalog keeps none."""


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
    users: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    source_ips: tuple[EntityUsage, ...]


@dataclass(frozen=True, slots=True)
class EntityPage:
    """One user, machine or IP address: discovered apps, and the entities seen with it."""

    kind: EntityKind
    name: str
    transactions: int
    bytes_up: int
    bytes_down: int
    apps: tuple[AppRow, ...]
    users: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    source_ips: tuple[EntityUsage, ...]


def report_names(session: Session) -> tuple[str, ...]:
    """Return the continuous reports that the selector offers."""
    return tuple(session.world.tenant.reports)


def _report(session: Session, name: str) -> Report:
    return session.world.tenant.reports[name]


def reach(session: Session, report: str) -> Reach:
    """Return how far the report's data reaches; what is due is told only as the portal promises it."""
    tenant, found = session.world.tenant, _report(session, report)
    note, cause = _why_empty(session, tenant, report) if found.last is None else ("", _DATA)
    return Reach(
        report,
        found.first,
        found.last,
        tenant.updated.get(report),
        session.world.next_analysis(session.now),
        note,
        cause,
    )


def _why_empty(session: Session, tenant: Tenant, report: str) -> tuple[str, Cause]:
    if report != WIN10:
        return f"No log source feeds this report. Endpoint data is only in {WIN10}.", "no source"
    if not tenant.switches[INTEGRATION]:
        where = "Defender ATP > Settings > Advanced features"
        return f"No data: {INTEGRATION} is off in {where}.", "feed off"
    since = session.world.integration_spans[-1][0]
    by = show_clock(since + FIRST_DATA_MAXIMUM, session.resolved.tz)
    note = f"Waiting for first data: it takes up to 2 hours after switching on, so until {by}."
    return note, "waiting"


def apps(
    session: Session,
    report: str,
    category: str | None = None,
    country: str | None = None,
    risk: str | None = None,
) -> list[AppRow]:
    """Return the discovered apps of a report, most traffic first."""
    rows = [_row(session, usage) for usage in _report(session, report).apps()]
    kept = [
        row
        for row in rows
        if (category is None or row.category == category)
        and (country is None or row.headquarters == country)
        and (risk is None or row.risk == risk)
    ]
    return sorted(kept, key=lambda row: (-row.traffic, row.app_id))


def _row(session: Session, usage: AppUsage) -> AppRow:
    tenant = session.world.tenant
    app = tenant.apps[usage.app_id]
    scored = tenant.score(app.id)
    total = None if scored is None else scored.total
    return AppRow(
        app.id,
        app.name,
        app.category,
        app.headquarters or "",
        total,
        risk_level(total),
        tenant.tags.get(app.id, ""),
        tuple(sorted(tenant.custom_tags.get(app.id, ()))),
        usage.users,
        usage.machines,
        usage.source_ips,
        usage.transactions,
        (usage.bytes_up or 0) + (usage.bytes_down or 0),
        usage.bytes_up,
        usage.bytes_down,
        usage.blocked,
        usage.first,
        usage.last,
    )


def _most(entities: list[EntityUsage], limit: int | None = None) -> tuple[EntityUsage, ...]:
    ordered = sorted(entities, key=lambda e: (-((e.bytes_up or 0) + (e.bytes_down or 0)), e.name))
    return tuple(ordered[:limit])


def categories(session: Session, report: str) -> tuple[CategoryRow, ...]:
    """Return the categories in use, most traffic first, each split by tag."""
    split: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in apps(session, report):
        place = {SANCTIONED: 1, UNSANCTIONED: 2}.get(row.tag, 3)
        split[row.category][0] += 1
        split[row.category][place] += row.traffic
    rows = [CategoryRow(name, *counts) for name, counts in split.items()]
    return tuple(sorted(rows, key=lambda row: (-row.traffic, row.name)))


def dashboard(session: Session, report: str) -> Dashboard:
    """Return the dashboard of a report."""
    found, tenant = _report(session, report), session.world.tenant
    rows = apps(session, report)
    levels = {level: [0, 0] for level in ("high", "medium", "low", "not scored")}
    countries: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for counts in (levels[row.risk], countries[row.headquarters]):
            counts[0] += 1
            counts[1] += row.traffic
    names = tenant.catalog.countries
    places = [CountryRow(code, names.get(code, "Unknown"), *counts) for code, counts in countries.items()]
    return Dashboard(
        reach(session, report),
        found.totals(),
        categories(session, report),
        tuple((level, count, traffic) for level, (count, traffic) in levels.items()),
        _most(found.entities("user"), 5),
        _most(found.entities("machine"), 5),
        tuple(sorted(places, key=lambda row: (-row.traffic, row.code))),
        sum(alert.status == "Open" for alert in tenant.cloud_alerts),
    )


def app_page(session: Session, report: str, app_id: str) -> AppPage:
    """Return an app's page; an unknown app raises InputError with the nearest name."""
    tenant, found = session.world.tenant, _report(session, report)
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
        tuple(sorted(tenant.custom_tags.get(app.id, ()))),
        tenant.score(app.id),
        _facts(app),
        f"{approved.owner}: {approved.purpose}" if approved else "",
        _most(found.entities("user", app=app.id)),
        _most(found.entities("machine", app=app.id)),
        _most(found.entities("source_ip", app=app.id)),
    )


def _facts(app: App) -> tuple[FactRow, ...]:
    rows = [
        FactRow(FACTORS[name].section, name.replace("-", " "), _said(fact.value), fact.mark)
        for name, fact in app.factors.items()
    ]
    if app.founded is not None:
        rows.append(FactRow("general", "founded", str(app.founded), ""))
    return tuple(sorted(rows, key=lambda row: (SECTIONS.index(row.section), row.name)))


def _said(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def entities(session: Session, report: str, kind: EntityKind) -> tuple[EntityUsage, ...]:
    """Return all users, machines or IP addresses of a report, most traffic first."""
    return _most(_report(session, report).entities(kind))


def entity_page(session: Session, report: str, kind: EntityKind, name: str) -> EntityPage:
    """Return the page of one entity; one that the report has not seen has empty lists."""
    found = _report(session, report)
    chosen = {kind: name}
    rows = [_row(session, usage) for usage in found.apps(**chosen)]
    return EntityPage(
        kind,
        name,
        sum(row.transactions for row in rows),
        sum(row.bytes_up or 0 for row in rows),
        sum(row.bytes_down or 0 for row in rows),
        tuple(sorted(rows, key=lambda row: (-row.traffic, row.app_id))),
        _most(found.entities("user", **chosen)),
        _most(found.entities("machine", **chosen)),
        _most(found.entities("source_ip", **chosen)),
    )
