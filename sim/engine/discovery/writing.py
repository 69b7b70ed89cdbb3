"""Traffic written as an appliance would log it: the counterpart of `formats`, whose readers read it back.

A log says only what its appliance can know (`log_sources`). Lines are made by columns: each distinct name
is escaped once, and polars puts the parts together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.base.time import to_datetime
from sim.engine.discovery import layouts
from sim.engine.discovery.log_sources import LOG_SOURCES, LogSource
from sim.engine.traffic import I64, Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

_ROWS = 250_000
"""Lines written at a time: what is held in memory is some hundred megabytes at the most (measured)."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How one appliance writes its log."""

    name: str
    suffix: str
    text: Callable[[str], str]
    """Escapes a name; each distinct name is escaped once."""
    lines: Callable[[], tuple[pl.Expr, ...]]
    """The lines of each connection, from the columns that `_frame` makes."""
    head: str = ""
    """What stands before the first line; `{date}` and `{time}` are those of the first connection."""

    @property
    def source(self) -> LogSource:
        """What its log can tell."""
        return LOG_SOURCES[self.name]

    def write(self, traffic: Traffic, append: Callable[[bytes], object], *, inspects: bool = False) -> None:
        """Hand the log over in pieces of whole lines; one that inspects TLS names paths."""
        first = to_datetime(int(traffic.time[0])) if len(traffic) else to_datetime(0)
        head = self.head.format(date=first.strftime("%Y-%m-%d"), time=first.strftime("%H:%M:%S"))
        append(head.encode())
        for start in range(0, len(traffic), _ROWS):
            append(self._piece(traffic, start, inspects))

    def _piece(self, traffic: Traffic, start: int, inspects: bool) -> bytes:
        import polars as pl

        frame = _frame(traffic, self.text, start, inspects)
        each = frame.select(pl.concat_str(self.lines(), separator="\n", ignore_nulls=True)).to_series()
        return ("\n".join(each) + "\n").encode()


def _frame(traffic: Traffic, text: Callable[[str], str], start: int, inspects: bool) -> pl.DataFrame:
    """Return a stretch of the traffic as columns of written text and numbers; null is what it does not know.

    `number` counts connections from 1, `port` is the client's.
    """
    import numpy as np
    import polars as pl

    rows = slice(start, start + _ROWS)
    count = len(traffic.time[rows])
    places = np.arange(start, start + count)

    def names(column: Coded | None, part: Callable[[str], str]) -> pl.Series:
        if column is None:
            return pl.repeat(None, count, dtype=pl.String, eager=True)
        return column.take(places).series(lambda name: text(clean(part(name))))

    def sizes(column: I64 | None) -> pl.Series:
        if column is None:
            return pl.repeat(None, count, dtype=pl.Int64, eager=True)
        return pl.Series(column[rows], dtype=pl.Int64)

    number = np.arange(start + 1, start + count + 1, dtype=np.int64)
    return pl.DataFrame(
        {
            "time": pl.Series(traffic.time[rows]).cast(pl.Datetime("us")),
            "host": names(traffic.host, lambda name: name.partition("/")[0]),
            "path": names(traffic.host, lambda name: "/" + name.partition("/")[2]),
            "inspects": pl.repeat(inspects, count, eager=True),
            "user": names(traffic.user, str),
            "source_ip": names(traffic.source_ip, str),
            "destination_ip": names(traffic.destination_ip, str),
            "bytes_up": sizes(traffic.bytes_up),
            "bytes_down": sizes(traffic.bytes_down),
            "bytes_total": sizes(traffic.bytes_total),
            "blocked": np.zeros(count, dtype=bool) if traffic.blocked is None else traffic.blocked[rows],
            "number": number,
            # Ports are given out one after the other from 49152 on (RFC 6335).
            "port": 49_152 + number % 16_384,
        }
    )


def clean(name: str) -> str:
    """Return a name that is text in every encoding: half a surrogate pair is none."""
    return name.encode("utf-8", "backslashreplace").decode()


WRITERS: Mapping[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("squid", ".log", layouts.percent, layouts.squid),
        Writer("w3c", ".log", layouts.quoted, layouts.w3c, layouts.W3C_HEAD),
        Writer("cef", ".cef", layouts.cef_value, layouts.cef),
        Writer("zscaler", ".leef", layouts.one_line, layouts.zscaler),
        Writer("fortigate", ".log", layouts.in_quotes, layouts.fortigate),
        Writer("cisco-asa", ".log", layouts.one_line, layouts.cisco_asa),
    )
}
"""What `unsanctioned export` writes, by name; layouts as the readers of the same products document them."""
