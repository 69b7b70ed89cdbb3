"""JSON documents in logs: generic ones by their keys, those of vendors, over one line or many."""

from __future__ import annotations

import json

import polars as pl
import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.documents import BRACKETS, NO_JSON, PART, SEVERAL, unpacked
from sim.engine.discovery.formats.jsonlines import JSON
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.formats.vendorjson import BLUECOAT_JSON, CATO, CLOUDFLARE, ZSCALER_JSON
from tests.engine.formats.rows import one, read

DOCUMENT = {
    "@timestamp": "2019-12-27T09:20:00.123Z",
    "source": {"ip": "10.1.4.23", "bytes": 190233},
    "destination": {"domain": "www.dropbox.com", "ip": "162.125.66.18", "bytes": 5312},
    "user": {"name": 'al"ice}{'},
    "event": {"action": "denied"},
    "host": {"name": "proxy-1"},
    "url": {"full": "https://www.dropbox.com/upload"},
    "http": {"request": {"method": "POST"}, "response": {"status_code": 403}},
    "tags": ["a", "b"],
}
LINE = json.dumps(DOCUMENT)
ROW = {
    "time": "2019-12-27T09:20:00.123000Z",
    "host": "www.dropbox.com",
    "user": 'al"ice}{',
    "source_ip": "10.1.4.23",
    "bytes_up": 190233,
    "bytes_down": 5312,
    "blocked": True,
    "url": "https://www.dropbox.com/upload",
    "port": 443,
    "method": "POST",
    "status": 403,
    "action": "denied",
}


def test_nested_keys_are_read_by_their_names() -> None:
    assert detect([LINE]) is JSON
    assert one(JSON, LINE) == ROW


@pytest.mark.parametrize(
    "document",
    [
        {"time": "2019-12-27 09:20:00", "src_ip": "10.1.4.23", "dest": "a.example:443", "bytes_out": 5, "bytes_in": "6"},
        {"ts": 1577438400, "clientIP": "10.1.4.23", "Host": "a.example", "sent": 5.0, "Received": 6},
        {"event": {"datetime": "2019-12-27T09:20:00Z", "c-ip": "10.1.4.23", "url": "https://a.example/", "cs-bytes": 5, "sc-bytes": 6}},
    ],
)  # fmt: skip
def test_keys_that_are_commonly_used(document: dict[str, object]) -> None:
    line = json.dumps(document)
    assert detect([line]) is JSON
    row = one(JSON, line)
    assert row["time"] == "2019-12-27T09:20:00Z"
    assert str(row["host"]).startswith("a.example")
    assert (row["source_ip"], row["bytes_up"], row["bytes_down"]) == ("10.1.4.23", 5, 6)


@pytest.mark.parametrize("head", ["<134>Dec 27 09:20:01 h app: ", "<134>", "2019-12-27T09:20:01Z h "])
def test_documents_behind_a_syslog_header(head: str) -> None:
    assert one(JSON, head + LINE) == ROW


def test_an_array_with_a_document_on_each_line() -> None:
    account = read(JSON, "[", f"{LINE},", LINE, "]")
    assert account.traffic == [ROW, ROW]
    assert account.skipped == {BRACKETS: 2}


@pytest.mark.parametrize("indent", [0, 2])
def test_documents_over_several_lines(indent: int) -> None:
    lines = json.dumps([DOCUMENT, DOCUMENT, DOCUMENT], indent=indent).split("\n")
    assert detect(lines) is JSON
    account = read(JSON, *lines)
    assert account.traffic == [ROW] * 3
    assert account.skipped == {BRACKETS: 2, PART: len(lines) - 5}


@pytest.mark.parametrize("text", [json.dumps([DOCUMENT] * 3), f" [ {LINE} ,{LINE},\t{LINE} ]"])
def test_an_array_on_one_line_is_unpacked_before_it_is_read(text: str) -> None:
    chunk = unpacked(Chunk(pl.Series([text, ""]), 1))
    assert detect(chunk.lines.to_list()) is JSON
    assert read(JSON, *chunk.lines).traffic == [ROW] * 3


