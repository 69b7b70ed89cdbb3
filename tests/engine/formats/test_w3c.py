"""W3C extended logs: whatever `#Fields` declares, wherever it stands."""

from __future__ import annotations

import polars as pl

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.csvtable import HEADER
from sim.engine.discovery.formats.meaning import NO_DESTINATION
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.formats.w3c import PROXYSG, TMG, W3C, WSA_W3C
from tests.engine.formats.rows import one, read

MAIN = (
    "#Fields: date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories "
    "cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path "
    "cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id"
)
HEAD = ("#Software: SGOS 6.7.4.3", "#Version: 1.0", "#Date: 2019-12-27 09:00:00", MAIN)
UPLOAD = (
    '2019-12-27 09:20:00 482 10.1.4.23 alice CONTOSO\\Staff - OBSERVED "File Storage/Sharing" - 200 '
    'TCP_TUNNELED POST - https www.dropbox.com 443 /upload ?a=1 - "Mozilla/5.0 (Windows NT 10.0)" 10.1.0.5 '
    "5312 190233 -"
)
DENIED = (
    '2019-12-27 09:20:07 3 10.1.4.23 - - policy_denied DENIED "News/Media" - 403 TCP_DENIED CONNECT - tcp '
    'www.sohu.com 443 / - - "Mozilla/5.0" 10.1.0.5 812 214 -'
)
TMG_LOG = (
    "#Software: Microsoft Forefront TMG",
    "#Fields: c-ip\tcs-username\tc-agent\tdate\ttime\tr-host\tr-ip\tr-port\tsc-bytes\tcs-bytes\ts-operation\t"
    "cs-uri\tsc-status\taction",
    "10.1.4.23\tCONTOSO\\alice\tMozilla 5 (x y)\t2019-12-27\t09:20:00\twww.dropbox.com\t162.125.66.18\t443\t"
    "5312\t190233\tCONNECT\twww.dropbox.com:443\t200\tAllowed",
)


def test_a_proxysg_line() -> None:
    account = read(PROXYSG, *HEAD, UPLOAD)
    assert account.skipped == {HEADER: 4}
    assert account.assumed == {}
    assert account.traffic == [
        {
            "time": "2019-12-27T09:20:00Z",
            "host": "www.dropbox.com",
            "user": "alice",
            "source_ip": "10.1.4.23",
            "bytes_up": 190233,
            "bytes_down": 5312,
            "blocked": False,
            "url": "https://www.dropbox.com:443/upload?a=1",
            "port": 443,
            "method": "POST",
            "status": 200,
            "action": "OBSERVED",
        }
    ]


def test_the_appliances_own_address_is_no_destination() -> None:
    bare = UPLOAD.replace("www.dropbox.com", "-")
    assert read(PROXYSG, *HEAD, bare).skipped == {HEADER: 4, NO_DESTINATION: 1}


def test_a_denied_line_is_blocked_and_a_missing_user_absent() -> None:
    (row,) = read(PROXYSG, *HEAD, DENIED).traffic
    assert row["blocked"] is True
    assert "user" not in row


def test_lines_without_a_head_and_behind_a_syslog_header_are_in_the_main_format() -> None:
    line = f"<134>1 2019-12-27T09:21:00.5Z sg ProxySG - - - {UPLOAD}"
    assert detect([line]) is PROXYSG
    assert one(PROXYSG, line)["time"] == "2019-12-27T09:20:00Z"


def test_fields_may_be_declared_anew_in_mid_file() -> None:
    account = read(
        W3C,
        "#Fields: date time c-ip cs-host sc-bytes",
        "2019-12-27 09:20:00 10.1.4.23 a.example 1",
        "#Fields: c-ip cs-host cs-bytes date time",
        "10.1.4.23 b.example 2 2019-12-27 09:20:01",
        "#Fields: date time c-ip cs-host sc-bytes",
        "2019-12-27 09:20:02 10.1.4.23 c.example 3",
    )
    assert [row["host"] for row in account.traffic] == ["a.example", "b.example", "c.example"]
    assert [row.get("bytes_up") for row in account.traffic] == [None, 2, None]
    assert [row.get("bytes_down") for row in account.traffic] == [1, None, 3]


