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
from typing import TYPE_CHECKING

from sim.base.time import SECOND
from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.fields import percent_decoded, whole

if TYPE_CHECKING:
    import polars as pl

_USUAL = (
    r"^ *(?P<s>[0-9]{1,10})\.(?P<ms>[0-9]{3}) +-?[0-9]+ (?P<client>[!-~]+) "
    r"(?P<result>[A-Z_]+/[0-9]{3}) (?P<size>[0-9]{1,12}) "
    r"(?:CONNECT |[ABD-Z][A-Z]* https?://)"
    r"(?P<host>[0-9A-Za-z_.-]+)(?::[0-9]*)?(?:[/?#][!-~]*)? "
    r"(?P<user>[!-~]+) [A-Z_]+/[!-~]+ [!-~]"
)
_PATIENT = (
    r"^\s*(?P<s>[0-9]{1,10})\.(?P<ms>[0-9]{3})\s+-?[0-9]+\s+(?P<client>\S+)\s+"
    r"(?P<result>[A-Z_]+/[0-9]{3})\s+(?P<size>[0-9]{1,12})\s+(?P<method>\S+)\s+"
    r"(?P<url>(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^\s/@?#]*@)?"
    r"(?P<host>\[[0-9A-Za-z:.%]+\]|[^\s/:?#@\[\]\x00-\x20\x7f]+)(?::(?P<port>[0-9]*))?(?:[/?#]\S*)?)\s+"
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

NO_REQUEST = "no request (Squid's own error line)"
CACHE_PEER = "query of another cache"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines looks like Squid's native log."""
    like, pseudo = re.compile(_PATIENT), re.compile(_PSEUDO_URL)
    found = sum(1 for line in lines if like.match(line) or pseudo.match(line))
    return found / len(lines) if lines else 0.0


def rows(context: Context) -> Rows:
    """Start on a log."""
    return _all_columns if context.evidence else _rows


def _all_columns(lines: pl.Series) -> pl.LazyFrame:
    table = _patient(lines).collect()
    return table.with_columns(percent_decoded(table["user"])).lazy()


def _rows(lines: pl.Series) -> pl.LazyFrame:
    import polars as pl

    table = _read(lines, _USUAL).drop("result").collect(engine="streaming")
    unread = table["time"].is_null()
    if unread.any():
        numbered = table.with_row_index("row")
        rest = numbered.filter(unread).select("row")
        patient = _patient(lines.filter(unread)).select(table.columns).collect()
        table = pl.concat([numbered.filter(~unread), rest.hstack(patient)]).sort("row").drop("row")
    return table.with_columns(percent_decoded(table["user"])).lazy()


def _patient(lines: pl.Series) -> pl.LazyFrame:
    """Return what unusual lines say, with everything that a person may want to see of them."""
    import polars as pl

    pseudo = lines.str.contains(_PSEUDO_URL)
    url, port = pl.col("url"), whole(pl.col("port"))
    table = _read(lines, _PATIENT).with_columns(
        action=pl.col("result").str.extract("^([A-Z_]+)"),
        status=whole(pl.col("result").str.tail(3)),
        skip=pl.when(pseudo).then(pl.lit(NO_REQUEST)).otherwise("skip"),
        port=pl.coalesce(port, pl.when(url.str.starts_with("http://")).then(80)),
    )
    return table.drop("result")


def _read(lines: pl.Series, pattern: str) -> pl.LazyFrame:
    """Return what each line says, with `result`; the time is null where `pattern` does not match."""
    import polars as pl

    result = pl.col("result")
    milliseconds = pl.col("s").cast(pl.Int64) * 1000 + pl.col("ms").cast(pl.Int64)
    fields = pl.col("line").str.extract_groups(pattern).struct.unnest()
    return (
        lines.to_frame("line")
        .lazy()
        .select(fields)
        .with_columns(
            time=milliseconds * (SECOND // 1000),
            bytes_down=pl.col("size").cast(pl.Int64),
            blocked=result.str.starts_with("TCP_DENIED"),
            source_ip="client",
            skip=pl.when(result.str.starts_with("NONE") & result.str.ends_with("/000"))
            .then(pl.lit(NO_REQUEST))
            .when(result.str.starts_with("UDP_"))
            .then(pl.lit(CACHE_PEER)),
        )
        .drop("s", "ms", "size", "client")
    )


def explain(line: str) -> str:
    """Say what is wrong with a line."""
    return next((why for like, why in _LAYOUT if not re.search(like, line)), _NO_HOST)


SQUID = Format(
    name="squid",
    title="Squid native access log",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explain,
)
