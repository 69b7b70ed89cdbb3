"""The Cloud Discovery dashboard: how far the data reaches, and where to look first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sim.engine.discovery.continuous import Scope as Whose
from sim.engine.discovery.use import EntityUsage
from sim.views import discovery
from sim.views.discovery import CategoryRow, CountryRow, Dashboard, EntityKind
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.apps import AppsScreen
from tui.screens.columns import ADVICE, counters
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey, EvidenceScreen, of_entity
from tui.screens.files import FILE_ACTIONS, FileScreen
from tui.screens.pane import Pane
from tui.screens.reports import NAME_ACTIONS, REPORT_ACTIONS, NameScreen, ReportScreen, due, shown_name
from tui.text import SEVERITIES, TAGS, Tone, bar, clip, pad, safe, style_of
from tui.units import clock, number, plural, size, span

DASHBOARD = Scope(
    "dashboard",
    "Cloud Discovery dashboard",
    "Where people's traffic goes. Green is traffic of sanctioned apps, red of unsanctioned ones, blue "
    "of all others; red is no measure of risk. In the portal: Discover, Cloud Discovery dashboard; "
    "the report is chosen at the top right.",
    (
        Action(
            "dashboard.pane",
            "Next pane",
            "go to the next pane: categories, risk, users, {machines}, headquarters",
            ("tab",),
            footer=90,
            when="data",
        ),
        *EVIDENCE_ACTIONS,
        Action(
            "dashboard.lines",
            "All lines",
            "see the lines behind the figures at the top",
            ("L",),
            when="data",
        ),
        *REPORT_ACTIONS,
        *NAME_ACTIONS,
        *FILE_ACTIONS,
    ),
)

UPPER_LEAST, LOWER_LEAST = 9, 6
"""Lines of the two rows of panes, titles included, in the smallest usual terminal."""
TAKEN = 11
"""Lines of the frame, the figures and the gaps."""

RiskRow = tuple[str, int, int]


def _category(row: CategoryRow, width: int, most: int) -> Content:
    name = min(26, max(14, width - 20))
    room = max(4, width - name - 11)
    parts = (row.sanctioned, row.unsanctioned, row.other)
    cells = max(sum(part > 0 for part in parts), round(room * row.traffic / max(most, 1)))
    split = bar((("sanctioned", parts[0]), ("unsanctioned", parts[1]), ("other", parts[2])), cells)
    return Content.assemble(
        safe(pad(row.name, name)),
        " ",
        split.pad_right(room - split.cell_length),
        " ",
        safe(pad(size(row.traffic), 8, right=True), "muted"),
    )


def _risk(row: RiskRow, width: int) -> Content:
    level, apps, traffic = row
    tone: Tone = "muted"
    mark, word = "· ·", "Not scored"
    for severity, found in SEVERITIES.items():
        if severity == level:
            mark, word, tone = f"{found.letter} {found.shape}", found.word, severity
    return Content.assemble(
        safe(f"{mark} {word:<11}", tone),
        safe(f"{plural(apps, 'app'):>7}", "normal" if apps else "muted"),
        safe(pad(size(traffic), max(0, width - 22), right=True) if apps else "", "muted"),
    )


def _country(row: CountryRow, width: int) -> Content:
    traffic = 9 if width >= 30 else 0
    return Content.assemble(
        safe(pad(row.code or "??", 3), "strong"),
        safe(pad(row.name, max(6, width - traffic - 11))),
        safe(pad(plural(row.apps, "app"), 8, right=True)),
        safe(pad(size(row.traffic), traffic, right=True), "muted"),
    )


class DashboardScreen(EvidenceKey, FileScreen, ReportScreen, NameScreen, scope=DASHBOARD):
    """A product view of Cloud App Security: the overview of one continuous report."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "dashboard"
    DEFAULT_CSS = """
    DashboardScreen #reach { height: 2; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    DashboardScreen #counters { height: 2; padding: 0 1; }
    DashboardScreen #panes { height: 1fr; padding: 0 1; margin-top: 1; }
    DashboardScreen #upper { height: 9; }
    DashboardScreen #lower { height: 1fr; }
    DashboardScreen #side { width: 32; margin-left: 2; }
    DashboardScreen #risk { height: 5; }
    DashboardScreen #legend { height: 1fr; }
    DashboardScreen.-tall #legend { margin-top: 1; }
    DashboardScreen #machines { margin: 0 2; }
    DashboardScreen #countries { width: 28; }
    DashboardScreen.-normal #countries, DashboardScreen.-wide #countries { width: 1fr; }
    DashboardScreen #empty { height: 1fr; padding: 2 3; display: none; }
    DashboardScreen.-empty #panes { display: none; }
    DashboardScreen.-empty #empty { display: block; }
    DashboardScreen.-tall #upper { margin-bottom: 1; }
    DashboardScreen.-tall #counters { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._board: Dashboard | None = None
        self._reach = Static(id="reach")
        self._counters = Static(id="counters")
        self._empty = Static(id="empty")
        self._categories: Pane[CategoryRow] = Pane(
            "App categories", lambda row: row.name, self._draw_category, id="categories"
        )
        self._risk: Pane[RiskRow] = Pane("Risk levels", lambda row: row[0], _risk, id="risk")
        self._users: Pane[EntityUsage] = Pane(
            "Top users", lambda row: row.name, self._draw_entity, id="users"
        )
        self._machines: Pane[EntityUsage] = Pane(
            self.say("Top {machines}"), lambda row: row.name, self._draw_entity, id="machines"
        )
        self._countries: Pane[CountryRow] = Pane(
            "Headquarters", lambda row: row.code, _country, id="countries"
        )

    def compose_body(self) -> ComposeResult:
        """Lay out the figures and the five panes."""
        yield self._reach
        yield self._counters
        with Vertical(id="panes"):
            with Horizontal(id="upper"):
                yield self._categories
                with Vertical(id="side"):
                    yield self._risk
                    yield Static(_legend(self.play.portal.tags), id="legend")
            with Horizontal(id="lower"):
                yield self._users
                yield self._machines
                yield self._countries
        yield self._empty

    def refresh_view(self) -> None:
        """Show the report that is chosen, or why it is empty."""
        board = discovery.dashboard(self.session, self.play.report, self.play.days)
        self._board = board
        self.crumbs = ("Cloud Discovery", "Dashboard")
        self.set_class(board.reach.first is None, "-empty")
        self._reach.update(self._reach_lines())
        self._counters.update(self._figures())
        self._empty.update(self._why_empty())
        self._fit_upper()
        self._categories.title = f"App categories ({len(board.categories)})"
        self._categories.set_entries(board.categories)
        self._risk.set_entries(board.risk)
        self._users.set_entries(board.users)
        self._machines.set_entries(board.machines)
        self._countries.set_entries(board.countries)
        panes = (self._categories, self._risk, self._users, self._machines, self._countries)
        if board.reach.first is None:
            self.set_focus(None)
        elif not isinstance(self.focused, Pane):
            self.set_focus(panes[0])
        for pane in panes:
            pane.refresh()

    def on_resize(self) -> None:
        """Fit figures and panes to the new size."""
        if self._board is not None:
            self._counters.update(self._figures())
            self._fit_upper()

    def _fit_upper(self) -> None:
        """Give the categories the lines they need, and the panes below at least six."""
        assert self._board is not None
        spare = self.size.height - TAKEN - LOWER_LEAST
        wanted = min(len(self._board.categories) + 1, spare)
        self.query_one("#upper").styles.height = max(UPPER_LEAST, wanted)

    def own_hint(self) -> str:
        """Suggest where to look, or how data get here."""
        if self._board is None or self._board.reach.first is None:
            return "press `R` for another report"
        where = {
            "risk": "press `enter` for the apps of this risk level, `tab` for the next pane",
            "users": "press `enter` for this user's apps, `tab` for the next pane",
            "machines": self.say("press `enter` for this {machine}'s apps, `tab` for the next pane"),
            "countries": "press `enter` for the apps from this country",
        }
        focused = self.focused.id if self.focused is not None else None
        return where.get(
            focused or "",
            "choose a category with `↑` `↓`, `enter` shows its apps, `tab` the next pane",
        )

    def on_descendant_focus(self) -> None:
        """Suggest what suits the pane that has the keys."""
        if self._board is not None:
            self.draw()

    def when_data(self) -> str:
        """Say that there is nothing to look at, if so."""
        return "" if self._board and self._board.reach.first is not None else "this report is empty"

    def do_dashboard_pane(self) -> None:
        """Go to the next pane."""
        self.focus_next()

    def chosen_name(self) -> tuple[EntityKind, str] | None:
        """Return the user or machine under the cursor."""
        kinds: dict[Widget | None, EntityKind] = {self._users: "user", self._machines: "machine"}
        kind, name = kinds.get(self.focused), getattr(self.focused, "selected", None)
        return None if kind is None or name is None else (kind, name)

    def do_dashboard_lines(self) -> None:
        """List all lines of the report."""
        self.app.push_screen(EvidenceScreen(Behind(Whose(), ("All apps",))))

    def behind(self) -> Behind | None:
        """Return whose lines make up the numbers under the cursor."""
        if (entity := self.chosen_name()) is not None:
            return of_entity(self.session, entity)
        pane = self.focused
        chosen = pane.selected if isinstance(pane, Pane) else None
        if pane is None or chosen is None:
            return None
        apps = partial(discovery.apps, self.session, self.play.report, days=self.play.days)
        match pane.id:
            case "categories":
                what, rows = "Category", apps(category=chosen)
            case "risk":
                what, rows = "Risk level", apps(risk=chosen)
            case _:
                what, rows = "Headquarters", apps(country=chosen)
        return Behind(Whose(apps=tuple(row.app_id for row in rows)), (f"{what} {chosen or 'unknown'}",))

    def when_evidence(self) -> str:
        """Say that there is no number under the cursor, if so, without looking for its apps."""
        pane = self.focused
        chosen = isinstance(pane, Pane) and pane.selected is not None
        return self.when_data() or ("" if chosen else "there is no number here to look behind")

    @on(Pane.Opened)
    def _open(self, event: Pane.Opened) -> None:
        event.stop()
        match event.pane.id:
            case "categories":
                self.app.push_screen(AppsScreen(category=event.entry_id))
            case "risk":
                self.app.push_screen(AppsScreen(risk=event.entry_id))
            case "countries":
                self.app.push_screen(AppsScreen(country=event.entry_id))
            case "users":
                self.play.open("user", event.entry_id)
            case "machines":
                self.play.open("machine", event.entry_id)

    # -- drawing ---------------------------------------------------------------------------------

    def _draw_category(self, row: CategoryRow, width: int) -> Content:
        rows = self._board.categories if self._board else ()
        return _category(row, width, max((r.traffic for r in rows), default=1))

    def _draw_entity(self, row: EntityUsage, width: int) -> Content:
        return _usage(shown_name(self.session, row.name), row, width)

    def _reach_lines(self) -> Content:
        assert self._board is not None
        reach, tz, now = self._board.reach, self.session.resolved.tz, self.session.now
        names = discovery.report_names(self.session)
        updated = "never" if reach.updated is None else clock(reach.updated, tz, now)
        parts = []
        if reach.first is not None and reach.last is not None:
            parts.append(f"data {span(reach.first, reach.last, tz)}")
        parts.append(due(reach, tz, now))
        first = Content.assemble(
            safe("Report  ", "muted"),
            ("● ", "$tone-key"),
            safe(clip(reach.title, 26), "strong"),
            safe(f"  {names.index(reach.report) + 1} of {len(names)}  updated {updated}   ", "muted"),
            safe(f"Last {reach.days} days", "strong"),
        )
        return Content("\n").join([first, safe(" · ".join(parts), "muted")])

    def _figures(self) -> Content:
        assert self._board is not None
        totals = self._board.totals

        def shown(value: int | None) -> str | None:
            return None if value is None else number(value)

        def bytes_shown(value: int | None, arrow: str) -> str | None:
            return None if value is None else f"{arrow} {size(value)}"

        items = [
            ("apps", shown(totals.apps)),
            ("IP addresses", shown(totals.source_ips)),
            ("users", shown(totals.users)),
            (self.say("{machines}"), shown(totals.machines)),
            ("upload", bytes_shown(totals.bytes_up, "↑")),
            ("download", bytes_shown(totals.bytes_down, "↓")),
            ("open alerts", shown(self._board.open_alerts)),
        ]
        return counters(items, (self.size.width or 80) - 2)

    def _why_empty(self) -> Content:
        assert self._board is not None
        reach = self._board.reach
        if reach.first is not None:
            return Content("")
        return Content("\n\n").join(
            [
                safe(f"{reach.title} holds no data.", "strong"),
                safe(reach.note),
                safe(ADVICE[reach.cause], "link"),
            ]
        )


def _usage(name: str, row: EntityUsage, width: int) -> Content:
    return Content.assemble(
        safe(pad(name, max(6, width - 8))), safe(pad(size(row.bytes_total), 8, right=True), "muted")
    )


def _legend(tags: Sequence[str]) -> Content:
    """Return the marks of the tags that the period has, and of apps without one."""
    lines = [
        Content.assemble(
            Content.styled(f"{mark.letter}{mark.shape * 3}", style_of(name)),
            safe(f" {mark.word.lower()} apps", "muted"),
        )
        for name, mark in TAGS.items()
        if mark.word in (*tags, TAGS["other"].word)
    ]
    return Content("\n").join(lines)
