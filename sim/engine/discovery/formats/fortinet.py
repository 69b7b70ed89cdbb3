"""FortiGate, FortiOS and FortiProxy logs: `key=value` pairs, or the same parted by commas.

Fields and their meaning: FortiOS Log Message Reference (documented). `sentbyte` is what the client sent.
`eventtime` counts seconds in FortiOS 6.0, milli- or nanoseconds later. FortiOS 4 has shorter names
(`src`, `sent`, `status`; own knowledge). Traffic logs are written when a session ends; `action="start"`
is a session's start (documented), and the message ids 20 and 21 (LOG_ID_TRAFFIC_STAT, ..._SNIFFER_STAT)
say how a long session goes on; both are counted when the session ends. A UTM record or an HTTP transaction
stands beside the record of its session and carries bytes of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import Clock, local, sure
from sim.engine.discovery.formats.fields import epoch, whole
from sim.engine.discovery.formats.looks import lacks, share
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, among, pairs, url_host

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("date", "time", "tz", "eventtime", "itime", "type", "logid", "log_id"),
    *("srcip", "src", "srcname", "dstip", "dst", "dstname", "dstport", "dst_port", "user", "unauthuser"),
    *("hostname", "http_host", "url", "http_url", "httpmethod", "http_method", "http_retcode"),
    *("action", "status", "utmaction", "sentbyte", "sent", "rcvdbyte", "rcvd"),
)
_TRAFFIC_TYPES = (
    *("traffic", "utm", "anomaly", "attack", "ips", "virus", "webfilter", "app-ctrl", "dlp", "dns"),
    *("ssl", "ssh", "waf", "voip", "emailfilter", "file-filter"),
)
_BLOCKED = (
    *("deny", "denied", "block", "blocked", "drop", "dropped", "drop_session", "reject", "violation"),
    *("reset", "reset_client", "reset_server", "reset_both", "clear_session", "ban", "quarantine"),
)
_LIKE = (
    r'(?=.*(?:^|[\s,">])log_?id="*[0-9]{4,10}"*(?:[\s,]|$))'
    r'(?=.*(?:^|[\s,">])type="*[a-z-]+"*[\s,])'
    r"(?=.*[\s,\"]subtype=)(?!.*\b(?:CEF|LEEF):\d)"
)

EVENT = "not traffic (event)"
OTHER_TYPE = "not traffic (another type of log)"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines is Fortinet's."""
    return share(lines, f"^{_LIKE}")


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        written = local(col("date") + " " + col("time"), "%Y-%m-%d %H:%M:%S", context=context, zone=col("tz"))
        # Last the time at which FortiAnalyzer got the record.
        clock = _epoch("eventtime").or_else(written).or_else(_epoch("itime"))
        action = pl.coalesce("action", "status")
        url = pl.coalesce("url", "http_url")
        # A name without a dot is a device's, and says less than its address.
        named = pl.when(col("dstname").str.contains(".", literal=True)).then("dstname")
        is_traffic = among(col("type"), *_TRAFFIC_TYPES)
        statistics = (col("type") == "traffic") & pl.coalesce("logid", "log_id").str.contains("00002[01]$")
        return pairs(lines, _KEYS, " ,", ("N/A",)).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(col("type").str.contains("event", literal=True))
            .then(pl.lit(EVENT))
            .when(~is_traffic & col("type").is_not_null())
            .then(pl.lit(OTHER_TYPE))
            .when(action == "start")
            .then(pl.lit(END_COUNTS))
            .when(statistics)
            .then(pl.lit(INTERIM)),
            host=pl.coalesce("hostname", "http_host", url_host(url), named),
            destination_ip=pl.coalesce("dstip", "dst"),
            user=pl.coalesce("user", "unauthuser"),
            source_ip=pl.coalesce("srcip", "src"),
            machine=col("srcname"),
            bytes_up=whole(pl.coalesce("sentbyte", "sent")),
            bytes_down=whole(pl.coalesce("rcvdbyte", "rcvd")),
            blocked=among(action, *_BLOCKED) | among(col("utmaction"), *_BLOCKED),
            url=url,
            port=whole(pl.coalesce("dstport", "dst_port")),
            method=pl.coalesce("httpmethod", "http_method"),
            status=whole(col("http_retcode")),
            action=action,
        )

    return read


def _epoch(key: str) -> Clock:
    import polars as pl

    return sure(epoch(pl.col(key)), pl.col(key))


FORTIGATE = Format(
    name="fortigate",
    title="Fortinet FortiGate, FortiOS and FortiProxy",
    knows=frozenset(
        {"host", "destination_ip", "user", "source_ip", "machine", "bytes_up", "bytes_down", "blocked"}
    ),
    sniff=sniff,
    rows=rows,
    explain=lacks(
        ("eventtime", "date"), "date=2019-12-27 time=09:20:04", ("dstip", "dst", "hostname", "url")
    ),
)
