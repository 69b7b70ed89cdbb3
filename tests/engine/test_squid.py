"""Squid's native log: every line is a row, or bad, or skipped, and rows say what the line says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.formats import FORMATS, by_name, detect
from sim.engine.discovery.formats.base import BadLines, Chunk, Context, ParsedChunk
from sim.engine.discovery.formats.reading import BLANK, reader
from sim.engine.discovery.formats.squid import CACHE_PEER, NO_REQUEST, SQUID
from sim.engine.discovery.ingest import Intake
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report
from sim.engine.traffic import Traffic

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "logs" / "squid-real"
USUAL = (
    "1577438400.123    482 10.1.4.23 TCP_TUNNEL/200 5312 CONNECT www.dropbox.com:443 "
    "alice@contoso.example HIER_DIRECT/162.125.66.18 -"
)

Row = tuple[int, str | None, str | None, str | None, str | None, int, bool]
"""Time, host, destination address, client, user, bytes down, blocked."""


def parse(*lines: str, first_line: int = 1) -> ParsedChunk:
    """Read lines as one chunk."""
    return reader(SQUID, Context())(Chunk(pl.Series("line", lines, dtype=pl.String), first_line))


def rows(traffic: Traffic) -> list[Row]:
    """Return traffic row by row."""
    assert traffic.source_ip is not None
    assert traffic.user is not None
    assert traffic.destination_ip is not None
    assert traffic.bytes_down is not None
    assert traffic.blocked is not None
    return list(
        zip(
            traffic.time.tolist(),
            traffic.host.texts(),
            traffic.destination_ip.texts(),
            traffic.source_ip.texts(),
            traffic.user.texts(),
            traffic.bytes_down.tolist(),
            traffic.blocked.tolist(),
            strict=True,
        )
    )


def test_a_usual_line() -> None:
    assert rows(parse(USUAL).traffic) == [
        (
            1577438400_123000,
            "www.dropbox.com",
            None,
            "10.1.4.23",
            "alice@contoso.example",
            5312,
            False,
        )
    ]


@pytest.mark.parametrize(
    ("request_", "host", "address"),
    [
        ("CONNECT www.dropbox.com:443", "www.dropbox.com", None),
        ("CONNECT WWW.DropBox.COM.:443", "www.dropbox.com", None),
        ("GET http://app.hubspot.com/p1?", "app.hubspot.com", None),
        ("GET https://app.hubspot.com:8443?x=http://other.example/", "app.hubspot.com", None),
        ("CHECKOUT http://svn.example/r", "svn.example", None),
        ("GET ftp://user:pass@files.example/a@b", "files.example", None),
        ("GET http://host.example#frag", "host.example", None),
        ("GET http://müller.example/ü", "müller.example", None),
        ("GET http://snake_case.example/", "snake_case.example", None),
        ("CONNECT 162.125.66.18:443", None, "162.125.66.18"),
        ("GET http://203.0.113.9/a", None, "203.0.113.9"),
        ("CONNECT [2001:DB8::1]:443", None, "2001:db8::1"),
        ("GET http://[2001:db8:0::2]/a", None, "2001:db8::2"),
        ("CONNECT 1.2.3.400:443", "1.2.3.400", None),
        ("CONNECT intranet:80", "intranet", None),
        ("CONNECT .:443", None, None),
    ],
)
def test_where_a_request_went(request_: str, host: str | None, address: str | None) -> None:
    """Host names and addresses stand apart; ports, paths and credentials are left out."""
    parsed = parse(f"1577438400.123 4 10.1.4.23 TCP_MISS/200 53 {request_} - HIER_DIRECT/- -")
    assert [(row[1], row[2]) for row in rows(parsed.traffic)] == [(host, address)]


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("-", None),
        ("alice", "alice"),
        ("CONTOSO%5calice", "CONTOSO\\alice"),
        ("Alice%20Smith", "Alice Smith"),
        ("%C3%85sa", "Åsa"),
        ("100%", "100%"),
    ],
)
def test_user_names_are_percent_decoded(written: str, user: str | None) -> None:
    """Squid percent-encodes user names; a dash is nobody."""
    line = USUAL.replace("alice@contoso.example", written)
    assert [row[4] for row in rows(parse(line).traffic)] == [user]


def test_two_spellings_of_a_user_are_one() -> None:
    traffic = parse(USUAL, USUAL.replace("alice@", "alice%40")).traffic
    assert traffic.user is not None
    assert traffic.user.names == ("alice@contoso.example",)
    assert traffic.user.codes.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("result", "blocked"),
    [
        ("TCP_DENIED/403", True),
        ("TCP_DENIED_REPLY/403", True),
        ("TCP_MISS/403", False),
        ("TCP_MISS_ABORTED/000", False),
        ("NONE_NONE/503", False),
    ],
)
def test_denied_by_squid_is_blocked_and_refused_by_the_server_is_not(result: str, blocked: bool) -> None:
    assert rows(parse(USUAL.replace("TCP_TUNNEL/200", result)).traffic)[0][6] is blocked


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", BLANK),
        ("  \t ", BLANK),
        (
            "1795462059.057 0 127.0.0.1 NONE_NONE/000 0 - error:transaction-end-before-headers - "
            "HIER_NONE/- -",
            NO_REQUEST,
        ),
        ("1795462059.057 0 127.0.0.1 NONE/400 3 NONE error:invalid-request - NONE/- -", NO_REQUEST),
        ("1795462059.057 0 127.0.0.1 NONE/000 0 CONNECT a.example:443 - HIER_NONE/- -", NO_REQUEST),
        (
            "1795462059.057 0 10.0.0.9 UDP_MISS/000 60 ICP_QUERY http://a.example/ - HIER_NONE/- -",
            CACHE_PEER,
        ),
    ],
)
def test_lines_that_are_nobodys_use_are_skipped(line: str, reason: str) -> None:
    parsed = parse(line, USUAL)
    assert parsed.skipped == {reason: 1}
    assert (parsed.bad, len(parsed.traffic)) == ({}, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Dec 27 09:20:00 proxy squid[7]: hello", "does not begin with a time"),
        (USUAL.replace("1577438400.123", "1577438400"), "does not begin with a time"),
        (USUAL.replace("   482", "   x"), "second field is not a duration"),
        (USUAL[:60], "fewer than 10 fields"),
        (USUAL.removesuffix(" -"), "fewer than 10 fields"),
        (USUAL.replace("TCP_TUNNEL/200", "TCP_TUNNEL"), "fourth field is not a result"),
        (USUAL.replace("5312", "-5"), "fifth field is not a number of bytes"),
        (USUAL.replace("5312", "9" * 13), "fifth field is not a number of bytes"),
        (USUAL.replace("HIER_DIRECT/162.125.66.18", "direct"), "ninth field is not a route"),
        (USUAL.replace("www.dropbox.com:443", "/internal"), "the URL names no host"),
        (USUAL.replace("www.dropbox.com", "a\x1b[31mb"), "the URL names no host"),
    ],
)
def test_a_bad_line_is_counted_with_its_reason_and_place(line: str, reason: str) -> None:
    parsed = parse(USUAL, line, USUAL, first_line=100)
    assert [len(parsed.traffic), len(parsed.bad)] == [2, 1]
    ((found, bad),) = parsed.bad.items()
    assert reason in found
    assert bad == BadLines(1, ((101, line),))


def test_samples_of_bad_lines_are_the_first_three_and_short() -> None:
    parsed = parse(*["x" * 1000] * 5, first_line=7)
    (bad,) = parsed.bad.values()
    assert bad == BadLines(5, tuple((line, "x" * 200) for line in (7, 8, 9)))
    assert bad.plus(BadLines(2, ((12, "y"),))) == BadLines(7, bad.samples)


hosts = st.from_regex(r"[a-z][a-z0-9-]{0,8}\.(com|example)", fullmatch=True)
requests = st.one_of(
    hosts.map(lambda host: (f"CONNECT {host}:443", host)),
    hosts.map(lambda host: (f"GET http://{host}/a?b", host)),
    hosts.map(lambda host: (f"PUT ftp://u:p@{host}:21/a", host)),
)


@st.composite
def squid_lines(draw: st.DrawFn) -> tuple[str, Row]:
    """Return a line that Squid would write, and what it means."""
    time = draw(st.integers(0, 4_102_444_800_000))
    client = draw(st.sampled_from(["10.0.0.1", "2001:db8::7", "pc7.corp.example"]))
    result, blocked = draw(st.sampled_from([("TCP_MISS/200", False), ("TCP_DENIED/403", True)]))
    size = draw(st.integers(0, 10**12 - 1))
    request, host = draw(requests)
    user = draw(st.sampled_from([None, "ada", "bob@corp.example"]))
    elapsed = draw(st.integers(-5, 10**6))
    trailing = draw(st.sampled_from(["-", "text/html", "text/html [Host: a] [Date: b]"]))
    line = (
        f"{time // 1000}.{time % 1000:03d} {elapsed:6d} {client} {result} {size} {request} "
        f"{user or '-'} HIER_DIRECT/192.0.2.1 {trailing}"
    )
    return line, (time * 1000, host, None, client, user, size, blocked)


noise = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=60),
    st.sampled_from(["", USUAL[:90], "1577438400.123 4 a NONE/000 0 - error:x - HIER_NONE/- -"]),
)


@given(st.lists(st.one_of(squid_lines(), noise), max_size=30))
def test_good_lines_are_rows_in_their_order_whatever_stands_between(
    lines: list[tuple[str, Row] | str],
) -> None:
    """Noise is accounted for line by line and never stops or shifts a row."""
    texts = [line if isinstance(line, str) else line[0] for line in lines]
    parsed = parse(*texts)
    assert rows(parsed.traffic) == [line[1] for line in lines if not isinstance(line, str)]
    bad = sum(found.count for found in parsed.bad.values())
    assert len(parsed.traffic) + sum(parsed.skipped.values()) + bad == len(texts)
    for found in parsed.bad.values():
        assert all(texts[number - 1][:200] == text for number, text in found.samples)


def test_the_columns_are_those_that_the_format_declares() -> None:
    """What Squid cannot know is None and not zero."""
    traffic = parse(USUAL).traffic
    present = {name for name in Traffic.__slots__ if getattr(traffic, name) is not None}
    assert present == SQUID.knows | {"time"}


def test_detection_takes_the_format_of_most_lines() -> None:
    assert detect([USUAL, "", "rubbish"]) is SQUID
    assert detect(["rubbish", ""]) is None
    assert detect([]) is None
    assert by_name(" Squid ") is SQUID
    assert by_name("none") is None
    assert len({known.name for known in FORMATS}) == len(FORMATS)


def _domain(host: str) -> str:
    """Return the domain under which a test catalog files a host of the samples."""
    return host.removeprefix("www.")


@pytest.fixture(name="truth")
def _truth() -> list[dict[str, object]]:
    file = SAMPLES / "truth.jsonl"
    if not file.is_file():
        pytest.skip(f"no samples at {SAMPLES}")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_real_squid_log_agrees_with_what_its_clients_did(truth: list[dict[str, object]]) -> None:
    """Counts are equal per user and per app; sizes are those of the clients and the headers.

    Squid writes 39 bytes of headers for each tunnel, and 207 to 211 for each plain answer.
    """
    domains = sorted({_domain(str(row["host"])) for row in truth})
    apps = tuple(App(d.replace(".", "-"), d, "CRM", "", "", (d,), "") for d in domains)
    report = Report("real", "snapshot", Catalog(apps))
    with LogFile.from_path(SAMPLES / "access_native.log") as log:
        summary = Intake(report).read(log)
    assert (summary.format, summary.lines, summary.traffic) == ("squid", 401, len(truth))
    assert (summary.skipped, summary.bad) == ({NO_REQUEST: 1}, {})
    assert report.unmatched() == []

    # A request that Squid denies before it asks who is there has no user in the log.
    named = [row for row in truth if not row["blocked"]]
    users = {usage.name: (usage.transactions, usage.apps) for usage in report.entities("user")}
    asked = defaultdict(set)
    for row in named:
        asked[row["user"]].add(_domain(str(row["host"])))
    counts = Counter(row["user"] for row in named)
    assert users == {user: (counts[user], len(asked[user])) for user in counts}

    sources = Counter(row["src"] for row in truth)
    assert {u.name: u.transactions for u in report.entities("source_ip")} == sources
    blocked = Counter(_domain(str(row["host"])) for row in truth if row["blocked"])
    for domain in domains:
        usage = report.app(domain.replace(".", "-"))
        assert usage is not None
        mine = [row for row in truth if _domain(str(row["host"])) == domain]
        assert usage.transactions == len(mine)
        assert usage.blocked == blocked[domain]
        assert usage.source_ips == len({row["src"] for row in mine})
        assert usage.users == len({row["user"] for row in mine if not row["blocked"]})
        assert usage.bytes_up is None
        assert usage.bytes_down is not None
        if not usage.blocked:
            tunnels = sum(1 for row in mine if row["tls"])
            plain = len(mine) - tunnels
            headers = usage.bytes_down - sum(int(str(row["down"])) for row in mine)
            assert 39 * tunnels + 207 * plain <= headers <= 39 * tunnels + 211 * plain
