"""Product views of Defender ATP: machines and their timelines, and indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import Held
from sim.engine.hunting.tables import CONNECTION, EndpointRows, device_events, device_network_events
from sim.engine.inventory import system_name
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator, EditIndicator, form_of
from sim.session.lookup import machine_index
from sim.world.machines import NEVER
from sim.world.sensor import endpoint_traffic

if TYPE_CHECKING:
    import polars as pl


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


@dataclass(frozen=True, slots=True, order=True)
class UseRow:
    """Who used an app where, in which program."""

    machine: str
    user: str
    process: str


def _visible(session: Session) -> int:
    world = session.world
    return world.now - world.era.timeline.sample(world.seed, "timeline")


def machines(session: Session) -> list[MachineRow]:
    """Return every machine that is or was onboarded, by name; one that left is last seen before it did.

    That the list keeps it is own knowledge.
    """
    world = session.world
    rows = world.plane.telemetry.between(0, _visible(session) + 1)
    rows = rows.take(world.guards.reported(rows.machine, rows.time))
    last = np.full(len(world.staff.machines), -1, dtype=np.int64)
    np.maximum.at(last, rows.machine, rows.time)
    shown = world.tenant.endpoint_alerts.shown(world.now)
    waiting = [alert.machine for alert in shown if alert.is_open]
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
        if world.guards.left[machine.index] != NEVER
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
    mine = world.guards.reported(rows.machine, rows.time)
    if machine is not None:
        index = next(m.index for m in world.staff.machines if m.name == machine)
        mine &= rows.machine == index
    if app_id is not None:
        place = world.tenant.catalog.index[app_id]
        mine &= (world.tenant.catalog.resolve_hosts(world.staff.hosts) == place)[rows.host]
    number = np.flatnonzero(mine)
    rows = rows.take(number)
    by_tag = np.array([*(i.by_tag for i in world.tenant.indicators.all), False], dtype=bool)
    return EndpointRows(
        endpoint_traffic(rows, world.staff, world.user_names, world.places),
        rows.outcome,
        by_tag[rows.indicator],
        number + 1,
        world.logs.remote_addresses(rows.host),
    )


def _shown_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.select(*_TIMELINE).to_dicts()


_TIMELINE = (
    *("ReportId", "ActionType", "RemoteUrl"),
    *("InitiatingProcessFileName", "InitiatingProcessAccountUpn", "AdditionalFields"),
)
"""The columns that a timeline shows."""


def timeline(session: Session, machine: str, app_id: str | None = None) -> list[TimelineRow]:
    """Return a machine's events, newest first; of one app where asked."""
    found = endpoint_rows(session, machine, app_id)
    catalog = session.world.tenant.catalog
    times = dict(zip(found.report_id.tolist(), found.traffic.time.tolist(), strict=True))
    events = [
        *_shown_of(device_network_events(found, _TIMELINE)),
        *_shown_of(device_events(found, _TIMELINE)),
    ]
    apps = {url: catalog.resolve(url) for url in {row["RemoteUrl"] for row in events}}
    rows: list[TimelineRow] = []
    for row in events:
        app = apps[row["RemoteUrl"]]
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


def observed(session: Session, app_id: str, after: int = -1) -> tuple[frozenset[UseRow], int]:
    """Return what the timelines of all machines show of an app beyond `after`, and how far they reach.

    It says less than the timelines and costs much less: no event by itself.
    """
    world, until = session.world, _visible(session)
    rows = world.plane.telemetry.between(after + 1, until + 1)
    place = world.tenant.catalog.index[app_id]
    mine = (world.tenant.catalog.resolve_hosts(world.staff.hosts) == place)[rows.host]
    rows = rows.take(mine & world.guards.reported(rows.machine, rows.time))
    keys = set(zip(rows.machine.tolist(), rows.user.tolist(), rows.process.tolist(), strict=True))
    staff, users = world.staff, world.user_names
    found = (UseRow(staff.machines[m].name, users[u], staff.processes[p]) for m, u, p in keys)
    return frozenset(found), until


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
