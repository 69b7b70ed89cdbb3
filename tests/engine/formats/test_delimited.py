"""Fields between separators: quotes, odd lines and records over several lines."""

from __future__ import annotations

import csv

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.discovery.formats.delimited import LONGEST, OPEN_QUOTE, joined, split

WANTED = {"first": 0, "last": 2}


def table(*lines: str, width: int | None = 3, separator: str = ",") -> list[tuple[str | None, ...]]:
    """Return the first and the third field, and what is wrong."""
    return split(pl.Series(lines, dtype=pl.String), separator, WANTED, width).rows()


def test_fields_with_and_without_quotes() -> None:
    assert table("a,b,c", '"a,1",b,"c ""d"""', ",,") == [
        ("a", "c", None),
        ("a,1", 'c "d"', None),
        ("", "", None),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a,b", "has fewer than 3 fields"),
        ("", "has fewer than 3 fields"),
        ("a,b,c,d", "has more than 3 fields"),
        ("a,b,c,,", "has more than 3 fields"),
        ('a,"b,c', OPEN_QUOTE),
        ("x" * (LONGEST + 1), f"is longer than {LONGEST:,} bytes"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_its_neighbours_are_read(line: str, fault: str | None) -> None:
    rows = table("1,2,3", line, '"4",5,6')
    assert rows[0] == ("1", "3", None)
    assert rows[1][2] == fault
    assert rows[2] == ("4", "6", None)


def test_one_empty_field_too_many_is_the_separator_at_the_end_of_a_line() -> None:
    assert table("a,b,c,") == [("a", "c", None)]


def test_a_quote_within_a_field_is_a_part_of_it() -> None:
    rows = table('5" disk,b,c', 'a,say "x",c', '"a"x,b,c', "1,2,3")
    assert [row[1] for row in rows] == ["c", "c", "c", "3"]
    assert rows[0][0] == '5" disk'


def test_lines_may_be_of_any_length_where_no_width_is_asked_for() -> None:
    assert table("a", "a,b,c,d,e", "", width=None) == [("a", "", None), ("a", "c", None), ("", "", None)]


def test_a_record_over_several_lines_stands_in_the_last_of_them() -> None:
    lines = pl.Series(["1,2,3", 'a,"b', "", 'more",c', "4,5,6"])
    read, beginnings = joined(lines, split(lines, ",", WANTED, 3), ",", WANTED, 3)
    assert beginnings == [1, 2]
    assert read.rows()[3] == ("a", "c", None)
    assert read.rows()[4] == ("4", "6", None)


def test_a_quote_that_is_never_closed_takes_no_good_line_along() -> None:
    lines = pl.Series(['a,"b,c', "1,2,3", 'x,y,"z'])
    read, beginnings = joined(lines, split(lines, ",", WANTED, 3), ",", WANTED, 3)
    assert beginnings == []
    assert read.rows()[1] == ("1", "3", None)


FIELD = st.text(st.characters(exclude_characters="\n\r\x00\x01", codec="utf-8"), max_size=8)


@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(",;\t| "))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]], separator: str) -> None:
    class Lines(list[str]):
        def write(self, text: str) -> None:
            self.append(text.removesuffix("\n"))

    lines = Lines()
    csv.writer(lines, delimiter=separator, lineterminator="\n").writerows(rows)
    assert table(*lines, separator=separator) == [(row[0], row[2], None) for row in rows]
