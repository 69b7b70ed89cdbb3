"""Defender's DeviceNetworkEvents: exported as CSV, as JSON lines, and from the streaming API."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.csvtable import HEADER, PART
from sim.engine.discovery.formats.defender import DEFENDER
from sim.engine.discovery.formats.reading import reader
from tests.engine.formats.rows import one, read

STREAM = Path(__file__).resolve().parents[4] / "shared" / "samples" / "logs" / "defender_stream.jsonl"
RECORD = {
    "Timestamp": "2019-12-27T09:20:00.1234567Z",
    "DeviceId": "abc",
    "DeviceName": "pc-7.contoso.example",
    "ActionType": "ConnectionSuccess",
    "RemoteIP": "162.125.66.18",
    "RemotePort": 443,
    "RemoteUrl": "https://www.dropbox.com/upload",
    "LocalIP": "10.1.4.23",
    "InitiatingProcessFileName": "chrome.exe",
    "InitiatingProcessCommandLine": 'chrome.exe "a"\n--b',
    "InitiatingProcessAccountName": "alice",
    "InitiatingProcessAccountUpn": "alice@contoso.example",
    "AdditionalFields": '{"a":"b, c"}',
}
ROW = {
    "time": "2019-12-27T09:20:00.123456Z",
    "host": "www.dropbox.com",
    "user": "alice@contoso.example",
    "source_ip": "10.1.4.23",
    "machine": "pc-7.contoso.example",
    "process": "chrome.exe",
    "url": "https://www.dropbox.com/upload",
    "port": 443,
    "action": "ConnectionSuccess",
}


def table(*records: dict[str, object]) -> list[str]:
    """Return records as the lines of an exported CSV file."""

    def field(value: object) -> str:
        return '"' + str(value).replace('"', '""') + '"'

    text = "\n".join(",".join(map(field, record.values())) for record in records)
    return [",".join(RECORD), *text.split("\n")]


def test_a_row_of_an_exported_table_whose_command_line_takes_two_lines() -> None:
    lines = table(RECORD)
    assert len(lines) == 3
    assert detect(lines) is DEFENDER
    account = read(DEFENDER, *lines)
    assert account.traffic == [ROW]
    assert account.skipped == {HEADER: 1, PART: 1}


def test_a_json_line_and_the_stream_say_the_same() -> None:
    streamed = {"time": "2019-12-27T09:25:00Z", "tenantId": "t", "operationName": "Publish"}
    streamed |= {"category": "AdvancedHunting-DeviceNetworkEvents", "properties": RECORD}  # type: ignore[dict-item]
    for line in (json.dumps(RECORD), json.dumps(streamed)):
        assert detect([line]) is DEFENDER
        assert one(DEFENDER, line) == ROW


def test_a_connection_without_a_name_counts_by_its_address_and_account() -> None:
    row = one(DEFENDER, json.dumps({**RECORD, "RemoteUrl": "", "InitiatingProcessAccountUpn": None}))
    assert row["destination_ip"] == "162.125.66.18"
    assert row["user"] == "alice"
    assert "host" not in row


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("ConnectionFailed", "a connection that failed"),
        ("ConnectionAttempt", "a connection that was only tried"),
        ("InboundConnectionAccepted", "a connection from outside"),
        ("ListeningConnectionCreated", "a port that listens"),
        ("HttpConnectionInspected", "inspection of a connection, which has a row of its own"),
        ("SomethingNew", "not traffic (SomethingNew)"),
    ],
)
def test_what_is_no_use_or_counts_elsewhere_is_skipped(action: str, reason: str) -> None:
    lines = table({**RECORD, "ActionType": action, "InitiatingProcessCommandLine": ""})
    assert read(DEFENDER, *lines).skipped == {HEADER: 1, reason: 1}


def test_it_knows_no_bytes_and_nothing_of_blocks() -> None:
    traffic = reader(DEFENDER, Context())(Chunk(pl.Series([json.dumps(RECORD)]), 1)).traffic
    assert traffic.bytes_up is None
    assert traffic.bytes_down is None
    assert traffic.blocked is None


def test_the_names_of_2019() -> None:
    old = {"EventTime": RECORD["Timestamp"], "ComputerName": "pc-7", "ActionType": "ConnectionSuccess"}
    old |= {"RemoteIP": "1.2.3.4", "RemoteUrl": "a.example", "InitiatingProcessAccountName": "alice"}
    log = [",".join(old), ",".join(map(str, old.values()))]
    assert detect(log) is DEFENDER
    assert read(DEFENDER, *log).traffic[0]["machine"] == "pc-7"


def test_the_tables_of_a_real_stream_that_hold_no_connections_are_skipped() -> None:
    if not STREAM.is_file():
        pytest.skip("the samples are not here")
    messages = [
        json.loads(line)["message"].strip() for line in STREAM.read_text(encoding="utf-8").splitlines()
    ]
    assert detect(messages) is DEFENDER
    account = read(DEFENDER, *messages)
    assert account.bad == {}
    assert account.traffic == []
    assert all(reason.startswith("not traffic (AdvancedHunting-") for reason in account.skipped)
