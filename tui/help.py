"""The help screen: every key of the moment, searchable, and enter carries the chosen one out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.actions import Choice
from tui.text import Tone, safe
from tui.widgets.columns import Column
from tui.widgets.grid import Grid

INNER_KEYS = {
    "up": "do_table_up",
    "down": "do_table_down",
    "pageup": "do_table_page_up",
    "pagedown": "do_table_page_down",
}


@dataclass(frozen=True)
class HelpRow:
    """One action as the list shows it."""

    id: str
    key: str
    label: str
    phrase: str
    where: str
    available: bool


def _row(choice: Choice) -> HelpRow:
    action = choice.action
    phrase = action.phrase[0].upper() + action.phrase[1:]
    where = choice.host.scope.title
    return HelpRow(action.id, action.all_keys, action.label, phrase, where, not choice.reason)


def _tone(row: HelpRow) -> Tone:
    return "normal" if row.available else "muted"


COLUMNS: tuple[Column[HelpRow], ...] = (
    Column("key", "Key", lambda row: row.key, 14, 14, priority=0, tone=lambda row: "link"),
    Column("what", "What it does", lambda row: row.phrase, 32, 24, 1, priority=0, tone=_tone),
    Column("where", "Where", lambda row: row.where, 16, 12, priority=2, tone=lambda row: "muted"),
)


class HelpScreen(ModalScreen[Choice | None]):
    """Lists the actions of the screen below; the answer is the one to carry out."""

    BINDINGS = [("escape", "close"), ("f1", "close")]

    def __init__(self, title: str, about: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._choices = {choice.action.id: choice for choice in reversed(choices)}
        self._rows = [_row(choice) for choice in choices]
        self._grid: Grid[HelpRow] = Grid(COLUMNS, lambda row: row.id, empty="No such key.")

    def compose(self) -> ComposeResult:
        """Lay out what the screen is for, the search box, the keys and the chosen one's help."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"Help – {self._title}")
            box.border_subtitle = Content("type to search · enter does it · esc closes")
            yield Static(safe(self._about, "muted"), classes="about")
            yield Input(placeholder="search the keys", compact=True)
            yield self._grid
            yield Static(classes="detail")

    def on_mount(self) -> None:
        """Fill the list; the box keeps the focus and passes the arrow keys on."""
        self._grid.can_focus = False
        self._grid.set_rows(self._rows)
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Move in the list while the box has the focus."""
        name = INNER_KEYS.get(event.key)
        if name is not None:
            getattr(self._grid, name)()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search with every letter."""
        self._grid.set_filter(event.value)

    def on_input_submitted(self) -> None:
        """Answer with the chosen action."""
        self._answer()

    def on_grid_activated(self) -> None:
        """Answer with the action that was clicked twice."""
        self._answer()

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Explain the chosen action, and why it is not available, if so."""
        choice = self._choices.get(event.entity_id or "")
        detail = self.query_one(".detail", Static)
        if choice is None:
            detail.update("")
            return
        lines = [safe(choice.action.help or choice.action.phrase)]
        if choice.reason:
            lines.append(safe(f"Not now: {choice.reason}.", "medium"))
        detail.update(Content("\n").join(lines))

    def action_close(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)

    def _answer(self) -> None:
        if self._grid.selected is not None:
            self.dismiss(self._choices[self._grid.selected])
