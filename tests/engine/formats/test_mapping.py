"""A format of one's own, described in a YAML file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.csvtable import HEADER
from sim.engine.discovery.formats.mapping import load_mapping
from tests.engine.formats.rows import read

SQUID = (
    Path(__file__).resolve().parents[4] / "shared" / "samples" / "logs" / "squid-real" / "access_custom.log"
)
ACME = """
name: acme-proxy
kind: csv
delimiter: ";"
header: true
columns:
  time: Timestamp
  time_format: "%d/%m/%Y %H:%M:%S"
  zone: Europe/Berlin
  source_ip: src
  user: account
  url: dest
  bytes_up: sent
  bytes_down: rcvd
  action: Type
denied: [Deny, Drop]
"""
LOG = (
    "id;Timestamp;src;account;dest;sent;rcvd;Type",
    "1;07/02/2019 10:20:00;10.1.4.23;alice;https://www.dropbox.com/x;190233;5312;Allow",
    '2;07/02/2019 10:20:01;10.1.4.23;"al;ice";https://www.sohu.com/;0;0;drop',
)


def mapping(tmp_path: Path, text: str) -> Format:
    """Return the format that a text describes."""
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    """Return the errors of a mapping as rule, place and what."""
    with pytest.raises(InputError) as caught:
        mapping(tmp_path, text)
    found = []
    for problem in caught.value.problems:
        where = problem.where
        assert where is not None
        found.append(f"{problem.rule} {where.line}:{where.column} {problem.what}")
    return found


def test_a_csv_with_a_header(tmp_path: Path) -> None:
    acme = mapping(tmp_path, ACME)
    assert acme.name == "acme-proxy"
    assert acme.knows == {"host", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}
    account = read(acme, *LOG)
    assert account.skipped == {HEADER: 1}
    assert account.assumed == {}
    first, second = account.traffic
    assert first == {
        "time": "2019-02-07T09:20:00Z",
        "host": "www.dropbox.com",
        "user": "alice",
        "source_ip": "10.1.4.23",
        "bytes_up": 190233,
        "bytes_down": 5312,
        "blocked": False,
        "url": "https://www.dropbox.com/x",
        "port": 443,
        "action": "Allow",
    }
    assert (second["user"], second["blocked"]) == ("al;ice", True)


def test_names_are_case_sensitive_and_a_log_without_one_is_refused(tmp_path: Path) -> None:
    account = read(mapping(tmp_path, ACME), LOG[0].replace("dest", "Dest"), LOG[1])
    assert account.bad == {"the header has no column 'dest', which the mapping acme-proxy names": 2}


def test_columns_in_order_without_a_header(tmp_path: Path) -> None:
    text = ACME.replace("header: true", "header: [id, Timestamp, src, account, dest, sent, rcvd, Type]")
    assert len(read(mapping(tmp_path, text), *LOG[1:]).traffic) == 2


@pytest.mark.parametrize(
    ("layout", "written"),
    [
        ("d/M/yyyy HH:mm:ss", "7/2/2019 09:20:00"),
        ("dd.MM.yyyy hh:mm:ss tt", "07.02.2019 09:20:00 AM"),
        ("'%Y%m%d%H%M%S'", "20190207092000"),
        ("epoch", "1549531200"),
        ("'%Y-%m-%dT%H:%M:%S.%f%z'", "2019-02-07T10:20:00.000+0100"),
    ],
)
def test_layouts_of_times(tmp_path: Path, layout: str, written: str) -> None:
    text = f"columns: {{time: when, time_format: {layout}, user: who, host: where}}"
    account = read(mapping(tmp_path, text), "when,who,where", f"{written},alice,a.example")
    assert account.traffic[0]["time"] == "2019-02-07T09:20:00Z"


def test_a_date_and_a_time_apart(tmp_path: Path) -> None:
    text = "columns: {date: day, time: clock, user: who, host: where}"
    account = read(mapping(tmp_path, text), "day,clock,who,where", "2019-12-27,09:20:00,alice,a.example")
    assert account.traffic[0]["time"] == "2019-12-27T09:20:00Z"
    assert account.assumed == {"times without a zone taken as UTC": 1}


def test_pairs(tmp_path: Path) -> None:
    text = """
