"""The formats of tables, W3C logs and JSON together: each recognises its own, and no line breaks one."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.discovery.formats import FORMATS, by_name, detect
from sim.engine.discovery.formats.base import Chunk, Context, Format, ParsedChunk
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.formats.tabular import TABULAR
from tests.engine.formats import test_cisco_wsa as wsa
from tests.engine.formats import test_defender as defender
from tests.engine.formats import test_json as documents
from tests.engine.formats import test_netskope as netskope
from tests.engine.formats import test_paloalto as paloalto
from tests.engine.formats import test_squid_common as squid
from tests.engine.formats import test_w3c as w3c
from tests.engine.formats import test_zscaler as zscaler
from tests.engine.formats.rows import CONTEXT

HEAD = "<13>1 2019-12-27T09:20:01.000035+00:00 ION1 cgxFlowLogV1 20681 - - "


def document(**keys: object) -> tuple[str]:
    """Return a document as a log of one line."""
    return (json.dumps(keys),)


LOGS: dict[str, tuple[str, ...]] = {
    "cisco-wsa": (wsa.ACCESS,),
    "netskope": (",".join(netskope.VALUES),),
    "squid-common": (squid.COMMON,),
    "bluecoat": (*w3c.HEAD, w3c.UPLOAD),
    "tmg": w3c.TMG_LOG,
    "cisco-wsa-w3c": (
        "#Fields: timestamp c-ip x-resultcode-httpstatus sc-bytes cs-method cs-url cs-username x-acltag",
        "1577438400.123 10.1.4.23 TCP_MISS/200 5 GET http://a.example/ alice DEFAULT_CASE_12-A-B",
    ),
    "zscaler": (zscaler.QUOTED,),
    "paloalto": (paloalto.TRAFFIC,),
    "paloalto-csv": (
        "Generate Time,Source address,Source User,Action,Application,URL,Bytes Received,Bytes Sent",
        "2020/06/10 00:00:00,10.1.4.23,alice,allow,dropbox,www.dropbox.com/x,5312,190233",
    ),
    "prisma-sdwan": (f"{HEAD}2019-12-27T09:20:00,10.1.4.23,5,1.2.3.4,443,tcp,,,1,1,2,3,,I,1,x,Delete flow (x),",),
    "defender": tuple(defender.table({**defender.RECORD, "InitiatingProcessCommandLine": "x"})),
    "zscaler-json": document(
        sourcetype="zscalernss-web",
        event={"datetime": "2019-12-27 09:20:00", "event_id": "1", "url": "a.example/", "user": "alice"},
    ),
    "netskope-json": document(
        timestamp=1577438400, type="page", ccl="low", userkey="x", user="alice", url="a.example/", srcip="10.1.4.23"
    ),
    "netskope-transactions-json": document(
        **{"date": "2019-12-27", "time": "09:20:00", "cs-host": "a.example", "x-cs-access-method": "x"}
    ),
    "cloudflare-gateway": document(
        AccountID="a", DeviceID="d", Datetime="2019-12-27T09:20:00Z", HTTPHost="a.example", Email="x"
    ),
    "cato": document(
        account_id="1", event_type="Security", event_sub_type="x", time="1577438400123", domain_name="a.example"
    ),
    "bluecoat-json": document(
        **{"date": "2019-12-27", "time": "09:20:00", "cs-host": "a.example", "x-bluecoat-appliance-name": "x"}
    ),
    "paloalto-json": document(
        DeviceSN="1", LogType="TRAFFIC", Subtype="end", TimeGenerated="2019-12-27T09:20:00Z", DestinationAddress="1.2.3.4"
    ),
    "w3c": ("#Fields: date time c-ip cs-host", "2019-12-27 09:20:00 10.1.4.23 a.example"),
    "csv": ("time,src_ip,host", "1577438400,10.1.4.23,a.example"),
    "json": (documents.LINE,),
}  # fmt: skip
"""For each format a log with one line of traffic, its last."""


def account(parsed: ParsedChunk) -> int:
    """Return for how many lines there is an account."""
    bad = sum(found.count for found in parsed.bad.values())
    return len(parsed.traffic) + bad + sum(parsed.skipped.values())


def test_there_is_a_log_here_for_every_format() -> None:
    assert list(LOGS) == [known.name for known in TABULAR]


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_recognised_as_one_format_and_no_other_vendors(name: str) -> None:
    found = detect(LOGS[name])
    assert found is not None
    assert found.name == name
    claimed = [known.name for known in FORMATS if not known.generic and known.sniff(LOGS[name]) > 0]
    # A WSA writes Squid's line and more.
    expected = [] if found.generic else [name, "squid"] if name == "cisco-wsa" else [name]
    assert claimed == expected
    parsed = reader(found, CONTEXT)(Chunk(pl.Series(LOGS[name], dtype=pl.String), 1))
    assert parsed.lines.tolist() == [len(LOGS[name])]


@pytest.mark.parametrize("name", LOGS)
def test_a_column_that_is_given_is_one_that_the_source_can_know(name: str) -> None:
    known = by_name(name)
    assert known is not None
    traffic = reader(known, CONTEXT)(Chunk(pl.Series(LOGS[name], dtype=pl.String), 1)).traffic
    given = {column for column in traffic.__dataclass_fields__ if getattr(traffic, column) is not None}
    # Every row has a time; a host may always turn out to be an address.
    assert given - {"time", "host", "destination_ip"} <= known.knows


@pytest.mark.parametrize("name", LOGS)
def test_a_cut_off_or_repeated_log_is_accounted_for_line_by_line(name: str) -> None:
    known = by_name(name)
    assert known is not None
    *head, line = LOGS[name]
    lines = [*head, line, *(line[:cut] for cut in range(0, len(line), 3)), line, ""]
    parsed = reader(known, CONTEXT)(Chunk(pl.Series(lines, dtype=pl.String), 1))
    assert {len(head) + 1, len(lines) - 1} <= set(parsed.lines.tolist())
    assert account(parsed) == len(lines)


SPLINTERS = (
    *('"', '""', "'", "\\", "\x00", "\x01", "\x02", "\r", "\t", " ", ",", ";", "|", "{", "}", "[", "]", "}, {", '":'),
    *("é", "\U0001f600", "\u202e", "\x1b[31m", "9" * 400, "-1", "1e999", "NaN", "9" * 20, "%", "#Fields:", "#", "//"),
    *("://", "@", ":", "..", "2019-13-45", "24:61:61", "Feb 30", "=1+1", "null", "\\ud800"),
)  # fmt: skip
PIECES = st.sampled_from(SPLINTERS) | st.text(
    st.characters(exclude_characters="\n", codec="utf-8"), max_size=5
)


@st.composite
def broken(draw: st.DrawFn, line: str) -> str:
    """Return a line with some of it cut out and other text put in."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(PIECES) + line[at + draw(st.integers(0, 8)) :]
    return line


