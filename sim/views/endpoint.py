"""Product views of Defender ATP: machines and their timelines, indicators, alerts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.hunting.tables import CONNECTION, EndpointRows, device_events, device_network_events
from sim.engine.inventory import system_name
from sim.engine.policy.alerts import EndpointAlert
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator, EditIndicator, form_of
from sim.session.lookup import machine_index
from sim.world.sensor import endpoint_traffic


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine in the machines list. What its network protection does is not shown here (2019)."""

    name: str
    user: str
    system: str
    os_build: str
    ip: str
    last_seen: int | None
    open_alerts: int


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event on a machine's timeline; the browser shows here and nowhere in Cloud Discovery."""

    id: str
    time: int
    action: str
    url: str
    app_id: str
    """Empty where the catalog knows no app for the address."""
    app: str
    process: str
    user: str
    detail: str
    is_block: bool


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A row of the list; what it holds is the API's schema (MDE/api/ti-indicator.md; documented)."""

    id: str
    value: str
    type: str
    action: str
    """In the portal's words."""
    held: Held
    source: str
    """`User` where a person made it, `AadApp` where a tag did."""
    created_by: str
    created: int
    updated_by: str
    updated: int | None
    expires: int | None
    title: str
    severity: str
    description: str
    recommended_actions: str
    device_groups: str
    """Whom it reaches, in words."""
    groups: tuple[str, ...]
    generate_alert: bool
    educate_url: str
    app: str


@dataclass(frozen=True, slots=True)
class EndpointAlertRow:
    """An alert of the queue."""

    id: str
    time: int
    title: str
    severity: str
    machine: str
    user: str
    processes: str
    domain: str
    app: str
    app_id: str
    first: int
    last: int
    attempts: int
    blocked: int
    not_blocked: int
    status: str
    classification: str
    text: str
    incident: str
    determination: str
    assigned: str
    comments: tuple[str, ...]


def _visible(session: Session) -> int:
    world = session.world
    return world.now - world.era.timeline.sample(world.seed, "timeline")


def machines(session: Session) -> list[MachineRow]:
    """Return every onboarded machine, by name."""
    world = session.world
    rows = world.plane.telemetry.between(0, _visible(session) + 1)
    last = np.full(len(world.staff.machines), -1, dtype=np.int64)
    np.maximum.at(last, rows.machine, rows.time)
    waiting = [a.machine for a in _shown(session) if a.status != "Resolved"]
    found = [
        MachineRow(
            machine.name,
            world.staff.people[machine.owner].upn,
            system_name(machine.device.system, machine.device.os_build),
            machine.device.os_build,
            machine.ip,
            int(last[machine.index]) if last[machine.index] >= 0 else None,
            waiting.count(machine.index),
        )
        for machine in world.staff.machines
        if world.guards.onboarded[machine.index]
    ]
    return sorted(found, key=lambda row: row.name)


def has_powershell(session: Session, machine: str) -> bool:
    """Tell whether a machine's prompt is PowerShell: it runs Windows."""
    world = session.world
    return world.staff.machines[machine_index(world, machine)].device.system in {"windows", "server"}


def endpoint_rows(session: Session, machine: str | None = None, app_id: str | None = None) -> EndpointRows:
    """Return what Defender ATP has received by now: all of it, or of one machine, or of one app."""
    world = session.world
    rows = world.plane.telemetry.between(0, _visible(session) + 1)
    number = np.arange(1, len(rows) + 1, dtype=np.int64)
    mine = world.guards.onboarded[rows.machine]
    rows, number = rows.take(mine), number[mine]
    if machine is not None:
        index = next(m.index for m in world.staff.machines if m.name == machine)
        mine = rows.machine == index
        rows, number = rows.take(mine), number[mine]
    if app_id is not None:
        place = world.tenant.catalog.index[app_id]
        mine = (world.tenant.catalog.resolve_hosts(world.staff.hosts) == place)[rows.host]
        rows, number = rows.take(mine), number[mine]
    by_tag = np.array([*(i.by_tag for i in world.tenant.indicators.all), False], dtype=bool)
    return EndpointRows(
        endpoint_traffic(rows, world.staff, world.user_names, world.places),
        rows.outcome,
        by_tag[rows.indicator],
        number,
    )


