"""Netskope transaction events: W3C-like lines, and the comma-separated files of its log streaming.

Fields have W3C names. They are declared by `#Fields`, or by a header line of a CSV file, or they are in
Netskope's own order, which has grown at its end (log streaming documentation; documented). `cs-bytes` is
what the client sent: in a real message `sc-bytes` is just above the size of the file that came down.
`s-ip` is the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.csvtable import Header, Places, Table, header_share
from sim.engine.discovery.formats.delimited import fields, split
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import Names, needed, places
from sim.engine.discovery.formats.w3c import (
    DENIED,
    NETSKOPE_MARKS,
    W3c,
    sniff_netskope,
)
from sim.engine.discovery.formats.w3c import (
    NAMES as W3C_NAMES,
)

if TYPE_CHECKING:
    import polars as pl

NAMES: Names = {
    **W3C_NAMES,
    "url": ("x-cs-url",),
    "path": ("cs-uri", "x-cs-uri-path"),
    "destination_ip": ("s-ip", "x-cs-dst-ip"),
    "action": ("x-policy-action", "x-action"),
    "verdict": ("x-action",),
    "query": (),
}
"""Unlike elsewhere, `cs-uri` is the path, and with it the query."""

_PLACES = {
    "date": 0,
    "clock": 1,
    "bytes_up": 3,
    "bytes_down": 4,
    "bytes_total": 5,
    "source_ip": 6,
    "destination_ip": 7,
    "user": 8,
    "method": 9,
    "status": 14,
    "host": 17,
    "path": 18,
    "port": 19,
    "url": 111,
    "action": 137,
}
"""Where Netskope's own order has them, counted from 0."""
_ROW = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ ,])[0-9]{2}:[0-9]{2}:[0-9]{2}\1[0-9]+\1([0-9]+)\1([0-9]+)\1([0-9]+)\1\S"
)
_FEWEST = 100
"""Fields of the shortest row (guess: observed 146, and fewer before)."""


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are transactions, in whatever way their columns are known."""
    if any(line.startswith("#") for line in lines):
        return sniff_netskope(lines)
    return header_share(lines, _find) or sum(map(_is_row, lines)) / max(len(lines), 1)


def _is_row(line: str) -> bool:
    match = _ROW.match(line)
    if match is None or int(match[2]) + int(match[3]) != int(match[4]):
        return False
    return len(fields(line.strip(), match[1])) >= _FEWEST


def _find(header: Header) -> Places | None:
    names = [name.lower() for name in header.names]
    found = places(names, NAMES)
    return found if NETSKOPE_MARKS.intersection(names) and {"date", "clock", "host"} <= found.keys() else None


class _Transactions:
    """Reads a log in the way that its first lines ask for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read: Rows | None = None

    def __call__(self, lines: pl.Series) -> pl.LazyFrame:
        if self._read is None:
            self._read = self._start(lines.head(1000).to_list())
        return self._read(lines)

    def _start(self, lines: Sequence[str]) -> Rows:
        if any(line.startswith("#") for line in lines):
            return W3c(self._context, NAMES)
        meaning = Meaning(self._context, denied=DENIED, utc=True)
        if header_share([line for line in lines if line.strip()], _find):
            return Table(self._context, _find, meaning.rows)
        match = next((match for line in lines if (match := _ROW.match(line))), None)
        separator = match[1] if match is not None else ","
        where = needed(_PLACES, self._context)

        def in_order(rows: pl.Series) -> pl.LazyFrame:
            return meaning.rows(split(rows, separator, where).rename({"fault": "bad"}))

        return in_order


NETSKOPE = Format(
    name="netskope",
    title="Netskope transaction events, W3C or CSV",
    knows=frozenset(
        {
            *("host", "user", "source_ip", "destination_ip", "machine", "process"),
            *("bytes_up", "bytes_down", "bytes_total", "blocked"),
        }
    ),
    sniff=sniff,
    rows=_Transactions,
    explain=lambda line: "is no transaction event: date, time, time taken and three sizes",
    keeps_state=True,
)
