"""Tables with a header line, and the format `csv`: a header whose names tell what the columns hold.

The separator is a comma, a semicolon, a tab or a bar, whichever parts the header. Lines before the header
that are comments (`#`) or a spreadsheet's `sep=;` are skipped, and so is the header where it stands again,
as it does in files that were put together.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.delimited import fields, joined, split
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import generic_places, needed, normal

if TYPE_CHECKING:
    import polars as pl

BEFORE = "line before the header"
HEADER = "header line"
PART = "part of a record over several lines"

MOST_FIELDS = 1000
"""How many columns a header may name (guess); no real log has nearly as many."""

_LONGEST_HEADER = 100_000
_SEPARATORS = ("\t", ",", ";", "|")
_NO_HEADER = "no header line above it names time, destination and who or where from"
_NO_FIELD = re.compile(r"^\s*(?:#|(?i:sep=)|$)")


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a table."""

    names: tuple[str, ...]
    separator: str


Places = Mapping[str, int]
Finder = Callable[[Header], Places | None]
"""Says where a header has what the format wants; None if it is no header of this format."""


def header_of(line: str) -> Header | None:
    """Return a line as a header; None if it parts into fewer than three names or holds a number."""
    if len(line) > _LONGEST_HEADER:
        return None
    line = line.lstrip("\ufeff# ")
    separator = max(_SEPARATORS, key=line.count)
    names = [name.strip() for name in fields(line, separator)]
    while names and not names[-1]:
        names.pop()
    if not 3 <= len(names) <= MOST_FIELDS or any(re.fullmatch(r"[0-9.:/ -]+", name) for name in names):
        return None
    return Header(tuple(names), separator)


class Table:
    """Reads a table chunk by chunk, below the header that it begins with."""

    def __init__(
        self,
        context: Context,
        find: Finder,
        read: Callable[[pl.DataFrame], pl.LazyFrame],
        *,
        refusal: Callable[[str], str] = lambda line: _NO_HEADER,
        header: Callable[[str], Header | None] | None = None,
        headless: Callable[[str], Header | None] = lambda line: None,
    ) -> None:
        """`read` gets texts named after the places, with `bad` and `skip`. `header` reads a header line.
        `refusal` says what is wrong with a first line that is no header of this format, unless `headless`
        knows the columns of a table that begins with such a line."""
        self._context = context
        self._find = find
        self._read = read
        self._refusal = refusal
        self._header_of = header or header_of
        self._headless = headless
        self._line: str | None = None
        self._header = Header((), ",")
        self._places: Places = {}
        self._repeated = ""
        """The header, wherever it stands; empty where there is none."""

    def __call__(self, lines: pl.Series) -> pl.LazyFrame:
        """Return what a chunk of lines means."""
        import polars as pl

        before = 0
        if self._line is None:
            before = _start(lines, self._find_in)
            if before < len(lines):
                self._begin(lines[before])
        skips = pl.repeat(None, len(lines), dtype=pl.String, eager=True)
        skips = skips.scatter([row for row in range(before) if lines[row].strip()], BEFORE)
        if self._repeated:
            skips = skips.scatter((lines == self._repeated).arg_true(), HEADER)
        if not self._places:
            texts = pl.DataFrame({"skip": skips}).with_columns(
                time=pl.lit(None, pl.String), bad=pl.lit(self._refusal(self._line or ""))
            )
            return self._read(texts)
        separator, width = self._header.separator, len(self._header.names)
        texts = split(lines, separator, self._places, width)
        texts, beginnings = joined(lines, texts, separator, self._places, width)
        if beginnings:
            skips = skips.scatter(beginnings, PART)
        return self._read(texts.rename({"fault": "bad"}).with_columns(skip=skips))

    def _find_in(self, line: str) -> Places | None:
        header = self._header_of(line)
        return None if header is None else self._find(header)

    def _begin(self, line: str) -> None:
        self._line = line
        header = self._header_of(line) if self._find_in(line) else None
        self._repeated = "" if header is None else line
        header = header or self._headless(line)
        if header is not None:
            self._header, self._places = header, needed(self._find(header) or {}, self._context)


def _start(lines: Iterable[str], find: Callable[[str], Places | None]) -> int:
    """Return the row of the header, or of the first line that is neither blank nor a comment."""
    row = 0
    for line in lines:
        if not _NO_FIELD.match(line) or (line.startswith("#") and find(line)):
            break
        row += 1
    return row


def header_share(lines: Sequence[str], find: Finder) -> float:
    """Say which part of some lines is a table with a header of a format: as many fields as it has names."""
    start = _start(lines, lambda line: find(header) if (header := header_of(line)) else None)
    header = header_of(lines[start]) if start < len(lines) else None
    if header is None or not find(header):
        return 0.0
    widths = (len(header.names), len(header.names) + 1)
    rest = lines[start + 1 :]
    alone = sum(1 for line in rest if len(fields(line, header.separator)) in widths)
    return (start + 1 + max(alone, _in_records(rest, header.separator, widths))) / len(lines)


def _in_records(lines: Sequence[str], separator: str, widths: tuple[int, int]) -> int:
    """Return how many lines are parts of records with the right number of fields."""
    records = csv.reader((f"{line}\n" for line in lines), delimiter=separator)
    found = taken = 0
    try:
        for record in records:
            found += records.line_num - taken if len(record) in widths else 0
            taken = records.line_num
    except csv.Error:
        pass
    return found


def _find(header: Header) -> Places | None:
    return generic_places([normal(name) for name in header.names])


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines is a table whose header tells enough."""
    return header_share(lines, _find)


def rows(context: Context) -> Rows:
    """Start on a table."""
    return Table(context, _find, Meaning(context).rows)


def explain(line: str) -> str:
    """Say what is wrong with a line; every reason is found where the header is known."""
    return _NO_HEADER


CSV = Format(
    name="csv",
    title="any table with a header line: CSV, TSV, semicolons or bars",
    knows=frozenset(
        {
            *("host", "user", "source_ip", "destination_ip", "machine", "process"),
            *("bytes_up", "bytes_down", "bytes_total", "blocked"),
        }
    ),
    sniff=sniff,
    rows=rows,
    explain=explain,
    keeps_state=True,
    generic=True,
)
