"""Palo Alto Prisma SD-WAN (CloudGenix): flow logs, fifteen fields and more behind `cgxFlowLogV1`.

Time, source, source port, destination, destination port, protocol, two unused, packets and bytes sent and
received, user, path, path's id, app, event, policy with `:allow:` or `:deny:` (observed in a collector's
samples; names from a parser's field list). A flow is logged when it begins and when it is deleted; only
the latter counts, unless the policy denied it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.paloalto import START

if TYPE_CHECKING:
    import polars as pl

_FLOW = (
    r"\bcgxFlowLogV1\b.*?(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[^,\s]*),(?P<source_ip>[^,]+),[0-9]*,"
    r"(?P<destination_ip>[^,]+),(?P<port>[0-9]*),[^,]*,[^,]*,[^,]*,[0-9]*,[0-9]*,(?P<bytes_up>[0-9]*),"
    r"(?P<bytes_down>[0-9]*),(?P<user>[^,]*),[^,]*,[^,]*,[^,]*,(?P<event>[^,]*)(?:,(?P<action>.*))?$"
)
_OTHER = r"\bION_HOST=\"[^\"]*\" .*\bELEMENT_ID="
_NOT_TRAFFIC = "not traffic (event of the appliance)"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines an ION device wrote."""
    return share(lines, rf"{_FLOW}|{_OTHER}")


def rows(context: Context) -> Rows:
    """Start on a log."""
    meaning = Meaning(context, denied=r"(?i):(?:deny|reject|drop)")

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        line, event = pl.col("line"), pl.col("event").str.to_lowercase()
        denied = pl.col("action").str.contains("(?i):(?:deny|reject|drop)").fill_null(False)
        texts = (
            lines.alias("line")
            .to_frame()
            .select(line.str.extract_groups(_FLOW).struct.unnest(), other=line.str.contains(_OTHER))
            .with_columns(
                skip=pl.when("other")
                .then(pl.lit(_NOT_TRAFFIC))
                .when(event.str.starts_with("new flow") & ~denied)
                .then(pl.lit(START)),
            )
        )
        return meaning.rows(texts.drop("event", "other")).drop("bad")

    return read


PRISMA_SDWAN = Format(
    name="prisma-sdwan",
    title="Palo Alto Prisma SD-WAN flow log",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer((_FLOW, "is no flow of cgxFlowLogV1 with its fields"), last="names no destination"),
)
