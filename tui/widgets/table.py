"""A grid with its filter box: what a screen puts in its body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from tui.actions import ActionHost
from tui.keys import FILTER_BOX, FILTERED
from tui.text import safe
from tui.widgets.columns import Column, R
from tui.widgets.grid import Grid


class FilterBox(ActionHost, Input, scope=FILTER_BOX):
    """The line on which a filter is typed."""

    class Done(Message):
        """The trainee goes back to the rows."""

    def do_filter_keep(self) -> None:
        """Go back to the rows."""
        self.post_message(self.Done())


class Table(ActionHost, Vertical, Generic[R], scope=FILTERED):
    """A `Grid` and, while a filter is typed or set, one line that shows it and how much it keeps.

    `/` opens the box, every letter filters; enter or esc goes back to the rows and leaves the
    filter set; a second esc clears it.
    """

    DEFAULT_CSS = """
    Table { height: 1fr; }
    Table > .filter { height: 1; display: none; }
    Table.-filtered > .filter { display: block; }
    Table > .filter > Label { width: auto; }
    Table > .filter > Input { width: 1fr; }
    """

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        empty: str = "Nothing here yet.",
        sort: str | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.grid: Grid[R] = Grid(columns, key, empty=empty, sort=sort)
        self._input = FilterBox(compact=True, placeholder="words that the row contains")
        self._count = Label("", classes="count")

    def compose(self) -> ComposeResult:
        """Lay out the rows and the filter line below them."""
        yield self.grid
        with Horizontal(classes="filter"):
            yield Label("/ ", classes="slash")
            yield self._input
            yield self._count

    def on_mount(self) -> None:
        """Keep the box out of the focus order: only `/` leads into it."""
        self._input.can_focus = False

    @property
    def selected(self) -> str | None:
        """Return the entity id under the cursor, or None."""
        return self.grid.selected

    def set_rows(self, rows: Iterable[R]) -> None:
        """Show `rows`; see `Grid.set_rows`."""
        self.grid.set_rows(rows)
        self._show_count()

    def patch(self, rows: Iterable[R]) -> None:
        """Take changed rows; see `Grid.patch`."""
        self.grid.patch(rows)
        self._show_count()

    def on_grid_filter_requested(self, event: Grid.FilterRequested) -> None:
        """Open the box."""
        event.stop()
        self.add_class("-filtered")
        self._show_count()
        self._input.can_focus = True
        self._input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter with every letter."""
        event.stop()
        self.grid.set_filter(event.value)
        self._show_count()
        self.refresh_bindings()

    def when_filter(self) -> str:
        """Say that there is no filter, if so; the box itself answers while it is open."""
        return "" if self.grid.filter_text and not self._input.has_focus else "no filter is set"

    def do_filter_clear(self) -> None:
        """Show every row again."""
        self._input.value = ""
        self.remove_class("-filtered")

    def on_filter_box_done(self, event: FilterBox.Done) -> None:
        """Close the box; a filter stays on screen."""
        event.stop()
        self.grid.focus()
        self._input.can_focus = False
        self.set_class(bool(self.grid.filter_text), "-filtered")
        self._show_count()

    def _show_count(self) -> None:
        if not self.has_class("-filtered"):
            return
        rowset = self.grid.rowset
        self._count.update(safe(f" {rowset.matches} of {len(rowset.rows)}", "strong"))
