"""A short list inside a dashboard: a title, a few lines of any drawing, and a cursor that stays.

A `Grid` has one tone per cell; the bars of a category have three, so a pane draws its own lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.actions import Action, ActionHost, Scope
from tui.text import safe

T = TypeVar("T")

PANE = Scope(
    "pane",
    "In a pane of the dashboard",
    "The cursor stays on its entry when figures change.",
    (
        Action("pane.open", "Open", "open the chosen entry", ("enter",), when="entry", footer=100),
        Action("pane.down", "Down", "next entry", ("j", "down")),
        Action("pane.up", "Up", "previous entry", ("k", "up")),
        Action("pane.top", "First", "go to the first entry", ("g g", "home")),
        Action("pane.bottom", "Last", "go to the last entry", ("G", "end")),
    ),
)


class Pane(ActionHost, Widget, Generic[T], scope=PANE, can_focus=True):
    """Entries with an id each; `draw` gives the line of one for a width in cells."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Pane { height: 1fr; width: 1fr; text-wrap: nowrap; text-overflow: clip; }
    """

    class Opened(Message):
        """An entry is to be opened."""

        def __init__(self, pane: Pane[Any], entry_id: str) -> None:
            super().__init__()
            self.pane = pane
            self.entry_id = entry_id

        @property
        def control(self) -> Pane[Any]:
            """Return the pane, for `@on` selectors."""
            return self.pane

    def __init__(
        self,
        title: str,
        key: Callable[[T], str],
        draw: Callable[[T, int], Content],
        *,
        empty: str = "nothing yet",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.title = title
        self.entries: tuple[T, ...] = ()
        self._key = key
        self._draw = draw
        self._empty = empty
        self._cursor: str | None = None
        self._top = 0

    @property
    def selected(self) -> str | None:
        """Return the id of the entry under the cursor, or None."""
        return self._key(self.entries[self._place]) if self.entries else None

    def set_entries(self, entries: Sequence[T]) -> None:
        """Show `entries`; the cursor stays on its entry, or goes to the first if that is gone."""
        fresh = tuple(entries)
        if fresh != self.entries:
            self.entries = fresh
            self.refresh()
            self.refresh_bindings()

    @property
    def _place(self) -> int:
        keys = [self._key(entry) for entry in self.entries]
        return keys.index(self._cursor) if self._cursor in keys else 0

    def when_entry(self) -> str:
        """Say that there is nothing to open, if so."""
        return "" if self.entries else "this pane is empty"

    def do_pane_open(self) -> None:
        """Announce that the chosen entry is to be opened."""
        if self.selected is not None:
            self.post_message(self.Opened(self, self.selected))

    def do_pane_down(self) -> None:
        """Move to the next entry."""
        self._move(self._place + 1)

    def do_pane_up(self) -> None:
        """Move to the previous entry."""
        self._move(self._place - 1)

    def do_pane_top(self) -> None:
        """Move to the first entry."""
        self._move(0)

    def do_pane_bottom(self) -> None:
        """Move to the last entry."""
        self._move(len(self.entries) - 1)

    def _move(self, place: int) -> None:
        if self.entries:
            self._cursor = self._key(self.entries[max(0, min(len(self.entries) - 1, place))])
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose the entry under the pointer; a second click opens it."""
        place = event.y - 1 + self._top
        if event.y > 0 and place < len(self.entries):
            self._move(place)
            if event.chain == 2:
                self.do_pane_open()

    def render(self) -> Content:
        """Draw the title and the entries around the cursor; say how many are out of sight."""
        width, room = self.size.width, max(1, self.size.height - 1)
        place = self._place
        self._top = max(0, min(self._top, len(self.entries) - room))
        self._top = max(place - room + 1, min(self._top, place))
        lines = [self._heading(width, room)]
        if not self.entries:
            lines.append(safe(f"  {self._empty}", "muted"))
        for index, entry in enumerate(self.entries[self._top : self._top + room], self._top):
            chosen = index == place and self.has_focus
            line = Content.assemble(("▸ " if chosen else "  ", "$tone-link"), self._draw(entry, width - 2))
            line = line.truncate(width, ellipsis=True)
            if chosen:
                line = line.pad_right(max(0, width - line.cell_length))
                line = line.stylize_before("bold $tone-strong on $cursor-background")
            lines.append(line)
        return Content("\n").join(lines)

    def _heading(self, width: int, room: int) -> Content:
        hidden = len(self.entries) - room
        more = f" {hidden} more" if hidden > 0 else ""
        style = "bold $tone-strong" if self.has_focus else "bold $tone-muted"
        title = Content.styled(self.title, style)
        rule = "─" * max(0, width - title.cell_length - len(more) - 2)
        return Content.assemble(title, " ", (rule, "$rule"), (more, "$tone-muted"))
