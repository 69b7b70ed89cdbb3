"""Discovered apps: every cloud app of the chosen report, or one category, country or risk level."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.engine.discovery.continuous import Scope as Whose
from sim.engine.discovery.filters import Filters
from sim.views import discovery
from sim.views.discovery import AppRow
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.columns import app_columns, reach_line, why_empty
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey
from tui.screens.files import FILE_ACTIONS, FileScreen
from tui.screens.own_apps import ADD_ACTION, OWN_ACTIONS, OwnAppScreen
from tui.screens.reports import REPORT_ACTIONS, ReportScreen, due
from tui.screens.search import SEARCH_ACTIONS, SearchScreen
from tui.screens.tagging import TAG_ACTIONS, ChosenApp
from tui.text import safe
from tui.units import clock, number, plural, size
from tui.widgets.grid import Grid
from tui.widgets.table import Table

APPS = Scope(
    "apps",
    "Discovered apps",
    "Every cloud app that the chosen report has seen, with its tag and its use. A score goes from 0 "
    "to 10, and 10 is best; an app of which too little is known is not scored. In the portal: "
    "Discover, Cloud Discovery dashboard, Discovered apps.",
    (
        *TAG_ACTIONS,
        *REPORT_ACTIONS,
        *SEARCH_ACTIONS,
        *EVIDENCE_ACTIONS,
        *OWN_ACTIONS,
        ADD_ACTION,
        *FILE_ACTIONS,
    ),
)


NO_MATCH = "No discovered app matches. Press esc to go back to the dashboard."


class AppsScreen(OwnAppScreen, SearchScreen, EvidenceKey, FileScreen, ReportScreen, scope=APPS):
    """A product view of Cloud App Security: the list of discovered apps."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "apps"
    DEFAULT_CSS = """
    AppsScreen .reach { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    AppsScreen .conditions { height: auto; max-height: 3; padding: 0 1; display: none; }
    AppsScreen.-filtered .conditions { display: block; }
    AppsScreen .detail { height: 2; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; margin-top: 1; }
    """

    def __init__(
        self,
        category: str | None = None,
        country: str | None = None,
        risk: str | None = None,
        filters: Filters = discovery.EVERY_APP,
        query_name: str = "",
    ) -> None:
        super().__init__()
        self.filters, self.query_name = filters, query_name
        self._category, self._country, self._risk = category, country, risk
        self._head = Static(classes="reach")
        self._conditions = Static(classes="conditions")
        self._detail = Static(classes="detail")
        self._table: Table[AppRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the filter line, the rows, and what the columns leave out."""
        self._table = Table(
            app_columns(self.session.resolved.tz, self.say("{Machines}")), lambda row: row.app_id
        )
        yield self._head
        yield self._conditions
        yield self._table
        yield self._detail

    @property
    def table(self) -> Table[AppRow]:
        """Return the table."""
        assert self._table is not None
        return self._table

    def refresh_view(self) -> None:
        """Show the apps of the report that the filter keeps."""
        report, days = self.play.report, self.play.days
        rows = discovery.apps(
            self.session, report, self._category, self._country, self._risk, self.filters, days
        )
        reach = discovery.reach(self.session, report, days)
        self.crumbs = ("Cloud Discovery", "Discovered apps", *self._filters())
        self.table.grid.empty = why_empty(reach) or NO_MATCH
        self.table.set_rows(rows)
        self._head.update(self._heading(len(rows), reach))
        self.set_class(bool(self.filters.conditions), "-filtered")
        self._conditions.update(self.filter_line())
        self._show_detail()

    def _filters(self) -> tuple[str, ...]:
        country = self._country
        if country is not None:
            names = {row.code: row.name for row in self._countries()}
            country = f"Headquarters: {names.get(country, country or 'Unknown')}"
        risk = None
        if self._risk is not None:
            risk = "Not scored" if self._risk == "not scored" else f"Risk: {self._risk}"
        search = (self.query_name or "Search") if self.filters.conditions else None
        return tuple(part for part in (self._category, country, risk, search) if part is not None)

    def _countries(self) -> tuple[discovery.CountryRow, ...]:
        return discovery.dashboard(self.session, self.play.report, self.play.days).countries

    def _heading(self, count: int, reach: discovery.Reach) -> Content:
        tz, now = self.session.resolved.tz, self.session.now
        parts = [f"{plural(count, 'app')} in {reach.days} days"]
        if reach.last is not None:
            parts.append(f"data to {clock(reach.last, tz, now)}")
        parts.append(due(reach, tz, now))
        return reach_line(reach.title, parts, (self.size.width or 80) - 2)

    def chosen_app(self) -> ChosenApp | None:
        """Return the app under the cursor."""
        row = self.table.grid.selected_row if self._table is not None else None
        return None if row is None else ChosenApp(row.app_id, row.name, row.tag)

    def filters_changed(self) -> None:
        """Show what the new filters find."""
        self.draw()

    def behind(self) -> Behind | None:
        """Return the app under the cursor."""
        app = self.chosen_app()
        return None if app is None else Behind(Whose(app=app.app_id), (app.name,))

    def listed_apps(self) -> tuple[str, ...] | None:
        """Return the apps of this list where it is cut."""
        cut = self.filters.conditions or self._category or self._country is not None or self._risk
        return tuple(self.table.grid.rowset.rows) if cut else None

    def own_hint(self) -> str:
        """Suggest the next look."""
        row = self.table.grid.selected_row
        if row is None:
            return "press `g o` for the dashboard: it says why there are no apps"
        return "press `enter` to see who uses the app, `u` or `s` to tag it"

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Tell more about the app under the cursor."""
        self._show_detail()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the app's page."""
        if event.entity_id is not None:
            self.play.open("app", event.entity_id)

    def _show_detail(self) -> None:
        row = self.table.grid.selected_row
        if row is None:
            self._detail.update("")
            return
        tz, now = self.session.resolved.tz, self.session.now
        use = [
            f"{number(row.users)} users",
            f"{number(row.machines)} {self.say('{machines}')}",
            f"{size(row.traffic)} traffic",
            f"last seen {clock(row.last, tz, now)}",
        ]
        facts = [row.category, f"headquarters {row.headquarters or 'unknown'}"]
        facts += [f"custom tags: {', '.join(row.custom_tags)}"] if row.custom_tags else []
        first = Content.assemble(safe(row.name, "strong"), safe("  " + " · ".join(facts), "muted"))
        self._detail.update(Content("\n").join([first, safe(" · ".join(use), "muted")]))
