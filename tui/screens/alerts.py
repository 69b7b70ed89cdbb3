"""The alerts of Cloud App Security: read, go where they point, close with a reason."""

from __future__ import annotations

from textual import work
from textual.content import Content

from sim.session.alert_commands import CloseAlerts, MarkAlert
from sim.views import alerts
from sim.views.alerts import CloudAlertRow
from tui.actions import Action, Scope
from tui.forms import CheckField, ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.alert_queue import (
    MARK_ACTION,
    NOTE_ACTIONS,
    POLICY_ACTIONS,
    WHOM_ACTION,
    Line,
    MarkedAlerts,
    PolicyAlerts,
)
from tui.screens.alert_words import cloud_words, notes_on, severity_text, severity_tone
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
        MARK_ACTION,
        Action(
            "cloud_alerts.read", "Read", "mark the alert as read or unread", ("r",), when="open", footer=60
        ),
        WHOM_ACTION,
        *POLICY_ACTIONS,
        *NOTE_ACTIONS,
    ),
)

_Row = Line[CloudAlertRow]


class CloudAlertsScreen(PolicyAlerts, MarkedAlerts[CloudAlertRow], scope=CLOUD):
    """The alerts of Cloud App Security, open ones first."""

    PLACE = "alerts"
    KIND = ViewKind.CLOUD_APPS
    CRUMB = "Alerts"
    DEFAULT_CSS = """
    CloudAlertsScreen Detail { max-height: 11; }
    """

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[_Row], ...] = (
            Column(
                "severity",
                "Sev",
                lambda line: severity_text(line.alert.severity) + (" •" if line.marked else ""),
                5,
                priority=0,
                tone=lambda line: severity_tone(line.alert),
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
        self.table: Table[_Row] = Table(
            columns, lambda line: line.alert.id, empty="No alerts. Policies raise them."
        )

    def rows(self) -> list[_Row]:
        """Return the alerts, open ones first."""
        return self.lines(alerts.cloud_alerts(self.session))

    def own_hint(self) -> str:
        """Say what can be done with an alert."""
        if not self.table.selected:
            return "`g` `p` opens the policies that raise alerts"
        return self.marked_hint("closes") or (
            "`enter` opens the app; `c` closes the alert with a reason, `m` marks several"
        )

    def words(self) -> list[Content]:
        """Return the chosen alert in words."""
        row = self.chosen
        if row is None:
            return []
        lines = cloud_words(row) + notes_on(row)
        if not row.is_open:
            words = " – ".join(part for part in (row.status, row.reason, row.comment) if part)
            lines.append(fact("Closed", words))
        elif row.advice:
            lines.append(fact("What to do", "; ".join(row.advice)))
        return lines

    async def on_grid_activated(self) -> None:
        """Open the app; of a system alert the settings that it is about."""
        row = self.chosen
        if row is not None and row.app_id:
            self.play.open("app", row.app_id)
        elif row is not None:
            await self.open_log_upload()

    def do_cloud_alerts_read(self) -> None:
        """Mark it as read, or as unread again."""
        row = self.chosen
        if row is not None:
            self.play.submit(MarkAlert(row.id, not row.read))

    @work
    async def do_cloud_alerts_close(self) -> None:
        """Ask how and why, then close the marked ones, or the chosen one."""
        closing = self.closing()
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
                        for status, reasons in alerts.closings(self.session)
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


def _status(line: _Row) -> str:
    alert = line.alert
    return "Open, read" if alert.is_open and alert.read else alert.status
