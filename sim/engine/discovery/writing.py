r"""Traffic written as an appliance would log it: the counterpart of `formats`, whose readers read it back.

A log says only what its appliance can know: no proxy knows a machine or a program, Squid says nothing of what
a client sent. Every connection is a tunnel (CONNECT), as behind a proxy that does not inspect TLS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from sim.base.time import SECOND
from sim.engine.traffic import Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

_MILLISECOND = SECOND // 1000
_DURATION = 60
"""Milliseconds that each line says its request took: the world has no durations yet (guess)."""
_ROWS = 250_000
"""Lines written at a time: what is held in memory is some hundred megabytes at the most (measured)."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How one appliance writes its log."""

    name: str
    title: str
    suffix: str
    knows: frozenset[str]
    """The columns of `Traffic` that its lines tell."""
    text: Callable[[str], str]
    """Escapes a name; each distinct name is escaped once."""
    line: Callable[[], pl.Expr]
    """The line, from columns `time`, `host`, `user`, `source_ip`, `bytes_up`, `bytes_down` and `blocked`."""
    head: str = ""
    """What stands before the first line."""

    def write(self, traffic: Traffic, append: Callable[[bytes], object]) -> None:
        """Hand the log over in pieces of whole lines."""
        append(self.head.encode())
        for start in range(0, len(traffic), _ROWS):
            lines = _frame(traffic, self.text, start).select(self.line()).to_series()
            append(("\n".join(lines) + "\n").encode())


def _frame(traffic: Traffic, text: Callable[[str], str], start: int) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    rows = slice(start, start + _ROWS)
    count = len(traffic.time[rows])

    def names(column: Coded | None) -> pl.Series:
        if column is None:
            return pl.repeat("-", count, eager=True)
        # The slot past the last name is where a code of -1 lands.
        known = pl.Series([*map(text, column.names), "-"], dtype=pl.String)
        codes = np.where(column.codes[rows] < 0, len(column.names), column.codes[rows])
        return known.gather(pl.Series(codes))

    zeros = np.zeros(count, dtype=np.int64)
    blocked = np.zeros(count, dtype=bool) if traffic.blocked is None else traffic.blocked[rows]
    return pl.DataFrame(
        {
            "time": pl.Series(traffic.time[rows]).cast(pl.Datetime("us")),
            "host": names(traffic.host),
            "user": names(traffic.user),
            "source_ip": names(traffic.source_ip),
            "bytes_up": zeros if traffic.bytes_up is None else traffic.bytes_up[rows],
            "bytes_down": zeros if traffic.bytes_down is None else traffic.bytes_down[rows],
            "blocked": blocked,
        }
    )


def _percent(text: str) -> str:
    return quote(text, safe="\\@._-:[]") or "-"


def _squid() -> pl.Expr:
    import polars as pl

    milliseconds = pl.col("time").dt.timestamp("ms")
    return pl.format(
        "{}.{} {} {} {} {} CONNECT {}:443 {} {} -",
        milliseconds // 1000,
        (milliseconds % 1000).cast(pl.String).str.zfill(3),
        pl.lit(_DURATION),
        "source_ip",
        pl.when("blocked").then(pl.lit("TCP_DENIED/403")).otherwise(pl.lit("TCP_TUNNEL/200")),
        "bytes_down",
        "host",
        "user",
        pl.when("blocked").then(pl.lit("HIER_NONE/-")).otherwise(pl.format("HIER_DIRECT/{}", "host")),
    )


_FIELDS = (
    "date time time-taken c-ip cs-username sc-filter-result sc-status s-action cs-method cs-uri-scheme "
    "cs-host cs-uri-port cs-uri-path sc-bytes cs-bytes"
)


def _w3c() -> pl.Expr:
    import polars as pl

    return pl.format(
        "{} {} {} {} {} CONNECT tcp {} 443 / {} {}",
        pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S"),
        pl.lit(_DURATION),
        "source_ip",
        "user",
        pl.when("blocked")
        .then(pl.lit("DENIED 403 TCP_DENIED"))
        .otherwise(pl.lit("OBSERVED 200 TCP_TUNNELED")),
        "host",
        "bytes_down",
        "bytes_up",
    )


def _escaped(text: str) -> str:
    """Return a value of CEF: a backslash, an equals sign and a line break are escaped (documented)."""
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")


def _cef() -> pl.Expr:
    import polars as pl

    verdict = pl.when("blocked").then(pl.lit("blocked")).otherwise(pl.lit("permitted"))
    return pl.format(
        "CEF:0|Forcepoint|Security|8.5.4|9|Transaction {}|1| act={} app=https dhost={} dpt=443 src={} "
        "suser={} rt={} in={} out={} requestMethod=CONNECT request=https://{}/",
        verdict,
        verdict,
        "host",
        "source_ip",
        "user",
        pl.col("time").dt.timestamp("ms"),
        "bytes_down",
        "bytes_up",
        "host",
    )


def _leef() -> pl.Expr:
    import polars as pl

    verdict = pl.when("blocked").then(pl.lit("Blocked")).otherwise(pl.lit("Allowed"))
    return pl.format(
        "LEEF:1.0|Zscaler|NSS|4.1|{}|cat={}\tdevTime={} GMT\tdevTimeFormat=MMM dd yyyy HH:mm:ss z\tsrc={}\t"
        "usrName={}\tsrcBytes={}\tdstBytes={}\thostname={}\turl={}/\tappproto=HTTPS\treqmethod=CONNECT\trespcode={}",
        verdict,
        verdict,
        pl.col("time").dt.strftime("%b %d %Y %H:%M:%S"),
        "source_ip",
        "user",
        "bytes_up",
        "bytes_down",
        "host",
        "host",
        pl.when("blocked").then(pl.lit("403")).otherwise(pl.lit("200")),
    )


def _printable(text: str) -> str:
    """Return a name in which nothing ends a line or a value."""
    return "".join("?" if c == '"' or not c.isprintable() else c for c in text) or "-"


def _quoted(text: str) -> str:
    shown = _printable(text)
    return f'"{shown}"' if " " in shown else shown


_COMMON = frozenset({"time", "host", "user", "source_ip", "blocked"})
_BOTH_WAYS = _COMMON | {"bytes_up", "bytes_down"}

WRITERS: Mapping[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("squid", "Squid native access log", ".log", _COMMON | {"bytes_down"}, _percent, _squid),
        Writer(
            "w3c",
            "Blue Coat ProxySG, W3C extended",
            ".log",
            _BOTH_WAYS,
            _quoted,
            _w3c,
            f"#Software: SGOS 6.7\n#Version: 1.0\n#Fields: {_FIELDS}\n",
        ),
        Writer("cef", "Forcepoint Web Security, CEF", ".cef", _BOTH_WAYS, _escaped, _cef),
        Writer("zscaler", "Zscaler NSS, LEEF", ".leef", _BOTH_WAYS, _printable, _leef),
    )
}
"""What `unsanctioned export` writes, by name; layouts as the readers of the same products document them."""
