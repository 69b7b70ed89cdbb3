"""One app: its use in the chosen report, what the catalog knows of it, and who uses it where."""

from __future__ import annotations

from functools import partial
from typing import cast

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sim.engine.catalog.score import risk_level
from sim.engine.discovery.continuous import Scope as Whose
from sim.engine.discovery.use import EntityUsage, HostUsage
from sim.views import discovery
from sim.views.discovery import AppPage, EntityKind, FactRow
from sim.views.notes import verdict_words
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.columns import counters, entity_columns, host_columns, risk_tone, score_text, tag_content
from tui.screens.entities import HIDDEN_MACHINE
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey, of_entity
from tui.screens.own_apps import OWN_ACTIONS, OwnAppScreen
from tui.screens.reports import NAME_ACTIONS, REPORT_ACTIONS, NameScreen, ReportScreen, shown_name
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.screens.tagging import TAG_ACTIONS, ChosenApp
from tui.text import safe, safe_lines
from tui.units import clock, number, size
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.table import Table

APP_PAGE = Scope(
    "app_page",
    "An app",
    "One app of the chosen report. Info lists what the catalog knows, each fact with a mark that says "
    "where it comes from; score and facts are ours, not Microsoft's. In the portal: Discover, "
    "Discovered apps, then the app.",
    (
        *TAB_ACTIONS,
        *TAG_ACTIONS,
        *REPORT_ACTIONS,
        *NAME_ACTIONS,
        *EVIDENCE_ACTIONS,
        *OWN_ACTIONS,
        Action(
            "app_page.timeline",
            "Timeline",
            "open the {machine}'s timeline in {endpoint}, at this app",
            ("t",),
            "In the tab {Machines}. The timeline names the browser; Cloud Discovery does not know it.",
            when="machine",
            passes=True,
            footer=95,
        ),
    ),
)
TABS = (
    ("use", "Use"),
    ("info", "Info"),
    ("source_ip", "IP addresses"),
    ("user", "Users"),
    ("machine", "{Machines}"),
    ("host", "Sub-domains"),
)
_TITLES = {"source_ip": "IP address", "user": "User", "machine": "{Machine}"}

FACT_COLUMNS: tuple[Column[FactRow], ...] = (
    Column("section", "Section", lambda r: r.section, 10, priority=1, tone=lambda r: "muted"),
    Column("name", "Fact", lambda r: r.name, 30, 16, 1, priority=0),
    Column("value", "Value", lambda r: r.value, 20, 12, 1, priority=1, tone=lambda r: "strong"),
    Column("mark", "Known from", lambda r: r.mark, 16, priority=2, tone=lambda r: "muted"),
)


