"""A prompt on a chosen machine: PowerShell on Windows, a terminal with mdatp on a Mac or on Linux."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import ContentSwitcher, Input, Static

from sim.session.endpoint_commands import PowerShell
from sim.views import endpoint
from sim.views.endpoint import MachineRow
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.endpoint_columns import machine_table
from tui.text import safe
from tui.units import person
from tui.widgets.grid import Grid
from tui.widgets.prompt import Prompt
from tui.widgets.table import Table

PROMPT = Scope(
    "prompt",
    "PowerShell",
    "A prompt on one {machine}, as if you sat in front of it: Get-, Set-, Add- and Remove-MpPreference, "
    "Get-MpComputerStatus, Get-WinEvent, and what one pipes them into; Get-Help says more, cls empties the "
    "screen, exit leaves. A Mac and Linux have mdatp. Neither portal shows or sets this for you. ↑ and ↓ "
    "bring earlier lines back.",
    (
        Action(
            "prompt.machine",
            "Other {machine}",
            "leave this {machine} and choose another one",
            ("escape",),
            when="chosen_here",
            passes=True,
            footer=50,
        ),
    ),
)
WELCOME = {
    "PS": (
        "Windows PowerShell\n"
        "  Get-MpPreference                                    what is in force\n"
        "  Set-MpPreference -EnableNetworkProtection Enabled   or AuditMode, Disabled\n"
        "  Get-Help                                            what else there is\n"
    ),
    "$": (
        "Terminal\n"
        "  mdatp health                                        what is in force\n"
        "  sudo mdatp config network-protection enforcement-level --value block\n"
        "                                                      or audit, disabled\n"
    ),
}
CLEAR = ("cls", "clear", "clear-host")


class PromptScreen(PlayScreen, scope=PROMPT):
    """PowerShell on a machine, as an administrator has it: Windows' own view, in no portal."""

    KIND = ViewKind.WINDOWS
    PLACE = "powershell"
    DEFAULT_CSS = """
    PromptScreen .head { height: 1; padding: 0 1; margin-bottom: 1; }
    PromptScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self, machine: str | None = None) -> None:
        super().__init__()
        self.machine = machine
        self._chosen_here = False
        self._head = Static(classes="head")
        self._prompt = Prompt("PS> ", id="console")
        self._table: Table[MachineRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the machines to choose from, and the console behind them."""
        resolved = self.session.resolved
        self._table = machine_table(resolved.tz, resolved.scenario.organisation.domain, self.play.portal)
        self._table.id = "choose"
        yield self._head
        with ContentSwitcher(initial="choose"):
            yield self._table
            yield self._prompt

    def on_mount(self) -> None:
        """Begin at the machine that was named."""
        super().on_mount()
        if self.machine is not None:
            self.sit_down(self.machine)

    def sit_down(self, machine: str) -> None:
        """Open the console of a machine."""
        self.machine = machine
        self._prompt.clear()
        shell = "PS" if endpoint.has_powershell(self.session, machine) else "$"
        self._prompt.lead = f"PS {machine}> " if shell == "PS" else f"{machine} $ "
        self._prompt.write(WELCOME[shell], "muted")
        self.query_one(ContentSwitcher).current = "console"
        self._prompt.query_one(Input).focus()
        self.draw()

    def refresh_view(self) -> None:
        """Say whose machine this is; the console itself keeps what was said."""
        rows = endpoint.machines(self.session)
        if self._table is not None:
            self._table.set_rows(rows)
        if self.machine is None:
            self.crumbs = ("PowerShell", self.say("choose a {machine}"))
            self._head.update(safe(self.say("On which {machine}?"), "strong"))
            return
        self.crumbs = ("PowerShell", self.machine)
        about = next((row for row in rows if row.name == self.machine), None)
        facts = ""
        if about is not None:
            domain = self.session.resolved.scenario.organisation.domain
            facts = f"   {person(about.user, domain)} · {about.system} {about.os_build}"
        self._head.update(Content.assemble(safe(self.machine, "strong"), safe(facts, "muted")))

    def own_hint(self) -> str:
        """Say what can be typed."""
        if self.machine is None:
            return self.say("choose a {machine}, `enter` opens its prompt")
        return "type `Get-MpPreference` and press `enter`; `↑` brings lines back; `esc` leaves"

    def when_chosen_here(self) -> str:
        """Say why there is no list to go back to, if so."""
        return "" if self._chosen_here else self.say("the {machine} was chosen elsewhere")

    def do_prompt_machine(self) -> None:
        """Leave the console for the list of machines."""
        self.machine, self._chosen_here = None, False
        self.query_one(ContentSwitcher).current = "choose"
        if self._table is not None:
            self._table.grid.focus()
        self.draw()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the console of the chosen machine."""
        if event.entity_id is not None:
            self._chosen_here = True
            self.sit_down(event.entity_id)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Run the line on the machine and print what PowerShell says."""
        if self.machine is None:
            return
        if event.command.casefold() in CLEAR:
            event.prompt.clear()
            return
        if event.command.casefold() == "exit":
            self.do_prompt_machine()
            return
        answer = self.play.submit(PowerShell(self.machine, event.command), quiet=True)
        if answer is None:
            event.prompt.write("The line was not run.", "high")
        elif answer.data["parts"]:
            for text, failed in answer.data["parts"]:
                event.prompt.write(text, "high" if failed else "normal")
        elif not event.command.lstrip().startswith("#"):
            event.prompt.write("(PowerShell says nothing when a setting is accepted.)", "muted")
