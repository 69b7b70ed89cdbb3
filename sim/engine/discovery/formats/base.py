"""What a log format is: how its lines are recognised and how they become traffic.

A format module builds one `Format` and `formats/__init__.py` lists it; nothing else knows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.traffic import Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

SAMPLES = 3
"""How many lines are kept as samples of one reason."""

_SAMPLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some whole lines of a log, without their line ends."""

    lines: pl.Series
    first_line: int
    """Number of the first of them in its file, counted from 1."""


@dataclass(frozen=True, slots=True)
class BadLines:
    """Lines that could not be read for one reason: how many, and the first few as samples."""

    count: int
    samples: tuple[tuple[int, str], ...]
    """Line numbers, counted from 1, and texts."""

    def plus(self, other: BadLines) -> BadLines:
        """Return both together; `other` comes later in the file."""
        return BadLines(self.count + other.count, (*self.samples, *other.samples)[:SAMPLES])


@dataclass(frozen=True, slots=True)
class ParsedChunk:
    """What the lines of a chunk were: each is a row of traffic, or bad, or skipped."""

    traffic: Traffic
    bad: Mapping[str, BadLines]
    """Lines that are not as the format has them, by reason."""
    skipped: Mapping[str, int]
    """Well-formed lines that are nobody's use of anything, by reason."""


Reader = Callable[[Chunk], ParsedChunk]


@dataclass(frozen=True, slots=True)
class Format:
    """A log format that the product understands."""

    name: str
    """What a person types after `--format`."""
    title: str
    knows: frozenset[str]
    """The columns of `Traffic` that its source can know."""
    sniff: Callable[[Sequence[str]], float]
    """Say which part of some sample lines, from 0 to 1, is in this format."""
    reader: Callable[[], Reader]
    """Start on a file; a reader takes its chunks in order and may remember headers between them."""


def encoded(texts: pl.Series) -> Coded:
    """Return a text column as codes, its names in order of first appearance; null is absent."""
    import polars as pl

    names = texts.drop_nulls().unique(maintain_order=True)
    codes = texts.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(-1)
    return Coded(codes.to_numpy().astype(np.int64, copy=False), tuple(names.to_list()))


def renamed(column: Coded, rename: Callable[[str], str]) -> Coded:
    """Return the column with every name rewritten; rows whose names become equal share a code."""
    names = [rename(name) for name in column.names]
    index = {name: code for code, name in enumerate(dict.fromkeys(names))}
    # The slot past the last name is where a code of -1 lands.
    codes = np.array([*(index[name] for name in names), -1], dtype=np.int64)
    return Coded(codes[column.codes], tuple(index))


def bad_lines(lines: pl.DataFrame) -> dict[str, BadLines]:
    """Collect bad lines, given in order as columns `number`, `text` and `reason`."""
    import polars as pl

    groups = (
        lines.group_by("reason")
        .agg(
            pl.len().alias("count"),
            pl.col("number").head(SAMPLES),
            pl.col("text").head(SAMPLES).str.slice(0, _SAMPLE_LENGTH),
        )
        .sort("reason")
        .select("reason", "count", "number", "text")
    )
    return {
        reason: BadLines(count, tuple(zip(numbers, texts, strict=True)))
        for reason, count, numbers, texts in groups.rows()
    }
