"""A report as sheets for other programs: CSV that no spreadsheet obeys, and Parquet.

A spreadsheet takes a cell that begins with one of a few characters for a formula, and names in logs are
written by strangers. Such a cell gets a leading apostrophe, as OWASP advises ("CSV Injection"); numbers are
ours and stay numbers. Parquet has types, so its texts are as they were found.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sim.base.text import plain
from sim.base.time import to_datetime, to_iso
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.use import Use
from sim.views.standing import Judge, judged

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: OWASP's list, and the full-width signs that some spreadsheets obey too."""

Kind = Literal["text", "number", "flag", "time"]
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under typed columns; a time is microseconds UTC, None is what nobody knows."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]


_USE: tuple[tuple[str, Kind], ...] = (
    ("Transactions", "number"),
    ("Traffic (bytes)", "number"),
    ("Uploaded (bytes)", "number"),
    ("Downloaded (bytes)", "number"),
    ("Blocked", "number"),
    ("First seen (UTC)", "time"),
    ("Last seen (UTC)", "time"),
)
_APPS: tuple[tuple[str, Kind], ...] = (
    ("App", "text"),
    ("App id", "text"),
    ("Category", "text"),
    ("Score", "number"),
    ("Score overridden", "flag"),
    ("Risk level", "text"),
    ("Known (%)", "number"),
    ("Tag", "text"),
    ("Custom tags", "text"),
    ("Note", "text"),
    ("Vendor", "text"),
    ("Headquarters", "text"),
    ("Domains", "text"),
    ("Domains seen", "text"),
    ("Users", "number"),
    ("IP addresses", "number"),
    ("Machines", "number"),
)
_TITLES: dict[EntityKind, tuple[str, str]] = {
    "user": ("Users", "User"),
    "source_ip": ("IP addresses", "IP address"),
    "machine": ("Machines", "Machine"),
}


def apps_sheet(use: Use, judge: Judge, only: Iterable[str] | None = None) -> Sheet:
    """Return the discovered apps, most traffic first; only those of some ids, where they are given.

    With custom tags and domains, as in the product since June 2021 (CAS/release-notes.md; documented).
    """
    seen = use.domains_seen()
    wanted = None if only is None else set(only)
    rows = tuple(
        (
            found.app.name,
            found.app.id,
            found.app.category,
            found.standing.score,
            found.standing.overridden,
            found.standing.risk,
            found.standing.coverage,
            found.standing.tag,
            "; ".join(found.standing.labels),
            found.standing.note,
            found.app.vendor,
            use.catalog.countries.get(found.app.headquarters or "", found.app.headquarters),
            "; ".join(found.app.domains),
            "; ".join(seen[found.app.id]),
            found.usage.users,
            found.usage.source_ips,
            found.usage.machines,
            found.usage.transactions,
            found.usage.bytes_total,
            found.usage.bytes_up,
            found.usage.bytes_down,
            found.usage.blocked,
            found.usage.first,
            found.usage.last,
        )
        for found in judged(use, judge)
        if wanted is None or found.app.id in wanted
    )
    return Sheet("Discovered apps", (*_APPS, *_USE), rows)


def entities_sheet(use: Use, kind: EntityKind) -> Sheet:
    """Return users, IP addresses or machines, most transactions first."""
    name, title = _TITLES[kind]
    rows = tuple(
        (
            found.name,
            found.apps,
            found.transactions,
            found.bytes_total,
            found.bytes_up,
            found.bytes_down,
            found.blocked,
            found.first,
            found.last,
        )
        for found in use.entities(kind)
    )
    return Sheet(name, ((title, "text"), ("Apps", "number"), *_USE), rows)


def to_csv(sheet: Sheet) -> bytes:
    """Return a sheet as CSV (RFC 4180): UTF-8 without a byte order mark, a header, CRLF, formula-safe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([name for name, _ in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_cell(value, kind) for value, (_, kind) in zip(row, sheet.columns, strict=True)])
    return out.getvalue().encode()


def _csv_cell(value: Cell, kind: Kind) -> str | int:
    if value is None:
        return ""
    if kind == "time":
        return to_iso(int(value))
    if kind == "flag":
        return "yes" if value else "no"
    return int(value) if kind == "number" else safe_cell(str(value))


def safe_cell(text: str) -> str:
    """Return text that a spreadsheet shows and does not carry out; control characters are made visible."""
    shown = plain(text, limit=32_000)
    return "'" + shown if text.startswith(FORMULA) else shown


def to_parquet(sheet: Sheet) -> bytes:
    """Return a sheet as Parquet: whole numbers, times as UTC microseconds without a zone, texts as found."""
    import polars as pl

    types = {"text": pl.String(), "number": pl.Int64(), "flag": pl.Boolean(), "time": pl.Datetime("us")}
    columns = [
        pl.Series(name, [_parquet_cell(row[place], kind) for row in sheet.rows], types[kind])
        for place, (name, kind) in enumerate(sheet.columns)
    ]
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def _parquet_cell(value: Cell, kind: Kind) -> object:
    if kind == "time" and value is not None:
        return to_datetime(int(value)).replace(tzinfo=None)
    # Half a surrogate pair is no text in any file: it is made visible.
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
