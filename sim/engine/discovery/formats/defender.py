"""Microsoft Defender's own DeviceNetworkEvents: exported from advanced hunting as CSV, as JSON, or streamed.

Columns are those of the table (Microsoft's schema reference; documented): who, on which machine, with
which program, went where; no sizes. The streaming API wraps a row as `properties` and names the table in
`category`; other tables are skipped. The sensor writes about one connection more than once. Counted is what
says that the machine connected: ConnectionSuccess, ConnectionFound (open when the sensor started) and
ConnectionRequest. What was only tried, came in, or repeats a connection after inspection is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.csvtable import Header, Places, Table, header_share
from sim.engine.discovery.formats.jsonlines import JsonLog, Profile, sniffer
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import Names, normal, places

if TYPE_CHECKING:
    import polars as pl

NAMES: Names = {
    "time": ("timestamp", "timegenerated", "eventtime", "time"),
    "url": ("remoteurl",),
    "destination_ip": ("remoteip",),
    "user": ("initiatingprocessaccountupn", "initiatingprocessaccountname"),
    "source_ip": ("localip",),
    "machine": ("devicename", "computername"),
    "process": ("initiatingprocessfilename",),
    "port": ("remoteport",),
    "action": ("actiontype",),
    "table": ("category", "type"),
}
"""`ComputerName` and `EventTime` are the names before 2020."""

_USE = ("ConnectionSuccess", "ConnectionFound", "ConnectionRequest")
_OTHER_WAYS = {
    "ConnectionFailed": "a connection that failed",
    "ConnectionAttempt": "a connection that was only tried",
    "ConnectionAcknowledged": "an answer to a connection, which has a row of its own",
    "InboundConnectionAccepted": "a connection from outside",
    "ListeningConnectionCreated": "a port that listens",
}
_INSPECTED = "inspection of a connection, which has a row of its own"
_TABLE = re.compile("(?i)^(?:AdvancedHunting-)?DeviceNetworkEvents$")


def _find(header: Header) -> Places | None:
    names = [normal(name) for name in header.names]
    return places(names, NAMES) if _is_table(names) else None


def _is_table(names: Collection[str]) -> bool:
    return (
        "remoteip" in names and "actiontype" in names and ("devicename" in names or "computername" in names)
    )


def _is_record(document: Mapping[str, str]) -> bool:
    streamed = document.get("category", "").startswith("AdvancedHunting-")
    return streamed or ("initiatingprocessfilename" in document and _is_table(document))


_sniff_documents = sniffer(_is_record)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are rows of the table, or of another one in the stream."""
    return header_share(lines, _find) or _sniff_documents(lines)


def counted(texts: pl.DataFrame) -> pl.DataFrame:
    """Return texts with `skip` for what is no use of anything."""
    import polars as pl

    reasons = [pl.col("skip")] if "skip" in texts.columns else []
    if "table" in texts.columns:
        other = pl.col("table").str.contains(_TABLE.pattern).not_()
        reasons.append(pl.when(other).then(pl.format("not traffic ({})", "table")))
    if "action" in texts.columns:
        action = pl.col("action")
        reasons.append(action.replace_strict(_OTHER_WAYS, default=None, return_dtype=pl.String))
        reasons.append(pl.when(action.str.ends_with("Inspected")).then(pl.lit(_INSPECTED)))
        reasons.append(pl.when(~action.is_in([*_USE, ""])).then(pl.format("not traffic ({})", action)))
    changes = {"skip": pl.coalesce(*reasons)} if reasons else {}
    return texts.with_columns(**changes).drop("table", strict=False)


PROFILE = Profile(NAMES, _is_record, denied="$^", utc=True, change=counted)


class _Rows:
    """Reads an export in the way that its first line asks for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read: Rows | None = None

    def __call__(self, lines: pl.Series) -> pl.LazyFrame:
        if self._read is None:
            first = next((line.strip() for line in lines if line.strip()), "")
            self._read = JsonLog(self._context, PROFILE) if first[:1] in "{[" else self._table()
        return self._read(lines).drop("blocked", strict=False)

    def _table(self) -> Rows:
        meaning = Meaning(self._context, utc=True)
        return Table(
            self._context, _find, lambda texts: meaning.rows(counted(texts)), refusal=lambda line: _NO_HEADER
        )


_NO_HEADER = "no header above it names RemoteIP, ActionType and DeviceName"
DEFENDER = Format(
    name="defender",
    title="Microsoft Defender DeviceNetworkEvents, CSV or JSON",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "machine", "process"}),
    sniff=sniff,
    rows=_Rows,
    explain=lambda line: _NO_HEADER,
    keeps_state=True,
)
