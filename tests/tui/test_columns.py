"""Columns share a width, and what does not fit is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.columns import GAP, GUTTER, Column, fit

COLUMNS = (
    Column("name", "Name", str, width=20, min_width=10, grow=2, priority=0),
    Column("kind", "Kind", str, width=14, min_width=8, grow=1, priority=3),
    Column("count", "Count", str, width=7, priority=1),
    Column("seen", "Last seen", str, width=12, priority=5),
)


@given(st.integers(20, 250))
def test_columns_never_exceed_the_width_and_leave_nothing_unused(width: int):
    found = fit(COLUMNS, width)
    used = GUTTER + sum(cells for _, cells in found.shown) + GAP * (len(found.shown) - 1)
    if found.hidden:
        used += GAP + len(found.note)
    assert used == width
    assert all(cells >= column.least for column, cells in found.shown)
    assert {column.key for column, _ in found.shown} | {c.key for c in found.hidden} == {
        "name",
        "kind",
        "count",
        "seen",
    }


def test_the_least_important_column_goes_first_and_is_counted():
    assert [column.key for column in fit(COLUMNS, 60).hidden] == []
    assert [column.key for column in fit(COLUMNS, 44).hidden] == ["seen"]
    narrow = fit(COLUMNS, 30)
    assert [column.key for column, _ in narrow.shown] == ["name", "count"]
    assert narrow.note == "+2 col"


def test_the_first_column_is_never_dropped():
    assert [column.key for column, _ in fit(COLUMNS, 5).shown] == ["name"]


def test_titles_and_the_sort_arrow_always_fit():
    assert all(column.least >= len(column.title) + 2 for column in COLUMNS)


def test_a_column_is_found_by_its_cell():
    found = fit(COLUMNS, 60)
    first = found.shown[0][1]
    assert found.at(GUTTER).key == "name"  # type: ignore[union-attr]
    assert found.at(GUTTER + first + GAP).key == "kind"  # type: ignore[union-attr]
    assert found.at(0) is None