def test_an_array_that_breaks_off_loses_only_its_end() -> None:
    chunk = unpacked(Chunk(pl.Series([json.dumps([DOCUMENT] * 3)[:-50]]), 1))
    account = read(JSON, *chunk.lines)
    assert account.traffic == [ROW] * 2
    assert account.bad == {NO_JSON: 1}


@pytest.mark.parametrize("line", ["", "[", "[1, 2]", f"[{LINE}]", LINE, "[{", "[ {broken} ]"])
def test_a_log_that_begins_otherwise_is_left_as_it_is(line: str) -> None:
    chunk = Chunk(pl.Series([line, LINE]), 1)
    assert unpacked(chunk) is chunk


def test_documents_that_meet_on_one_line() -> None:
    text = json.dumps(DOCUMENT, indent=2)
    lines = f"[{text}, {text}]".split("\n")
    assert read(JSON, *lines).traffic == [ROW] * 2


def test_a_document_may_be_cut_by_the_end_of_a_chunk() -> None:
    lines = json.dumps(DOCUMENT, indent=2).split("\n") * 2
    for cut in range(1, len(lines)):
        known = reader(JSON, Context())
        parts = [
            known(Chunk(pl.Series(some, dtype=pl.String), first))
            for some, first in ((lines[:cut], 1), (lines[cut:], cut + 1))
        ]
        rows = [row for part in parts for row in part.lines.tolist()]
        assert rows == [len(lines) // 2, len(lines)]
        assert sum(sum(part.skipped.values()) for part in parts) == len(lines) - 2


def test_a_document_over_several_lines_that_has_lost_its_end_takes_no_other_along() -> None:
    whole = json.dumps(DOCUMENT, indent=2).split("\n")
    account = read(JSON, *whole[:-3], *whole, *whole[:-2], *whole)
    assert account.traffic == [ROW] * 2
    assert account.bad == {NO_JSON: 2}


def test_what_is_no_document_is_bad_and_stops_nothing() -> None:
    account = read(JSON, LINE, LINE[:80], "nothing", '{"a": 1e999}', LINE + LINE, "[1, 2]", "", LINE)
    assert account.traffic == [ROW, ROW]
    assert account.bad == {NO_JSON: 3, SEVERAL: 1, "has no time": 1}


def test_a_value_that_is_a_table_elsewhere_costs_nobody_a_row() -> None:
    other = json.dumps({**DOCUMENT, "user": "bob", "source": None})
    account = read(JSON, LINE, other, LINE)
    assert len(account.traffic) == 3
    assert account.traffic[0] == ROW


def test_hostile_values() -> None:
    lines = [
        json.dumps({**DOCUMENT, "user": {"name": "\x1b[31m\u202e<b>"}}),
        '{"@timestamp":"2019-12-27T09:20:00Z","source":{"ip":"\\ud800"},"destination":{"domain":"a.example"}}',
        '{"@timestamp":' + "[" * 5000 + "]" * 5000 + "}",
        json.dumps({**DOCUMENT, "destination": {"domain": "a.example", "bytes": int("9" * 400)}}),
        '{"\\ud800": {"": 1}, "time\\u0000": 1, "user": {"user": {"user": "x"}}}',
    ]
    account = read(JSON, *lines)
    assert account.traffic[0]["user"] == "\x1b[31m\u202e<b>"
    assert [row["host"] for row in account.traffic[1:]] == ["a.example", "a.example"]
    assert "bytes_down" not in account.traffic[2]
    assert account.bad == {NO_JSON: 1, "its time is in no known layout": 1}


def test_a_document_without_a_destination_is_no_log_of_traffic() -> None:
    assert detect(['{"time":"2019-12-27 09:20:00","user":"alice","operation":"login"}']) is None


def test_zscalers_feeds() -> None:
    event = {
        "datetime": "2019-12-27 09:20:00",
        "event_id": "1",
        "action": "Blocked",
        "requestsize": "5",
        "responsesize": "6",
    }
    event |= {
        "ClientIP": "10.1.4.23",
        "user": "alice",
        "url": "a.example/x",
        "hostname": "b.example",
        "serverip": "1.2.3.4",
    }
    web = {"sourcetype": "zscalernss-web", "event": event}
    firewall = {
        "sourcetype": "zscalernss-fw",
        "event": {"datetime": "Fri Dec 27 09:20:00 2019", "recordid": "2", "csip": "10.1.4.23"},
    }
    firewall["event"] |= {
        "cdip": "1.2.3.4",
        "cdport": "443",
        "inbytes": "6",
        "outbytes": "5",
        "action": "Allow",
    }  # type: ignore[operator]
    audit = {"sourcetype": "zscalernss-audit", "event": {"time": "Fri Dec 27 09:20:00 2019", "recordid": "3"}}
    lines = [json.dumps(document) for document in (web, firewall, audit)]
    assert detect(lines) is ZSCALER_JSON
    account = read(ZSCALER_JSON, *lines)
    assert account.skipped == {"not traffic (zscalernss-audit)": 1}
    first, second = account.traffic
    assert (first["host"], first["blocked"], first["bytes_up"], first["bytes_down"]) == (
        "a.example",
        True,
        5,
        6,
    )
    assert (second["destination_ip"], second["port"], second["bytes_up"], second["bytes_down"]) == (
        "1.2.3.4",
        443,
        5,
        6,
    )


def test_cloudflares_datasets() -> None:
    http = {
        "AccountID": "a",
        "DeviceID": "d",
        "DeviceName": "PC-7",
        "Datetime": 1577438400000000000,
        "Email": "alice@x",
    }
    http |= {
        "SourceIP": "10.1.4.23",
        "HTTPHost": "a.example",
        "URL": "https://a.example/x",
        "Action": "block",
    }
    dns = {
        "AccountID": "a",
        "DeviceID": "d",
        "Datetime": "2019-12-27T09:20:00Z",
        "QueryName": "a.example",
        "SrcIP": "1.1.1.1",
    }
    access = {
        "AppUUID": "u",
        "RayID": "r",
        "Action": "login",
        "AppDomain": "b.example",
        "CreatedAt": "2019-12-27T09:20:00Z",
    }
    lines = [json.dumps(document) for document in (http, dns, access)]
    assert detect(lines) is CLOUDFLARE
    account = read(CLOUDFLARE, *lines)
    assert account.skipped == {"not traffic (DNS lookup)": 1, "not traffic (login to an app)": 1}
    (row,) = account.traffic
    assert (row["time"], row["user"], row["machine"], row["blocked"]) == (
        "2019-12-27T09:20:00Z",
        "alice@x",
        "PC-7",
        True,
    )


def test_catos_feed() -> None:
    event = {
        "account_id": "1",
        "event_type": "Security",
        "event_sub_type": "Internet Firewall",
        "action": "Monitor",
    }
    event |= {"time": "1577438400123", "src_ip": "10.1.4.23", "dest_ip": "1.2.3.4", "dest_port": "443"}
    event |= {"domain_name": "a.example", "vpn_user_email": "alice@x"}
    login = {**event, "event_type": "Connectivity"}
    lines = [json.dumps(event), json.dumps(login)]
    assert detect(lines) is CATO
    account = read(CATO, *lines)
    assert account.skipped == {"not traffic (connectivity)": 1}
    (row,) = account.traffic
    assert (row["time"], row["host"], row["user"]) == ("2019-12-27T09:20:00.123000Z", "a.example", "alice@x")


def test_the_cloud_service_of_blue_coat() -> None:
    record = {
        "date": "2019-12-27",
        "time": "09:20:00",
        "c-ip": "10.1.4.23",
        "cs-host": "a.example",
        "cs-bytes": 5,
    }
    record |= {"sc-bytes": 6, "s-ip": "192.0.2.1", "r-ip": "1.2.3.4", "sc-filter-result": "DENIED"}
    record |= {"x-bluecoat-appliance-name": "x", "cs-userdn": "alice"}
    lines = json.dumps(record, indent=4).split("\n")
    assert detect(lines) is BLUECOAT_JSON
    (row,) = read(BLUECOAT_JSON, *lines).traffic
    assert (row["time"], row["blocked"], row["bytes_up"]) == ("2019-12-27T09:20:00Z", True, 5)
