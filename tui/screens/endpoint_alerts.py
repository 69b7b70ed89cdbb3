"""The alerts queue of Defender ATP: what machines reported, classified and resolved."""

from __future__ import annotations

from textual import work
from textual.content import Content

from sim.base.time import show_clock
from sim.session.alert_commands import ResolveEndpointAlert, SetAlertStatus
from sim.views import endpoint
from sim.views.endpoint import EndpointAlertRow
from tui.actions import Action, Scope
from tui.forms import ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.alert_queue import QueueScreen, notes_on, severity_text, severity_tone
from tui.text import Tone, safe
from tui.units import plural
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
            when="waiting",
            footer=90,
        ),
        Action("endpoint_alerts.assign", "Assign", "give the alert to a person", ("A",), when="chosen"),
        Action("endpoint_alerts.comment", "Comment", "write a comment on the alert", ("C",), when="chosen"),
        Action(
            "endpoint_alerts.progress",
            "In progress",
            "set the alert to In progress, or back to New",
            ("i",),
            "A resolved alert is opened again by it.",
            when="chosen",
            footer=85,
        ),
        Action("endpoint_alerts.app", "App", "open the alert's app", ("a",), when="app", footer=80),
        Action(
            "endpoint_alerts.incident",
            "Incident",
            "keep only the alerts of this incident, or show all again",
            ("I",),
            when="chosen",
            footer=70,
        ),
    ),
)


class EndpointAlertsScreen(QueueScreen, scope=ENDPOINT):
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
        self._only = ""
        columns: tuple[Column[EndpointAlertRow], ...] = (
            Column(
                "severity",
                "Sev",
                lambda row: severity_text(row.severity),
                5,
                priority=0,
                tone=lambda row: severity_tone(row.severity, row.status != "Resolved"),
            ),
            Column("machine", self.say("{Machine}"), lambda row: row.machine, 12, 10, 1, priority=0),
            Column("app", "App", lambda row: row.app or row.domain, 18, 12, 1, priority=0),
            Column("blocked", "Blocked", _blocked, 11, priority=0, tone=_outcome),
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
        self._all = endpoint.alerts(self.session)
        return [row for row in self._all if self._only in {"", row.incident}]

    def _incident(self, row: EndpointAlertRow) -> str:
        others = sum(other.incident == row.incident for other in self._all) - 1
        return f"{row.incident}, " + (f"with {plural(others, 'other alert')}" if others else "alone")

    def do_endpoint_alerts_incident(self) -> None:
        """Keep only the alerts of the chosen one's incident, or show all again."""
        row = self.chosen
        if row is not None:
            self._only = "" if self._only else row.incident
            self.draw()
            self.table.grid.select(row.id)

    def do_endpoint_alerts_progress(self) -> None:
        """Say that somebody is at it; from there, go back to New."""
        row = self.chosen
        if row is not None:
            status = "New" if row.status == "In progress" else "In progress"
            self.play.submit(SetAlertStatus(row.id, status))

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return self.say("an alert comes when a {machine} meets a domain of the indicators: `g` `i`")
        if self._only:
            return f"only {self._only} is listed; `I` shows every alert"
        return self.say("`enter` opens the {machine}'s timeline; `a` the app; `c` resolves the alert")

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.chosen
        if row is None:
            return []
        tz = self.session.resolved.tz
        span = f"{show_clock(row.first, tz)} to {show_clock(row.last, tz)}"
        lines = [
            safe(f"{row.id}  {row.title}", "strong"),
            safe(row.text, _outcome(row)),
            fact(self.say("{Machine}"), f"{row.machine}, {row.user}, {row.processes}"),
            fact("Attempts", f"{row.attempts} to {row.domain}, {span}"),
            fact("Incident", self._incident(row)),
        ]
        lines += notes_on(row)
        if row.status == "Resolved":
            lines.append(fact("Resolved", " – ".join(filter(None, (row.classification, row.determination)))))
        return lines

    def on_grid_activated(self) -> None:
        """Open the machine's timeline, at the app where the alert names one."""
        row = self.chosen
        if row is not None:
            self.play.open("timeline", row.machine, app_id=self._app_id() or None)

    def _app_id(self) -> str:
        row = self.chosen
        return row.app_id if row is not None else ""

    def when_app(self) -> str:
        """Say why no app can be opened, if so."""
        return "" if self._app_id() else "the alert names no app"

    def do_endpoint_alerts_app(self) -> None:
        """Open the app's page."""
        self.play.open("app", self._app_id())

    def when_waiting(self) -> str:
        """Say why the alert cannot be resolved, if so."""
        row = self.chosen
        if row is None:
            return "choose an alert first"
        return "" if row.status != "Resolved" else "this alert is already resolved"

    @work
    async def do_endpoint_alerts_assign(self) -> None:
        """Assign the alert."""
        await self.ask_assign()

    @work
    async def do_endpoint_alerts_comment(self) -> None:
        """Comment on the alert."""
        await self.ask_comment()

    @work
    async def do_endpoint_alerts_resolve(self) -> None:
        """Ask for the classification, then resolve it."""
        row = self.chosen
        if row is None:
            return
        form = FormScreen(
            f"Resolve {row.id}",
            (
                ChoiceField(
                    "class",
                    "Classification",
                    tuple(
                        (f"{name}/{more}", f"{name} – {more}" if more else name)
                        for name, determinations in endpoint.classifications(self.session)
                        for more in ("", *determinations)
                    ),
                ),
                TextField("comment", "Comment", placeholder="what you found and did"),
            ),
            about=row.text,
            verb="Resolve",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            comment = str(values["comment"]).strip()
            name, _, determination = str(values["class"]).partition("/")
            self.play.submit(ResolveEndpointAlert(row.id, name, comment, determination))


def _blocked(row: EndpointAlertRow) -> str:
    return f"{row.blocked} of {row.attempts}"


def _outcome(row: EndpointAlertRow) -> Tone:
    if row.status == "Resolved":
        return "muted"
    return "high" if row.not_blocked else "sanctioned"
