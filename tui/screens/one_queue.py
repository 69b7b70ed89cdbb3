"""Incidents & alerts > Alerts of today: the alerts of both products in one queue."""

from __future__ import annotations

from textual import work
from textual.content import Content

from sim.base.time import show_clock
from sim.session.alert_commands import ResolveAlerts
from sim.views import alerts
from sim.views.alerts import CloudAlertRow, EndpointAlertRow
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.alert_queue import (
    MARK_ACTION,
    NOTE_ACTIONS,
    POLICY_ACTIONS,
    STATE_ACTIONS,
    Line,
    MarkedAlerts,
    PolicyAlerts,
    StateAlerts,
    classified,
)
from tui.screens.alert_words import cloud_words, endpoint_words, notes_on, severity_text, severity_tone
from tui.text import Tone
from tui.units import plural
from tui.widgets.columns import Column
from tui.widgets.detail import fact
from tui.widgets.table import Table

ONE_QUEUE = Scope(
    "one_queue",
    "Alerts queue",
    "What your policies and your {machines} raised, newest first. At first the new ones and those in "
    "progress of the last seven days are listed. Every alert is part of an incident. In the portal: "
    "Incidents & alerts, Alerts.",
    (
        Action(
            "one_queue.resolve",
            "Resolve",
            "classify and resolve the marked alerts, or the chosen one",
            ("c",),
            when="waiting",
            footer=95,
        ),
        MARK_ACTION,
        *STATE_ACTIONS,
        Action(
            "one_queue.everything",
            "All",
            "list resolved and older alerts too, or only those of the last week that wait",
            ("w",),
            footer=75,
        ),
        *POLICY_ACTIONS,
        *NOTE_ACTIONS,
    ),
)

Row = alerts.AnyAlertRow


class OneQueueScreen(PolicyAlerts, StateAlerts, MarkedAlerts[Row], scope=ONE_QUEUE):
    """The alerts of both products."""

    PLACE = "alerts"
    KIND = ViewKind.DEFENDER
    CRUMB = "Alerts"
    DEFAULT_CSS = """
    OneQueueScreen Detail { max-height: 11; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._everything = False
        columns: tuple[Column[Line[Row]], ...] = (
            Column(
                "severity",
                "Sev",
                lambda line: severity_text(line.alert.severity) + (" •" if line.marked else ""),
                5,
                priority=0,
                tone=lambda line: severity_tone(line.alert),
            ),
            Column("about", "App", lambda line: _about(line.alert), 18, 12, 1, priority=0),
            Column("asset", "Impacted asset", lambda line: _asset(line.alert), 20, 12, 1, priority=0),
            Column("title", "Alert", lambda line: line.alert.title, 30, 16, 2, priority=3),
            Column("status", "Status", lambda line: line.alert.status, 11, priority=0, tone=_tone),
            Column("incident", "Incident", lambda line: line.alert.incident, 8, priority=1),
            Column("source", "Service source", lambda line: line.alert.source, 21, 14, priority=4),
            Column(
                "time",
                "Raised",
                lambda line: self._time(line.alert),
                16,
                priority=2,
                sort=lambda line: line.alert.time,
            ),
        )
        self.table: Table[Line[Row]] = Table(
            columns, lambda line: line.alert.id, empty="No alert of the last week waits. `w` lists all."
        )

    def rows(self) -> list[Line[Row]]:
        """Return the alerts that are asked for, newest first."""
        return self.lines(self.kept(alerts.one_queue(self.session, self._everything or bool(self.only))))

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if self.only:
            return f"only {self.only} is listed; `I` shows every alert"
        if not self.table.selected:
            return self.say(
                "policies (`g` `p`) and {machines} at blocked domains raise alerts; `w` lists old ones"
            )
        return self.marked_hint("resolves") or (
            self.say("`enter` opens the {machine} or the app; `c` resolves the alert, `m` marks several")
        )

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.chosen
        if row is None:
            return []
        tz = self.session.resolved.tz
        if isinstance(row, EndpointAlertRow):
            lines = endpoint_words(
                row, self.say("{Machine}"), f"{show_clock(row.first, tz)} to {show_clock(row.last, tz)}"
            )
        else:
            lines = cloud_words(row)
        every = alerts.one_queue(self.session, everything=True)
        lines += [fact("Incident", f"{self.incident_words(row, every)}; from {row.source}"), *notes_on(row)]
        if not row.is_open:
            said = (row.classification, row.determination, row.comment)
            lines.append(fact("Resolved", " – ".join(filter(None, said))))
        elif isinstance(row, CloudAlertRow) and row.advice:
            lines.append(fact("What to do", "; ".join(row.advice)))
        return lines

    async def on_grid_activated(self) -> None:
        """Open the machine's timeline, or the app; of a system alert the data sources."""
        row = self.chosen
        if isinstance(row, EndpointAlertRow):
            self.open_timeline(row)
        elif row is not None and row.app_id:
            self.play.open("app", row.app_id)
        elif row is not None:
            await self.open_log_upload()

    def do_one_queue_everything(self) -> None:
        """List everything, or only what waits."""
        self._everything = not self._everything
        self.draw()

    @work
    async def do_one_queue_resolve(self) -> None:
        """Ask for the classification, then resolve the marked ones, or the chosen one."""
        closing = self.closing()
        if not closing:
            return
        ids = tuple(alert.id for alert in closing)
        one = len(ids) == 1
        form = self.resolve_form(
            f"Resolve {ids[0] if one else plural(len(ids), 'alert')}",
            closing[0].text if one else ", ".join(ids),
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            self.play.submit(ResolveAlerts(ids, *classified(values)))


def _about(row: Row) -> str:
    return row.app or (row.domain if isinstance(row, EndpointAlertRow) else "")


def _asset(row: Row) -> str:
    if isinstance(row, EndpointAlertRow):
        return row.machine
    return plural(row.users, "user")


def _tone(line: Line[Row]) -> Tone:
    return "normal" if line.alert.is_open else "muted"
