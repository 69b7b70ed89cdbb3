"""Pairs, times and looks that the firewalls' formats share."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.clock import header_clock, offset, with_header
from sim.engine.discovery.formats.looks import share
from sim.engine.discovery.formats.pairs import pairs
from tests.engine.formats.rows import CONTEXT


def values(line: str, *keys: str, between: str = " ") -> list[str | None]:
    """Return what a line of pairs says to some keys."""
    table = pairs(pl.Series([line], dtype=pl.String), keys, between).collect()
    return list(table.select(keys).row(0))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=1 b=2", ["1", "2"]),
        ("<189>a=1 b=2", ["1", "2"]),
        ("Dec 27 09:20:04 fw1 a=1 b=2", ["1", "2"]),
        ('a="one two" b=""', ["one two", None]),
        ("a=- b=", [None, None]),
        ("a=one two (three) b=2", ["one two (three)", "2"]),
        ('a="say \\"hello\\" twice" b=2', ['say "hello" twice', "2"]),
        ('a="x"y" b=2', ['x"y', "2"]),
        ('a=""one two"" b=""""', ["one two", None]),
        ('a="" b="2"', [None, "2"]),
        ('a=1 agent="x b=forged" b=2', ["1", "2"]),
        ('agent="a=forged" a=1', ["1", None]),
        ("a=1 a=2", ["1", None]),
        ("aa=1 a=2", ["2", None]),
        ('a="never closed b=2', ['"never closed', "2"]),
        ("a=http://h/?b=3 b=2", ["http://h/?b=3", "2"]),
        ("a=1\tb=2", ["1", "2"]),
        ("nothing at all", [None, None]),
        ("", [None, None]),
        ("a=\x01b=2 b=3", ["\x01b=2", "3"]),
        ('a="\\"\x01b=2" b=3', ['" b=2', "3"]),
    ],
)
def test_a_value_is_what_stands_between_its_key_and_the_next(line: str, expected: list[str | None]) -> None:
    assert values(line, "a", "b") == expected


@pytest.mark.parametrize(
    ("line", "between"),
    [
        ('a=1,b="two, three",c=4', " ,"),
        ('"a=1","b=""two, three""","c=4"', " ,"),
        ("a=1|b=two, three|c=4", "|"),
    ],
)
def test_pairs_may_be_parted_by_other_characters(line: str, between: str) -> None:
    assert values(line, "a", "b", "c", between=between) == ["1", "two, three", "4"]


TEXTS = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" ", exclude_characters='"\\'),
    max_size=12,
)


@given(st.lists(TEXTS, min_size=3, max_size=3))
def test_whatever_stands_in_quotes_comes_out_as_it_was(texts: list[str]) -> None:
    line = " ".join(f'{key}="{text}"' for key, text in zip("abc", texts, strict=True))
    stripped = [text.strip(" ") for text in texts]
    expected = [None if text in ("", "-") else text for text in stripped]
    assert values(line, "a", "b", "c") == expected


QUOTED = st.text("xy =,b/", max_size=10).map(lambda text: f'"{text}"')
BARE = st.text("xyb=,/ ", min_size=1, max_size=10).filter(lambda text: " b=" not in f" {text} ")


@given(st.lists(st.tuples(st.sampled_from("abcd"), QUOTED | BARE), min_size=1, max_size=6))
def test_an_odd_pair_changes_nothing_about_the_others(written: list[tuple[str, str]]) -> None:
    line = " ".join(f"{key}={value}" for key, value in written)
    odd = line + ' z="a \\"quoted\\" word"'
    assert values(line, *"abcd") == values(odd, *"abcd")


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("+0100", 1.0),
        ("-05:30", -5.5),
        ("+11", 11.0),
        ("GMT+2", 2.0),
        ("Z", 0.0),
        ("CEST", 2.0),
        ("IST", None),
        ("+99999", None),
        ("", None),
        (None, None),
    ],
)
def test_a_zone_is_an_offset_or_a_name_that_means_one_thing(zone: str | None, hours: float | None) -> None:
    found = pl.DataFrame({"zone": [zone]}, {"zone": pl.String}).select(offset(pl.col("zone"))).item()
    assert found == (None if hours is None else hours * 3600)


def moment(text: str, context: Context = CONTEXT) -> tuple[str | None, str | None]:
    """Return the time that a header states, and what was assumed."""
    clock = header_clock()
    frame = with_header(pl.LazyFrame({"text": [text]}), pl.col("text"), context)
    time, assumed = frame.select(time=clock.time, assumed=clock.assumed).collect().row(0)
    written = None if time is None else datetime.fromtimestamp(time / 1e6, UTC).isoformat()
    return written, assumed


ZONE = "times without a zone taken as UTC"
YEAR = f"times without a year taken as the latest not after 2020-01-01; {ZONE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<134>1 2019-12-27T09:20:04.5Z fw1 - - -", ("2019-12-27T09:20:04.500000+00:00", None)),
        ("2019-12-27T10:20:04+01:00 fw1", ("2019-12-27T09:20:04+00:00", None)),
        ("2019-12-27 09:20:04 fw1", ("2019-12-27T09:20:04+00:00", ZONE)),
        ("<166>Dec 27 2019 09:20:04 fw1 : ", ("2019-12-27T09:20:04+00:00", ZONE)),
        ("<166>Dec 27 2019 09:20:04 EST: ", ("2019-12-27T14:20:04+00:00", None)),
        ("<134>Dec  7 09:20:04 fw1 ", ("2019-12-07T09:20:04+00:00", YEAR)),
        ("Jan  1 09:20:04 fw1 ", ("2020-01-01T09:20:04+00:00", YEAR)),
        ("Jan  3 09:20:04 fw1 ", ("2019-01-03T09:20:04+00:00", YEAR)),
        ("Feb 29 09:20:04 fw1 ", ("2016-02-29T09:20:04+00:00", YEAR)),
        ("Dec 27 09:20:09 relay Dec 27 2019 09:20:04 fw1 : ", ("2019-12-27T09:20:04+00:00", ZONE)),
        ("Feb 30 2019 09:20:04 fw1", (None, None)),
        ("2019-13-45T09:20:04Z", (None, None)),
        ("no time", (None, None)),
    ],
)
def test_a_header_states_the_time_in_many_ways(text: str, expected: tuple[str | None, str | None]) -> None:
    assert moment(text) == expected


def test_a_time_without_a_year_needs_something_to_go_by() -> None:
    assert moment("Dec 27 09:20:04 fw1", Context()) == (None, None)


def test_a_local_time_is_of_the_zone_that_a_person_named() -> None:
    berlin = Context(zone=ZoneInfo("Europe/Berlin"), reference=CONTEXT.reference)
    assert moment("Jul 1 2019 09:20:04 fw1", berlin)[0] == "2019-07-01T07:20:04+00:00"
    assert moment("Dec 27 09:20:04 fw1", berlin)[0] == "2019-12-27T08:20:04+00:00"


def test_noise_counts_only_beside_a_sure_line() -> None:
    assert share(["noise: x", "else"], "sure: ", "noise: ") == 0.0
    assert share(["noise: x", "sure: x", "else", "else"], "sure: ", "noise: ") == 0.5
    assert share([], "sure: ") == 0.0
