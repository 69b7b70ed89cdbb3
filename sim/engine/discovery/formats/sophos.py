"""Sophos Firewall (XG, SFOS), its forerunner Cyberoam, and Sophos SG (UTM).

XG: Sophos Firewall syslog guide (documented): `log_type`, `log_component` and `log_subtype` say what a
record is, `sent_bytes` is what the client sent; the product's table denies the upload, the format wins.
Cyberoam writes the same keys (own knowledge). A connection is logged as it starts and as it stops
(`connevent` or `con_event`).

SG: `httpproxy` and `ulogd` lines (own knowledge). `size` is what the client got; a packet filter's `length`
is one packet's and no measure of a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, local, with_header
from sim.engine.discovery.formats.fields import whole
from sim.engine.discovery.formats.looks import explainer, lacks, share
from sim.engine.discovery.formats.pairs import (
    END_COUNTS,
    INTERIM,
    OTHER,
    among,
    pairs,
    url_host,
)

if TYPE_CHECKING:
    import polars as pl

_XG_KEYS = (
    *("timestamp", "date", "time", "timezone", "log_type", "log_subtype", "status"),
    *("connevent", "con_event", "user_name", "user", "src_ip", "sourceip", "dst_ip", "dst_port"),
    *("domain", "sni", "servername", "url", "http_method", "method", "status_code", "httpstatus"),
    *("sent_bytes", "bytes_sent", "recv_bytes", "bytes_received"),
)
_XG_TRAFFIC = (
    *("firewall", "content filtering", "idp", "ips", "anti-virus", "anti-spam", "atp", "waf", "ssl", "tls"),
    *("application filter", "web filter", "zero day protection", "sandbox"),
)
_XG_BLOCKED = (
    *("denied", "deny", "deny session", "drop", "dropped", "blocked", "block", "reject", "rejected"),
    "invalid traffic",
)
_XG_LIKE = r'^(?=.*\blog_type="?[A-Za-z])(?=.*\blog_subtype="?)(?=.*\b(?:device_id|device_serial_id|device)=)'

_SG_KEYS = (*("sub", "action", "method", "srcip", "dstip", "dstport", "user", "statuscode", "size", "url"),)
_SG_LIKE = r'\bid="[0-9]{4}" severity="[a-z]+" sys="[A-Za-z]+" sub="[a-z0-9_-]+"'
_SG_TRAFFIC = ("http", "packetfilter", "ips", "afc")
_SG_BLOCKED = ("block", "blocked", "drop", "reject", "deny")


def sniff_xg(lines: Sequence[str]) -> float:
    """Say which part of the lines are of a Sophos Firewall or a Cyberoam."""
    return share(lines, _XG_LIKE)


def rows_xg(context: Context) -> Rows:
    """Start on a log of a Sophos Firewall or a Cyberoam."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        # `2025-03-12T11:03:06-0400`, the zone behind the time; or date, time and zone in fields.
        stamp = col("timestamp").str.extract_groups(r"^(?P<time>[0-9-]{10}T[0-9:]{8})(?P<zone>.*)$").struct
        new = local(stamp.field("time"), "%Y-%m-%dT%H:%M:%S", context=context, zone=stamp.field("zone"))
        old = local(
            col("date") + " " + col("time"), "%Y-%m-%d %H:%M:%S", context=context, zone=col("timezone")
        )
        clock = new.or_else(old)
        event = pl.coalesce("connevent", "con_event").str.to_lowercase()
        return pairs(lines, _XG_KEYS, empty=("N/A",)).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(~among(col("log_type"), *_XG_TRAFFIC) & col("log_type").is_not_null())
            .then(pl.lit(OTHER))
            .when(event == "start")
            .then(pl.lit(END_COUNTS))
            .when((event == "interim") | (col("status") == "Interim"))
            .then(pl.lit(INTERIM)),
            host=pl.coalesce("domain", "sni", url_host(col("url")), "servername"),
            destination_ip=col("dst_ip"),
            user=pl.coalesce("user_name", "user"),
            source_ip=pl.coalesce("src_ip", "sourceip"),
            bytes_up=whole(pl.coalesce("sent_bytes", "bytes_sent")),
            bytes_down=whole(pl.coalesce("recv_bytes", "bytes_received")),
            blocked=among(col("log_subtype"), *_XG_BLOCKED) | among(col("status"), *_XG_BLOCKED),
            url=col("url"),
            port=whole(col("dst_port")),
            method=pl.coalesce("http_method", "method"),
            status=whole(pl.coalesce("status_code", "httpstatus")),
            action=pl.coalesce("log_subtype", "status"),
        )

    return read


def sniff_sg(lines: Sequence[str]) -> float:
    """Say which part of the lines are of a Sophos SG."""
    return share(lines, _SG_LIKE)


def rows_sg(context: Context) -> Rows:
    """Start on a log of a Sophos SG."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        written = line.str.extract(r"\b([0-9]{4}:[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}:[0-9]{2})\b")
        own = local(written, "%Y:%m:%d-%H:%M:%S", context=context)
        clock = own.or_else(header_clock())
        before = line.str.extract(r'^(.*?)\bid="[0-9]{4}"')
        return with_header(pairs(lines, _SG_KEYS), before, context).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(~among(col("sub"), *_SG_TRAFFIC) & col("sub").is_not_null()).then(pl.lit(OTHER)),
            host=url_host(col("url")),
            destination_ip=col("dstip"),
            user=col("user"),
            source_ip=col("srcip"),
            bytes_down=whole(col("size")),
            blocked=among(col("action"), *_SG_BLOCKED),
            url=col("url"),
            port=whole(col("dstport")),
            method=col("method"),
            status=whole(col("statuscode")),
            action=col("action"),
        )

    return read


SOPHOS_XG = Format(
    name="sophos-xg",
    title="Sophos Firewall (XG, SFOS) and Cyberoam",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff_xg,
    rows=rows_xg,
    explain=lacks(("timestamp", "date"), "date=2019-12-27 time=09:20:04", ("dst_ip", "domain", "sni", "url")),
)
SOPHOS_SG = Format(
    name="sophos-sg",
    title="Sophos SG (UTM)",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_down", "blocked"}),
    sniff=sniff_sg,
    rows=rows_sg,
    explain=explainer(
        (_SG_LIKE, 'is no record such as id="0001" severity="info" sys="SecureWeb" sub="http"'),
        (r'\b(?:dstip|url)="[^"]', "names no destination (dstip or url)"),
        last="has no time such as 2019:12:27-09:20:04",
    ),
)