kind: key-value
delimiter: "|"
separator: ":"
columns: {time: t, time_format: epoch, user: u, host: h, action: a}
"""
    account = read(
        mapping(tmp_path, text),
        't:1577438400|ut:no|u:"al|ice"|h:a.example|a:blocked',
        "u : bob | h : b.example | t : 1577438400",
        "h:c.example",
    )
    assert [row.get("user") for row in account.traffic] == ["al|ice", "bob "]
    assert [row["blocked"] for row in account.traffic] == [True, False]
    assert account.bad == {"has no time": 1}


def test_json(tmp_path: Path) -> None:
    text = "kind: json\ncolumns: {time: when.at, user: who, host: to.host}"
    account = read(
        mapping(tmp_path, text),
        '{"when": {"at": "2019-12-27T09:20:00Z"}, "who": "alice", "to": {"host": "a.example"}}',
        '{"when.at": "2019-12-27T09:20:00Z", "who": "bob", "to.host": "b.example"}',
        "{",
    )
    assert [(row["user"], row["host"]) for row in account.traffic] == [
        ("alice", "a.example"),
        ("bob", "b.example"),
    ]
    assert account.bad == {"is no JSON document": 1}


def test_the_custom_log_of_a_real_squid(tmp_path: Path) -> None:
    if not SQUID.is_file():
        pytest.skip("the samples are not here")
    text = """
name: squid-custom
delimiter: space
header: [day, clock, ms, client, user, status, result, method, url, host, port, up, down, agent, type]
columns: {date: day, time: clock, source_ip: client, user: user, host: host, bytes_up: up, bytes_down: down,
  action: result}
denied: [TCP_DENIED]
"""
    account = read(mapping(tmp_path, text), *SQUID.read_text(encoding="utf-8").splitlines())
    assert account.bad == {}
    dropbox = next(row for row in account.traffic if row["host"] == "www.dropbox.com")
    assert (dropbox["user"], dropbox["bytes_up"], dropbox["bytes_down"]) == ("user5", 967, 41831)
    assert any(row["blocked"] for row in account.traffic)


def test_every_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    text = """name: x
kind: cvs
delimiter: ";;"
colour: red
columns:
  tme: x
  user: who
  time_format: "%Q"
  zone: Europe/Berlun
denied: 3
"""
    assert problems(tmp_path, text) == [
        "MAPPING-KEY 4:1 unknown key 'colour'",
        "MAPPING-VALUE 2:1 no kind 'cvs'",
        "MAPPING-KEY 6:3 unknown key 'tme'",
        "MAPPING-MISSING 5:1 columns: time is missing",
        "MAPPING-MISSING 5:1 columns: none says where traffic went",
        "MAPPING-VALUE 3:1 delimiter: ';;' is not one character",
        "MAPPING-VALUE 8:3 columns.time_format: '%Q' is no layout with a year that strptime reads",
        "MAPPING-VALUE 9:3 columns.zone: no time zone 'Europe/Berlun'",
        "MAPPING-VALUE 10:1 denied: is no list of words",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "MAPPING-VALUE 1:1 a mapping is a table of keys"),
        ("columns: [a]", "MAPPING-MISSING 1:1 columns: is missing or no table"),
        (
            "header: [a, b, a]\ncolumns: {time: a, user: b, host: b}",
            "MAPPING-VALUE 1:16 header: 'a' stands there twice",
        ),
        (
            "header: [a, b]\ncolumns: {time: a, user: b, host: c}",
            "MAPPING-COLUMN 2:29 columns.host: header has no 'c'",
        ),
        (
            "header: false\ncolumns: {time: a, user: b, host: c}",
            "MAPPING-VALUE 1:1 header: does not say what the columns are",
        ),
        (
            "columns: {time: a, user: b, host: c}\ndenied: [no]",
            "MAPPING-VALUE 2:1 denied: is no list of words",
        ),
        (
            "columns: {time: a, user: b, host: c}\ndenied: [Deny]",
            "MAPPING-MISSING 2:1 denied: no column tells the action",
        ),
        ("columns: {time: a, user: [b], host: c}", "MAPPING-VALUE 1:20 user: is no text"),
        (
            "kind: json\nheader: [a]\ncolumns: {time: a, user: a, host: a}",
            "MAPPING-VALUE 2:1 header: means nothing for json",
        ),
    ],
)
def test_a_mistake(tmp_path: Path, text: str, what: str) -> None:
    assert what in problems(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="MAPPING-UNREADABLE"):
        load_mapping(tmp_path / "none.yaml")
