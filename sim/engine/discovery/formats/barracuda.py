"""Barracuda: the CloudGen Firewall's activity log, and the Web Security Gateway's traffic log.

CloudGen: Firewall Activity Log (documented): `2019 12 27 09:20:04 Info +01:00 Remove: type=FWD|proto=TCP|
srcIF=...`, the keys in one order, which the short form without keys keeps (guess). `Allow` begins a session
and `Remove` ends it, with the bytes (own knowledge); that `sentBytes` is the client's side is a guess.
The firewall service's own log has threats as `[Request] Allow: IPS ... 10.1.4.23 -> 162.125.66.18:443`.

Web Security Gateway: "Syslog and the Barracuda Web Security Gateway" (documented): `http_scan[3365]:
1577438400 1 10.1.4.23 162.125.66.18 text/html 10.1.4.23 https://www.dropbox.com/ 2704 BYF ALLOWED CLEAN ...`.
Its size is the content's, which the client got, and its last field the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, local, with_header
from sim.engine.discovery.formats.fields import epoch, known, whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER, pairs, url_host

if TYPE_CHECKING:
    import polars as pl

_ORDER = (
    *("type", "proto", "srcIF", "srcIP", "srcPort", "srcMAC", "dstIP", "dstPort", "dstService", "dstIF"),
    *("rule", "info", "srcNAT", "dstNAT", "duration", "count", "receivedBytes", "sentBytes"),
    *("receivedPackets", "sentPackets", "user", "protocol", "application", "target", "content", "urlcat"),
)
_KEYS = ("srcIP", "dstIP", "dstPort", "receivedBytes", "sentBytes", "user", "target")
# Local in and out, loopback, forwarding, proxy, and these inbound.
_TYPE = r"(?:type=)?(?:I?FWD|I?PX[YR]|I?PRX|LIN|LOUT|LB|TAP|LRD)\|"
_ACTIVITY = rf"\b(?P<action>[A-Z][A-Za-z]+): (?P<body>{_TYPE}.*)$"
_ADDRESS = r"[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]*[0-9A-Fa-f]"
_REQUEST = (
    rf"\bfirewall: \[Request\] (?P<action>[A-Z][a-z]+): .*?(?P<source>{_ADDRESS})(?::[0-9]+)? -> "
    rf"(?P<server>[0-9.]+|{_ADDRESS})(?::(?P<port>[0-9]+))? "
)
_SURE = rf"\b[A-Z][A-Za-z]+: {_TYPE}|\bfirewall: \[Request\] [A-Z]"
# Any line of the box: a level, filled up to eight characters, and the name of the box.
_BOX = r"(?:^|[\s:])(?:Info {4}|Notice {2}|Warning |Error {3}|Security|Fatal {3}|Panic {3}) +\S+ "
_BLOCKED = ("Block", "LocalBlock", "Deny", "LocalDeny", "Drop", "LocalDrop", "Fail", "Reject")

_SCAN = (
    r"\bhttps?_?scan\[[0-9]+\]: (?P<time>[0-9]{9,10})(?:\.[0-9]+)? \S+ (?P<source>\S+) "
    r"(?P<server>[^\s(]+)(?:\(\S*)? \S+ \S+ (?P<url>\S+) (?P<size>[0-9]+) (?:BYF )?(?P<action>[A-Z]+) "
    r"(?P<rest>.*)$"
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are of a CloudGen Firewall."""
    return share(lines, _SURE, _BOX)


def rows(context: Context) -> Rows:
    """Start on a log of a CloudGen Firewall."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        activity, request = col("activity").struct, col("request").struct
        short = activity.field("body").str.split("|")

        def field(key: str) -> pl.Expr:
            return pl.coalesce(
                key, pl.when(col("short")).then(known(short.list.get(_ORDER.index(key), null_on_oob=True)))
            )

        action = pl.coalesce(activity.field("action"), request.field("action"))
        blocked = action.is_in(_BLOCKED).fill_null(False)
        own = line.str.extract(r"\b([0-9]{4} [0-9]{2} [0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\b")
        zone = line.str.extract(r" ([+-][0-9]{2}:[0-9]{2}) ")
        clock = local(own, "%Y %m %d %H:%M:%S", context=context, zone=zone).or_else(header_clock())
        table = pairs(lines, _KEYS, "|")
        before = line.str.extract(rf"^(.*?)(?:{_SURE}|{_BOX})")
        return (
            with_header(table, before, context)
            .with_columns(
                activity=line.str.extract_groups(_ACTIVITY), request=line.str.extract_groups(_REQUEST)
            )
            .with_columns(short=~activity.field("body").str.starts_with("type="))
            .select(
                time=clock.time,
                assumed=clock.assumed,
                skip=pl.when(activity.field("action").is_in(["Allow", "LocalAllow"]))
                .then(pl.lit(END_COUNTS))
                .when(activity.field("action").is_in(["Detect", "Scan"]))
                .then(pl.lit(INTERIM))
                .when(action.is_null() & line.str.contains(_BOX))
                .then(pl.lit(OTHER)),
                host=url_host(field("target")),
                destination_ip=pl.coalesce(field("dstIP"), request.field("server")),
                user=field("user"),
                source_ip=pl.coalesce(field("srcIP"), request.field("source")),
                bytes_up=whole(field("sentBytes")),
                bytes_down=whole(field("receivedBytes")),
                blocked=blocked,
                url=field("target"),
                port=whole(pl.coalesce(field("dstPort"), request.field("port"))),
                action=action,
            )
        )

    return read


def sniff_web(lines: Sequence[str]) -> float:
    """Say which part of the lines are of a Web Security Gateway."""
    return share(lines, _SCAN)


def rows_web(context: Context) -> Rows:
    """Start on a log of a Web Security Gateway."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col = pl.col
        user = known(col("rest").str.extract(r" \[?([^\s\[\]]+)\]?\s*$"), "ANON", "(-)")
        return (
            lines.to_frame("line")
            .lazy()
            .select(col("line").str.extract_groups(_SCAN).struct.unnest())
            .select(
                time=epoch(col("time")),
                host=url_host(col("url")),
                destination_ip=known(col("server")),
                # A user that a directory names; other last fields are categories and marks.
                user=pl.when(user.str.contains(r"^[A-Za-z0-9_.-]+[:\\@]")).then(user),
                source_ip=col("source"),
                bytes_down=whole(col("size")),
                blocked=col("action") == "BLOCKED",
                url=col("url"),
                action=col("action"),
            )
        )

    return read


BARRACUDA_CLOUDGEN = Format(
    name="barracuda-cloudgen",
    title="Barracuda CloudGen Firewall",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (_SURE, "is no activity such as Remove: type=FWD|proto=TCP|..."),
        (rf"\bdstIP={_ADDRESS}|(?<!=)\|{_ADDRESS}\||{_REQUEST}", "names no destination (dstIP)"),
        last="has no time such as 2019 12 27 09:20:04",
    ),
)
BARRACUDA_WEB = Format(
    name="barracuda-web",
    title="Barracuda Web Security Gateway",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_down", "blocked"}),
    sniff=sniff_web,
    rows=rows_web,
    explain=explainer(
        (_SCAN, "is no line such as http_scan[3365]: 1577438400 1 10.1.4.23 ..."),
        last="names no destination",
    ),
)
