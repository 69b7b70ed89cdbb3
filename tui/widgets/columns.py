"""Columns of a table, and how they share a width without anything being cut silently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.cells import cell_len

from tui.text import Tone

R = TypeVar("R")

GAP = 2
"""Blank cells between two columns."""
GUTTER = 2
"""Cells at the left that hold the cursor mark."""


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: what it shows, how it sorts, and how much room it needs."""

    key: str
    title: str
    text: Callable[[R], object]
    """The cell's value; it is escaped before it is drawn."""
    width: int = 10
    """Cells it likes to have."""
    min_width: int = 0
    """Cells below which it is dropped rather than shrunk; 0 means `width`."""
    grow: int = 0
    """Its share of the cells that are left over."""
    right: bool = False
    """Align right, for numbers."""
    priority: int = 1
    """0 is never dropped; the highest number is dropped first."""
    sort: Callable[[R], Any] | None = None
    """The value to sort by when it is not the text; None as a value sorts last both ways."""
    descending: bool = False
    """Whether the first sort by this column puts the largest first."""
    tone: Callable[[R], Tone] | None = None
    """What the cell's value means, which decides its colour."""

    @property
    def least(self) -> int:
        """Return the fewest cells the column can live with: its title and the sort arrow fit."""
        return max(self.min_width or self.width, cell_len(self.title) + 2)

    @property
    def liked(self) -> int:
        """Return the cells the column likes to have."""
        return max(self.width, self.least)

    def sort_value(self, row: R) -> Any:
        """Return what the column sorts `row` by."""
        if self.sort is not None:
            return self.sort(row)
        return str(self.text(row)).casefold()


@dataclass(frozen=True)
class Fit(Generic[R]):
    """The columns that fit a width, each with its cells, and those that do not."""

    shown: tuple[tuple[Column[R], int], ...]
    hidden: tuple[Column[R], ...]

    def at(self, x: int) -> Column[R] | None:
        """Return the column that is shown at cell `x`, or None."""
        left = GUTTER
        for column, cells in self.shown:
            if left <= x < left + cells + GAP:
                return column
            left += cells + GAP
        return None

    @property
    def note(self) -> str:
        """Return the header's word about hidden columns, or nothing."""
        return f"+{len(self.hidden)} col" if self.hidden else ""


def fit(columns: Sequence[Column[R]], width: int) -> Fit[R]:
    """Choose and size the columns for `width` cells.

    Columns shrink to their least width first; then the least important are dropped, and the header
    says how many. What is left over goes to the columns that grow.
    """
    kept = list(columns)
    hidden: list[Column[R]] = []

    def room() -> int:
        note = GAP + len(f"+{len(hidden)} col") if hidden else 0
        return width - GUTTER - GAP * (len(kept) - 1) - note

    while sum(column.least for column in kept) > room():
        droppable = [column for column in kept if column.priority > 0]
        if not droppable:
            break
        victim = max(reversed(droppable), key=lambda column: column.priority)
        kept.remove(victim)
        hidden.append(victim)
    cells = {column.key: column.least for column in kept}
    spare = room() - sum(cells.values())
    for column in sorted(kept, key=lambda column: column.priority):
        taken = max(0, min(spare, column.liked - column.least))
        cells[column.key] += taken
        spare -= taken
    growing = [column for column in kept if column.grow > 0]
    weight = sum(column.grow for column in growing)
    for index, column in enumerate(growing):
        share = spare if index == len(growing) - 1 else spare * column.grow // weight
        if share > 0:
            cells[column.key] += share
            spare -= share
            weight -= column.grow
    return Fit(
        tuple((column, cells[column.key]) for column in kept),
        tuple(column for column in columns if column in hidden),
    )