class AppPageScreen(OwnAppScreen, EvidenceKey, TabbedScreen, ReportScreen, NameScreen, scope=APP_PAGE):
    """A product view of Cloud App Security: the page of one app."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "app"
    DEFAULT_CSS = """
    AppPageScreen .head { height: 3; padding: 0 1; margin-bottom: 1; }
    AppPageScreen ContentSwitcher { height: 1fr; margin-top: 1; }
    AppPageScreen #tab-use { padding: 0 1; }
    AppPageScreen .use { height: auto; }
    AppPageScreen .score { height: auto; max-height: 7; padding: 0 1; margin-bottom: 1; }
    """

    def __init__(self, app_id: str) -> None:
        super().__init__()
        self.app_id = app_id
        self._page: AppPage | None = None
        self._head = Static(classes="head")
        self._use = Static(classes="use")
        self._score = Static(classes="score")
        self._facts: Table[FactRow] = Table(
            FACT_COLUMNS, lambda row: row.name, empty="The catalog knows nothing more of this app."
        )
        self._tables: dict[str, Table[EntityUsage]] = {}
        self._hosts: Table[HostUsage] | None = None

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the tabs of the portal's page."""
        return tuple((tab, self.say(label)) for tab, label in TABS)

    def compose_body(self) -> ComposeResult:
        """Lay out what the app is, and the tabs."""
        yield self._head
        yield from self.compose_tabs()

    def compose_tab(self, tab: str) -> Widget:
        """Return the widget of a tab."""
        if tab == "use":
            return VerticalScroll(self._use)
        if tab == "info":
            return Vertical(self._score, self._facts)
        if tab == "host":
            columns_of_hosts = host_columns(self.session.resolved.tz)
            self._hosts = Table(columns_of_hosts, lambda row: row.host, empty="No sub-domain was seen.")
            return self._hosts
        shown = partial(shown_name, self.session)
        columns = entity_columns(self.say(_TITLES[tab]), self.session.resolved.tz, shown, apps=False)
        empty = "Nobody in this report uses the app."
        table = Table(columns, lambda row: row.name, empty=empty)
        self._tables[tab] = table
        return table

    def refresh_view(self) -> None:
        """Show the app as the portal has it now."""
        page = discovery.app_page(self.session, self.play.report, self.app_id, self.play.days)
        self._page = page
        self.crumbs = ("Cloud Discovery", "Discovered apps", page.name, dict(self.tabs())[self.tab])
        self._head.update(self._heading(page))
        self._use.update(self._use_lines(page))
        self._score.update(self._score_lines(page))
        self._facts.set_rows(page.facts)
        if self._hosts is not None:
            self._hosts.set_rows(page.hosts)
        for tab, rows in (
            ("source_ip", page.source_ips),
            ("user", page.users),
            ("machine", page.machines),
        ):
            self._tables[tab].set_rows(rows)

    def chosen_app(self) -> ChosenApp | None:
        """Return the app of this page."""
        page = self._page
        return None if page is None else ChosenApp(page.app_id, page.name, page.tag)

    def when_machine(self) -> str:
        """Say why there is no machine whose timeline could be opened, if so."""
        if self.tab != "machine":
            return self.say("the tab {Machines} lists {machines}")
        machine = self._tables["machine"].selected
        if machine is None:
            return "nobody in this report uses the app"
        return "" if self.own_name(machine) else HIDDEN_MACHINE

    def do_app_page_timeline(self) -> None:
        """Open the timeline of the machine under the cursor."""
        shown = self._tables["machine"].selected
        machine = None if shown is None else self.own_name(shown)
        if machine is not None:
            self.play.open("timeline", machine, app_id=self.app_id)

    def chosen_name(self) -> tuple[EntityKind, str] | None:
        """Return the user, machine or address under the cursor."""
        name = self._tables[self.tab].selected if self.tab in self._tables else None
        return None if name is None else (cast(EntityKind, self.tab), name)

    def behind(self) -> Behind | None:
        """Return the app, and the user, machine, address or sub-domain under the cursor."""
        page = self._page
        if page is None or page.row is None:
            return None
        mine = Behind(Whose(app=self.app_id), (page.name,))
        if self.tab == "host" and self._hosts is not None:
            return mine.and_host(self._hosts.selected)
        chosen = self.chosen_name()
        return mine if chosen is None else of_entity(self.session, chosen, mine)

    def own_hint(self) -> str:
        """Suggest the tabs, then whom to open."""
        if self.tab in self._tables and self._tables[self.tab].selected is not None:
            what = {"user": "this user", "machine": self.say("this {machine}"), "source_ip": "this address"}
            also = "`t` for the browser used" if self.tab == "machine" else "`]` for the next tab"
            return f"press `enter` for {what[self.tab]}'s apps, {also}"
        if self.tab == "host":
            return "press `e` for the lines behind a sub-domain's numbers"
        if self.tab == "use":
            return self.say("press `]` for what is known of it, and for its users and {machines}")
        return "press `]` for the next tab, `u` or `s` to tag the app"

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the user, machine or address."""
        event.stop()
        if self.tab == "info":
            self.notify("A fact has no page of its own.", markup=False)
        elif self.tab == "host":
            self.do_evidence_open()
        elif self.tab in self._tables and event.entity_id is not None:
            self.play.open(self.tab, event.entity_id, app_id=self.app_id)

    # -- drawing ---------------------------------------------------------------------------------

    def _heading(self, page: AppPage) -> Content:
        parts: list[Content] = [safe(page.name, "strong"), tag_content(page.tag)]
        parts += [safe(f"+ {tag}", "link") for tag in page.custom_tags]
        facts = f"{page.category} · {page.vendor} · headquarters {page.headquarters}"
        if page.approved:
            owner = Content.assemble(safe("Approved list: ", "muted"), safe(page.approved, "sanctioned"))
        else:
            owner = safe("Not on the organisation's approved list.", "muted")
        if verdict := verdict_words(self.session, f"app:{page.app_id}"):
            owner = Content.assemble(owner, safe("   Your verdict: ", "muted"), safe(verdict, "strong"))
        return Content("\n").join([Content("   ").join(parts), safe(facts, "muted"), owner])

    def _use_lines(self, page: AppPage) -> Content:
        tz, now, row = self.session.resolved.tz, self.session.now, page.row
        lines: list[Content] = []
        if row is None:
            reach = discovery.reach(self.session, self.play.report)
            lines.append(safe(f"{reach.title} has not seen this app.", "strong"))
            lines.append(safe(reach.note, "muted"))
        else:
            items = [
                ("users", None if row.users is None else number(row.users)),
                (self.say("{machines}"), None if row.machines is None else number(row.machines)),
                ("IP addresses", None if row.source_ips is None else number(row.source_ips)),
                ("transactions", number(row.transactions)),
                ("upload", None if row.bytes_up is None else f"↑ {size(row.bytes_up)}"),
                ("download", None if row.bytes_down is None else f"↓ {size(row.bytes_down)}"),
            ]
            lines.append(counters(items, (self.size.width or 80) - 4))
            if page.controls is not None:
                controls = (
                    ("users blocked", number(page.controls.blocked)),
                    ("accessed", number(page.controls.accessed)),
                    ("bypassed", number(page.controls.bypassed)),
                )
                lines.append(counters(controls, (self.size.width or 80) - 4))
            seen = f"First seen {clock(row.first, tz, now)}, last seen {clock(row.last, tz, now)}"
            lines.append(safe(f"{seen}, in {self.play.titled()}, last {self.play.days} days."))
        lines.append(safe(page.description))
        lines.append(
            Content.assemble(safe("Domains  ", "muted"), safe(", ".join(page.domains) or "none known"))
        )
        if page.homepage:
            lines.append(Content.assemble(safe("Homepage  ", "muted"), safe(page.homepage)))
        return Content("\n\n").join(line for line in lines if line)

    def _score_lines(self, page: AppPage) -> Content:
        """Return the score that counts, what it is made of, and what the organisation says."""
        lines = [] if page.own_score is None else [self._own_score(page)]
        lines.append(self._catalog_score(page))
        if page.note:
            lines.append(Content.assemble(safe("Note  ", "muted"), safe(page.note)))
        if page.form is not None:
            unit = f" · {page.form.business_unit}" if page.form.business_unit else ""
            lines.append(safe(f"Custom app, hosted on {page.form.hosting_platform}{unit}"))
        return Content("\n").join(lines)

    def _own_score(self, page: AppPage) -> Content:
        own = page.own_score
        assert own is not None
        risk = risk_level(own.score)
        said = "" if page.form is not None else ", overridden"
        why = f" · {own.note}" if own.note else ""
        when = clock(own.time, self.session.resolved.tz, self.session.now)
        return Content.assemble(
            safe("Score ", "muted"),
            safe(score_text(own.score, risk).strip(), risk_tone(risk)),
            safe(f"   given by {own.actor} {when}{said}{why}", "strong"),
        )

    def _catalog_score(self, page: AppPage) -> Content:
        if page.score is None:
            return safe_lines(
                "Not scored: too little of what counts is known.\n"
                "Scores and facts are ours, not Microsoft's.",
                "muted",
            )
        risk = risk_level(page.score.total)
        sections = " · ".join(f"{name} {value}" for name, value in page.score.sections.items())
        coverage = f"{page.score.coverage_percent} % of what counts is known"
        total = Content.assemble(
            safe("Score " if page.own_score is None else "The catalog's score ", "muted"),
            safe(score_text(page.score.total, risk).strip(), risk_tone(risk)),
            safe(f"   of 10, 10 is best · {coverage}", "muted"),
        )
        ours = safe("   ours, not Microsoft's", "muted")
        return Content("\n").join([total, Content.assemble(safe(sections), ours)])
