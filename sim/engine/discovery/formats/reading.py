"""From what a format says about lines to traffic, with an account of every line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.discovery.formats.base import (
    ACCOUNT,
    EVIDENCE,
    SAMPLES,
    TRAFFIC,
    BadLines,
    Chunk,
    Context,
    Format,
    ParsedChunk,
    Reader,
    Rows,
)
from sim.engine.discovery.formats.dictionary import Destinations, Dictionary
from sim.engine.traffic import I64, Bool, Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

BLANK = "blank line"

_SAMPLE_LENGTH = 200
_EMPTY = ("", "-")
_TEXTS = ("host", "destination_ip", "user", "source_ip", "machine", "process")


def reader(known: Format, context: Context) -> Reader:
    """Start on a file in the format `known`."""
    rows = known.rows(context)
    # A format that keeps state from line to line cannot be asked about some of the lines.
    again = None if known.keeps_state else known.rows(replace(context, evidence=True))
    names = _Names()
    return lambda chunk: _parse(known, rows, again, chunk, context, names)


class _Names:
    """The names of a file's text columns, numbered from its first block to its last."""

    def __init__(self) -> None:
        self.destinations = Destinations()
        self.of: defaultdict[str, Dictionary] = defaultdict(Dictionary)
        """By column."""


def _parse(
    known: Format, rows: Rows, again: Rows | None, chunk: Chunk, context: Context, names: _Names
) -> ParsedChunk:
    import polars as pl

    frame = rows(chunk.lines)
    given = frame.collect_schema().names()
    paths = ("url",) if known.keeps_state and context.path_hosts else ()
    columns = (*TRAFFIC, *ACCOUNT, *(EVIDENCE if context.evidence else paths))
    wanted = [name for name in columns if name in given]
    texts = [name for name in _TEXTS if name in given]
    clean = [pl.when(~pl.col(name).is_in(_EMPTY)).then(pl.col(name)).alias(name) for name in texts]
    table = frame.select(wanted).with_columns(clean).collect(engine="streaming")
    for name in ("skip", "bad", "assumed", "host", "destination_ip"):
        if name not in given:
            table = table.with_columns(pl.lit(None, pl.String).alias(name))
    good = table.select(
        pl.col("time").is_not_null()
        & pl.col("skip").is_null()
        & pl.col("bad").is_null()
        & (pl.col("host").is_not_null() | pl.col("destination_ip").is_not_null())
    ).to_series()
    detail = None
    if context.evidence:
        line = pl.int_range(chunk.first_line, chunk.first_line + len(table), eager=True)
        detail = table.with_columns(line=line, text=chunk.lines)
    skipped, bad = ({}, {}) if good.all() else _explain(known, chunk, table, ~good)
    if len(good) and not good.all():
        table = table.filter(good)
    numbers = np.flatnonzero(good.to_numpy()) + chunk.first_line
    traffic = _traffic(table, given, names)
    if context.path_hosts:
        urls = _Urls(again, chunk, numbers - chunk.first_line, table)
        traffic = replace(traffic, host=_with_paths(traffic.host, context.path_hosts, urls))
    return ParsedChunk(traffic, numbers, bad, skipped, _counts(table["assumed"]), detail)


def _explain(
    known: Format, chunk: Chunk, table: pl.DataFrame, left: pl.Series
) -> tuple[dict[str, int], dict[str, BadLines]]:
    """Say why lines are no traffic: skipped ones by reason, and bad ones by reason."""
    import polars as pl

    rest = table.select("skip", "bad").with_row_index("row").filter(left)
    texts = chunk.lines.gather(rest["row"])
    blank = rest["skip"].is_null() & (texts.str.strip_chars() == "")
    rest = rest.with_columns(skip=pl.when(blank).then(pl.lit(BLANK)).otherwise("skip"), text=texts)
    bad: dict[str, BadLines] = {}
    wrong = rest.filter(pl.col("skip").is_null())
    for row, reason, text in wrong.select("row", "bad", "text").iter_rows():
        why = reason or known.explain(text)
        here = bad.get(why, BadLines(0, ()))
        samples = here.samples
        if here.count < SAMPLES:
            samples = (*samples, (row + chunk.first_line, text[:_SAMPLE_LENGTH]))
        bad[why] = BadLines(here.count + 1, samples)
    return _counts(rest["skip"]), bad


