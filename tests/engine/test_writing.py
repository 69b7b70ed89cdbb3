"""What is written as an appliance would write it is read back by that appliance's own reader, whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from sim.base.time import SECOND, from_iso
from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Chunk
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.log_sources import LOG_SOURCES, Sight
from sim.engine.discovery.writing import WRITERS, Writer
from sim.engine.traffic import I64, Coded, Traffic, encode
from tests.engine.formats.rows import CONTEXT

START = from_iso("2019-12-16T09:00")
OF_READERS = {
    "w3c": "bluecoat",
    "cef": "forcepoint-cef",
    "zscaler": "zscaler-leef",
}
"""Names of our formats, where they differ from those of the writers."""


def traffic(users: Sequence[str | None], hosts: Sequence[str], sizes: Sequence[int] = (517,)) -> Traffic:
    """Return one connection of each user to each host in turn, to the second; every third is refused."""
    count = len(users) * len(hosts)
    rows = np.arange(count, dtype=np.int64)
    up = np.array(sizes, dtype=np.int64)[rows % len(sizes)]
    return Traffic(
        START + rows * SECOND,
        encode([host for _ in users for host in hosts]),
        encode([user for user in users for _ in hosts]),
        encode([f"10.1.{row // 250}.{row % 250 + 1}" for row in rows.tolist()]),
        destination_ip=encode([f"198.18.0.{row % 250 + 1}" for row in rows.tolist()]),
        bytes_up=up,
        bytes_down=up * 3 + 1,
        blocked=rows % 3 == 2,
    )


def told(writer: Writer, what: Traffic, *, nameless: bool = False) -> Traffic:
    """Return what of the traffic a writer's log holds; with every Client Hello encrypted if `nameless`."""
    return writer.source.tells(what, np.full(len(what), nameless))


def read_back(writer: Writer, what: Traffic, *, inspects: bool = False) -> Traffic:
    """Write, find the format out, read: every line is traffic or skipped, none is bad."""
    pieces: list[bytes] = []
    writer.write(what, pieces.append, inspects=inspects)
    lines = b"".join(pieces).decode().split("\n")
    assert lines.pop() == ""
    known = detect(lines)
    assert known is not None
    assert known.name == OF_READERS.get(writer.name, writer.name)
    parsed = reader(known, CONTEXT)(Chunk(pl.Series(lines, dtype=pl.String), 1))
    assert not parsed.bad
    return parsed.traffic


def texts(column: Coded | None) -> list[str | None]:
    return [] if column is None else column.texts()


def numbers(column: I64 | None) -> list[int]:
    return [] if column is None else column.tolist()


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("nameless", [False, True])
def test_every_column_that_a_source_knows_comes_back(name: str, nameless: bool):
    """And no other: what is absent is not zero."""
    writer = WRITERS[name]
    what = told(
        writer, traffic(["CONTOSO\\ann", None], ["www.dropbox.com", "sohu.com"], [517, 90]), nameless=nameless
    )
    found = read_back(writer, what)
    assert (found.time // SECOND).tolist() == (what.time // SECOND).tolist()
    assert texts(found.source_ip) == texts(what.source_ip)
    assert texts(found.host) == texts(what.host)
    assert not any(texts(found.user)) if what.user is None else texts(found.user) == texts(what.user)
    assert what.blocked is not None
    assert found.blocked is not None
    assert found.blocked.tolist() == what.blocked.tolist()
    for size in ("bytes_up", "bytes_down", "bytes_total"):
        sent, got = numbers(getattr(what, size)), numbers(getattr(found, size))
        if sent and writer.source.sight is Sight.ADDRESS:
            # A firewall has no bytes of a connection that it did not let through.
            sent = np.where(what.blocked, -1, sent).tolist()
        assert sent == got or (not sent and set(got) <= {-1})


odd = st.text(min_size=1, max_size=12).filter(lambda text: text.strip(" ") == text and text != "-")


@effort(deadline=None)
@given(st.sampled_from(sorted(WRITERS)), st.lists(odd, min_size=1, max_size=8))
def test_odd_names_break_no_line_and_stay_apart(name: str, users: list[str]):
    """Whatever stands in a name, there are as many lines as connections, and as many users as there were."""
    writer = WRITERS[name]
    what = told(writer, traffic(users, ["www.dropbox.com"]))
    found = read_back(writer, what)
    assert len(found) == len(what)
    assert texts(found.source_ip) == texts(what.source_ip)
    if writer.source.sight is not Sight.ADDRESS:
        assert texts(found.host) == texts(what.host)
    if writer.source.knows_users:
        assert len(set(texts(found.user))) == len({*users})


@pytest.mark.parametrize("name", [n for n, source in LOG_SOURCES.items() if source.reads_urls])
def test_only_a_proxy_that_inspects_tls_writes_paths(name: str):
    writer = WRITERS[name]
    for inspects in (False, True):
        pieces: list[bytes] = []
        what = told(writer, traffic(["ann"], ["github.com/secret-project"]))
        writer.write(what, pieces.append, inspects=inspects)
        text = b"".join(pieces).decode()
        assert ("secret-project" in text) is inspects
        assert ("CONNECT" in text) is not inspects
        found = read_back(writer, what, inspects=inspects)
        assert [str(host).partition("/")[0] for host in texts(found.host)] == ["github.com"]


def test_a_day_of_a_thousand_people_is_written_in_pieces_of_whole_lines():
    """The head stands once, and no line is lost between two pieces."""
    what = traffic(
        [f"user{number}" for number in range(600)], [f"h{number}.example" for number in range(500)]
    )
    pieces: list[bytes] = []
    WRITERS["w3c"].write(what, pieces.append)
    assert len(pieces) == 3
    assert b"".join(pieces).count(b"#Fields") == 1
    assert sum(piece.count(b"\n") for piece in pieces) == len(what) + 5
