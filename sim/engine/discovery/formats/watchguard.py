"""WatchGuard Firebox: `msg_id="3000-0151" Allow 1-Trusted 0-External ...`, and Traffic Monitor's lines.

Traffic Monitor: Fireware Help, "Read a Log Message" (documented). The order of fields in syslog and the
names of a proxy's fields (Fireware Log Catalog) are own knowledge. `sent_bytes` is what the client sent.
A packet filter logs a connection when it is allowed (3000-0148), with bytes when it ends (3000-0151,
3000-0176); an application found meanwhile (3000-0149) is the same connection. A proxy logs requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, with_header
from sim.engine.discovery.formats.fields import known, whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER, pairs

if TYPE_CHECKING:
    import polars as pl

_KEYS = (
    *("msg_id", "src_user", "dstname", "sni", "cn", "arg", "op", "rcvd_bytes", "sent_bytes", "action", "msg"),
)
_ADDRESS = r"[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]+"
# Syslog: verdict, interfaces, now and then sizes, addresses, ports. Traffic Monitor: the addresses first.
_SYSLOG = (
    r'\bmsg_id="[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}" '
    r"(?P<verdict>Allow|Deny|ProxyAllow|ProxyDeny|ProxyDrop|ProxyStrip)"
    rf"[^\"]*? (?P<source>{_ADDRESS}) (?P<server>{_ADDRESS})(?: [0-9]+ (?P<port>[0-9]+))?"
)
_MONITOR = (
    rf"\b(?P<verdict>Allow|Deny) (?P<source>{_ADDRESS}) (?P<server>{_ADDRESS}) \S+/\S+ "
    r"(?:[0-9]+ (?P<port>[0-9]+) )?.*\bmsg_id=\""
)
_MESSAGE = r'\bmsg_id="[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}"'
_STARTS = ("3000-0148",)
_MEANWHILE = ("3000-0149",)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are a Firebox's."""
    return share(lines, _MESSAGE)


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        one, two = col("syslog").struct, col("monitor").struct

        def field(name: str) -> pl.Expr:
            return pl.coalesce(one.field(name), two.field(name))

        verdict = field("verdict")
        blocked = verdict.is_in(["Deny", "ProxyDeny", "ProxyDrop"]).fill_null(False)
        clock = header_clock()
        sized = col("sent_bytes").is_not_null() | col("rcvd_bytes").is_not_null()
        # A certificate's name may stand for all hosts below a domain.
        certificate = col("cn").str.strip_prefix("*.")
        table = pairs(lines, _KEYS, empty=("N/A", "none"))
        before = line.str.extract(rf"^(.*?)(?:{_MESSAGE}|\b(?:Allow|Deny) )")
        return (
            with_header(table, before, context)
            .with_columns(syslog=line.str.extract_groups(_SYSLOG), monitor=line.str.extract_groups(_MONITOR))
            .select(
                time=clock.time,
                assumed=clock.assumed,
                skip=pl.when(col("msg_id").is_not_null() & verdict.is_null())
                .then(pl.lit(OTHER))
                .when(col("msg_id").is_in(_STARTS) & ~blocked & ~sized)
                .then(pl.lit(END_COUNTS))
                .when(col("msg_id").is_in(_MEANWHILE) & ~blocked)
                .then(pl.lit(INTERIM)),
                host=pl.coalesce("dstname", "sni", certificate),
                destination_ip=field("server"),
                user=col("src_user"),
                source_ip=field("source"),
                bytes_up=whole(col("sent_bytes")),
                bytes_down=whole(col("rcvd_bytes")),
                blocked=blocked,
                url=col("arg"),
                port=whole(field("port")),
                method=known(col("op")),
                action=verdict,
            )
        )

    return read


WATCHGUARD = Format(
    name="watchguard",
    title="WatchGuard Firebox",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (_MESSAGE, 'is no message such as msg_id="3000-0151" Allow ...'),
        last="has no time that can be read",
    ),
)