def _counts(reasons: pl.Series) -> dict[str, int]:
    counts = reasons.drop_nulls().value_counts(name="count").sort(reasons.name)
    return {str(reason): int(count) for reason, count in counts.rows()}


def _traffic(table: pl.DataFrame, given: list[str], names: _Names) -> Traffic:
    import polars as pl

    # Either column may hold a name or an address, and a destination counts once.
    written = table.select(pl.coalesce("host", "destination_ip")).to_series()
    hosts, addresses = names.destinations.encode(written)

    def text(name: str) -> Coded | None:
        return names.of[name].encode(table[name]) if name in given else None

    def size(name: str) -> I64 | None:
        # An unknown size is -1, and so is one that cannot be.
        return table[name].fill_null(-1).clip(-1).to_numpy() if name in given else None

    return Traffic(
        time=table["time"].to_numpy(),
        host=hosts,
        user=text("user"),
        source_ip=text("source_ip"),
        machine=text("machine"),
        process=text("process"),
        destination_ip=addresses,
        bytes_up=size("bytes_up"),
        bytes_down=size("bytes_down"),
        bytes_total=size("bytes_total"),
        blocked=table["blocked"].fill_null(False).to_numpy() if "blocked" in given else None,
    )


@dataclass(frozen=True, slots=True)
class _Urls:
    """The addresses that rows of traffic asked for, read only where they matter."""

    rows: Rows | None
    """What reads them from lines; None for a format that keeps state, whose addresses are always at hand."""
    chunk: Chunk
    places: I64
    """Where in the chunk the line of each row of traffic stands."""
    table: pl.DataFrame
    """Rows of traffic, with `url` where that was at hand."""

    def of(self, chosen: Bool) -> list[str | None]:
        if "url" in self.table.columns:
            found: list[str | None] = self.table["url"].filter(chosen).to_list()
            return found
        rows = self.rows and self.rows(self.chunk.lines.gather(self.places[chosen]))
        if rows is None or "url" not in rows.collect_schema().names():
            return [None] * int(chosen.sum())
        read: list[str | None] = rows.select("url").collect()["url"].to_list()
        return read


def _with_paths(hosts: Coded, path_hosts: Mapping[str, int], urls: _Urls) -> Coded:
    """Return the hosts, with as much of the path behind those as tells their apps apart."""
    segments = _segments(hosts.names, path_hosts)
    here = np.append(segments, 0)[hosts.codes] > 0
    if not here.any():
        return hosts
    codes = hosts.codes.copy()
    more: dict[str, int] = {}
    for row, url in zip(np.flatnonzero(here).tolist(), urls.of(here), strict=True):
        code = codes[row]
        if path := url_path(url or "", int(segments[code])):
            codes[row] = more.setdefault(hosts.names[code] + path, len(hosts.names) + len(more))
    return Coded(codes, (*hosts.names, *more)) if more else hosts


def _segments(hosts: tuple[str, ...], path_hosts: Mapping[str, int]) -> I64:
    """Return how many segments of a path matter below each host; what holds for a host holds below it."""
    import polars as pl

    ends = "|".join(re.escape(host) for host in path_hosts)
    below = pl.Series(hosts, dtype=pl.String).str.contains(rf"(?:^|\.)(?:{ends})$").to_numpy()
    found = np.zeros(len(hosts), dtype=np.int64)
    for code in np.flatnonzero(below).tolist():
        labels = hosts[code].split(".")
        found[code] = max(path_hosts.get(".".join(labels[cut:]), 0) for cut in range(len(labels)))
    return found


def url_path(url: str, segments: int) -> str:
    """Return the first segments of the path of an address, from its first slash on."""
    _, scheme, rest = url.partition("://")
    path = (rest if scheme else url).partition("?")[0].partition("#")[0]
    return "".join(f"/{part}" for part in path.split("/")[1 : segments + 1] if part)


def host_name(written: str) -> str:
    """Return one host or address as it stands in traffic: lower case, no port, brackets or last dot."""
    import polars as pl

    hosts, addresses = Destinations().encode(pl.Series([written], dtype=pl.String))
    return next(iter((*hosts.names, *addresses.names)), "")
