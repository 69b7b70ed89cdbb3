"""Defender ATP: the machines list, and the timeline of one machine, where the browser shows."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.engine.hunting.tables import CONNECTION
from sim.session.case_commands import AddEvidence
from sim.session.commands import RecordFinding
from sim.session.endpoint_commands import VisitSite
from sim.views import endpoint, simulator
from sim.views.endpoint import MachineRow, TimelineRow
from tui.actions import Action, Scope
from tui.forms import ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.endpoint_columns import event_tone, machine_table, timeline_columns
from tui.text import Tone, safe
from tui.units import browser, clock, person, plural
from tui.widgets.grid import Grid
from tui.widgets.table import Table

MACHINES = Scope(
    "machines",
    "{Machines_list}",
    "Every {machine} that reports to {endpoint}. What its network protection does is not shown here; "
    "ask the {machine} itself with PowerShell. In the portal: {endpoint}, {Machines_list}.",
    (
        Action(
            "machines.prompt",
            "PowerShell",
            "open a PowerShell prompt on the {machine}",
            ("x",),
            when="machine",
            footer=80,
        ),
        Action(
            "machines.settings",
            "Settings",
            "see what is in force on the {machine}, and who set it",
            ("S",),
            when="machine",
            footer=70,
        ),
    ),
)
TIMELINE = Scope(
    "timeline",
    "{Machine} timeline",
    "What the {machine} did, newest first, some minutes after it happened. A blocked visit has two rows: "
    "ConnectionSuccess, because the handshake ends before anything is decided, and the row of what "
    "blocked it. In the portal: {endpoint}, {Machines_list}, the {machine}, Timeline.",
    (
        Action(
            "timeline.app",
            "This app only",
            "show only the rows of this row's app, or all rows again",
            ("a",),
            when="app",
            footer=70,
        ),
        Action(
            "timeline.finding",
            "Finding",
            "write down that this user uses this app here, with this program",
            ("f",),
            "Goes to your case notes. Judged at the end against the written policy.",
            when="finding",
            footer=90,
        ),
        Action(
            "timeline.visit",
            "Try the site",
            "open the row's site in a browser of this {machine} and see what happens",
            ("w",),
            "Your own visit shows on the timeline, too, under the analyst's name.",
            when="site",
            footer=80,
        ),
        Action(
            "timeline.prompt", "PowerShell", "open a PowerShell prompt on this {machine}", ("x",), footer=60
        ),
        Action(
            "timeline.settings",
            "Settings",
            "see what is in force on this {machine}, and who set it",
            ("S",),
        ),
    ),
)


class MachinesScreen(PlayScreen, scope=MACHINES):
    """A product view of Defender ATP: the machines list."""

    KIND = ViewKind.ENDPOINT
    PLACE = "timelines"

    def __init__(self) -> None:
        super().__init__()
        self._table: Table[MachineRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the rows."""
        resolved = self.session.resolved
        self._table = machine_table(resolved.tz, resolved.scenario.organisation.domain, self.play.portal)
        yield self._table

    @property
    def table(self) -> Table[MachineRow]:
        """Return the table."""
        assert self._table is not None
        return self._table

    def refresh_view(self) -> None:
        """Show the machines."""
        self.crumbs = (self.play.portal.endpoint, self.say("{Machines_list}"))
        self.table.set_rows(endpoint.machines(self.session))

    def own_hint(self) -> str:
        """Suggest the timeline."""
        return self.say("press `enter` for the {machine}'s timeline, which names the browser")

    def when_machine(self) -> str:
        """Say that no machine is chosen, if so."""
        return "" if self._table and self._table.selected else self.say("choose a {machine} first")

    def do_machines_prompt(self) -> None:
        """Open a prompt on the machine."""
        if self.table.selected is not None:
            self.play.open("prompt", self.table.selected)

    def do_machines_settings(self) -> None:
        """Open the machine's settings."""
        if self.table.selected is not None:
            self.play.open("machine_settings", self.table.selected)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the timeline."""
        if event.entity_id is not None:
            self.play.open("timeline", event.entity_id)


class TimelineScreen(PlayScreen, scope=TIMELINE):
    """A product view of Defender ATP: the timeline of one machine."""

    KIND = ViewKind.ENDPOINT
    PLACE = "timeline"
    DEFAULT_CSS = """
    TimelineScreen .head { height: 1; padding: 0 1; }
    TimelineScreen .detail {
        height: 3; padding: 0 1; margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, machine: str, app_id: str | None = None) -> None:
        super().__init__()
        self.machine = machine
        self.app_id = app_id
        self._head = Static(classes="head")
        self._detail = Static(classes="detail")
        self._table: Table[TimelineRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out whose timeline it is, the rows, and the whole of the chosen row."""
        columns = timeline_columns(self.session.resolved.tz, self._domain)
        self._table = Table(columns, lambda row: row.id, sort="time")
        yield self._head
        yield self._table
        yield self._detail

    @property
    def table(self) -> Table[TimelineRow]:
        """Return the table."""
        assert self._table is not None
        return self._table

    @property
    def _domain(self) -> str:
        return self.session.resolved.scenario.organisation.domain

    @property
    def _row(self) -> TimelineRow | None:
        return self._table.grid.selected_row if self._table is not None else None

    def case_subject(self) -> str:
        """Return the row's app, or the machine where the catalog knows none."""
        row = self._row
        app_id = row.app_id if row is not None else self.app_id
        return f"app:{app_id}" if app_id else f"machine:{self.machine}"

    def case_user(self) -> str:
        """Return the row's user."""
        return self._row.user if self._row is not None else ""

    def citation(self) -> AddEvidence | None:
        """Cite the row."""
        row = self._row
        if row is None:
            return None
        return AddEvidence(self.case_subject(), "rows", f"timeline:{self.machine}", rows=(row.id,))

    def _app_name(self) -> str:
        return self.session.world.tenant.catalog.app(self.app_id).name if self.app_id else ""

    def refresh_view(self) -> None:
        """Show what Defender ATP has received from the machine by now."""
        rows = endpoint.timeline(self.session, self.machine, self.app_id)
        self.crumbs = (self.play.portal.endpoint, self.say("{Machines}"), self.machine, "Timeline")
        self.table.grid.empty = self._why_empty()
        self.table.set_rows(rows)
        self._head.update(self._heading(rows))
        self._show_detail()

    def _heading(self, rows: Sequence[TimelineRow]) -> Content:
        about = next((m for m in endpoint.machines(self.session) if m.name == self.machine), None)
        parts = [safe(self.machine, "strong")]
        if self.app_id:
            parts.append(safe(f"only {self._app_name()}", "link"))
        parts.append(safe(plural(len(rows), "event")))
        if about is not None:
            facts = (person(about.user, self._domain), about.ip, f"{about.system} {about.os_build}")
            parts.append(safe(" · ".join(facts), "muted"))
        return Content("   ").join(parts)

    def _why_empty(self) -> str:
        if self.app_id:
            return f"{self.machine} has not used {self._app_name()} so far.\nPress a for all its events."
        return "Nothing received yet: events show some minutes after they happen.\nPress p to let time pass."

    def _show_detail(self) -> None:
        row = self._row
        if row is None:
            self._detail.update("")
            return
        tone: Tone = "strong" if row.action == CONNECTION else event_tone(row)
        uses = f"{row.app or 'no app of the catalog'} · {browser(row.process)} ({row.process}) · {row.user}"
        lines = [safe(uses, "muted"), safe(row.detail, "muted")]
        first = Content.assemble(
            safe(row.action, tone),
            safe(f"  {clock(row.time, self.session.resolved.tz, self.session.now)}  {row.url}"),
        )
        self._detail.update(Content("\n").join([first, *lines]))

    def own_hint(self) -> str:
        """Suggest what suits the row."""
        row = self._row
        if row is None:
            return (
                "press `a` for all events, or `p` to let time pass"
                if self.app_id
                else "press `p` to let time pass"
            )
        only = "`a` all apps" if self.app_id else "`a` this app only"
        return f"{only}, `f` writes a finding down, `+` cites the row, `w` tries the site"

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Show the whole of the chosen row."""
        self._show_detail()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the row's app in Cloud Discovery."""
        row = self._row
        if row is None or not row.app_id:
            self.notify("The catalog knows no app for this row.", markup=False)
        else:
            self.play.open("app", row.app_id)

    def when_app(self) -> str:
        """Say why rows cannot be kept by app, if so."""
        row = self._row
        if self.app_id or (row is not None and row.app_id):
            return ""
        return "the catalog knows no app for this row" if row else "there is no row to choose an app from"

    def do_timeline_app(self) -> None:
        """Show one app's rows, or all."""
        row = self._row
        self.app_id = None if self.app_id or row is None else row.app_id
        self.draw()

    def when_finding(self) -> str:
        """Say why there is nothing to write down, if so."""
        row = self._row
        if row is None:
            return "choose a row first"
        return "" if row.app_id else "the catalog knows no app for this row"

    @work
    async def do_timeline_finding(self) -> None:
        """Write the row's app, user, machine and program down, with a note."""
        row = self._row
        if row is None:
            return
        form = FormScreen(
            "Record a finding",
            (TextField("note", "Note", placeholder="why it matters; may stay empty"),),
            about=f"{person(row.user, self._domain)} uses {row.app} on {self.machine} "
            f"in {browser(row.process)} ({row.process}).",
            verb="Record",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            note = str(values["note"]).strip()
            self.play.submit(RecordFinding(row.app_id, row.user, self.machine, row.process, note))

    def when_site(self) -> str:
        """Say why there is no site to try, if so."""
        if self._hosts():
            return ""
        return "this row has no site that can be tried" if self._row else "choose a row first"

    def _hosts(self) -> tuple[str, ...]:
        """Return the hosts that can be tried, that of the row first."""
        row = self._row
        app_id = row.app_id if row is not None else self.app_id or ""
        hosts = simulator.site_hosts(self.session, app_id)
        return tuple(sorted(hosts, key=lambda host: row is None or host != row.url))

    @work
    async def do_timeline_visit(self) -> None:
        """Open a site in a browser of this machine."""
        row, hosts = self._row, self._hosts()
        known = simulator.browsers(self.session)
        used = row.process if row is not None and row.process in known else known[0]
        form = FormScreen(
            "Try the site",
            (
                ChoiceField("process", "Browser", tuple((p, browser(p)) for p in known), used),
                ChoiceField("host", "Site", tuple((host, host) for host in hosts)),
            ),
            about=f"Opens the site on {self.machine} now, as the analyst.",
            verb="Open",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            visit = VisitSite(self.machine, str(values["process"]), str(values["host"]))
            answer = self.play.submit(visit, quiet=True)
            if answer is not None:
                blocked = not answer.data.get("opened")
                self.notify(answer.text, title="Blocked" if blocked else "Opened", markup=False)

    def do_timeline_prompt(self) -> None:
        """Open a prompt on this machine."""
        self.play.open("prompt", self.machine)

    def do_timeline_settings(self) -> None:
        """Open this machine's settings."""
        self.play.open("machine_settings", self.machine)
