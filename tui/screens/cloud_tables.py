"""The lists of the Cloud Discovery settings: their columns, and what each says while it is empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sim.views.cloud_settings import ExclusionRow, IpRangeRow, NameSetting, ProfileRow
from sim.views.collectors import CONNECTED, DataSourceRow
from sim.views.reports import ReportRow
from tui.text import Tone
from tui.widgets.columns import Column
from tui.widgets.table import Table

T = TypeVar("T")
Show = Callable[[T], str]
"""Says something in a few words."""


def _muted(row: object) -> Tone:
    return "muted"


def reports(when: Show[int | None]) -> Table[ReportRow]:
    """Return an empty list of the reports."""
    return Table(
        (
            Column("name", "Report", lambda r: r.title, 26, 26, 1, priority=0),
            Column("kind", "Kind", lambda r: r.kind, 15, tone=_muted),
            Column("about", "Takes", lambda r: r.about, 48, 30, 2, priority=2, tone=_muted),
            Column("updated", "Updated", lambda r: when(r.updated), 16, priority=3),
        ),
        lambda row: row.name,
    )


def exclusions(when: Show[int | None]) -> Table[ExclusionRow]:
    """Return an empty list of who is left out of new data."""
    return Table(
        (
            Column("name", "Left out", lambda r: r.name, 28, 18, 1, priority=0),
            Column("what", "What", lambda r: r.what, 10),
            Column("since", "Since", lambda r: when(r.since), 16, priority=2, tone=_muted),
            Column("by", "By", lambda r: r.by, 12, 8, priority=4, tone=_muted),
            Column("comment", "Comment", lambda r: r.comment or "–", 20, 10, 1, priority=3, tone=_muted),
        ),
        lambda row: row.id,
        empty="Nobody is left out. Press N to add somebody.",
    )


def names(source: Show[NameSetting]) -> Table[NameSetting]:
    """Return an empty list of the settings of names."""
    return Table(
        (
            Column("name", "Setting", lambda r: r.name, 26, 24, priority=0),
            Column(
                "on",
                "State",
                lambda r: "● On" if r.on else "○ Off",
                6,
                priority=0,
                tone=lambda r: "sanctioned" if r.on else "muted",
            ),
            Column("source", "For", lambda r: source(r), 24, 14, 1, tone=_muted),
        ),
        lambda row: row.id,
    )


def ranges() -> Table[IpRangeRow]:
    """Return an empty list of the named ranges of addresses."""
    return Table(
        (
            Column("name", "Name", lambda r: r.name, 20, 12, 1, priority=0),
            Column("ranges", "Addresses", lambda r: ", ".join(r.ranges), 26, 16, 1, priority=0),
            Column("tags", "Tags", lambda r: ", ".join(r.tags) or "–", 18, 10, 1),
        ),
        lambda row: row.name,
        empty="No range of addresses has a name yet. Press N to add one.",
    )


def sources(when: Show[int | None]) -> Table[DataSourceRow]:
    """Return an empty list of the data sources."""
    return Table(
        (
            Column("name", "Data source", lambda r: r.name, 20, 12, 1, priority=0),
            Column(
                "status",
                "Status",
                lambda r: ("● " if r.status == CONNECTED else "✗ ") + r.status,
                14,
                priority=0,
                tone=lambda r: "sanctioned" if r.status == CONNECTED else "unsanctioned",
            ),
            Column("last", "Last data", lambda r: when(r.last_data), 16, priority=1),
            Column("collector", "Log collector", lambda r: r.collector, 18, 12, 1, priority=2),
            Column("receiver", "Receiver", lambda r: r.receiver, 10, priority=3, tone=_muted),
        ),
        lambda row: row.name,
        empty="No proxy or firewall sends its log.",
    )


def profiles() -> Table[ProfileRow]:
    """Return an empty list of the scoped profiles."""
    return Table(
        (
            Column("name", "Profile", lambda r: r.name, 20, 12, 1, priority=0),
            Column("scope", "For", lambda r: r.scope, 26, 16, 1, priority=0),
            Column("apps", "Apps", lambda r: ", ".join(r.apps) or "–", 18, 10, 1, priority=2),
        ),
        lambda row: row.name,
        empty="A tag holds for every device: there is no scoped profile. Press N to add one.\n"
        "In the portal: Settings, Cloud Apps, Cloud Discovery, App tags.",
    )
