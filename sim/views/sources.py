"""What the data sources of a run have written by now: Defender's tables, and the log of a proxy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.base.time import from_iso
from sim.engine.discovery.log_sources import LogSource
from sim.engine.hunting.tables import device_events, device_network_events
from sim.engine.traffic import Traffic
from sim.session.driver import Session
from sim.views.endpoint import endpoint_rows
from sim.views.export import Kind, Sheet, to_csv, to_parquet

_TIMES, _NUMBERS = {"Timestamp"}, {"RemotePort", "ReportId"}


def tables(session: Session) -> Mapping[str, list[dict[str, Any]]]:
    """Return the rows of Defender's tables by table name, as far as Defender has received them."""
    rows = endpoint_rows(session)
    return {"DeviceNetworkEvents": device_network_events(rows), "DeviceEvents": device_events(rows)}


def table_sheet(name: str, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return a table as a sheet; Defender knows the columns, so an empty table has none."""
    columns: list[tuple[str, Kind]] = [(column, _kind(column)) for column in (rows[0] if rows else ())]
    return Sheet(
        name,
        tuple(columns),
        tuple(
            tuple(from_iso(row[column]) if kind == "time" else row[column] for column, kind in columns)
            for row in rows
        ),
    )


def _kind(column: str) -> Kind:
    return "time" if column in _TIMES else "number" if column in _NUMBERS else "text"


def table_bytes(name: str, rows: Sequence[Mapping[str, Any]], file_format: str) -> bytes:
    """Return a table as csv, parquet, or jsonl: one JSON object a line."""
    if file_format == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    sheet = table_sheet(name, rows)
    return to_csv(sheet) if file_format == "csv" else to_parquet(sheet)


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
