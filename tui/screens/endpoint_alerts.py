"""The alerts queue of Defender ATP: what machines reported, classified and resolved."""

from __future__ import annotations

from textual import work
from textual.content import Content

from sim.base.time import show_clock
from sim.session.alert_commands import ResolveAlerts
from sim.views import alerts
from sim.views.alerts import EndpointAlertRow
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.alert_queue import NOTE_ACTIONS, STATE_ACTIONS, StateAlerts, classified
from tui.screens.alert_words import endpoint_words, notes_on, outcome, severity_text, severity_tone
from tui.widgets.columns import Column
from tui.widgets.detail import fact
from tui.widgets.table import Table

ENDPOINT = Scope(
    "endpoint_alerts",
    "Alerts queue of {endpoint}",
    "What {machines} reported. An alert says whether the app was blocked: where it was not, find out "
    "why. In the portal: Alerts queue.",
    (
        Action(
            "endpoint_alerts.resolve",
            "Resolve",
            "classify and resolve the chosen alert",
            ("c",),
            when="open",
            footer=90,
        ),
        *STATE_ACTIONS,
        *NOTE_ACTIONS,
    ),
)


class EndpointAlertsScreen(StateAlerts, scope=ENDPOINT):
    """The alerts queue of Defender ATP."""

    PLACE = "endpoint_alerts"
    KIND = ViewKind.ENDPOINT
    CRUMB = "Alerts queue"
    DEFAULT_CSS = """
    EndpointAlertsScreen Detail { max-height: 10; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._all: list[EndpointAlertRow] = []
        columns: tuple[Column[EndpointAlertRow], ...] = (
            Column(
                "severity",
                "Sev",
                lambda row: severity_text(row.severity),
                5,
                priority=0,
                tone=severity_tone,
            ),
            Column("machine", self.say("{Machine}"), lambda row: row.machine, 12, 10, 1, priority=0),
            Column("app", "App", lambda row: row.app or row.domain, 18, 12, 1, priority=0),
            Column("blocked", "Blocked", _blocked, 11, priority=0, tone=outcome),
            Column("status", "Status", lambda row: row.status, 11, priority=1),
            Column("processes", "Process", lambda row: row.processes, 16, 10, 1, priority=3),
            Column("user", "User", lambda row: row.user, 26, 16, 1, priority=4),
            Column("incident", "Incident", lambda row: row.incident, 8, priority=5),
            Column("time", "Raised", self._time, 16, priority=2, sort=lambda row: row.time),
        )
        self.table: Table[EndpointAlertRow] = Table(
            columns,
            lambda row: row.id,
            empty=self.say("No alerts. {Machines} raise them at blocked domains."),
        )

    @property
    def chosen(self) -> EndpointAlertRow | None:
        """Return the alert under the cursor, or None."""
        return self.table.grid.selected_row

    def rows(self) -> list[EndpointAlertRow]:
        """Return the alerts that the queue shows by now, of one incident where asked."""
        self._all = alerts.endpoint_alerts(self.session)
        return self.kept(self._all)

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return self.say("an alert comes when a {machine} meets a domain of the indicators: `g` `i`")
        if self.only:
            return f"only {self.only} is listed; `I` shows every alert"
        return self.say("`enter` opens the {machine}'s timeline; `a` the app; `c` resolves the alert")

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.chosen
        if row is None:
            return []
        tz = self.session.resolved.tz
        span = f"{show_clock(row.first, tz)} to {show_clock(row.last, tz)}"
        lines = [
            *endpoint_words(row, self.say("{Machine}"), span),
            fact("Incident", self.incident_words(row, self._all)),
            *notes_on(row),
        ]
        if not row.is_open:
            lines.append(fact("Resolved", " – ".join(filter(None, (row.classification, row.determination)))))
        return lines

    def on_grid_activated(self) -> None:
        """Open the machine's timeline."""
        row = self.chosen
        if row is not None:
            self.open_timeline(row)

    @work
    async def do_endpoint_alerts_resolve(self) -> None:
        """Ask for the classification, then resolve it."""
        row = self.chosen
        if row is None:
            return
        values = await self.app.push_screen_wait(self.resolve_form(f"Resolve {row.id}", row.text))
        if values is not None:
            self.play.submit(ResolveAlerts((row.id,), *classified(values)))


def _blocked(row: EndpointAlertRow) -> str:
    return f"{row.blocked} of {row.attempts}"
