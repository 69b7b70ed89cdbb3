r"""Check Point: Log Exporter's syslog and Splunk layouts, and the export of the tracker.

Log Exporter (documented: Logging and Monitoring, Log Exporter; fields: sk144192): `[action:"Accept";
src:"..."; ... ]`, the same as structured data of RFC 5424 (`[x@2620 action="Accept" ...]`), and
`time=1577438400|action=Accept|...`. `client_inbound_bytes` came from the client, `sent_bytes` is what it
sent. A record that was updated may come again with the same `loguid`; each one counts.

The tracker's export is a row of quoted texts in the columns' order: number, date `27Dec2019`, time,
interface, origin, type, action, service, source port, source, destination, protocol, rule, rule's name,
current rule, user, information, product (observed). The CEF layout is read by the formats for CEF.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import local
from sim.engine.discovery.formats.fields import epoch, known, whole
from sim.engine.discovery.formats.looks import explainer, lacks, share
from sim.engine.discovery.formats.pairs import OTHER, among, pairs, url_host

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("time", "type", "product", "action", "rule_action", "src", "dst", "service", "user", "src_user_name"),
    *("resource", "tls_server_host_name", "dst_domain_name", "method", "http_status"),
    *("sent_bytes", "client_inbound_bytes", "received_bytes", "client_outbound_bytes", "bytes"),
)
# `[action:"Accept"; ` or, by a collector, `[action="Accept" `; the same keys stand near the beginning of any.
_COLON = r'[\[;] ?[A-Za-z_]+:"'
_LIKE = (
    rf'^(?:(?=.*{_COLON})(?=.*\b(?:loguid|origin|ifdir|originsicname):")|(?=.*\[\S+@2620 )(?=.*\bloguid="{{)'
    r"|(?=.*\btime=[0-9]{9,10}\|)(?=.*\b(?:hostname=[^|]*\||loguid=)))"
)
_BLOCKED = ("drop", "dropped", "reject", "block", "prevent", "deny", "quarantine", "blocked")

_NAMES = (
    *("number", "date", "time", "interface", "origin", "type", "action", "service", "sport", "source"),
    *("server", "protocol", "rule", "rule_name", "current", "user", "info"),
)
_ROW = '[ ,;\\t]"'.join(
    (
        r'^\s*"(?P<number>[0-9]*)"',
        r'(?P<date>[0-9]{1,2}[A-Z][a-z]{2}[0-9]{4})"',
        r'(?P<time>[0-9]{1,2}:[0-9]{2}:[0-9]{2})"',
        *(rf'(?P<{name}>[^"]*)"' for name in _NAMES[3:]),
    )
)
_HEADER = r'^\s*"(?:Number|No\.?)"[ ,;\t]"Date"'
_USES = (
    "accept",
    "allow",
    "bypass",
    "inspect",
    "encrypt",
    "decrypt",
    "monitor",
    "detect",
    "redirect",
    "ask user",
)

HEADER = "header line"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are Log Exporter's."""
    return share(lines, _LIKE)


def rows(context: Context) -> Rows:
    """Start on a log of Log Exporter."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        unfolded = pl.when(line.str.contains(_COLON)).then(
            line.str.replace_all(r'[\[;] ?([A-Za-z_][A-Za-z0-9_-]*):"', ' ${1}="')
        )
        plain = lines.to_frame("line").select(pl.coalesce(unfolded, "line")).to_series()
        action = pl.coalesce("action", "rule_action")
        return pairs(plain, _KEYS, "| ", ("N/A",)).select(
            time=epoch(col("time")),
            skip=pl.when(col("dst").is_null() & col("src").is_null()).then(pl.lit(OTHER)),
            host=pl.coalesce(url_host(col("resource")), "tls_server_host_name", "dst_domain_name"),
            destination_ip=col("dst"),
            user=pl.coalesce("user", "src_user_name"),
            source_ip=col("src"),
            bytes_up=whole(pl.coalesce("sent_bytes", "client_inbound_bytes")),
            bytes_down=whole(pl.coalesce("received_bytes", "client_outbound_bytes")),
            bytes_total=whole(col("bytes")),
            blocked=among(action, *_BLOCKED),
            url=col("resource"),
            port=whole(col("service")),
            method=col("method"),
            status=whole(col("http_status")),
            action=action,
        )

    return read


def sniff_export(lines: Sequence[str]) -> float:
    """Say which part of the lines are rows of the tracker's export."""
    return share(lines, _ROW, _HEADER)


def rows_export(context: Context) -> Rows:
    """Start on an export of the tracker."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        clock = local(col("date") + " " + col("time"), "%d%b%Y %H:%M:%S", context=context)
        action = col("action")
        url = known(col("info").str.extract(r"\bresource: (\S+?)(?:;|$)"))
        return (
            lines.to_frame("line")
            .lazy()
            .with_columns(line.str.extract_groups(_ROW).struct.unnest())
            .select(
                time=clock.time,
                assumed=clock.assumed,
                skip=pl.when(line.str.contains(_HEADER))
                .then(pl.lit(HEADER))
                .when(action.is_not_null() & ~among(action, *_USES, *_BLOCKED))
                .then(pl.lit(OTHER)),
                host=url_host(url),
                destination_ip=known(col("server")),
                user=known(col("user")),
                source_ip=known(col("source")),
                blocked=among(action, *_BLOCKED),
                url=url,
                port=whole(col("service")),
                action=action,
            )
        )

    return read


CHECKPOINT = Format(
    name="checkpoint",
    title="Check Point Log Exporter (syslog, Splunk)",
    knows=frozenset(
        {
            *("host", "destination_ip", "user", "source_ip"),
            *("bytes_up", "bytes_down", "bytes_total", "blocked"),
        }
    ),
    sniff=sniff,
    rows=rows,
    explain=lacks(("time",), 'time:"1577438400"', ("dst", "resource")),
)
CHECKPOINT_EXPORT = Format(
    name="checkpoint-export",
    title="Check Point, export of the tracker",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "blocked"}),
    sniff=sniff_export,
    rows=rows_export,
    explain=explainer(
        (_ROW, f"has not the columns of the tracker's export ({', '.join(_NAMES)})"),
        (
            r'^\s*"[0-9]*"[ ,;\t]"[0-9]{1,2}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)',
            "its date is not like 27Dec2019",
        ),
        last="names no destination",
    ),
)
