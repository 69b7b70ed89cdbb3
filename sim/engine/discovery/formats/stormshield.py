"""Stormshield SNS: `id=firewall time="..." fw="..." tz=+0100 ... logtype="connection"`.

Fields: SNS, Description of audit logs (documented): `sent` and `rcvd` are bytes, `tz` is the firewall's
zone; connections end up in the log `connection`, or in `plugin` where a protocol was analysed. A rule of
the filter that lets pass (or, with an empty action, only logs) is the same connection once more. That `sent`
is the client's side is own knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import local
from sim.engine.discovery.formats.fields import whole
from sim.engine.discovery.formats.looks import lacks, share
from sim.engine.discovery.formats.pairs import OTHER, PERMITTED, among, pairs

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("time", "tz", "logtype", "user", "src", "dst", "dstname", "dstport", "sent", "rcvd"),
    *("action", "op", "result", "arg"),
)
_TRAFFIC = ("connection", "plugin", "filter", "alarm", "web", "ssl", "ftp", "smtp", "pop3")


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are Stormshield's."""
    return share(lines, r'^(?=.*\bfw=)(?=.*\btz="?[+-]\d{4}\b)(?=.*\bstartime=)(?=.*\blogtype="?[a-z])')


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        kind = col("logtype")
        clock = local(col("time"), "%Y-%m-%d %H:%M:%S", context=context, zone=col("tz"))
        blocked = among(col("action"), "block")
        # Objects have names too, such as Firewall_out; a host's has dots and no underscore.
        named = pl.when(col("dstname").str.contains(r"^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$")).then("dstname")
        alarm_of_itself = (kind == "alarm") & col("dst").is_null()
        return pairs(lines, _KEYS).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(~among(kind, *_TRAFFIC) | alarm_of_itself)
            .then(pl.lit(OTHER))
            .when((kind == "filter") & ~blocked)
            .then(pl.lit(PERMITTED)),
            host=named,
            destination_ip=col("dst"),
            user=col("user"),
            source_ip=col("src"),
            bytes_up=whole(col("sent")),
            bytes_down=whole(col("rcvd")),
            blocked=blocked,
            url=col("arg"),
            port=whole(col("dstport")),
            method=col("op"),
            status=whole(col("result")),
            action=col("action"),
        )

    return read


STORMSHIELD = Format(
    name="stormshield",
    title="Stormshield SNS",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=lacks(("time",), 'time="2019-12-27 09:20:04"', ("dst", "dstname")),
)
