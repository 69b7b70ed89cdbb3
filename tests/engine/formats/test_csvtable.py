"""Tables with a header whose names tell what the columns hold."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.csvtable import BEFORE, CSV, HEADER
from sim.engine.discovery.formats.meaning import NO_DESTINATION
from tests.engine.formats.rows import read


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator(separator: str) -> None:
    log = [
        separator.join(
            ("Timestamp", "Source IP", "User Name", "URL", "Bytes Sent", "Bytes Received", "Action")
        ),
        separator.join(
            ("2019-12-27T09:20:00Z", "10.1.4.23", "alice", "https://a.example/x", "5", "6", "Blocked")
        ),
    ]
    assert detect(log) is CSV
    account = read(CSV, *log)
    assert account.skipped == {HEADER: 1}
    assert account.traffic == [
        {
            "time": "2019-12-27T09:20:00Z",
            "host": "a.example",
            "user": "alice",
            "source_ip": "10.1.4.23",
            "bytes_up": 5,
            "bytes_down": 6,
            "blocked": True,
            "url": "https://a.example/x",
            "port": 443,
            "action": "Blocked",
        }
    ]


def test_a_spreadsheets_export_with_date_and_time_apart() -> None:
    account = read(
        CSV,
        "sep=;",
        "# made by hand",
        "Date;Time;Account;Destination;Total Bytes",
        "27.12.2019;09:20:00;alice;www.dropbox.com:443;11",
        "27.12.2019;09:20;bob;162.125.66.18;",
    )
    assert account.skipped == {BEFORE: 2, HEADER: 1}
    first, second = account.traffic
    assert (first["time"], first["host"], first["bytes_total"]) == (
        "2019-12-27T09:20:00Z",
        "www.dropbox.com",
        11,
    )
    assert second["destination_ip"] == "162.125.66.18"
    assert "bytes_total" not in second


def test_a_header_behind_a_hash() -> None:
    log = ("#time,src_ip,host,bytes_in", "1577438400,10.1.4.23,a.example,6")
    assert detect(log) is CSV
    assert read(CSV, *log).traffic[0]["bytes_down"] == 6


def test_the_first_column_that_says_something_counts() -> None:
    account = read(
        CSV, "time,user,username,host", "1577438400,-,alice,a.example", "1577438400,bob,alice,a.example"
    )
    assert [row["user"] for row in account.traffic] == ["alice", "bob"]


@pytest.mark.parametrize(
    ("flag", "value", "blocked"),
    [
        ("blocked", "true", True),
        ("blocked", "0", False),
        ("allowed", "no", True),
        ("action", "Not blocked?", True),
    ],
)
def test_what_tells_that_something_was_blocked(flag: str, value: str, blocked: bool) -> None:
    account = read(CSV, f"time,user,host,{flag}", f"1577438400,alice,a.example,{value}")
    assert account.traffic[0]["blocked"] is blocked


def test_every_line_is_accounted_for() -> None:
    account = read(
        CSV,
        "time,user,host",
        "1577438400,alice,a.example",
        "1577438400,alice",
        "1577438400,alice,a.example,more",
        "soon,alice,a.example",
        "1577438400,alice,-",
        ",alice,a.example",
        "",
        "time,user,host",
    )
    assert len(account.traffic) == 1
    assert account.skipped == {HEADER: 2, NO_DESTINATION: 1, "blank line": 1}
    assert account.bad == {
        "has fewer than 3 fields": 1,
        "has more than 3 fields": 1,
        "its time is in no known layout": 1,
        "has no time": 1,
    }


@pytest.mark.parametrize(
    "log",
    [
        ("name,colour,size", "a,b,c"),
        ("time,user,colour", "1577438400,alice,red"),
        ("1577438400,alice,a.example",),
        ("time host user",),
    ],
)
def test_a_table_that_tells_too_little_is_none(log: tuple[str, ...]) -> None:
    assert detect(log) is None
    reason = "no header line above it names time, destination and who or where from"
    assert read(CSV, *log).bad == {reason: len(log)}
