"""The governance log: who changed what."""

from __future__ import annotations

from textual.app import ComposeResult

from sim.base.time import show_clock
from sim.engine.governance import AREAS, OTHER
from sim.views import control
from sim.views.control import LogRow
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

GOVERNANCE = Scope(
    "governance",
    "Governance log",
    "Every change that a person or a policy made, newest first; and whoever resolved a pseudonym, with the "
    "justification. In the portal: Settings, Governance log.",
    (Action("governance.area", "Area", "show another area only, or all", ("f",), footer=90),),
)

SHOWN = ("", *dict.fromkeys(AREAS.values()), OTHER)
"""Areas in the order of the key; empty is all of them."""


class GovernanceScreen(PlayScreen, scope=GOVERNANCE):
    """Lists the changes."""

    PLACE = "log"
    KIND = ViewKind.CLOUD_APPS

    def __init__(self) -> None:
        super().__init__()
        self._only = ""
        columns: tuple[Column[LogRow], ...] = (
            Column("time", "Time", self._time, 16, sort=lambda row: row.time, priority=0),
            Column("action", "Action", lambda row: row.action, 18, 16, priority=0),
            Column("target", "On", lambda row: row.target, 28, 16, 1, priority=0),
            Column("detail", "To", lambda row: row.detail, 14, 12, 1, tone=lambda row: "muted"),
            Column("actor", "By", lambda row: row.actor, 16, 10, priority=2, tone=lambda r: "muted"),
        )
        self.table: Table[LogRow] = Table(columns, lambda row: row.id, empty="Nothing was changed.")

    def _time(self, row: LogRow) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the chosen entry in full."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the changes."""
        shown = (self._only,) if self._only else ()
        self.crumbs = (self.session.world.era.portals.cloud, "Governance log", *shown)
        self.table.set_rows(control.governance_log(self.session, self._only))
        self._describe()

    def do_governance_area(self) -> None:
        """Show the next area, and all of them after the last."""
        self._only = SHOWN[(SHOWN.index(self._only) + 1) % len(SHOWN)]
        self.refresh_view()

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self._describe()

    def _describe(self) -> None:
        row = self.table.grid.selected_row
        lines = []
        if row is not None:
            lines = [safe(row.action, "strong"), fact("On", row.target)]
            lines += [fact("To", row.detail)] if row.detail else []
            lines.append(fact("By", f"{row.actor}, {self._time(row)}"))
        self.query_one(Detail).show(lines)
