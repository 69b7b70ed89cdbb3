"""The live table: a virtual list drawn line by line, with a cursor that follows an entity.

Textual's DataTable renders every visible cell again on any change, and on a sort it keeps the row
index instead of the row. Here a line is one cached strip per row, only lines that differ from what
is on screen are repainted, and the cursor is an entity id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from sim.base.text import plain
from tui.actions import ActionHost
from tui.keys import TABLE
from tui.text import TONES, clip
from tui.widgets.columns import Column, Fit, R, fit
from tui.widgets.painter import Painter
from tui.widgets.rowset import RowSet

SETTLE_SECONDS = 1.0
"""Live data reorder the rows at most this often, and only when the cursor has rested this long."""


class Grid(ActionHost, ScrollView, Generic[R], scope=TABLE, can_focus=True):
    """A table of frozen rows, each of which `key` gives an entity id."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--header",
        "grid--sorted",
        "grid--row",
        "grid--cursor",
        *(f"grid--{tone}" for tone in TONES),
    }
    DEFAULT_CSS = """
    Grid { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    class Highlighted(Message):
        """The cursor is on another entity; None when its row has left the list."""

        def __init__(self, grid: Grid[Any], entity_id: str | None) -> None:
            super().__init__()
            self.grid = grid
            self.entity_id = entity_id

        @property
        def control(self) -> Grid[Any]:
            """Return the grid, for `@on` selectors."""
            return self.grid

    class Activated(Highlighted):
        """The row under the cursor is to be opened; its entity id is never None."""

    class FilterRequested(Message):
        """The trainee wants to type a filter."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        empty: str = "Nothing here yet.",
        sort: str | None = None,
        id: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(id=id)
        self.rowset = RowSet(columns, key)
        self.empty = empty
        self.filter_text = ""
        self.order_held = False
        self._cursor: str | None = None
        self._announced: str | None = None
        self._clock = clock
        self._moved_at = self._sorted_at = float("-inf")
        self._settling: Timer | None = None
        self._fit, self._fit_width = fit(self.rowset.columns, 80), 80
        self._painter: Painter[R] = Painter(self._component)
        self._painted: dict[int, object] = {}
        if sort is not None:
            column = self._column(sort)
            self.rowset.sort_by(column, column.descending)

    @property
    def selected(self) -> str | None:
        """Return the entity id under the cursor; None when empty or when its row is gone."""
        return self._cursor if self._cursor in self.rowset.rows and not self._on_ghost else None

    @property
    def selected_row(self) -> R | None:
        """Return the row under the cursor, or None."""
        return self.rowset.rows[self.selected] if self.selected is not None else None

    @property
    def shown(self) -> list[R]:
        """Return the rows as shown, filtered and sorted."""
        rowset = self.rowset
        ghost = rowset.ghost[0] if rowset.ghost is not None else None
        return [rowset.rows[entity_id] for entity_id in rowset.order if entity_id != ghost]

    @property
    def hidden_columns(self) -> tuple[Column[R], ...]:
        """Return the columns that the present width leaves out."""
        return self._columns.hidden

    def set_rows(self, rows: Iterable[R]) -> None:
        """Show `rows` instead of the present content; the cursor stays on its entity."""
        resort = self._may_resort()
        self._keeping_place(lambda: self.rowset.replace(rows, self._cursor, resort), resort)

    def patch(self, rows: Iterable[R]) -> None:
        """Take changed or new `rows` and leave the others as they are: cheap for a live tick."""
        if self.rowset.patch(rows):
            resort = self._may_resort()
            self._keeping_place(lambda: self.rowset.arrange(self._cursor, resort), resort)
        else:
            self._repaint_changed()

    def select(self, entity_id: str) -> bool:
        """Put the cursor on an entity; return whether it is shown."""
        place = self.rowset.place(entity_id)
        if place is None:
            return False
        self._move_to(place)
        return True

    def begin_anew(self) -> None:
        """Take the rows for another list, not for later ones: the cursor leaves a row that is not in it."""
        self._rearrange()

    def set_filter(self, text: str) -> None:
        """Keep the rows that contain all words of `text`; the cursor leaves a row that is cut."""
        self.filter_text = text
        self.rowset.set_filter(text)
        self._rearrange()

    def sort_by(self, key: str, descending: bool | None = None) -> None:
        """Sort by a column, by default in the direction that suits it."""
        column = self._column(key)
        self.rowset.sort_by(column, column.descending if descending is None else descending)
        self._rearrange()

    def when_row(self) -> str:
        """Say why there is no row to act on, if so."""
        if self.selected is not None:
            return ""
        return "the chosen row has left this list" if self._on_ghost else "the table is empty"

    def do_table_open(self) -> None:
        """Announce that the chosen row is to be opened."""
        self.post_message(self.Activated(self, self.selected))

    def do_table_down(self) -> None:
        """Move to the next row."""
        self._move_by(1)

    def do_table_up(self) -> None:
        """Move to the previous row."""
        self._move_by(-1)

    def do_table_half_down(self) -> None:
        """Move half a page down."""
        self._move_by(self._page // 2 or 1)

    def do_table_half_up(self) -> None:
        """Move half a page up."""
        self._move_by(-(self._page // 2 or 1))

    def do_table_page_down(self) -> None:
        """Move a page down."""
        self._move_by(self._page)

    def do_table_page_up(self) -> None:
        """Move a page up."""
        self._move_by(-self._page)

    def do_table_top(self) -> None:
        """Move to the first row."""
        self._move_to(0)

    def do_table_bottom(self) -> None:
        """Move to the last row."""
        self._move_to(len(self.rowset.order) - 1)

    def do_table_filter(self) -> None:
        """Ask for the filter box."""
        self.post_message(self.FilterRequested())

    def do_table_sort(self) -> None:
        """Sort by the column right of the present one."""
        columns = [column for column, _ in self._columns.shown]
        current = self.rowset.sort_column
        following = columns.index(current) + 1 if current in columns else 0
        self.sort_by(columns[following % len(columns)].key)

    def do_table_reverse(self) -> None:
        """Turn the order round."""
        column = self.rowset.sort_column or self.rowset.columns[0]
        self.sort_by(column.key, not self.rowset.descending)

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the pointer, open it on the second click; sort on a title."""
        if event.y == 0:
            if (column := self._columns.at(event.x)) is not None:
                again = self.rowset.sort_column is column
                self.sort_by(column.key, not self.rowset.descending if again else None)
            return
        place = event.y - 1 + self.scroll_offset.y
        if 0 <= place < len(self.rowset.order):
            entity_id = self.rowset.order[place]
            self._move_to(place)
            if event.chain == 2 and self.selected == entity_id:
                self.do_table_open()

    @property
    def _on_ghost(self) -> bool:
        return self.rowset.ghost is not None and self.rowset.ghost[0] == self._cursor

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def _column(self, key: str) -> Column[R]:
        return next(column for column in self.rowset.columns if column.key == key)

    def _move_by(self, rows: int) -> None:
        place = self.rowset.place(self._cursor)
        self._move_to(0 if place is None else place + rows)

    def _move_to(self, place: int) -> None:
        order = self.rowset.order
        if not order:
            return
        target = order[max(0, min(len(order) - 1, place))]
        self._moved_at = self._clock()
        if target != self._cursor:
            self.rowset.forget_ghost()
            self._cursor = target
            self._show()

    def _announce(self) -> None:
        if self.selected != self._announced:
            self._announced = self.selected
            self.post_message(self.Highlighted(self, self.selected))
            self.refresh_bindings()

    def _reveal(self) -> None:
        """Scroll just enough to see the cursor."""
        place = self.rowset.place(self._cursor)
        if place is None or not self.size.height:
            return
        top = self.scroll_offset.y
        if place < top:
            self.scroll_to(y=place, animate=False, force=True)
        elif place > top + self._page - 1:
            self.scroll_to(y=place - self._page + 1, animate=False, force=True)

    def _keeping_place(self, change: Callable[[], None], resort: bool) -> None:
        """Change the rows from outside: the cursor keeps its entity and its screen line."""
        place = self.rowset.place(self._cursor)
        line = None if place is None else place - self.scroll_offset.y
        change()
        if resort:
            self._sorted_at = self._clock()
            self.order_held = False
        else:
            self._hold_order()
        if self._cursor is None and self.rowset.order:
            self._cursor = self.rowset.order[0]
        self._resize_content()
        place = self.rowset.place(self._cursor)
        if place is not None and line is not None and 0 <= line < self._page:
            self.scroll_to(y=max(0, place - line), animate=False, force=True)
        self._announce()
        self._repaint_changed()

    def _rearrange(self) -> None:
        """Filter and sort because the trainee asked: at once, and the cursor leaves a cut row."""
        self.rowset.arrange(self._cursor, resort=True)
        if self._on_ghost or self.rowset.place(self._cursor) is None:
            self.rowset.forget_ghost()
            self._cursor = self.rowset.order[0] if self.rowset.order else None
        self._sorted_at = self._clock()
        self.order_held = False
        self._show()

    def _show(self) -> None:
        """Bring the cursor in sight, announce it, and repaint what has changed."""
        self._resize_content()
        self._reveal()
        self._announce()
        self._repaint_changed()

    def _may_resort(self) -> bool:
        now = self._clock()
        return min(now - self._moved_at, now - self._sorted_at) >= SETTLE_SECONDS

    def _hold_order(self) -> None:
        """Remember that the order is out of date, and put it right when the cursor has rested."""
        self.order_held = not self.rowset.settled
        if self.order_held and self._settling is None and self.is_attached:
            self._settling = self.set_timer(SETTLE_SECONDS, self.settle)

    def settle(self) -> None:
        """Apply the held order if the cursor has rested long enough, otherwise wait again."""
        self._settling = None
        if self.order_held:
            resort = self._may_resort()
            self._keeping_place(lambda: self.rowset.arrange(self._cursor, resort), resort)

    def _resize_content(self) -> None:
        size = Size(0, len(self.rowset.order) + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def notify_style_update(self) -> None:
        """Forget strips drawn with the old styles."""
        self._forget_drawing()
        super().notify_style_update()

    def _forget_drawing(self) -> None:
        self._painter.forget()
        self._painted.clear()

    def _repaint_changed(self) -> None:
        """Repaint the lines that differ from what is on screen, and no others."""
        for y in range(self.size.height):
            if y not in self._painted or self._painted[y] != self._line_key(y):
                self.refresh(Region(0, y, self._width, 1))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _columns(self) -> Fit[R]:
        """Return the columns for the present width, which a scrollbar changes without an event."""
        if self._fit_width != self._width:
            self._fit_width = self._width
            self._fit = fit(self.rowset.columns, self._fit_width)
            self._forget_drawing()
        return self._fit

    def _line_key(self, y: int) -> object:
        """Return all that line `y` depends on."""
        rowset = self.rowset
        if y == 0:
            return (rowset.sort_column, rowset.descending, self.order_held, self._columns)
        place = y - 1 + self.scroll_offset.y
        if not rowset.order:
            return (self._empty_lines()[y - 1 : y], y)
        if place >= len(rowset.order):
            return None
        entity_id = rowset.order[place]
        if rowset.ghost is not None and rowset.ghost[0] == entity_id:
            return rowset.ghost
        return (entity_id, rowset.rows[entity_id], self._part(entity_id))

    def _part(self, entity_id: str) -> str:
        return "cursor" if entity_id == self._cursor else "row"

    def _empty_lines(self) -> list[str]:
        if self.rowset.terms and self.rowset.rows:
            return [f"None of {len(self.rowset.rows)} rows contains “{plain(self.filter_text)}”."]
        return ["", *(plain(line) for line in self.empty.splitlines())]

    def render_line(self, y: int) -> Strip:
        """Draw one line, from the cache when its row has not changed."""
        width, rowset, layout = self._width, self.rowset, self._columns
        key = self._painted[y] = self._line_key(y)
        if y == 0:
            return self._painter.header(layout, width, rowset.sort_column, rowset.descending, self.order_held)
        if not rowset.order:
            return self._painter.note("".join(self._empty_lines()[y - 1 : y]), "row", width)
        if key is None:
            return self._painter.blank(width)
        entity_id = rowset.order[y - 1 + self.scroll_offset.y]
        if rowset.ghost is not None and rowset.ghost[0] == entity_id:
            label = clip(plain(rowset.ghost[1]), max(8, width - 28))
            return self._painter.note(f"“{label}” has left this list", "cursor", width, True)
        return self._painter.row(entity_id, rowset.rows[entity_id], self._part(entity_id), layout, width)

    def _component(self, name: str, overlay: bool) -> Style:
        return self.get_component_rich_style(f"grid--{name}", partial=overlay)
