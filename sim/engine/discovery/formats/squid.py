r"""Squid's native access log.

The layout is `logformat squid %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt`
(squid.conf.documented; dossier, discovery, section 5): time, duration, client, result and status,
bytes sent to the client, method, URL, user, how and where the request went, media type. Squid
writes nothing of what the client sent, so uploaded bytes are unknown, and it knows no machine. User
names are percent-encoded (`Format::QuoteUrlEncodeUsername` in Squid's sources), so that no field
holds a space.

Lines are read with a regular expression in which the next byte alone decides how to go on, so that
one pass is enough; only the lines that it leaves over are looked at more patiently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from sim.base.time import SECOND
from sim.engine.discovery.formats.base import (
    BadLines,
    Chunk,
    Format,
    ParsedChunk,
    Reader,
    bad_lines,
    encoded,
    renamed,
)
from sim.engine.traffic import Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

_USUAL = (
    r"^ *(?P<s>[0-9]{1,10})\.(?P<ms>[0-9]{3}) +-?[0-9]+ (?P<client>[!-~]+) "
    r"(?P<result>[A-Z_]+)/(?P<status>[0-9]{3}) (?P<size>[0-9]{1,12}) "
    r"(?:CONNECT |[ABD-Z][A-Z]* https?://)"
    r"(?P<host>[0-9A-Za-z_.-]+)(?::[0-9]*)?(?:[/?#][!-~]*)? "
    r"(?P<user>[!-~]+) [A-Z_]+/[!-~]+ [!-~]"
)
_PATIENT = (
    r"^\s*(?P<s>[0-9]{1,10})\.(?P<ms>[0-9]{3})\s+-?[0-9]+\s+(?P<client>\S+)\s+"
    r"(?P<result>[A-Z_]+)/(?P<status>[0-9]{3})\s+(?P<size>[0-9]{1,12})\s+\S+\s+"
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^\s/@?#]*@)?"
    r"(?P<host>\[[0-9A-Za-z:.%]+\]|[^\s/:?#@\[\]\x00-\x20\x7f]+)(?::[0-9]*)?(?:[/?#]\S*)?\s+"
    r"(?P<user>\S+)\s+[A-Z_]+/\S+\s+\S"
)
_PSEUDO_URL = r"^\s*[0-9]{1,10}\.[0-9]{3}\s+-?[0-9]+\s+\S+\s+[A-Z_]+/[0-9]{3}\s+[0-9]+\s+\S+\s+error:\S"
_LAYOUT = (
    (r"^\s*[0-9]{1,10}\.[0-9]{3}\s", "does not begin with a time such as 1577438400.123"),
    (r"^\s*\S+\s+-?[0-9]+\s", "the second field is not a duration in milliseconds"),
    (r"^\s*(?:\S+\s+){9}\S", "has fewer than 10 fields"),
    (
        r"^\s*(?:\S+\s+){3}[A-Z_]+/[0-9]{3}\s",
        "the fourth field is not a result such as TCP_MISS/200",
    ),
    (r"^\s*(?:\S+\s+){4}[0-9]{1,12}\s", "the fifth field is not a number of bytes"),
    (
        r"^\s*(?:\S+\s+){8}[A-Z_]+/\S",
        "the ninth field is not a route such as HIER_DIRECT/192.0.2.1",
    ),
)
_NO_HOST = "the URL names no host"

BLANK = "blank line"
NO_REQUEST = "no request (Squid's own error line)"
CACHE_PEER = "query of another cache"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines looks like Squid's native log."""
    like, pseudo = re.compile(_PATIENT), re.compile(_PSEUDO_URL)
    found = sum(1 for line in lines if like.match(line) or pseudo.match(line))
    return found / len(lines) if lines else 0.0


def parse(chunk: Chunk) -> ParsedChunk:
    """Read a chunk of lines; one that is not as Squid writes it is counted with its reason."""
    import polars as pl

    table = _read(chunk.lines, _USUAL)
    skipped: dict[str, int] = {}
    bad: dict[str, BadLines] = {}
    unread = table["time"].is_null()
    if unread.any():
        numbered = table.with_row_index("row")
        rest = numbered.filter(unread).select("row")
        patient = rest.hstack(_read(chunk.lines.filter(unread), _PATIENT))
        table = pl.concat([numbered.filter(~unread), patient]).sort("row").drop("row")
        unread = table["time"].is_null()
    if unread.any():
        skipped, bad = _explain(chunk, unread)
    for reason, count in _counts(table["skip"]):
        skipped[reason] = skipped.get(reason, 0) + count
    return ParsedChunk(_traffic(table.filter(~unread & table["skip"].is_null())), bad, skipped)


