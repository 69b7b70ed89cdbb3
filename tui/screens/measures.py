"""What stops apps beyond Defender: gateways, access policies, removed programs; and what people were told."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from sim.base.time import show_duration
from sim.session.commands import Command
from sim.session.gateway_commands import DeleteAccessRule, ImportBlockScript
from sim.views import gateways, messages
from sim.views.gateways import AccessRow, GatewayRow, ProgramRow
from sim.views.messages import MessageRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import CrumbLine, ViewKind
from tui.screens.measure_forms import access_form, removal_form
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.text import Tone, safe
from tui.units import clock, moment, plural
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

MEASURES = Scope(
    "measures",
    "Other measures",
    "What Defender does not do. A secure web gateway fetches the list of unsanctioned apps by itself, an "
    "appliance blocks what its last block script says, and both stop whoever is behind them. An access or "
    "session policy meets those who sign in to an app through the directory. Intune removes a program from "
    "{machines}. Messages tell people why, and what to use instead; they are written on an app (`y`).",
    (
        *TAB_ACTIONS,
        Action(
            "measures.new",
            "New",
            "import a block script, add a policy, or remove a program",
            ("N",),
            "What it does depends on the tab. Asks first.",
            when="new",
            footer=90,
        ),
        Action(
            "measures.remove",
            "Delete",
            "delete the chosen policy",
            ("d", "delete"),
            "Asks first. It holds for nobody any more.",
            when="policy",
            footer=80,
            passes=True,
        ),
    ),
)
TABS = (
    ("gateways", "Gateways"),
    ("access", "Access policies"),
    ("programs", "Programs"),
    ("messages", "Messages"),
)
_KINDS = {
    "gateways": ViewKind.NETWORK,
    "access": ViewKind.CLOUD_APPS,
    "programs": ViewKind.INTUNE,
    "messages": ViewKind.MAIL,
}


def _muted(row: object) -> Tone:
    return "muted"


def _everybody(departments: tuple[str, ...]) -> str:
    return ", ".join(departments) or "everybody"


class MeasuresScreen(TabbedScreen, scope=MEASURES):
    """Four lists, each as the console behind it shows it."""

    PLACE = "measures"
    KIND = ViewKind.NETWORK
    DEFAULT_CSS = """
    MeasuresScreen ContentSwitcher { height: 1fr; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._gateways: Table[GatewayRow] = Table(
            (
                Column("name", "Gateway", lambda r: r.name, 20, 12, 2, priority=0),
                Column("kind", "Product", lambda r: r.kind, 18, 9, 1, tone=_muted),
                Column("people", "People", lambda r: str(r.people), 6, right=True, priority=3),
                Column("domains", "Blocks", lambda r: str(r.domains), 6, right=True, priority=1),
                Column("updated", "List of", lambda r: self._when(r.updated), 16, priority=2),
                Column("next", "Next", lambda r: self._next(r), 12, priority=2, tone=_muted),
            ),
            lambda row: row.name,
            empty="No proxy or gateway stands here: traffic goes straight to the internet.",
        )
        self._access: Table[AccessRow] = Table(
            (
                Column("app", "App", lambda r: r.app, 20, 12, 2, priority=0),
                Column("policy", "Policy", lambda r: r.policy, 14, priority=3, tone=_muted),
                Column("action", "Action", lambda r: r.action, 15, priority=1),
                Column("client", "Clients", lambda r: r.client, 8, priority=1),
                Column("who", "For", lambda r: _everybody(r.departments), 16, 9, 1, priority=2),
            ),
            lambda row: row.id,
            empty="No access or session policy yet. Press N to add one.",
        )
        self._programs: Table[ProgramRow] = Table(
            (
                Column("process", "Program", lambda r: r.process, 24, 14, 2, priority=0),
                Column("machines", "Managed", lambda r: str(r.machines), 8, right=True, priority=2),
                Column("assigned", "To remove", lambda r: str(r.assigned), 9, right=True, priority=1),
                Column("removed", "Removed", lambda r: str(r.removed), 8, right=True, priority=1),
            ),
            lambda row: row.process,
            empty="Nobody uses a program here: browsers only.",
        )
        self._messages: Table[MessageRow] = Table(
            (
                Column("time", "Sent", lambda r: self._when(r.time), 16, priority=1),
                Column("app", "To the users of", lambda r: r.app, 22, 14, 1, priority=0),
                Column("people", "People", lambda r: str(len(r.people)), 6, right=True),
                Column("instead", "Offers", lambda r: r.alternative or "–", 22, 12, 1, priority=2),
            ),
            lambda row: row.id,
            empty="Nobody was told anything yet. Press y on an app to write to its users.",
        )

    def _when(self, time: int | None) -> str:
        return "never" if time is None else clock(time, self.session.resolved.tz, self.session.now)

    def _next(self, row: GatewayRow) -> str:
        if row.source == "script":
            return "by hand"
        return "–" if row.next_fetch is None else moment(row.next_fetch, self.session.resolved.tz)

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the lists."""
        return TABS

    def compose_body(self) -> ComposeResult:
        """Lay out the tabs, and the chosen row in words below them."""
        yield from self.compose_tabs()
        yield Detail()

    def compose_tab(self, tab: str) -> Widget:
        """Return the list of a tab."""
        tables: dict[str, Widget] = {
            "gateways": self._gateways,
            "access": self._access,
            "programs": self._programs,
            "messages": self._messages,
        }
        return tables[tab]

    def refresh_view(self) -> None:
        """Fill the lists."""
        self.crumbs = ("Other measures", dict(TABS)[self.tab])
        self.query_one(CrumbLine).kind = _KINDS[self.tab]
        self._gateways.set_rows(gateways.gateways(self.session))
        self._access.set_rows(gateways.access_rules(self.session))
        self._programs.set_rows(gateways.programs(self.session))
        self._messages.set_rows(messages.messages(self.session))
        self.query_one(Detail).show(self._described())

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self.draw()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Go to the app of a policy or a message; elsewhere, do what can be done."""
        event.stop()
        rule, sent = self._access.grid.selected_row, self._messages.grid.selected_row
        chosen = {"access": rule and rule.app_id, "messages": sent and sent.app_id}.get(self.tab)
        if chosen:
            self.play.open("app", chosen)
        elif reason := self.when_new():
            self.notify(f"{reason[0].upper()}{reason[1:]}.", markup=False)
        else:
            self.do_measures_new()

    def own_hint(self) -> str:
        """Suggest what the keys do in this list."""
        match self.tab:
            case "gateways":
                row = self._gateways.grid.selected_row
                takes = row is not None and row.source == "script"
                return f"{'`N` imports the block script of now; ' if takes else ''}`]` next tab"
            case "access":
                return "`N` adds a policy, `d` deletes the chosen one; `]` next tab"
            case "programs":
                return "`N` has Intune remove the chosen program; `]` next tab"
            case _:
                return "`g a` goes to the apps; `y` there writes to the users of one"

    def _described(self) -> list[Content]:
        gateway, rule = self._gateways.grid.selected_row, self._access.grid.selected_row
        program, sent = self._programs.grid.selected_row, self._messages.grid.selected_row
        if self.tab == "gateways" and gateway is not None:
            return self._about_gateway(gateway)
        if self.tab == "access" and rule is not None:
            lines = [safe(f"{rule.policy} {rule.id}", "strong"), fact("For", _everybody(rule.departments))]
            lines.append(fact("Saved", f"{self._when(rule.created)} by {rule.created_by}"))
            return lines + ([fact("Shown as", ", ".join(rule.hosts[:2]))] if rule.hosts else [])
        if self.tab == "programs" and program is not None:
            waits = program.assigned - program.removed
            state = (
                f"{plural(waits, *self.play.portal.machines)} still to ask Intune"
                if waits
                else "nothing is pending"
            )
            return [safe(program.process, "strong"), fact("State", state)]
        if self.tab == "messages" and sent is not None:
            lines = [safe(sent.text)]
            missed = "" if not sent.missed else f"; nobody found behind {plural(len(sent.missed), 'name')}"
            return [
                *lines,
                fact("Sent", f"by {sent.sender} to {plural(len(sent.people), 'person', 'people')}{missed}"),
            ]
        return []

    def _about_gateway(self, row: GatewayRow) -> list[Content]:
        lines = [safe(f"{row.name}: {row.kind}", "strong")]
        machines = plural(row.people, *self.play.portal.machines)
        lines.append(fact("Behind it", f"{_everybody(row.departments)}: {machines}, in any browser"))
        if row.interval is not None:
            lines.append(fact("Its list", f"fetched every {show_duration(row.interval)}"))
        elif row.source == "script":
            lines.append(fact("Its list", "the last block script that was imported, and nothing else"))
        else:
            lines.append(fact("Its list", "none: it writes a log and blocks nothing"))
        if row.behind_portal:
            lines.append(fact("Missing", f"{plural(row.behind_portal, 'domain')} of unsanctioned apps"))
        if row.to_free:
            lines.append(fact("Too much", f"{plural(row.to_free, 'domain')} of apps no longer unsanctioned"))
        return lines

    # -- what can be done ------------------------------------------------------------------------

    def when_new(self) -> str:
        """Say why nothing can be added here, if so."""
        match self.tab:
            case "gateways":
                row = self._gateways.grid.selected_row
                return "" if row is not None and row.source == "script" else "it takes no block script"
            case "access":
                apps = gateways.integrated_apps(self.session)
                return "" if apps else "no app here signs people in through the directory"
            case "programs":
                return "" if self._programs.selected else "there is no program to remove"
            case _:
                return "messages are written on an app: press y there"

    def when_policy(self) -> str:
        """Say that no policy is chosen, if so."""
        return "" if self.tab == "access" and self._access.selected else "choose a policy first"

    @work
    async def do_measures_new(self) -> None:
        """Ask for what the list needs, and do it."""
        gateway, program = self._gateways.grid.selected_row, self._programs.grid.selected_row
        departments = gateways.departments(self.session)
        command: Command | None = None
        if self.tab == "gateways" and gateway is not None:
            if await self.app.push_screen_wait(Confirm(self._import(gateway))):
                command = ImportBlockScript(gateway.name)
        else:
            form = (
                access_form(gateways.integrated_apps(self.session), departments)
                if self.tab == "access"
                else removal_form(program, departments)
                if program is not None
                else None
            )
            values = None if form is None else await self.app.push_screen_wait(form.screen)
            command = None if form is None or values is None else form.command(values)
        if command is not None:
            self.play.submit(command)

    def _import(self, row: GatewayRow) -> Question:
        change = f"{row.behind_portal} domains more, {row.to_free} fewer than now"
        return Question(
            "Import the block script?",
            f"{row.name} ({row.kind}), {plural(row.people, *self.play.portal.machines)} behind it",
            f"it blocks the domains of all unsanctioned apps, in every browser: {change}",
            verb="Import",
        )

    @work
    async def do_measures_remove(self) -> None:
        """Ask, then delete the chosen policy."""
        row = self._access.grid.selected_row
        if row is None:
            return
        question = Question(
            f"Delete this {row.policy.lower()}?",
            f"{row.app}: {row.action}, {row.client} clients, {_everybody(row.departments)}",
            "it holds for nobody any more",
            verb="Delete",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(DeleteAccessRule(row.id))