@pytest.mark.parametrize("known", TABULAR, ids=lambda known: known.name)
@settings(max_examples=12)
@given(data=st.data())
def test_no_line_breaks_a_format_or_counts_twice(known: Format, data: st.DataObject) -> None:
    other = LOGS[data.draw(st.sampled_from(sorted(LOGS)))]
    own = [data.draw(broken(line)) for _ in range(3) for line in LOGS[known.name]]
    lines = [*own, *map(data.draw, map(broken, other)), *LOGS[known.name]]
    assert 0.0 <= known.sniff(lines) <= 1.0
    cut = data.draw(st.integers(0, len(lines)))
    for context in (CONTEXT, Context(evidence=True, path_hosts={"www.dropbox.com": 1})):
        read = reader(known, context)
        parts = [
            read(Chunk(pl.Series(some, dtype=pl.String), first))
            for some, first in ((lines[:cut], 1), (lines[cut:], cut + 1))
            if some
        ]
        assert sum(map(account, parts)) == len(lines)
        rows = [row for part in parts for row in part.lines.tolist()]
        assert rows == sorted(set(rows))
        assert all(value >= -1 for part in parts for value in (part.traffic.bytes_up, part.traffic.bytes_down)
                   if value is not None for value in value.tolist())  # fmt: skip


@pytest.mark.parametrize("known", TABULAR, ids=lambda known: known.name)
@pytest.mark.parametrize("filling", [" ", ",", '"', "{", "[", "A-b ", "1.1.1.1 - [ ", 'a,"', "9"])
def test_a_line_of_megabytes_is_read_like_any_other(known: Format, filling: str) -> None:
    line = LOGS[known.name][-1]
    lines = [*LOGS[known.name], filling * (2_000_000 // len(filling)), line + filling * 300_000]
    known.sniff(lines)
    parsed = reader(known, CONTEXT)(Chunk(pl.Series(lines, dtype=pl.String), 1))
    assert account(parsed) == len(lines)
    assert len(LOGS[known.name]) in parsed.lines.tolist()
