"""What a log format is: how its lines are recognised and how they become traffic.

A format module builds one or more `Format`s and `formats/__init__.py` lists them; nothing else knows
of it. A format says what each line means as columns of a polars frame, one row a line; which of them
become traffic, which lines are bad and which are skipped is decided once, in `reading.py`.

Columns that a format may give (a column that the source cannot know is not given at all, and a value
that one line lacks is null):

    time            Int64, microseconds UTC; a line without it is bad
    host            String: the host asked for, as written: a name or an address, with port or not
    destination_ip  String; counts only where there is no host
    user, source_ip, machine, process   String
    bytes_up, bytes_down, bytes_total   Int64; `bytes_total` where the source has one sum for both ways
    blocked         Boolean
    skip            String: why a well-formed line is nobody's use of anything
    bad             String: what is wrong with the line, where the format knows better than `explain`
    assumed         String: what had to be assumed to read the line, such as a time zone
    url             String: the address asked for, or its path, as written
    port, status    Int64;  method, action  String

The last five are evidence for people: a lazy frame computes them only where they are asked for, and a
format that reads with one expression for all columns does so when `Context.evidence` is set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from sim.engine.traffic import I64, Traffic

if TYPE_CHECKING:
    import polars as pl

TRAFFIC = (
    "time",
    "host",
    "destination_ip",
    "user",
    "source_ip",
    "machine",
    "process",
    "bytes_up",
    "bytes_down",
    "bytes_total",
    "blocked",
)
EVIDENCE = ("url", "port", "method", "status", "action")
ACCOUNT = ("skip", "bad", "assumed")

SAMPLES = 3
"""How many lines are kept as samples of one reason."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may assume where a line does not say."""

    zone: tzinfo = UTC
    """Zone of times that name none."""
    reference: int | None = None
    """Microseconds UTC; a time without a year is in the latest year that does not put it a day later.
    None if nothing is known: then such a line has no time."""
    path_hosts: Mapping[str, int] = field(default_factory=dict)
    """Hosts under which the catalog tells apps apart by path, with how many segments matter."""
    evidence: bool = False
    """Whether the evidence columns are wanted; a format for which they cost nothing may always give them."""


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
    lines: I64
    """Line number of each row of traffic, counted from 1."""
    bad: Mapping[str, BadLines]
    """Lines that are not as the format has them, by reason."""
    skipped: Mapping[str, int]
    """Well-formed lines that are nobody's use of anything, by reason."""
    assumed: Mapping[str, int]
    """How many rows of traffic needed an assumption, by assumption."""
    detail: pl.DataFrame | None = None
    """With `Context.evidence`: every line in order, with all columns that the format gives, and `line`
    (its number) and `text`."""


Rows = Callable[["pl.Series"], "pl.LazyFrame"]
"""Says what lines mean: one row a line, in order, with columns of those listed above."""

Reader = Callable[[Chunk], ParsedChunk]


@dataclass(frozen=True, slots=True)
class Format:
    """A log format that the product understands."""

    name: str
    """What a person types after `--format`."""
    title: str
    knows: frozenset[str]
    """The columns of `Traffic` that its source can know at best."""
    sniff: Callable[[Sequence[str]], float]
    """Say which part of some sample lines, from 0 to 1, is in this format."""
    rows: Callable[[Context], Rows]
    """Start on a file; what it returns gets the lines in order and may remember headers between calls."""
    explain: Callable[[str], str]
    """Say what is wrong with a line that has no time or no destination."""
    keeps_state: bool = False
    """Whether lines mean what earlier ones say, as below a header; such a format always gives `url`."""
    generic: bool = False
    """Tried only where no vendor's own format reads most of the lines."""
