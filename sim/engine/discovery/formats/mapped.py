"""Logs as a mapping file describes them: which columns or keys hold what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.csvtable import Header, Places, Table
from sim.engine.discovery.formats.delimited import fields
from sim.engine.discovery.formats.documents import Documents, values
from sim.engine.discovery.formats.meaning import Meaning, merged, words
from sim.engine.discovery.formats.names import DENIED, EVIDENCE_ONLY
from sim.engine.discovery.formats.times import Declared

if TYPE_CHECKING:
    import polars as pl

_KNOWN = (
    *("host", "user", "source_ip", "destination_ip", "machine", "process"),
    *("bytes_up", "bytes_down", "bytes_total"),
)


@dataclass(frozen=True, slots=True)
class Description:
    """What a mapping file says."""

    name: str
    kind: str
    delimiter: str
    separator: str
    names: tuple[str, ...] | None
    """The columns in order where the log has no header line."""
    columns: Mapping[str, str]
    """For each meaning the column or key."""
    layout: str | None
    """How times are written: a strptime layout, `epoch`, or None to find out."""
    zone: tzinfo | None
    denied: tuple[str, ...]


def format_of(description: Description) -> Format:
    """Return the format that a mapping file describes."""
    start = {"csv": _csv, "key-value": _pairs, "json": _json}[description.kind]
    knows = {name for name in _KNOWN if name in description.columns}
    if "url" in description.columns:
        knows.add("host")
    if "action" in description.columns:
        knows.add("blocked")
    return Format(
        name=description.name,
        title=f"as a mapping describes it ({description.kind})",
        knows=frozenset(knows),
        sniff=lambda lines: 1.0 if lines else 0.0,
        rows=lambda context: start(description, context),
        explain=lambda line: f"is not as the mapping {description.name} describes it",
        keeps_state=True,
    )


def _meaning(description: Description, context: Context) -> Callable[[pl.DataFrame], pl.LazyFrame]:
    """Return how texts named after meanings get theirs, with times as the mapping writes them."""
    import polars as pl

    here = context if description.zone is None else replace(context, zone=description.zone)
    denied = words(*map(re.escape, description.denied)) if description.denied else DENIED
    times = None if description.layout is None else Declared(here, description.layout)
    meaning = Meaning(here, denied=denied, times=times)

    def rows(texts: pl.DataFrame) -> pl.LazyFrame:
        texts = merged(texts)
        if "date" in texts.columns:
            both = pl.concat_str("date", "time", separator=" ")
            texts = texts.with_columns(time=both).drop("date")
        frame = meaning.rows(texts)
        return frame if description.zone is None else frame.drop("assumed", strict=False)

    return rows


def _wanted(description: Description, context: Context) -> dict[str, str]:
    return {
        name: column
        for name, column in description.columns.items()
        if context.evidence or name not in EVIDENCE_ONLY
    }


def _csv(description: Description, context: Context) -> Rows:
    names = description.names

    def find(header: Header) -> Places | None:
        wanted = _wanted(description, context)
        if not set(description.columns.values()) <= set(header.names):
            return None
        return {meaning: header.names.index(name) for meaning, name in wanted.items()}

    def header(line: str) -> Header | None:
        found = tuple(name.strip() for name in fields(line.lstrip("\ufeff"), description.delimiter))
        return None if names is not None else Header(found, description.delimiter)

    def refusal(line: str) -> str:
        found = header(line)
        there = () if found is None else found.names
        missing = next((name for name in description.columns.values() if name not in there), "")
        return f"the header has no column {missing!r}, which the mapping {description.name} names"

    table = Table(
        context,
        find,
        _meaning(description, context),
        refusal=refusal,
        header=header,
        headless=lambda line: None if names is None else Header(names, description.delimiter),
    )
    if description.delimiter != " ":
        return table
    # Columns of a width are padded with blanks.
    return lambda lines: table(lines.str.strip_chars(" ").str.replace_all(" +", " "))


def _pairs(description: Description, context: Context) -> Rows:
    import polars as pl

    read = _meaning(description, context)
    between, mark = re.escape(description.delimiter), re.escape(description.separator)

    def value(key: str) -> pl.Expr:
        begun = rf"(?:^|.*?{between})\s*{re.escape(key)}\s*{mark}\s*"
        groups = pl.col("line").str.extract_groups(rf'{begun}(?:"(?P<quoted>[^"]*)"|(?P<bare>[^{between}]*))')
        return pl.coalesce(groups.struct.field("quoted"), groups.struct.field("bare"))

    texts = {name: value(key) for name, key in _wanted(description, context).items()}

    def rows(lines: pl.Series) -> pl.LazyFrame:
        return read(lines.alias("line").to_frame().select(**texts))

    return rows


def _json(description: Description, context: Context) -> Rows:
    import polars as pl

    read = _meaning(description, context)
    documents = Documents()
    wanted = _wanted(description, context)
    paths = {name: tuple(key.split(".")) for name, key in wanted.items()}
    # A key may itself have a dot.
    paths |= {f"{name} 2": (key,) for name, key in wanted.items() if "." in key}

    def rows(lines: pl.Series) -> pl.LazyFrame:
        found = documents.read(lines)
        table = values(found["text"], paths)
        bad = pl.coalesce(found["bad"], table["fault"])
        return read(table.drop("fault").with_columns(bad=bad, skip=found["skip"]))

    return rows