def timeline(session: Session, machine: str, app_id: str | None = None) -> list[TimelineRow]:
    """Return a machine's events, newest first; of one app where asked."""
    found = endpoint_rows(session, machine, app_id)
    catalog = session.world.tenant.catalog
    times = dict(zip(found.report_id.tolist(), found.traffic.time.tolist(), strict=True))
    rows: list[TimelineRow] = []
    for row in [*device_network_events(found), *device_events(found)]:
        app = catalog.resolve(row["RemoteUrl"])
        rows.append(
            TimelineRow(
                f"{row['ReportId']}-{row['ActionType']}",
                times[row["ReportId"]],
                row["ActionType"],
                row["RemoteUrl"],
                app.id if app else "",
                app.name if app else "",
                row["InitiatingProcessFileName"],
                row["InitiatingProcessAccountUpn"],
                row["AdditionalFields"],
                row["ActionType"] != CONNECTION,
            )
        )
    return sorted(rows, key=lambda row: (-row.time, row.is_block, row.id))


def indicators(session: Session) -> list[IndicatorRow]:
    """Return the list, newest first."""
    tenant = session.world.tenant
    rows = [
        IndicatorRow(
            i.id,
            i.value,
            i.type.value,
            tenant.portal.actions[i.action],
            i.action,
            i.source.value,
            i.created_by,
            i.created,
            i.updated_by,
            i.updated,
            i.expires,
            i.title,
            i.severity,
            i.description,
            i.recommended_actions,
            str(i.scope),
            i.scope.groups,
            i.generate_alert,
            i.educate_url,
            tenant.apps[i.app_id].name if i.app_id else "",
        )
        for i in tenant.indicators.present()
    ]
    return sorted(rows, key=lambda row: (-row.created, row.id))


def indicator_refusals(session: Session, command: AddIndicator | EditIndicator) -> tuple[Problem, ...]:
    """Return what the portal would refuse of an indicator's form, before it is saved."""
    world = session.world
    try:
        value = (
            command.value
            if isinstance(command, AddIndicator)
            else world.tenant.indicators.find(command.id).value
        )
        world.tenant.indicators.check(world.now, form_of(command, value, world))
    except CommandRefused as refusal:
        return refusal.problems
    return ()


def _shown(session: Session) -> list[EndpointAlert]:
    return [a for a in session.world.tenant.endpoint_alerts.alerts if a.visible_at <= session.now]


def _told(what: str, alert: EndpointAlert) -> str:
    """Return what the alert says of the attempts; a portal says so where an app was not blocked."""
    if alert.attempts == 1:
        return f"{what} was {'blocked' if alert.blocked else 'not blocked'} in the one attempt."
    if not alert.not_blocked:
        return f"{what} was blocked in all {alert.attempts} attempts."
    share = "any" if not alert.blocked else str(alert.not_blocked)
    return f"{what} was not blocked in {share} of {alert.attempts} attempts."


def classifications(session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what an alert can turn out to be, each with its determinations."""
    return tuple((c.name, c.determinations) for c in session.world.era.portals.classifications)


def alerts(session: Session) -> list[EndpointAlertRow]:
    """Return the alert queue, newest first; an alert says whether the app was blocked."""
    world = session.world
    rows: list[EndpointAlertRow] = []
    for alert in _shown(session):
        indicator: Indicator = world.tenant.indicators.all[alert.indicator]
        app = world.tenant.apps[indicator.app_id].name if indicator.app_id else ""
        text = _told(app or indicator.value, alert)
        rows.append(
            EndpointAlertRow(
                alert.id,
                alert.visible_at,
                alert.title,
                alert.severity,
                world.staff.machines[alert.machine].name,
                ", ".join(world.user_names[u] for u in sorted(alert.users)),
                ", ".join(world.staff.processes[p] for p in sorted(alert.processes)),
                indicator.value,
                app,
                indicator.app_id or "",
                alert.first,
                alert.last,
                alert.attempts,
                alert.blocked,
                alert.not_blocked,
                alert.status,
                alert.classification,
                text,
                alert.incident,
                alert.determination,
                alert.assigned,
                tuple(f"{c.by}: {c.text}" for c in alert.comments),
            )
        )
    return sorted(rows, key=lambda row: (-row.time, row.id))
