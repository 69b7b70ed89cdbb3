"""Written times: whatever layout a column has is found, and what it does not say is told."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.times import MONTH_FIRST, Times
from tests.engine.formats.rows import CONTEXT

NO_ZONE = "times without a zone taken as UTC"


def read(*written: str | None, context: Context = CONTEXT) -> list[tuple[str | None, str | None]]:
    """Return each time as ISO text, and what was assumed."""
    rows = Times(context).read(pl.Series(written, dtype=pl.String)).rows()
    return [
        (None if time is None else datetime.fromtimestamp(time / 1e6, UTC).isoformat()[:23], assumed)
        for time, assumed in rows
    ]


@pytest.mark.parametrize(
    "written",
    [
        "2019-12-27T09:20:00Z",
        "2019-12-27T10:20:00+01:00",
        "2019-12-27 10:20:00 +0100",
        "2019-12-27T09:20:00.0000000Z",
        "27/Dec/2019:10:20:00 +0100",
        "[27/Dec/2019:09:20:00 +0000]",
        "Fri Dec 27 09:20:00 GMT 2019",
        "Fri, 27 Dec 2019 09:20:00 GMT",
        "Dec 27 2019 04:20:00 EST",
        "27 Dec 2019 14:20:00 (GMT+5:00)",
        "1577438400",
        "1577438400.000",
        "1577438400000",
        "1577438400000000",
    ],
)
def test_a_time_that_says_all_needs_no_assumption(written: str) -> None:
    ((time, assumed),) = read(written)
    assert time is not None
    assert time.startswith("2019-12-27T09:20:00")
    assert assumed is None


@pytest.mark.parametrize(
    "written",
    [
        "2019-12-27 09:20:00",
        "2019-12-27T09:20:00,000",
        "2019/12/27 09:20:00",
        "2019/12/27 9:20",
        "27.12.2019 09:20:00",
        "27/12/2019 09:20:00",
        "12/27/2019 09:20:00 AM",
        "12/27/2019 9:20 AM",
        "12/27/19 09:20:00",
        "27-12-2019 09:20",
        "Fri Dec 27 09:20:00 2019",
        "Mon Dec 27 09:20:00 2019",  # the day of the week need not be right
        "Dec 27, 2019 9:20:00 AM",
        "27Dec2019 09:20:00",
        "27 December 2019 09:20:00",
    ],
)
def test_a_time_without_a_zone_is_in_the_one_given(written: str) -> None:
    ((time, assumed),) = read(written)
    assert time is not None
    assert time.startswith("2019-12-27T09:20:00")
    assert assumed == NO_ZONE
    berlin = Context(zone=ZoneInfo("Europe/Berlin"))
    ((time, assumed),) = read(written, context=berlin)
    assert time is not None
    assert time.startswith("2019-12-27T08:20:00")
    assert assumed == "times without a zone taken as Europe/Berlin"


def test_a_column_may_mix_layouts() -> None:
    times = read("2019-12-27 09:20:00", "1577438400", None, "Dec 27 2019 09:20:00", "-", "", "soon")
    assert [time for time, _ in times] == ["2019-12-27T09:20:00+00:"] * 2 + [None] + [
        "2019-12-27T09:20:00+00:"
    ] + [None] * 3


def test_numbers_say_themselves_which_of_them_is_the_month() -> None:
    assert [time for time, _ in read("13/02/2025 11:31:06", "05/02/2025 11:31:06")] == [
        "2025-02-13T11:31:06+00:",
        "2025-02-05T11:31:06+00:",
    ]
    assert [time for time, _ in read("02/13/2025 11:31:06", "05/02/2025 11:31:06")] == [
        "2025-02-13T11:31:06+00:",
        "2025-05-02T11:31:06+00:",
    ]


def test_numbers_that_do_not_say_it_are_read_month_first_and_the_account_says_so() -> None:
    assert read("05/02/2025 11:31:06") == [("2025-05-02T11:31:06+00:", f"{NO_ZONE}; {MONTH_FIRST}")]


def test_what_an_earlier_chunk_said_holds_for_later_ones() -> None:
    times = Times(CONTEXT)
    times.read(pl.Series(["13/02/2025 11:31:06"]))
    (row,) = times.read(pl.Series(["05/02/2025 11:31:06"])).rows()
    assert datetime.fromtimestamp(row[0] / 1e6, UTC).month == 2


def test_a_time_without_a_year_is_in_the_last_one_that_fits() -> None:
    ((time, assumed),) = read("Dec 27 09:20:00")
    assert time == "2019-12-27T09:20:00+00:"
    assert assumed is not None
    assert assumed.startswith("times without a year")
    assert read("Dec 27 09:20:00", "Dec 28 09:20:00", context=Context())[0][0] is None


@pytest.mark.parametrize(
    "written", ["2019-13-45 09:20:00", "2019-02-30", "25:61:61", "9" * 400, "9" * 12, "Foo 27 2019 09:20:00"]
)
def test_what_cannot_be_is_no_time(written: str) -> None:
    assert read(written)[0][0] is None or written == "9" * 12
