"""Rows are located by entity id through every change."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.columns import Column
from tui.widgets.rowset import RowSet


@dataclass(frozen=True)
class Row:
    id: str
    size: int | None


COLUMNS = (
    Column[Row]("id", "Id", lambda row: row.id),
    Column[Row]("size", "Size", lambda row: row.size, sort=lambda row: row.size),
)


def rowset(*sizes: int | None) -> RowSet[Row]:
    made = RowSet(COLUMNS, lambda row: row.id)
    made.replace([Row(f"r{i}", size) for i, size in enumerate(sizes)], None, resort=True)
    return made


def test_rows_stand_in_the_order_given_until_a_column_is_chosen():
    made = rowset(3, 1, 2)
    assert made.order == ["r0", "r1", "r2"]
    made.sort_by(COLUMNS[1], descending=False)
    made.arrange(None, resort=True)
    assert made.order == ["r1", "r2", "r0"]


def test_unknown_values_come_last_both_ways_and_ties_are_settled_by_id():
    made = rowset(None, 5, 5, 1)
    for descending, order in ((False, ["r3", "r1", "r2", "r0"]), (True, ["r1", "r2", "r3", "r0"])):
        made.sort_by(COLUMNS[1], descending)
        made.arrange(None, resort=True)
        assert made.order == order


def test_without_a_resort_rows_keep_their_order_and_new_ones_come_last():
    made = rowset(1, 2)
    made.sort_by(COLUMNS[1], descending=False)
    made.replace([Row("r0", 9), Row("r1", 2), Row("r2", 0)], None, resort=False)
    assert made.order == ["r0", "r1", "r2"]
    assert not made.settled
    made.arrange(None, resort=True)
    assert made.order == ["r2", "r1", "r0"]
    assert made.settled


def test_a_row_that_vanishes_under_the_cursor_leaves_a_ghost_in_its_place():
    made = rowset(1, 2, 3)
    made.replace([Row("r0", 1), Row("r2", 3)], "r1", resort=True)
    assert made.order == ["r0", "r1", "r2"]
    assert made.ghost is not None
    assert made.ghost[1] == "r1"
    assert made.matches == 2
    made.replace([Row("r0", 1)], "r1", resort=True)
    assert made.order == ["r0", "r1"]
    made.replace([Row("r1", 7), Row("r0", 1)], "r1", resort=True)
    assert made.matches == 2
    assert made.order == ["r1", "r0"]


def test_a_patch_says_whether_the_order_is_touched():
    made = rowset(1, 2, 3)
    made.sort_by(COLUMNS[1], descending=False)
    made.arrange(None, resort=True)
    assert not made.patch([Row("r1", 2)])
    assert made.patch([Row("r1", 9)])
    assert made.patch([Row("new", 2)])


def test_all_words_of_a_filter_must_occur():
    made = rowset(1, 12, 21)
    for text, order in (("2", ["r1", "r2"]), ("R1 2", ["r1"]), ("zebra", []), ("", None)):
        made.set_filter(text)
        made.arrange(None, resort=True)
        assert made.order == (order if order is not None else ["r0", "r1", "r2"])


CHANGES = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 8), st.integers(0, 3), max_size=9), st.booleans()),
    max_size=8,
)


@given(CHANGES, st.integers(0, 8), st.booleans())
def test_the_place_of_the_cursor_never_shows_another_row(changes, chosen, descending):
    made = RowSet(COLUMNS, lambda row: row.id)
    made.sort_by(COLUMNS[1], descending)
    made.replace([Row(f"r{i}", i) for i in range(9)], None, resort=True)
    cursor = f"r{chosen}"
    for sizes, resort in changes:
        made.replace([Row(f"r{i}", size) for i, size in sizes.items()], cursor, resort)
        place = made.place(cursor)
        assert place is not None
        assert made.order[place] == cursor
        assert len(set(made.order)) == len(made.order)
        assert set(made.order) == set(made.rows) | {cursor}
        assert (made.ghost is None) == (cursor in made.rows)
