"""Incidents: alerts that came together, what they have in common, and the way to each of them."""

from __future__ import annotations

from typing import cast

from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_clock
from sim.views.incidents import IncidentRow, incidents
from tui.actions import Action, Scope
from tui.frame import CrumbLine, ViewKind
from tui.screens.alert_queue import StateAlerts
from tui.screens.alert_words import WORDS, severity_text
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.units import moment, plural, span
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

INCIDENTS = Scope(
    "incidents",
    "Incidents",
    "Alerts about one thing come together in an incident: read it first, and its alerts then. An incident is "
    "resolved once all of its alerts are.",
    (
        Action("incidents.app", "App", "open the app's page", ("a",), when="app", footer=80),
        Action(
            "incidents.machine",
            "{Machine}",
            "open the timeline of the first {machine}",
            ("t",),
            when="machine",
            footer=70,
        ),
    ),
)

NAMED = 4
"""Names that an incident lists; its alerts have all of them."""


class IncidentsScreen(PlayScreen, scope=INCIDENTS):
    """The list, and the chosen incident in words below it."""

    PLACE = "incidents"
    KIND = ViewKind.ENDPOINT
    DEFAULT_CSS = """
    IncidentsScreen Detail { max-height: 12; }
    """

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[IncidentRow], ...] = (
            Column("id", "Incident", lambda row: row.id, 9, priority=0, tone=_tone),
            Column("severity", "Sev", lambda row: severity_text(row.severity), 5, priority=0, tone=_grave),
            Column("about", "About", lambda row: ", ".join(row.apps), 20, 12, 2, priority=0, tone=_tone),
            Column("status", "Status", lambda row: row.status, 11, priority=1, tone=_tone),
            Column("alerts", "Alerts", lambda row: len(row.alerts), 6, right=True, priority=0, tone=_tone),
            Column(
                "machines", self.say("{Machines}"), lambda row: len(row.machines), 8, right=True, priority=2
            ),
            Column("users", "Users", lambda row: len(row.users), 5, right=True, priority=3),
            Column("last", "Newest", self._newest, 12, priority=2, sort=lambda row: row.last, tone=_tone),
        )
        self.table: Table[IncidentRow] = Table(
            columns, lambda row: row.id, empty="No incident yet: alerts begin them."
        )

    def _newest(self, row: IncidentRow) -> str:
        return moment(row.last, self.session.resolved.tz)

    @property
    def chosen(self) -> IncidentRow | None:
        """Return the incident under the cursor."""
        return self.table.grid.selected_row

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the chosen incident."""
        yield self.table
        yield Detail()

    def on_mount(self) -> None:
        """Say that today's portal has those of both products."""
        if self.session.world.era.portals.one_queue:
            self.query_one(CrumbLine).kind = ViewKind.DEFENDER

    def refresh_view(self) -> None:
        """List the incidents."""
        self.crumbs = ("Incidents",)
        self.table.set_rows(incidents(self.session))
        self._describe()

    def _describe(self) -> None:
        row = self.chosen
        self.query_one(Detail).show([] if row is None else self._words(row))

    def _words(self, row: IncidentRow) -> list[Content]:
        tz = self.session.resolved.tz
        counted = plural(len(row.alerts), "alert")
        waits = f", {row.waiting} not resolved" if row.waiting else ""
        titles = list(dict.fromkeys(alert.title for alert in row.alerts))
        return [
            safe(f"{row.id}  {', '.join(row.apps)}", "strong"),
            fact("Alerts", f"{counted}{waits}, {span(row.first, row.last, tz)}"),
            *(fact("", title) for title in titles[:NAMED]),
            *([fact(self.say("{Machines}"), _some(row.machines))] if row.machines else []),
            *([fact("Users", _some(row.users))] if row.users else []),
            fact("Last said", f"{show_clock(row.last, tz)}: {row.alerts[-1].text}"),
        ]

    def own_hint(self) -> str:
        """Say what leads further."""
        if self.chosen is None:
            return self.say("policies and {machines} at listed domains raise alerts: `g` `e`")
        return "`enter` lists its alerts, to judge (`V`) and to resolve (`c`) them"

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()
        self.refresh_bindings()

    async def on_grid_activated(self) -> None:
        """List the alerts of the chosen incident in their queue."""
        row = self.chosen
        if row is not None:
            await self.play.go("endpoint_alerts")
            cast(StateAlerts, self.app.screen).show_incident(row.id)

    def when_app(self) -> str:
        """Say why no app can be opened, if so."""
        return "" if self._app() else "choose an incident about an app first"

    def _app(self) -> str:
        row = self.chosen
        return "" if row is None else next((alert.app_id for alert in row.alerts if alert.app_id), "")

    def do_incidents_app(self) -> None:
        """Open the page of the app that it is about."""
        self.play.open("app", self._app())

    def when_machine(self) -> str:
        """Say why no timeline can be opened, if so."""
        row = self.chosen
        return "" if row is not None and row.machines else self.say("the incident names no {machine}")

    def do_incidents_machine(self) -> None:
        """Open the timeline of its first machine, at the app."""
        row = self.chosen
        if row is not None:
            self.play.open("timeline", row.machines[0], app_id=self._app() or None)


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _tone(row: IncidentRow) -> Tone:
    return "normal" if row.waiting else "muted"


def _grave(row: IncidentRow) -> Tone:
    return WORDS[row.severity][1] if row.waiting and row.severity in WORDS else "muted"
