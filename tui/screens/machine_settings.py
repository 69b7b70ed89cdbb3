"""What is in force on one machine, who set it, and what it overrides: as an administrator finds it there."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from sim.session.fleet_commands import RepairMachine
from sim.views import fleet
from sim.views.fleet import InForceRow
from tui.actions import Action, Scope
from tui.forms import ChoiceField, FormScreen
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import safe
from tui.units import moment
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

MACHINE_SETTINGS = Scope(
    "machine_settings",
    "Settings of a {machine}",
    "What is in force on the {machine} now, by which route it came, and which weaker values wait behind it. "
    "No portal shows it: it is read on the {machine} itself.",
    (
        Action("machine_settings.prompt", "Prompt", "open a prompt on the {machine}", ("x",), footer=80),
        Action(
            "machine_settings.repair",
            "Service desk",
            "have the {machine} restarted, or another antivirus removed from it",
            ("R",),
            "Get-MpComputerStatus at the prompt says in which mode Defender Antivirus runs.",
            footer=75,
        ),
        Action("machine_settings.fleet", "Fleet", "go to what the fleet was assigned", ("F",), footer=70),
    ),
)


class MachineSettingsScreen(PlayScreen, scope=MACHINE_SETTINGS):
    """Windows' own view of a machine's settings."""

    KIND = ViewKind.WINDOWS
    PLACE = "machine_settings"
    DEFAULT_CSS = """
    MachineSettingsScreen .head { height: 1; padding: 0 1; }
    """

    def __init__(self, machine: str) -> None:
        super().__init__()
        self.machine = machine
        self._table: Table[InForceRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the settings, and the chosen one in words."""
        tz = self.session.resolved.tz
        columns: tuple[Column[InForceRow], ...] = (
            Column("title", "Setting", lambda r: r.title, 34, 24, 1, priority=0),
            Column("value", "In force", lambda r: r.value, 10, priority=0, tone=lambda r: "strong"),
            Column("source", "Set by", lambda r: r.source, 22, 15, 1, priority=0),
            Column(
                "since",
                "Since",
                lambda r: moment(r.since, tz) if r.since else "–",
                12,
                priority=1,
                tone=lambda r: "muted",
            ),
        )
        self._table = Table(columns, lambda row: row.name)
        yield Static(safe(self.machine, "strong"), classes="head")
        yield self._table
        yield Detail()

    def refresh_view(self) -> None:
        """Show what is in force now."""
        self.crumbs = ("Windows", self.machine, "Settings")
        if self._table is not None:
            self._table.set_rows(fleet.in_force(self.session, self.machine))
        self._describe()

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()

    def _describe(self) -> None:
        row = self._table.grid.selected_row if self._table is not None else None
        if row is None:
            self.query_one(Detail).show(())
            return
        lines = [safe(f"{row.name} is {row.value}", "strong"), fact("Set by", row.source)]
        if row.place:
            lines.append(fact("Where", row.place))
        if row.overridden:
            lines.append(fact("Overrides", "; ".join(row.overridden)))
        lines.append(fact("Does", row.effect or "no effect is documented"))
        self.query_one(Detail).show(lines)

    def own_hint(self) -> str:
        """Suggest the prompt, and the fleet."""
        return self.say("`x` a prompt, `R` the service desk, `F` what the fleet was assigned")

    def do_machine_settings_prompt(self) -> None:
        """Open a prompt on the machine."""
        self.play.open("prompt", self.machine)

    @work
    async def do_machine_settings_repair(self) -> None:
        """Ask the service desk for a remedy."""
        form = FormScreen(
            self.machine,
            (
                ChoiceField(
                    "remedy",
                    "Remedy",
                    (
                        ("restart", "Restart it"),
                        ("remove-antivirus", "Remove another antivirus"),
                    ),
                ),
            ),
            about="For one that asks for no indicators, or whose Defender Antivirus is passive. The service "
            "desk needs about 45 minutes, once it is on.",
            verb="Ask",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            self.play.submit(RepairMachine(self.machine, str(values["remedy"])))

    def do_machine_settings_fleet(self) -> None:
        """Go to the fleet's assignments."""
        self.play.go("fleet")
