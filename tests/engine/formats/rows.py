"""What a format makes of some lines, in a form that tests can write down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from sim.engine.discovery.formats.base import EVIDENCE, Chunk, Context, Format
from sim.engine.discovery.formats.reading import reader
from sim.engine.traffic import Coded

CONTEXT = Context(reference=int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000)
"""Times without a year are in 2019, those without a zone in UTC."""


@dataclass(frozen=True)
class Account:
    """What became of lines."""

    traffic: list[dict[str, object]]
    """Rows of traffic: time as ISO text, then every column of traffic and evidence that says something."""
    skipped: dict[str, int]
    bad: dict[str, int]
    assumed: dict[str, int]


def read(known: Format, *lines: str, context: Context = CONTEXT) -> Account:
    """Read lines as one file in a format; every line must be accounted for exactly once."""
    chunk = Chunk(pl.Series(lines, dtype=pl.String), 1)
    parsed = reader(known, replace(context, evidence=True))(chunk)
    bad = {reason: found.count for reason, found in parsed.bad.items()}
    assert len(parsed.traffic) + sum(bad.values()) + sum(parsed.skipped.values()) == len(lines)
    assert parsed.detail is not None
    details = {row["line"]: row for row in parsed.detail.to_dicts()}
    rows = []
    for index, line in enumerate(parsed.lines.tolist()):
        moment = datetime.fromtimestamp(int(parsed.traffic.time[index]) / 1e6, UTC)
        row: dict[str, object] = {"time": moment.isoformat().replace("+00:00", "Z")}
        for name in parsed.traffic.__dataclass_fields__:
            column = getattr(parsed.traffic, name)
            if isinstance(column, Coded):
                row[name] = column.texts()[index]
            elif column is not None and name != "time":
                value = column[index].item()
                row[name] = value if name == "blocked" or value >= 0 else None
        row |= {name: details[line].get(name) for name in EVIDENCE}
        rows.append({name: value for name, value in row.items() if value is not None})
    return Account(rows, dict(parsed.skipped), bad, dict(parsed.assumed))


def one(known: Format, line: str, context: Context = CONTEXT) -> dict[str, object]:
    """Return the row of traffic that a line is."""
    account = read(known, line, context=context)
    assert len(account.traffic) == 1, account
    return account.traffic[0]
