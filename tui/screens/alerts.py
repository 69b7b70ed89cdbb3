"""The alerts of Cloud App Security: read, go where they point, close with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from textual import work
from textual.content import Content

from sim.engine.discovery.continuous import Scope as Whose
from sim.session.alert_commands import CloseAlerts, MarkAlert
from sim.views import control
from sim.views.control import CloudAlertRow
from sim.views.reports import WHOLE, report_names
from tui.actions import Action, Scope
from tui.forms import CheckField, ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.alert_queue import QueueScreen, notes_on, severity_text, severity_tone
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey
from tui.screens.policies import PoliciesScreen
from tui.text import safe
from tui.units import plural
from tui.widgets.columns import Column
from tui.widgets.detail import fact
from tui.widgets.table import Table

CLOUD = Scope(
    "cloud_alerts",
    "Alerts of {cloud}",
    "What your policies raised. An alert is closed by resolving it, or by dismissing it with a "
    "reason. In the portal: Alerts.",
    (
        Action(
            "cloud_alerts.close",
            "Close",
            "close the marked alerts, or the chosen one, with a reason",
            ("c",),
            when="waiting",
            footer=90,
        ),
        Action(
            "cloud_alerts.mark",
            "Mark",
            "mark the alert, to close several together",
            ("m",),
            "Marked alerts carry a dot; `c` closes them all alike, or none of them.",
            when="open",
            footer=80,
        ),
        Action(
            "cloud_alerts.read", "Read", "mark the alert as read or unread", ("r",), when="open", footer=60
        ),
        Action(
            "cloud_alerts.policy",
            "Policy",
            "adjust the policy that raised the alert",
            ("P",),
            when="policy",
            footer=70,
        ),
        *EVIDENCE_ACTIONS,
        Action("cloud_alerts.assign", "Assign", "give the alert to a person", ("A",), when="chosen"),
        Action("cloud_alerts.comment", "Comment", "write a comment on the alert", ("C",), when="chosen"),
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An alert in the list, and whether it is marked."""

    alert: CloudAlertRow
    marked: bool


class CloudAlertsScreen(EvidenceKey, QueueScreen, scope=CLOUD):
    """The alerts of Cloud App Security, open ones first."""

    PLACE = "alerts"
    KIND = ViewKind.CLOUD_APPS
    CRUMB = "Alerts"
    DEFAULT_CSS = """
    CloudAlertsScreen Detail { max-height: 11; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[str] = set()
        columns: tuple[Column[Line], ...] = (
            Column(
                "severity",
                "Sev",
                lambda line: severity_text(line.alert.severity) + (" •" if line.marked else ""),
                5,
                priority=0,
                tone=lambda line: severity_tone(line.alert.severity, line.alert.status == "Open"),
            ),
            Column("app", "App", lambda line: line.alert.app, 22, 14, 2, priority=0),
            Column("policy", "Policy", lambda line: line.alert.policy, 18, 12, 1, priority=2),
            Column("users", "Users", lambda line: line.alert.users, 5, right=True, priority=1),
            Column("report", "Report", lambda line: line.alert.report_title, 20, 12, priority=3),
            Column("status", "Status", _status, 10, priority=0),
            Column(
                "time",
                "Raised",
                lambda line: self._time(line.alert),
                16,
                priority=1,
                sort=lambda line: line.alert.time,
            ),
        )
        self.table: Table[Line] = Table(
            columns, lambda line: line.alert.id, empty="No alerts. Policies raise them."
        )

    @property
    def chosen(self) -> CloudAlertRow | None:
        """Return the alert under the cursor, or None."""
        line = self.table.grid.selected_row
        return None if line is None else line.alert

    def rows(self) -> list[Line]:
        """Return the alerts, open ones first; one that was closed loses its mark."""
        alerts = control.cloud_alerts(self.session)
        self._marked &= {alert.id for alert in alerts if alert.status == "Open"}
        return [Line(alert, alert.id in self._marked) for alert in alerts]

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return "`g` `p` opens the policies that raise alerts"
        if self._marked:
            return f"`c` closes the {plural(len(self._marked), 'marked alert')} alike; `m` takes a mark away"
        return "`enter` opens the app; `c` closes the alert with a reason, `m` marks several"

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.chosen
        if row is None:
            return []
        lines = [
            safe(f"{row.id}  {row.title}", "strong"),
            safe(row.text),
            fact(
                "Figures",
                f"{row.users} users, {row.source_ips} IP addresses, {row.transactions} transactions",
            ),
            fact("Matched", f"{row.policy}: {'; '.join(row.evidence)}"),
        ]
        lines += notes_on(row)
        if row.status != "Open":
            words = " – ".join(part for part in (row.status, row.reason, row.comment) if part)
            lines.append(fact("Closed", words))
        elif row.advice:
            lines.append(fact("What to do", "; ".join(row.advice)))
        return lines

    def on_grid_activated(self) -> None:
        """Open the app."""
        row = self.chosen
        if row is not None:
            self.play.open("app", row.app_id)

    def behind(self) -> Behind | None:
        """Return the app's use on the day that the alert is about."""
        row = self.chosen
        if row is None or row.report not in report_names(self.session):
            return None
        return Behind(Whose(app=row.app_id, first_day=row.day, last_day=row.day), (row.app, row.id))

    def do_evidence_open(self) -> None:
        """List the lines in the alert's report, whichever was looked at before."""
        row = self.chosen
        if row is not None:
            self.play.report, self.play.days = row.report, WHOLE
        super().do_evidence_open()

    def when_policy(self) -> str:
        """Say why the policy cannot be gone to, if so."""
        row = self.chosen
        if row is None:
            return "choose an alert first"
        return "" if row.policy_is_there else "the policy was deleted"

    async def do_cloud_alerts_policy(self) -> None:
        """Go to the policy among the saved ones."""
        row = self.chosen
        if row is not None:
            await self.play.go("policies")
            cast("PoliciesScreen", self.app.screen).show_saved(row.policy_id)

    def do_cloud_alerts_mark(self) -> None:
        """Mark the alert, or take its mark away, and go on to the next one."""
        row = self.chosen
        if row is not None:
            self._marked ^= {row.id}
            self.draw()
            self.table.grid.do_table_down()

    def do_cloud_alerts_read(self) -> None:
        """Mark it as read, or as unread again."""
        row = self.chosen
        if row is not None:
            self.play.submit(MarkAlert(row.id, not row.read))

    def when_waiting(self) -> str:
        """Say why there is nothing to close, if so."""
        return "" if self._marked else self.when_open()

    def when_open(self) -> str:
        """Say why the alert cannot be changed, if so."""
        row = self.chosen
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
        """Ask how and why, then close the marked ones, or the chosen one."""
        row = self.chosen
        closing = [line.alert for line in self.rows() if line.marked] or ([row] if row else [])
        if not closing:
            return
        ids = tuple(alert.id for alert in closing)
        several = plural(len(ids), "alert")
        form = FormScreen(
            f"Close {several if len(ids) > 1 else ids[0]}",
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
                CheckField("feedback", "Feedback", words="tell the vendor about the detection"),
                TextField("comment", "Comment", placeholder="what you found and decided"),
            ),
            about=closing[0].text if len(ids) == 1 else ", ".join(ids),
            verb="Close alert",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            status, _, reason = str(values["how"]).partition("/")
            comment = str(values["comment"]).strip()
            self.play.submit(CloseAlerts(ids, status, reason, comment, feedback=bool(values["feedback"])))


def _status(line: Line) -> str:
    alert = line.alert
    return "Open, read" if alert.status == "Open" and alert.read else alert.status
