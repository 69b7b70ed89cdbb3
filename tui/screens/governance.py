"""The governance log: who changed what."""

from __future__ import annotations

from textual.app import ComposeResult

from sim.base.time import show_clock
from sim.views import control
from sim.views.control import LogRow
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.widgets.columns import Column
from tui.widgets.table import Table

GOVERNANCE = Scope(
    "governance",
    "Governance log",
    "Every change that a person or a policy made, newest first. In the portal: Settings, Governance log.",
    (),
)


class GovernanceScreen(PlayScreen, scope=GOVERNANCE):
    """Lists the changes."""

    PLACE = "log"
    KIND = ViewKind.CLOUD_APPS

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[LogRow], ...] = (
            Column("time", "Time", self._time, 16, sort=lambda row: row.time, priority=0),
            Column("action", "Action", lambda row: row.action, 18, 12, priority=0),
            Column("target", "On", lambda row: row.target, 28, 20, 1, priority=0),
            Column("detail", "To", lambda row: row.detail, 14, 12, 1, tone=lambda row: "muted"),
            Column("actor", "By", lambda row: row.actor, 16, 10, priority=2, tone=lambda r: "muted"),
        )
        self.table: Table[LogRow] = Table(columns, lambda row: row.id, empty="Nothing was changed.")

    def _time(self, row: LogRow) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list."""
        yield self.table

    def refresh_view(self) -> None:
        """List the changes."""
        self.crumbs = ("Cloud App Security", "Governance log")
        self.table.set_rows(control.governance_log(self.session))
