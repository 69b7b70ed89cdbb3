"""The rows of a table and their order, with no widget in sight.

A row is a frozen object with an entity id. Everything is located by that id: an index means
nothing after a sort, an insertion or a removal, and a key pressed then would hit the wrong app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic

from tui.widgets.columns import Column, R


class RowSet(Generic[R]):
    """Rows by id, the order in which they are shown, and the note left by a vanished row."""

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str]) -> None:
        self.columns = tuple(columns)
        self.key = key
        self.rows: dict[str, R] = {}
        self.order: list[str] = []
        """Ids as shown: filtered, sorted, and with the ghost in its old place."""
        self.ghost: tuple[str, str] | None = None
        """Id and last label of the row that vanished from under the cursor."""
        self.sort_column: Column[R] | None = None
        self.descending = False
        self.terms: tuple[str, ...] = ()
        self._places: dict[str, int] | None = None
        self._haystacks: dict[str, tuple[R, str]] = {}

    @property
    def matches(self) -> int:
        """Return how many rows are shown, the ghost not counted."""
        return len(self.order) - (self.ghost is not None)

    @property
    def settled(self) -> bool:
        """Return whether the shown rows are in the order that is asked for."""
        ids = [entity_id for entity_id in self.order if entity_id in self.rows]
        return ids == self._sorted(ids)

    def place(self, entity_id: str | None) -> int | None:
        """Return where `entity_id` is shown, or None."""
        if entity_id is None:
            return None
        if self._places is None:
            self._places = {shown: index for index, shown in enumerate(self.order)}
        return self._places.get(entity_id)

    def replace(self, rows: Iterable[R], cursor: str | None, resort: bool) -> None:
        """Take `rows` as the whole content; the row under `cursor` never becomes another."""
        leaving = self.rows.get(cursor) if cursor is not None else None
        self.rows = {self.key(row): row for row in rows}
        self._haystacks = {i: kept for i, kept in self._haystacks.items() if i in self.rows}
        self.arrange(cursor, resort, leaving)

    def patch(self, rows: Iterable[R]) -> bool:
        """Take changed or new `rows`; return whether any changes what is shown where."""
        moved = False
        for row in rows:
            entity_id = self.key(row)
            before = self.rows.get(entity_id)
            self.rows[entity_id] = row
            is_shown = self.place(entity_id) is not None
            moved = (
                moved
                or before is None
                or self._sort_value(before) != self._sort_value(row)
                or self._matching(entity_id) != is_shown
            )
        return moved

    def arrange(self, cursor: str | None, resort: bool, leaving: R | None = None) -> None:
        """Filter and order the rows again.

        Without `resort` the rows that stay keep their order and new ones come last. When the row
        under `cursor` is no longer shown, its place is kept by a ghost.
        """
        old_place = self.place(cursor)
        ids = [entity_id for entity_id in self.rows if self._matching(entity_id)]
        if resort:
            ids = self._sorted(ids)
        else:
            wanted = set(ids)
            known = [entity_id for entity_id in self.order if entity_id in wanted]
            ids = known + self._sorted(list(wanted.difference(known)))
        ghost = self.ghost
        self.ghost = None
        self.order = ids
        self._places = None
        if cursor is not None and old_place is not None and self.place(cursor) is None:
            row = leaving if leaving is not None else self.rows.get(cursor)
            if row is not None:
                ghost = (cursor, str(self.columns[0].text(row)))
            self.ghost = ghost
            if ghost is not None:
                self.order.insert(min(old_place, len(self.order)), cursor)
            self._places = None

    def forget_ghost(self) -> None:
        """Remove the note of a vanished row, once the cursor has left it."""
        if self.ghost is not None:
            self.order.remove(self.ghost[0])
            self.ghost = None
            self._places = None

    def sort_by(self, column: Column[R] | None, descending: bool) -> None:
        """Set the order; `arrange` applies it. None is the order in which rows were given."""
        self.sort_column = column
        self.descending = descending

    def set_filter(self, text: str) -> None:
        """Set the words that every shown row must contain; `arrange` applies them."""
        self.terms = tuple(text.casefold().split())

    def _sort_value(self, row: R) -> object:
        return None if self.sort_column is None else self.sort_column.sort_value(row)

    def _matching(self, entity_id: str) -> bool:
        if not self.terms:
            return True
        row = self.rows[entity_id]
        kept = self._haystacks.get(entity_id)
        if kept is None or kept[0] is not row:
            text = "\n".join(str(column.text(row)) for column in self.columns).casefold()
            kept = self._haystacks[entity_id] = (row, text)
        return all(term in kept[1] for term in self.terms)

    def _sorted(self, ids: list[str]) -> list[str]:
        column = self.sort_column
        if column is None:
            given = {entity_id: index for index, entity_id in enumerate(self.rows)}
            return sorted(ids, key=given.__getitem__)
        values = {entity_id: column.sort_value(self.rows[entity_id]) for entity_id in ids}
        known = sorted(entity_id for entity_id in ids if values[entity_id] is not None)
        known.sort(key=values.__getitem__, reverse=self.descending)
        return known + sorted(entity_id for entity_id in ids if values[entity_id] is None)
