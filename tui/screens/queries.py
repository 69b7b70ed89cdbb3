"""Saved and suggested queries: what each asks for, and how many apps it finds."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult

from sim.engine.discovery.queries import parse_filters
from sim.session.app_commands import DeleteQuery
from sim.views.queries import QueryRow, queries
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import ViewKind
from tui.screens.apps import AppsScreen
from tui.screens.reports import REPORT_ACTIONS, ReportScreen
from tui.text import safe
from tui.units import plural
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

QUERIES = Scope(
    "queries",
    "Queries",
    "Searches over the discovered apps: your saved ones first, then the eight that the product suggests. "
    "Enter shows what a query finds, where it can be changed and saved under a new name. In the portal: "
    "Discovered apps, Queries.",
    (
        *REPORT_ACTIONS,
        Action("queries.delete", "Delete", "forget the saved query", ("d",), when="saved", footer=80),
    ),
)

COLUMNS: tuple[Column[QueryRow], ...] = (
    Column("name", "Query", lambda r: r.name, 50, 30, 3, priority=0),
    Column(
        "found", "Apps", lambda r: r.found, 5, right=True, priority=0, sort=lambda r: r.found, descending=True
    ),
    Column("kind", "Kind", lambda r: "saved" if r.saved else "suggested", 10, tone=lambda r: "muted"),
)


class QueriesScreen(ReportScreen, scope=QUERIES):
    """A product view of Cloud App Security: the queries of Discovered apps."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "queries"

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[QueryRow] = Table(COLUMNS, lambda row: row.name)

    def compose_body(self) -> ComposeResult:
        """Lay out the queries, and the conditions of the one under the cursor."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """Show the queries and what they find now."""
        self.crumbs = ("Cloud Discovery", "Discovered apps", "Queries")
        self.table.set_rows(queries(self.session, self.play.report, self.play.days))
        self._describe()

    def own_hint(self) -> str:
        """Say what enter does."""
        return "`enter` shows what the query finds; there `F` changes it and `W` saves it"

    def when_saved(self) -> str:
        """Say that there is no saved query to forget, if so."""
        row = self.table.grid.selected_row
        return "" if row is not None and row.saved else "choose a saved query first"

    @work
    async def do_queries_delete(self) -> None:
        """Ask, then forget the query."""
        row = self.table.grid.selected_row
        if row is None:
            return
        question = Question(
            "Delete this query?", row.name, "policies made from it keep their filters", "", "Delete"
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(DeleteQuery(row.name))

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()

    def on_grid_activated(self) -> None:
        """Show what the query finds."""
        row = self.table.grid.selected_row
        if row is not None:
            self.app.push_screen(AppsScreen(filters=parse_filters(row.conditions), query_name=row.name))

    def _describe(self) -> None:
        row = self.table.grid.selected_row
        if row is None:
            self.query_one(Detail).show([])
            return
        lines = [safe(row.about or "Saved by you.", "strong")]
        lines += [safe(f"  {line}") for line in row.conditions[:6]]
        left = len(row.conditions) - 6
        lines += [safe(f"  and {plural(left, 'more condition')}", "muted")] if left > 0 else []
        self.query_one(Detail).show([*lines, fact("Finds", plural(row.found, "app"))])
