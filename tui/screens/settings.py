"""The settings of both portals: switches that somebody must find, in three places."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult

from sim.session.alert_commands import SaveSetting
from sim.session.commands import SetSwitch
from sim.views import control
from sim.views.control import SwitchRow, ValueRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import ChoiceField, Field, FormScreen, TextField
from tui.frame import CrumbLine, ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

SETTINGS = Scope(
    "settings",
    "Settings",
    "The switches and values of both portals that decide about discovery, blocking and alerts. Each lives on "
    "a page of its own, which is named below the list.",
    (
        Action(
            "settings.change",
            "Switch",
            "switch the chosen setting on or off, or write its value",
            ("space",),
            "Asks first, and says when the change will hold. The change is saved with it.",
            when="chosen",
            footer=110,
        ),
    ),
)

Row = SwitchRow | ValueRow


def _state(row: Row) -> str:
    if isinstance(row, ValueRow):
        return row.value or "–"
    return "● On" if row.on else "○ Off"


def _tone(row: Row) -> Tone:
    if isinstance(row, ValueRow):
        return "normal"
    return "sanctioned" if row.on else "muted"


COLUMNS: tuple[Column[Row], ...] = (
    Column("name", "Setting", lambda row: row.name, 30, 28, 1, priority=0),
    Column(
        "on",
        "State",
        _state,
        13,
        6,
        priority=0,
        tone=_tone,
    ),
    Column("portal", "Portal", lambda row: row.page.partition(" > ")[0], 20, 12, tone=lambda row: "muted"),
    Column(
        "page",
        "Page",
        lambda row: row.page.partition(" > ")[2],
        30,
        28,
        1,
        priority=2,
        tone=lambda row: "muted",
    ),
)


class SettingsScreen(PlayScreen, scope=SETTINGS):
    """Lists the switches; space changes the chosen one."""

    PLACE = "settings"
    KIND = ViewKind.ENDPOINT

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[Row] = Table(COLUMNS, lambda row: row.id)

    def compose_body(self) -> ComposeResult:
        """Lay out the switches and the chosen one's promise."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the switches as they stand."""
        self.table.set_rows([*control.switches(self.session), *control.settings(self.session)])
        self._describe()

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()
        self.draw()

    def on_grid_activated(self) -> None:
        """Change it."""
        self.do_settings_change()

    def own_hint(self) -> str:
        """Say what space does to the chosen switch."""
        row = self.table.grid.selected_row
        if isinstance(row, SwitchRow):
            return f"`space` switches {row.name} {'off' if row.on else 'on'}"
        return f"`space` changes {row.name}" if row else ""

    def _describe(self) -> None:
        """Show whose page the chosen switch is on, and what the page promises."""
        row = self.table.grid.selected_row
        if row is None:
            return
        self.crumbs = tuple(row.page.split(" > "))
        cloud = any(part in row.page for part in (self.play.portal.cloud, "Cloud Apps"))
        kind = ViewKind.CLOUD_APPS if cloud else ViewKind.ENDPOINT
        self.query_one(CrumbLine).kind = kind
        lines = [safe(row.name, "strong"), safe(row.promise), fact("Where", row.page)]
        if isinstance(row, SwitchRow) and row.delay:
            lines.append(fact("When", row.delay))
        self.query_one(Detail).show(lines)

    def when_chosen(self) -> str:
        """Say that no switch is chosen, if so."""
        return "" if self.table.selected else "choose a setting first"

    @work
    async def do_settings_change(self) -> None:
        """Ask, then change the chosen switch."""
        row = self.table.grid.selected_row
        if row is None:
            return
        if isinstance(row, ValueRow):
            await self._write(row)
            return
        to = "off" if row.on else "on"
        consequence = f"this stops: {row.promise}" if row.on else row.promise
        question = Question(
            f"Switch {to}?", f"{row.name} ({row.page})", consequence, row.delay, f"Switch {to}"
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(SetSwitch(row.id, not row.on))

    async def _write(self, row: ValueRow) -> None:
        """Ask for the value of a setting, then save it."""
        field: Field = (
            ChoiceField("value", row.name, tuple((c, c) for c in row.choices), row.value)
            if row.choices
            else TextField("value", row.name, row.value, row.unit, row.wrong)
        )
        values = await self.app.push_screen_wait(FormScreen(row.name, (field,), about=row.promise))
        if values is not None:
            self.play.submit(SaveSetting(row.id, str(values["value"]).strip()))