def _read(lines: pl.Series, pattern: str) -> pl.DataFrame:
    """Return what each line says; the time is null where `pattern` does not match."""
    import polars as pl

    user, client, result = pl.col("user"), pl.col("client"), pl.col("result")
    # Dots at the end are the root of the tree of names, and no part of the name.
    host = pl.col("host").str.to_lowercase().str.strip_chars_end(".")
    milliseconds = pl.col("s").cast(pl.Int64) * 1000 + pl.col("ms").cast(pl.Int64)
    table = (
        lines.to_frame("line")
        .lazy()
        .select(pl.col("line").str.extract_groups(pattern).struct.unnest())
        .select(
            time=milliseconds * (SECOND // 1000),
            size=pl.col("size").cast(pl.Int64),
            blocked=result.str.starts_with("TCP_DENIED"),
            host=pl.when(host != "").then(host),
            user=pl.when(user != "-").then(user),
            client=pl.when(client != "-").then(client),
            skip=pl.when(result.str.starts_with("NONE") & (pl.col("status") == "000"))
            .then(pl.lit(NO_REQUEST))
            .when(result.str.starts_with("UDP_"))
            .then(pl.lit(CACHE_PEER)),
        )
    )
    return table.collect(engine="streaming")


def _counts(reasons: pl.Series) -> list[tuple[str, int]]:
    """Return how often each reason occurs, null left out."""
    counts = reasons.drop_nulls().value_counts(name="count").sort(reasons.name)
    return [(str(reason), int(count)) for reason, count in counts.rows()]


def _explain(chunk: Chunk, unread: pl.Series) -> tuple[dict[str, int], dict[str, BadLines]]:
    """Say why lines could not be read: skipped ones by reason, and bad ones by reason."""
    import polars as pl

    text = pl.col("text")
    lines = (
        chunk.lines.to_frame("text")
        .with_row_index("number", offset=chunk.first_line)
        .filter(unread)
        .with_columns(
            skip=pl.when(text.str.strip_chars() == "")
            .then(pl.lit(BLANK))
            .when(text.str.contains(_PSEUDO_URL))
            .then(pl.lit(NO_REQUEST)),
            reason=pl.coalesce(
                *(pl.when(~text.str.contains(like)).then(pl.lit(why)) for like, why in _LAYOUT),
                pl.lit(_NO_HOST),
            ),
        )
    )
    bad = lines.filter(pl.col("skip").is_null())
    return dict(_counts(lines["skip"])), bad_lines(bad)


def _traffic(rows: pl.DataFrame) -> Traffic:
    hosts, addresses = _split_addresses(encoded(rows["host"]))
    users = encoded(rows["user"])
    return Traffic(
        time=rows["time"].to_numpy(),
        host=hosts,
        user=renamed(users, unquote) if any("%" in name for name in users.names) else users,
        source_ip=encoded(rows["client"]),
        destination_ip=addresses,
        bytes_down=rows["size"].to_numpy(),
        blocked=rows["blocked"].to_numpy(),
    )


def _split_addresses(destinations: Coded) -> tuple[Coded, Coded]:
    """Return host names and addresses apart: a destination is the one or the other."""
    codes = np.full(len(destinations.names) + 1, -1, dtype=np.int64)
    index: dict[str, int] = {}
    for code, name in enumerate(destinations.names):
        if name[-1:].isdigit() or name[-1:] == "]":
            try:
                address = str(ip_address(name.strip("[]")))
            except ValueError:
                continue
            codes[code] = index.setdefault(address, len(index))
    # The slot past the last name is where a code of -1 lands.
    addresses = Coded(codes[destinations.codes], tuple(index))
    hosts = np.where(addresses.codes < 0, destinations.codes, -1)
    return Coded(hosts, destinations.names), addresses


def _reader() -> Reader:
    return parse


SQUID = Format(
    name="squid",
    title="Squid native access log",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "bytes_down", "blocked"}),
    sniff=sniff,
    reader=_reader,
)
