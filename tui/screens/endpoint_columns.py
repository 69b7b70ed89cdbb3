"""Columns of Defender ATP's machines list and timeline, and how an event is marked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sim.engine.hunting.tables import CONNECTION, NP_AUDITED
from sim.engine.portal import Portal
from sim.views.endpoint import MachineRow, TimelineRow
from tui.text import Tone
from tui.units import moment, number, person, second
from tui.widgets.columns import Column
from tui.widgets.table import Table

EVENT_MARKS = {CONNECTION: "· ", NP_AUDITED: "A ◪ "}
"""Letter and shape of an event; any other one is a block."""


def machine_columns(tz: ZoneInfo, domain: str, portal: Portal) -> tuple[Column[MachineRow], ...]:
    """Return the columns of the machines list."""
    return (
        Column("name", portal.say("{Machine}"), lambda r: r.name, 16, 10, 1, priority=0),
        Column("user", "User", lambda r: person(r.user, domain), 24, 14, 2, priority=1),
        Column("build", "OS build", lambda r: r.os_build, 10, priority=3, tone=lambda r: "muted"),
        Column("ip", "IP address", lambda r: r.ip, 14, priority=4, tone=lambda r: "muted"),
        Column(
            "alerts",
            "Alerts",
            lambda r: number(r.open_alerts) if r.open_alerts else "–",
            6,
            right=True,
            priority=1,
            sort=lambda r: r.open_alerts,
            descending=True,
            tone=lambda r: "high" if r.open_alerts else "muted",
        ),
        Column(
            "seen",
            "Last seen",
            lambda r: moment(r.last_seen, tz),
            12,
            priority=2,
            sort=lambda r: r.last_seen,
            descending=True,
            tone=lambda r: "muted",
        ),
    )


def machine_table(tz: ZoneInfo, domain: str, portal: Portal) -> Table[MachineRow]:
    """Return a table of machines."""
    return Table(
        machine_columns(tz, domain, portal),
        lambda row: row.name,
        sort="name",
        empty=portal.say("No {machine} reports to {endpoint}."),
    )


def event_tone(row: TimelineRow) -> Tone:
    """Return what an event means: a block and an audit stand out."""
    if row.action == CONNECTION:
        return "normal"
    return "medium" if row.action == NP_AUDITED else "high"


def timeline_columns(tz: ZoneInfo, domain: str) -> tuple[Column[TimelineRow], ...]:
    """Return the columns of a timeline."""
    return (
        Column(
            "time",
            "Time",
            lambda r: second(r.time, tz),
            12,
            priority=0,
            sort=lambda r: (r.time, r.id.partition("-")[0], r.action == CONNECTION),
            descending=True,
            tone=lambda r: "muted",
        ),
        Column(
            "action",
            "Action",
            lambda r: EVENT_MARKS.get(r.action, "B ■ ") + r.action,
            40,
            19,
            priority=0,
            tone=event_tone,
        ),
        Column("url", "URL", lambda r: r.url, 26, 14, 2, priority=1),
        Column("app", "App", lambda r: r.app or "–", 18, 12, 1, priority=3),
        Column("browser", "Browser", lambda r: r.process, 11, priority=0, tone=lambda r: "strong"),
        Column("user", "User", lambda r: person(r.user, domain), 18, 12, priority=6, tone=lambda r: "muted"),
    )
