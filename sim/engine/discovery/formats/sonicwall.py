"""SonicWall: `id=firewall sn=... time=... m=537 msg="Connection Closed" src=10.1.4.23:52144:X0 ...`.

Keys: SonicOS Log Events Reference Guide, index of syslog tags (documented): `src` and `dst` are address,
port, interface and, where it was resolved, name. `sent` is what the client sent. Which message ids are
traffic, and which of them denials, is own knowledge; any other message counts where its text says that
something with a source and a destination was dropped, blocked or denied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import local
from sim.engine.discovery.formats.fields import known, whole
from sim.engine.discovery.formats.looks import lacks, share
from sim.engine.discovery.formats.pairs import END_COUNTS, OTHER, among, pairs

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("time", "m", "msg", "usr", "user", "src", "dst", "sent", "rcvd", "dstname", "arg", "op", "result"),
    "fw_action",
)
_OPENED = "98"
# Connection closed, web site hit, web site allowed; application control, IPS, anti-spyware: detection.
_ALLOWED = ("537", "97", "16", "1154", "608", "795")
# Web site or code refused; packets dropped by policy; threats and applications prevented; country, botnet.
_DENIED = (
    *("14", "15", "18", "19", "20", "21", "36", "37", "38", "39", "40", "41", "173", "524", "609", "794"),
    *("809", "1155", "1198", "1199", "1200", "1201"),
)
_REFUSED = r"(?i)\b(?:dropped|blocked|denied|rejected)\b"
_NO_USE = r"(?i)\b(?:log ?[io]n|log ?out|administrator|user|ike|vpn|dhcp|ppp\w*)\b"
# Operations of HTTP by their number in `op` (own knowledge).
_METHODS = {"1": "GET", "2": "POST", "3": "HEAD"}
_END = (
    r"^(?:\[(?P<v6>[^\]]*)\]|(?P<v4>[0-9.]+)|(?P<bare>[0-9A-Fa-f:]+))"
    r"(?::(?P<port>[0-9]*)(?::(?P<interface>[^:]*)(?::(?P<name>[^:]*))?)?)?$"
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are SonicWall's."""
    return share(lines, r'^(?=.*\bsn="?[0-9A-Fa-f]{12}\b)(?=.*\bm="?[0-9]{1,5}\b)(?=.*\b(?:fw|pri|c)=)')


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        number, message = col("m"), col("msg")
        refused = (
            message.str.contains(_REFUSED) & ~message.str.contains(_NO_USE) & col("dst").is_not_null()
        ).fill_null(False)
        denied = number.is_in(_DENIED) | refused | among(col("fw_action"), "drop", "deny", "forced drop")
        stamp = col("time").str.extract_groups(r"^(?P<time>[0-9-]{10} [0-9:]{8})(?: (?P<zone>\S+))?$").struct
        clock = local(stamp.field("time"), "%Y-%m-%d %H:%M:%S", context=context, zone=stamp.field("zone"))
        source, server = col("source").struct, col("server").struct
        table = pairs(lines, _KEYS, empty=("NA", "N/A", "Unknown"))
        return table.with_columns(
            source=col("src").str.extract_groups(_END), server=col("dst").str.extract_groups(_END)
        ).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(number == _OPENED)
            .then(pl.lit(END_COUNTS))
            .when(~number.is_in(_ALLOWED) & ~denied)
            .then(pl.lit(OTHER)),
            host=pl.coalesce("dstname", known(server.field("name"))),
            destination_ip=pl.coalesce(*(server.field(kind) for kind in ("v4", "v6", "bare"))),
            user=pl.coalesce("usr", "user"),
            source_ip=pl.coalesce(*(source.field(kind) for kind in ("v4", "v6", "bare"))),
            bytes_up=whole(col("sent")),
            bytes_down=whole(col("rcvd")),
            blocked=denied.fill_null(False),
            url=col("arg"),
            port=whole(server.field("port")),
            method=col("op").replace_strict(_METHODS, default=None, return_dtype=pl.String),
            status=whole(col("result")),
            action=pl.coalesce("fw_action", "msg"),
        )

    return read


SONICWALL = Format(
    name="sonicwall",
    title="SonicWall",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=lacks(("time",), 'time="2019-12-27 09:20:04"', ("dst", "dstname")),
)
