"""Users, machines and IP addresses of Cloud Discovery: the lists, and the page of one of them.

Cloud Discovery knows who, where and how much, but no browser: that is on the machine's timeline in
the other portal, one key away.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sim.engine.discovery.use import EntityUsage
from sim.views import discovery
from sim.views.discovery import AppRow, EntityKind
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.columns import app_columns, counters, entity_columns, reach_line, why_empty
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey, of_entity
from tui.screens.files import FILE_ACTIONS, FileScreen
from tui.screens.reports import NAME_ACTIONS, REPORT_ACTIONS, NameScreen, ReportScreen, due, shown_name
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.text import safe
from tui.units import clock, number, plural, size
from tui.widgets.grid import Grid
from tui.widgets.table import Table

PLURALS = {"user": "Users", "machine": "{Machines}", "source_ip": "IP addresses"}
NOUNS = {
    "user": ("user", "users"),
    "machine": ("{machine}", "{machines}"),
    "source_ip": ("IP address", "IP addresses"),
}
TITLES = {"user": "User", "machine": "{Machine}", "source_ip": "IP address"}

HIDDEN_MACHINE = "the name is anonymised: resolve it first"

_TABS: dict[str, tuple[tuple[str, str], ...]] = {
    "user": (("apps", "Discovered apps"), ("machine", "{Machines}"), ("source_ip", "IP addresses")),
    "machine": (
        ("apps", "Discovered apps"),
        ("user", "User history"),
        ("source_ip", "IP address history"),
    ),
    "source_ip": (("apps", "Discovered apps"), ("user", "Users"), ("machine", "{Machines}")),
}

ENTITIES = Scope(
    "entities",
    "Users, {machines} and IP addresses",
    "Everybody and everything that the chosen report has seen using cloud apps. In the portal: "
    "Discover, Cloud Discovery dashboard, then the tabs Users, {Machines} and IP addresses. Only the "
    "endpoint report knows {machines}.",
    (
        Action(
            "entities.timeline",
            "Timeline",
            "open the {machine}'s timeline in {endpoint}",
            ("t",),
            "Shows each connection with the program that made it.",
            when="machine",
            passes=True,
            footer=80,
        ),
        *REPORT_ACTIONS,
        *NAME_ACTIONS,
        *EVIDENCE_ACTIONS,
        *FILE_ACTIONS,
    ),
)
ENTITY_PAGE = Scope(
    "entity_page",
    "A user, {machine} or IP address",
    "What one of them did in cloud apps. Cloud Discovery does not know the browser: the {machine}'s "
    "timeline in {endpoint} does. In the portal: Cloud Discovery dashboard, Users, {Machines} or IP "
    "addresses, then the entry.",
    (
        *TAB_ACTIONS,
        Action(
            "entity.timeline",
            "Timeline",
            "open the {machine}'s timeline in {endpoint}",
            ("t",),
            "From a user's page it is the {machine} under the cursor in the tab {Machines}, or the only one.",
            when="machine",
            passes=True,
            footer=80,
        ),
        *REPORT_ACTIONS,
        *NAME_ACTIONS,
        *EVIDENCE_ACTIONS,
    ),
)


class EntitiesScreen(EvidenceKey, FileScreen, ReportScreen, NameScreen, scope=ENTITIES):
    """A product view of Cloud App Security: all users, machines or IP addresses of a report."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "entities"
    DEFAULT_CSS = """
    EntitiesScreen .reach { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = cast(EntityKind, kind)
        self._head = Static(classes="reach")
        self._table: Table[EntityUsage] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the rows."""
        shown = partial(shown_name, self.session)
        columns = entity_columns(self.say(TITLES[self.kind]), self.session.resolved.tz, shown)
        self._table = Table(columns, lambda row: row.name)
        yield self._head
        yield self._table

    @property
    def _nouns(self) -> tuple[str, str]:
        one, several = NOUNS[self.kind]
        return self.say(one), self.say(several)

    @property
    def table(self) -> Table[EntityUsage]:
        """Return the table."""
        assert self._table is not None
        return self._table

    def refresh_view(self) -> None:
        """Show everybody whom the report has seen."""
        report, days = self.play.report, self.play.days
        tz, now = self.session.resolved.tz, self.session.now
        rows = discovery.entities(self.session, report, self.kind, days)
        reach = discovery.reach(self.session, report, days)
        self.crumbs = ("Cloud Discovery", self.say(PLURALS[self.kind]))
        self.table.grid.empty = why_empty(reach) or f"This report knows no {self._nouns[1]}."
        self.table.set_rows(rows)
        parts = [] if reach.last is None else [f"data to {clock(reach.last, tz, now)}"]
        parts.append(due(reach, tz, now))
        counted = f"{plural(len(rows), *self._nouns)} in {days} days"
        self._head.update(reach_line(reach.title, [counted, *parts], (self.size.width or 80) - 2))

    def own_hint(self) -> str:
        """Suggest opening the row."""
        if self.table.selected is None:
            return "press `g o` for the dashboard: it says why there is nothing"
        if not self.when_pseudonym():
            return "a pseudonym stands for the name: `w` resolves it, with a justification"
        extra = ", `t` for its timeline" if self.kind == "machine" else ""
        return f"press `enter` for the apps of this {self._nouns[0]}{extra}"

    def when_machine(self) -> str:
        """Say why there is no timeline here, if so."""
        if self.kind != "machine":
            return self.say("only a {machine} has a timeline")
        if self._table is None or self._table.selected is None:
            return self.say("choose a {machine} first")
        return "" if self.own_name(self._table.selected) else HIDDEN_MACHINE

    def do_entities_timeline(self) -> None:
        """Open the timeline of the machine under the cursor."""
        name = None if self.table.selected is None else self.own_name(self.table.selected)
        if name is not None:
            self.play.open("timeline", name)

    def behind(self) -> Behind | None:
        """Return what is under the cursor."""
        chosen = self.chosen_name()
        return None if chosen is None else of_entity(self.session, chosen)

    def chosen_name(self) -> tuple[EntityKind, str] | None:
        """Return the name under the cursor."""
        name = None if self._table is None else self._table.selected
        return None if name is None else (self.kind, name)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the page."""
        if event.entity_id is not None:
            self.play.open(self.kind, event.entity_id)


class EntityPageScreen(EvidenceKey, TabbedScreen, ReportScreen, NameScreen, scope=ENTITY_PAGE):
    """A product view of Cloud App Security: one user, machine or IP address."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "entity"
    DEFAULT_CSS = """
    EntityPageScreen .head {
        height: 4; padding: 0 1; margin-bottom: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    EntityPageScreen ContentSwitcher { height: 1fr; margin-top: 1; }
    """

    def __init__(self, kind: str, name: str, app_id: str | None = None) -> None:
        super().__init__()
        self._start_at = app_id
        self.kind = cast(EntityKind, kind)
        self.entity = name
        self._head = Static(classes="head")
        self._apps: Table[AppRow] | None = None
        self._tables: dict[str, Table[EntityUsage]] = {}

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the tabs of this kind of page."""
        return tuple((tab, self.say(label)) for tab, label in _TABS[self.kind])

    def compose_body(self) -> ComposeResult:
        """Lay out the counters and the tabs."""
        yield self._head
        yield from self.compose_tabs()

    def compose_tab(self, tab: str) -> Widget:
        """Return the table of a tab."""
        tz = self.session.resolved.tz
        if tab == "apps":
            self._apps = Table(
                app_columns(tz, self.say("{Machines}")),
                lambda row: row.app_id,
                empty="This report has seen no app here.",
            )
            return self._apps
        shown = partial(shown_name, self.session)
        table = Table(
            entity_columns(self.say(TITLES[tab]), tz, shown, apps=False), lambda row: row.name, sort="last"
        )
        self._tables[tab] = table
        return table

    def refresh_view(self) -> None:
        """Show what the report knows of it now."""
        report, days = self.play.report, self.play.days
        page = discovery.entity_page(self.session, report, self.kind, self.entity, days)
        self.crumbs = (
            "Cloud Discovery",
            self.say(PLURALS[self.kind]),
            self.entity,
            dict(self.tabs())[self.tab],
        )
        items = [
            ("apps", number(len(page.apps))),
            ("transactions", number(page.transactions)),
            ("total traffic", None if page.bytes_total is None else size(page.bytes_total)),
            ("uploads", None if page.bytes_up is None else f"↑ {size(page.bytes_up)}"),
            ("downloads", None if page.bytes_down is None else f"↓ {size(page.bytes_down)}"),
        ]
        title = Content.assemble(
            safe(self._title(), "strong"),
            safe(f"   {self.say(TITLES[self.kind])} in {self.play.titled()}, last {days} days", "muted"),
        )
        figures = counters(items, (self.size.width or 80) - 2)
        self._head.update(Content("\n").join([title, Content(""), figures]))
        if self._apps is not None:
            self._apps.set_rows(page.apps)
            if self._start_at is not None and self._apps.grid.select(self._start_at):
                self._start_at = None
        lists = {"user": page.users, "machine": page.machines, "source_ip": page.source_ips}
        for tab, table in self._tables.items():
            table.set_rows(lists[tab])

    def own_hint(self) -> str:
        """Suggest the app, the next tab, and where the browser is to be found."""
        timeline = "" if self.when_machine() else ", `t` for the browser: its timeline"
        if self.tab == "apps":
            return f"press `enter` for the app, `]` for the next tab{timeline}"
        return f"press `enter` to open it, `]` for the next tab{timeline}"

    def _title(self) -> str:
        return (
            self.entity
            if self.own_name(self.entity) == self.entity
            else shown_name(self.session, self.entity)
        )

    def behind(self) -> Behind | None:
        """Return whose page it is, narrowed to what is under the cursor."""
        mine = of_entity(self.session, (self.kind, self.entity))
        if self.tab != "apps":
            chosen = self.chosen_name()
            return mine if chosen is None else of_entity(self.session, chosen, mine)
        row = None if self._apps is None else self._apps.grid.selected_row
        if row is None:
            return mine
        return Behind(replace(mine.scope, app=row.app_id), (*mine.words, row.name))

    def chosen_name(self) -> tuple[EntityKind, str] | None:
        """Return the name under the cursor, in the tab of the apps that of the page."""
        if self.tab == "apps":
            return self.kind, self.entity
        name = self._tables[self.tab].selected
        return None if name is None else (cast(EntityKind, self.tab), name)

    def _machine(self) -> str | None:
        """Return the machine that `t` would open, as the report shows it."""
        if self.kind == "machine":
            return self.entity
        table = self._tables.get("machine")
        if table is None or not table.grid.rowset.rows:
            return None
        chosen = table.selected if self.tab == "machine" else None
        only = next(iter(table.grid.rowset.rows)) if len(table.grid.rowset.rows) == 1 else None
        return chosen or only

    def when_machine(self) -> str:
        """Say why there is no one machine whose timeline could be opened, if so."""
        machine = self._machine()
        if machine is not None:
            return "" if self.own_name(machine) else HIDDEN_MACHINE
        count = len(self._tables["machine"].grid.rowset.rows) if "machine" in self._tables else 0
        if not count:
            return self.say("no {machine} is known")
        return f"choose one of the {number(count)} in the tab {self.say('{Machines}')}"

    def do_entity_timeline(self) -> None:
        """Open the machine's timeline, at the app under the cursor where there is one."""
        shown = self._machine()
        machine = None if shown is None else self.own_name(shown)
        if machine is None:
            return
        app_id = self._apps.selected if self._apps is not None and self.tab == "apps" else None
        self.play.open("timeline", machine, app_id=app_id)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the app, or the other entity."""
        event.stop()
        if event.entity_id is not None:
            self.play.open("app" if self.tab == "apps" else self.tab, event.entity_id)
