"""The alerts of both portals: read, go where they point, close with a reason."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_clock
from sim.session.alert_commands import AssignAlert, CloseAlerts, CommentAlert, ResolveEndpointAlert
from sim.views import control, endpoint
from sim.views.control import CloudAlertRow
from sim.views.endpoint import EndpointAlertRow
from tui.actions import Action, Scope
from tui.forms import ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import SEVERITIES, Tone, safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

CLOUD = Scope(
    "cloud_alerts",
    "Alerts of Cloud App Security",
    "What your policies raised. An alert is closed by resolving it, or by dismissing it with a "
    "reason. In the portal: Alerts.",
    (
        Action(
            "cloud_alerts.close",
            "Close",
            "resolve or dismiss the chosen alert",
            ("c",),
            when="waiting",
            footer=90,
        ),
        Action("cloud_alerts.assign", "Assign", "give the alert to a person", ("A",), when="chosen"),
        Action("cloud_alerts.comment", "Comment", "write a comment on the alert", ("C",), when="chosen"),
    ),
)

ENDPOINT = Scope(
    "endpoint_alerts",
    "Alerts queue of Defender ATP",
    "What machines reported. An alert says whether the app was blocked: where it was not, find out "
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
        Action("endpoint_alerts.app", "App", "open the alert's app", ("a",), when="app", footer=80),
    ),
)

WORDS = {mark.word: (f"{mark.letter} {mark.shape}", name) for name, mark in SEVERITIES.items()}


def _severity(severity: str) -> str:
    return WORDS[severity][0] if severity in WORDS else severity


def _tone(severity: str, open_: bool) -> Tone:
    return WORDS[severity][1] if open_ and severity in WORDS else "muted"


class QueueScreen(PlayScreen):
    """What both queues are: a list of alerts, and the chosen one in words below it."""

    CRUMB: ClassVar[str]
    table: Table[Any]

    def _time(self, row: CloudAlertRow | EndpointAlertRow) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list and the chosen alert's words."""
        yield self.table
        yield Detail()

    async def ask_assign(self) -> None:
        """Ask for a person, then assign the chosen alert."""
        row = self.table.grid.selected_row
        if row is None:
            return
        field = TextField("person", "Person", row.assigned, "empty is nobody")
        values = await self.app.push_screen_wait(FormScreen(f"Assign {row.id}", (field,), verb="Assign"))
        if values is not None:
            self.play.submit(AssignAlert(row.id, str(values["person"]).strip()))

    async def ask_comment(self) -> None:
        """Ask for a comment, then keep it on the chosen alert."""
        row = self.table.grid.selected_row
        if row is None:
            return
        field = TextField("text", "Comment", check=lambda text: "" if text else "write something")
        values = await self.app.push_screen_wait(FormScreen(f"Comment on {row.id}", (field,)))
        if values is not None:
            self.play.submit(CommentAlert(row.id, str(values["text"]).strip()))

    def when_chosen(self) -> str:
        """Say that no alert is chosen, if so."""
        return "" if self.table.grid.selected_row is not None else "choose an alert first"

    @abstractmethod
    def rows(self) -> Sequence[CloudAlertRow | EndpointAlertRow]:
        """Return the alerts that the queue shows by now."""

    @abstractmethod
    def words(self) -> list[Content]:
        """Return the chosen alert in words; nothing where none is chosen."""

    def refresh_view(self) -> None:
        """List the alerts."""
        self.crumbs = (self.CRUMB,)
        self.table.set_rows(self.rows())
        self.query_one(Detail).show(self.words())

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self.query_one(Detail).show(self.words())
        self.refresh_bindings()


