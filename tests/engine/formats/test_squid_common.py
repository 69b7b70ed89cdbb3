"""Squid's common and combined logs, and what others write like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.squid import CACHE_PEER, NO_REQUEST, SQUID
from sim.engine.discovery.formats.squid_common import SQUID_COMMON
from tests.engine.formats.rows import one, read

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "logs" / "squid-real"
COMMON = (
    '10.1.4.23 - alice [27/Dec/2019:10:20:00 +0100] "CONNECT www.dropbox.com:443 HTTP/1.1" 200 5312 '
    "TCP_TUNNEL:HIER_DIRECT"
)
COMBINED = (
    '10.1.4.23 - alice%40x [27/Dec/2019:09:20:00 +0000] "GET http://www.sohu.com/a?b HTTP/1.1" 403 812 '
    '"http://ref.example/\\"q\\"" "Mozilla/5.0 (rig)" TCP_DENIED:HIER_NONE'
)


def test_a_common_line() -> None:
    assert one(SQUID_COMMON, COMMON) == {
        "time": "2019-12-27T09:20:00Z",
        "host": "www.dropbox.com",
        "user": "alice",
        "source_ip": "10.1.4.23",
        "bytes_down": 5312,
        "blocked": False,
        "url": "www.dropbox.com:443",
        "port": 443,
        "method": "CONNECT",
        "status": 200,
        "action": "TCP_TUNNEL",
    }


def test_a_combined_line_that_was_denied() -> None:
    row = one(SQUID_COMMON, COMBINED)
    assert row["host"] == "www.sohu.com"
    assert row["user"] == "alice@x"
    assert row["blocked"] is True
    assert row["port"] == 80


def test_other_proxies_write_no_result_and_odd_dates() -> None:
    line = '5.6.7.8 - jane [05/13/2025 11:31:06] "CONNECT https://example.com:443 HTTP/1.1" 200 -'
    account = read(SQUID_COMMON, line)
    (row,) = account.traffic
    assert row["time"] == "2025-05-13T11:31:06Z"
    assert row["host"] == "example.com"
    assert "bytes_down" not in row
    assert "blocked" not in row
    assert account.assumed == {"times without a zone taken as UTC": 1}


def test_lines_behind_a_syslog_header() -> None:
    assert one(SQUID_COMMON, f"<134>Dec 27 09:20:01 proxy squid[77]: {COMMON}")["user"] == "alice"


def test_what_is_no_request_is_skipped() -> None:
    error = COMMON.replace(
        "CONNECT www.dropbox.com:443 HTTP/1.1", "- error:transaction-end-before-headers NONE/0.0"
    )
    peer = COMMON.replace("TCP_TUNNEL", "UDP_MISS").replace(
        "CONNECT www.dropbox.com:443", "GET http://a.example/"
    )
    account = read(SQUID_COMMON, error, peer, "")
    assert account.skipped == {NO_REQUEST: 1, CACHE_PEER: 1, "blank line": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("gibberish", "has no time in brackets"),
        ("1.1.1.1 - - [27/Dec/2019:10:20:00 +0100] nothing", "no request in quotes follows its time"),
        (
            '1.1.1.1 - - [27/Dec/2019:10:20:00 +0100] "GET /index.html HTTP/1.1" 200 5',
            "its request names no whole address, only a path",
        ),
        (COMMON[:-40], "no status and size follow its request"),
        (COMMON.replace("27/Dec", "99/Dec"), "its time is like no known one"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, reason: str) -> None:
    assert read(SQUID_COMMON, line, COMMON).bad == {reason: 1}


def test_a_web_servers_log_is_not_a_proxys() -> None:
    line = '1.1.1.1 - - [27/Dec/2019:10:20:00 +0100] "GET /index.html HTTP/1.1" 200 5 "-" "Mozilla"'
    assert SQUID_COMMON.sniff([line]) == 0


@pytest.mark.parametrize("name", ["access_common.log", "access_combined.log"])
def test_a_real_squid_says_the_same_in_every_layout(name: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the samples are not here")
    native = read(SQUID, *(SAMPLES / "access_native.log").read_text(encoding="utf-8").splitlines())
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    assert detect(lines) is SQUID_COMMON
    account = read(SQUID_COMMON, *lines)
    assert account.bad == {}
    told = ("host", "destination_ip", "user", "source_ip", "bytes_down", "blocked")
    assert [[row.get(key) for key in told] for row in account.traffic] == [
        [row.get(key) for key in told] for row in native.traffic
    ]
