"""Juniper ScreenOS (NetScreen, SSG): `NetScreen device_id=ssg5 ... (traffic): start_time="..." ...`.

Fields: ScreenOS Message Log Reference Guide, notification 00257 (own knowledge). `sent` is what the
client sent. `reason=Creation` is a session's start. Times are the device's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import local
from sim.engine.discovery.formats.fields import whole
from sim.engine.discovery.formats.looks import lacks, share
from sim.engine.discovery.formats.pairs import END_COUNTS, OTHER, among, pairs

if TYPE_CHECKING:
    import polars as pl

_KEYS = ("start_time", "src", "dst", "dst_port", "user", "sent", "rcvd", "action", "reason")
_BLOCKED = ("deny", "denied", "reject", "drop")


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are ScreenOS's."""
    return share(lines, r"^(?!.*\b(?:CEF|LEEF):\d).*(?:^|[\s:>])NetScreen (?:device_id=)?\S")


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        began = local(col("start_time"), "%Y-%m-%d %H:%M:%S", context=context)

        def word(key: str) -> pl.Expr:
            # `src zone=Trust`: the first half of such a key hangs on the value before it.
            return col(key).str.extract(r"^(\S+)")

        return pairs(lines, _KEYS).select(
            time=began.time,
            assumed=began.assumed,
            skip=pl.when(~col("line").str.contains("(traffic)", literal=True))
            .then(pl.lit(OTHER))
            .when(col("reason").str.starts_with("Creation"))
            .then(pl.lit(END_COUNTS)),
            destination_ip=word("dst"),
            user=word("user"),
            source_ip=word("src"),
            bytes_up=whole(word("sent")),
            bytes_down=whole(word("rcvd")),
            blocked=among(word("action"), *_BLOCKED),
            port=whole(word("dst_port")),
            action=word("action"),
        )

    return read


JUNIPER_SSG = Format(
    name="juniper-ssg",
    title="Juniper SSG and NetScreen (ScreenOS)",
    knows=frozenset({"destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=lacks(("start_time",), 'start_time="2019-12-27 09:20:00"', ("dst",)),
)