class CloudAlertsScreen(QueueScreen, scope=CLOUD):
    """The alerts of Cloud App Security, open ones first."""

    PLACE = "alerts"
    KIND = ViewKind.CLOUD_APPS
    CRUMB = "Alerts"

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[CloudAlertRow], ...] = (
            Column(
                "severity",
                "Sev",
                lambda row: _severity(row.severity),
                5,
                priority=0,
                tone=lambda row: _tone(row.severity, row.status == "Open"),
            ),
            Column("app", "App", lambda row: row.app, 22, 14, 2, priority=0),
            Column("policy", "Policy", lambda row: row.policy, 18, 12, 1, priority=2),
            Column("users", "Users", lambda row: row.users, 5, right=True, priority=1),
            Column("report", "Report", lambda row: row.report, 20, 12, priority=3),
            Column("status", "Status", lambda row: row.status, 9, priority=0),
            Column("time", "Raised", self._time, 16, priority=1, sort=lambda row: row.time),
        )
        self.table: Table[CloudAlertRow] = Table(
            columns, lambda row: row.id, empty="No alerts. Policies raise them."
        )

    def rows(self) -> list[CloudAlertRow]:
        """Return the alerts, open ones first."""
        return control.cloud_alerts(self.session)

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return "`g` `p` opens the policies that raise alerts"
        return "`enter` opens the app; `c` closes the alert with a reason"

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.table.grid.selected_row
        if row is None:
            return []
        lines = [
            safe(f"{row.id}  {row.title}", "strong"),
            safe(row.text),
            fact(
                "Figures",
                f"{row.users} users, {row.source_ips} IP addresses, {row.transactions} transactions",
            ),
            fact("Matched", "; ".join(row.evidence)),
        ]
        lines += _shared(row)
        if row.status != "Open":
            words = " – ".join(part for part in (row.status, row.reason, row.comment) if part)
            lines.append(fact("Closed", words))
        return lines

    def on_grid_activated(self) -> None:
        """Open the app."""
        row = self.table.grid.selected_row
        if row is not None:
            self.play.open("app", row.app_id)

    def when_waiting(self) -> str:
        """Say why the alert cannot be closed, if so."""
        row = self.table.grid.selected_row
        if row is None:
            return "choose an alert first"
        return "" if row.status == "Open" else f"this alert is already {row.status.lower()}"

    @work
    async def do_cloud_alerts_assign(self) -> None:
        """Assign the alert."""
        await self.ask_assign()

    @work
    async def do_cloud_alerts_comment(self) -> None:
        """Comment on the alert."""
        await self.ask_comment()

    @work
    async def do_cloud_alerts_close(self) -> None:
        """Ask how and why, then close it."""
        row = self.table.grid.selected_row
        if row is None:
            return
        form = FormScreen(
            f"Close {row.id}",
            (
                ChoiceField(
                    "how",
                    "Close as",
                    tuple(
                        (f"{status}/{reason}", f"{status} – {reason}" if reason else status)
                        for status, reasons in control.closings(self.session)
                        for reason in reasons or ("",)
                    ),
                ),
                TextField("comment", "Comment", placeholder="what you found and decided"),
            ),
            about=row.text,
            verb="Close alert",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            status, _, reason = str(values["how"]).partition("/")
            self.play.submit(CloseAlerts((row.id,), status, reason, str(values["comment"]).strip()))


class EndpointAlertsScreen(QueueScreen, scope=ENDPOINT):
    """The alerts queue of Defender ATP."""

    PLACE = "endpoint_alerts"
    KIND = ViewKind.DEFENDER_ATP
    CRUMB = "Alerts queue"

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[EndpointAlertRow], ...] = (
            Column(
                "severity",
                "Sev",
                lambda row: _severity(row.severity),
                5,
                priority=0,
                tone=lambda row: _tone(row.severity, row.status != "Resolved"),
            ),
            Column("machine", "Machine", lambda row: row.machine, 12, 10, 1, priority=0),
            Column("app", "App", lambda row: row.app or row.domain, 18, 12, 1, priority=0),
            Column("blocked", "Blocked", _blocked, 11, priority=0, tone=_outcome),
            Column("status", "Status", lambda row: row.status, 9, priority=1),
            Column("processes", "Process", lambda row: row.processes, 16, 10, 1, priority=3),
            Column("user", "User", lambda row: row.user, 26, 16, 1, priority=4),
            Column("time", "Raised", self._time, 16, priority=2, sort=lambda row: row.time),
        )
        self.table: Table[EndpointAlertRow] = Table(
            columns, lambda row: row.id, empty="No alerts. Machines raise them at blocked domains."
        )

    def rows(self) -> list[EndpointAlertRow]:
        """Return the alerts that the queue shows by now."""
        return endpoint.alerts(self.session)

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return "an alert comes when a machine meets a domain of the indicators: `g` `i`"
        return "`enter` opens the machine's timeline; `a` the app; `c` resolves the alert"

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.table.grid.selected_row
        if row is None:
            return []
        tz = self.session.resolved.tz
        span = f"{show_clock(row.first, tz)} to {show_clock(row.last, tz)}"
        lines = [
            safe(f"{row.id}  {row.title}", "strong"),
            safe(row.text, _outcome(row)),
            fact("Machine", f"{row.machine}, {row.user}, {row.processes}"),
            fact("Attempts", f"{row.attempts} to {row.domain}, {span}, part of {row.incident}"),
        ]
        lines += _shared(row)
        if row.status == "Resolved":
            lines.append(fact("Resolved", " – ".join(filter(None, (row.classification, row.determination)))))
        return lines

    def on_grid_activated(self) -> None:
        """Open the machine's timeline, at the app where the alert names one."""
        row = self.table.grid.selected_row
        if row is not None:
            self.play.open("timeline", row.machine, app_id=self._app_id() or None)

    def _app_id(self) -> str:
        row = self.table.grid.selected_row
        return row.app_id if row is not None else ""

    def when_app(self) -> str:
        """Say why no app can be opened, if so."""
        return "" if self._app_id() else "the alert names no app"

    def do_endpoint_alerts_app(self) -> None:
        """Open the app's page."""
        self.play.open("app", self._app_id())

    def when_waiting(self) -> str:
        """Say why the alert cannot be resolved, if so."""
        row = self.table.grid.selected_row
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
        row = self.table.grid.selected_row
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


def _shared(row: CloudAlertRow | EndpointAlertRow) -> list[Content]:
    """Return who has the alert and the newest comment, where there are any."""
    lines = [fact("Assigned", row.assigned)] if row.assigned else []
    return [*lines, fact("Comment", row.comments[-1])] if row.comments else lines


def _blocked(row: EndpointAlertRow) -> str:
    return f"{row.blocked} of {row.attempts}"


def _outcome(row: EndpointAlertRow) -> Tone:
    if row.status == "Resolved":
        return "muted"
    return "high" if row.not_blocked else "sanctioned"
