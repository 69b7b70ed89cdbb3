"""Cisco Meraki: `1577438400.257 FW_MX urls src=10.1.4.23:52144 dst=162.125.66.18:443 ... request: GET ...`.

Kinds of messages: Meraki, Syslog Server Overview and Configuration; Syslog Event Types and Log Samples
(documented). From firmware 18.101 on, `flows` is called `firewall` and the like. In a pattern, 0 and
`allow` let pass, 1 and `deny` do not (documented). There are no bytes and no users. A request (`urls`) and
the flow below it are two messages, and both count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.fields import epoch, known, whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, OTHER, url_host

if TYPE_CHECKING:
    import polars as pl

_FLOWS = (
    *("flows", "firewall", "vpn_firewall", "cellular_firewall", "bridge_anyconnect_client_vpn_firewall"),
    "ip_flow_end",
)
_OTHERS = ("urls", "security_event", "ids-alerts", "ip_flow_start", "events", "airmarshal_events")
_LIKE = rf"\b(?P<time>[0-9]{{9,10}}\.[0-9]{{1,9}}) (?P<device>\S+) (?P<kind>{'|'.join((*_FLOWS, *_OTHERS))}) "
_ADDRESS = r"(?:\[(?P<bracketed>[^\]]*)\]|(?P<address>\S+?))(?::(?P<port>[0-9]+))?"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are Meraki's."""
    return share(lines, _LIKE)


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        col, line = pl.col, pl.col("line")
        kind = col("kind")
        flow = kind.is_in(_FLOWS) | (kind == "ip_flow_start")

        def end(key: str) -> pl.Expr:
            # The address of a flow has its port in a field of its own; an IPv6 address has colons too.
            text = line.str.extract(rf" {key}=(\S+)")
            parts = text.str.extract_groups(rf"^{_ADDRESS}$")
            return pl.when(flow).then(pl.struct(bracketed=None, address=text, port=None)).otherwise(parts)

        source, server = col("source").struct, col("server").struct
        request = line.str.extract_groups(r" request: (?P<method>\S+)(?: (?P<url>\S+))?").struct
        filtered = (kind == "events") & line.str.contains(" content_filtering_block", literal=True)
        url = known(pl.coalesce(request.field("url"), line.str.extract(r" url='?([^' ]+)")))
        verdict = pl.coalesce(
            line.str.extract(r" pattern: (\S+)"),
            line.str.extract(r" (?:action|decision)=(\S+)"),
            pl.when(flow).then(line.str.extract(r" (allow|deny) ")),
        )
        return (
            lines.to_frame("line")
            .lazy()
            .with_columns(line.str.extract_groups(_LIKE).struct.unnest())
            .with_columns(source=end("src"), server=end("dst"))
            .select(
                time=epoch(col("time")),
                skip=pl.when(kind == "ip_flow_start")
                .then(pl.lit(END_COUNTS))
                .when(kind.is_in(["events", "airmarshal_events"]) & ~filtered)
                .then(pl.lit(OTHER))
                .when((kind == "ids-alerts") & col("server").struct.field("address").is_null())
                .then(pl.lit(OTHER)),
                host=url_host(url),
                destination_ip=pl.coalesce(
                    server.field("bracketed"), server.field("address"), line.str.extract(r" server='([^']*)'")
                ),
                source_ip=pl.coalesce(source.field("bracketed"), source.field("address")),
                blocked=filtered | verdict.is_in(["1", "deny", "block", "blocked"]).fill_null(False),
                url=url,
                port=whole(pl.coalesce(line.str.extract(r" dport=([0-9]+)"), server.field("port"))),
                method=known(request.field("method"), "UNKNOWN"),
                action=verdict,
            )
        )

    return read


MERAKI = Format(
    name="meraki",
    title="Cisco Meraki",
    knows=frozenset({"host", "destination_ip", "source_ip", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (_LIKE, "has no time, device and kind such as 1577438400.257 FW_MX urls"),
        last="names no destination (dst or request)",
    ),
)