def test_what_stands_before_the_head_is_read_with_it() -> None:
    account = read(W3C, "2019-12-27 09:20:00 10.1.4.23 a.example", "#Fields: date time c-ip cs-host")
    assert [row["host"] for row in account.traffic] == ["a.example"]


def test_fields_hold_from_one_chunk_to_the_next() -> None:
    known = reader(W3C, Context())
    known(Chunk(pl.Series(["#Fields: date time c-ip cs-host"]), 1))
    parsed = known(Chunk(pl.Series(["2019-12-27 09:20:00 10.1.4.23 a.example"]), 2))
    assert parsed.traffic.host.names == ("a.example",)


def test_a_column_that_no_line_declares_is_absent() -> None:
    known = reader(W3C, Context())
    lines = ["#Fields: date time c-ip cs-host", "2019-12-27 09:20:00 10.1.4.23 a.example"]
    traffic = known(Chunk(pl.Series(lines), 1)).traffic
    assert traffic.user is None
    assert traffic.bytes_up is None
    assert traffic.blocked is None


def test_a_tmg_log_with_tabs() -> None:
    assert detect(TMG_LOG) is TMG
    (row,) = read(TMG, *TMG_LOG).traffic
    assert row["user"] == "CONTOSO\\alice"
    assert (row["bytes_up"], row["bytes_down"], row["port"]) == (190233, 5312, 443)
    assert row["url"] == "www.dropbox.com:443"
    assert row["method"] == "CONNECT"


def test_the_w3c_log_of_a_wsa() -> None:
    log = (
        "#Software: AsyncOS for Web 11.8",
        "#Fields: timestamp x-elapsed-time c-ip x-resultcode-httpstatus sc-bytes cs-bytes cs-method cs-url "
        "cs-username x-hierarchy-origin cs-mime-type x-acltag",
        "1577438400.123 52 10.1.4.23 TCP_DENIED/403 0 214 CONNECT tunnel://www.sohu.com:443/ alice NONE/- - "
        "BLOCK_WEBCAT_12-Policy-Id-NONE-NONE-NONE-NONE-NONE",
    )
    assert detect(log) is WSA_W3C
    (row,) = read(WSA_W3C, *log).traffic
    assert row["host"] == "www.sohu.com"
    assert row["blocked"] is True
    assert row["bytes_up"] == 214
    assert row["time"] == "2019-12-27T09:20:00.123000Z"


def test_a_day_that_only_the_head_tells() -> None:
    log = ("#Date: 2019-12-27 00:00:00", "#Fields: time c-ip cs-host", "09:20:00 10.1.4.23 a.example")
    assert read(W3C, *log).traffic[0]["time"] == "2019-12-27T09:20:00Z"


def test_bad_lines_say_what_is_wrong_and_stop_nothing() -> None:
    account = read(
        PROXYSG, *HEAD, UPLOAD[:75], UPLOAD + " x", UPLOAD.replace("2019-12-27 ", "2019-99-99 "), UPLOAD
    )
    assert len(account.traffic) == 1
    assert account.bad == {
        "a quote is not closed": 1,
        "has more than 25 fields": 1,
        "its time is in no known layout": 1,
    }


def test_a_log_that_declares_nothing_says_so() -> None:
    assert read(W3C, "2019-12-27 09:20:00 x").bad == {"no #Fields line says what its columns are": 1}


def test_crlf_and_capitals_do_not_matter() -> None:
    assert (
        detect(["#FIELDS: date time c-ip cs-host cs-username", "2019-12-27 09:20:00 1.1.1.1 a.example -"])
        is W3C
    )
