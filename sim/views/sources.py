"""What the data sources of a run have written by now: Defender's tables, and the log of a proxy."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.engine.discovery.log_sources import LogSource
from sim.engine.hunting.tables import device_events, device_network_events
from sim.engine.traffic import Traffic
from sim.session.driver import Session
from sim.views.endpoint import endpoint_rows
from sim.views.export import safe_cell

if TYPE_CHECKING:
    import polars as pl

_ISO = "%Y-%m-%dT%H:%M:%S%.6fZ"


def tables(session: Session) -> Mapping[str, pl.DataFrame]:
    """Return Defender's tables by name, as far as Defender has received their rows."""
    rows = endpoint_rows(session)
    return {"DeviceNetworkEvents": device_network_events(rows), "DeviceEvents": device_events(rows)}


def table_bytes(table: pl.DataFrame, file_format: str) -> bytes:
    """Return a table as parquet, csv that no spreadsheet obeys, or jsonl: one JSON object a line."""
    import polars as pl

    out = io.BytesIO()
    if file_format == "parquet":
        table.write_parquet(out, compression_level=9)
        return out.getvalue()
    written = table.with_columns(pl.col("Timestamp").dt.strftime(_ISO))
    if file_format == "jsonl":
        written.write_ndjson(out)
    else:
        texts = [column for column in written if column.dtype == pl.String]
        written.with_columns(_safe(column) for column in texts).write_csv(out, line_terminator="\r\n")
    return out.getvalue()


def _safe(column: pl.Series) -> pl.Series:
    """Return a column of texts that no spreadsheet carries out; each distinct text is looked at once."""
    changed = {text: safe for text in column.unique().to_list() if (safe := safe_cell(text)) != text}
    return column.replace(changed) if changed else column


def proxy_logs(session: Session, source: LogSource) -> list[tuple[str, bool, Traffic]]:
    """Return each proxy's name, whether it inspects TLS, and what passed it by now, as one kind of log.

    Without a proxy it is one in front of everybody.
    """
    world = session.world
    rows = world.plane.telemetry.between(0, session.now)
    found = [
        (
            each.name,
            each.proxy.inspects_tls and source.reads_urls,
            world.logs.of(each.proxy, rows.take(each.carries(rows.time, rows.machine)), source),
        )
        for each in world.upstream.gateways
    ]
    return found or [("proxy", False, world.logs.of(None, rows, source))]
