"""Lines of fields that a character parts, with or without quotes round them, as columns.

A field in quotes may hold the separator and doubled quotes. Polars' own CSV reader splits whole chunks;
it knows no lines, so each line gets a mark behind it that must come back as the field after its last.
Lines that are not quoted as CSV wants are looked at one by one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_END = "\x01"
LONGEST = 1_000_000
"""How many bytes a line of fields may have (guess); millions of fields take polars minutes."""

_TOO_LONG = f"is longer than {LONGEST:,} bytes"
OPEN_QUOTE = "a quote is not closed"
_LONGEST = 200
"""How many lines a record may take (guess: a command line or a script)."""


def split(
    lines: pl.Series, separator: str, wanted: Mapping[str, int], width: int | None = None
) -> pl.DataFrame:
    """Return the fields at some positions, counted from 0, as text columns, and `fault`.

    A field that a line does not have is an empty text. With `width`, a line must have that many fields,
    one empty field more being nothing worth; `fault` says what is wrong with a line, else null.
    """

    import polars as pl

    long = lines.str.len_bytes() > LONGEST
    if long.any():
        short = pl.select(pl.when(~long).then(lines).otherwise(pl.lit(""))).to_series()
        too_long = pl.when(pl.lit(long)).then(pl.lit(_TOO_LONG)).otherwise("fault")
        return split(short, separator, wanted, width).with_columns(fault=too_long)
    table = _read(lines, separator, wanted, width)
    if table is not None:
        return table
    odd = _is_odd(lines, separator)
    rest = None if odd.all() else _read(lines.filter(~odd), separator, wanted, width)
    if rest is None:
        return _patient(lines, separator, wanted, width)
    some = replaced(rest.clear(len(lines)), ~odd, rest)
    return replaced(some, odd, _patient(lines.filter(odd), separator, wanted, width))


def replaced(table: pl.DataFrame, rows: pl.Series, others: pl.DataFrame) -> pl.DataFrame:
    """Return the table with some of its rows replaced by those of another one, in order."""
    import polars as pl

    if not len(others):
        return table
    numbered = table.with_columns(row=pl.int_range(len(table), eager=True))
    moved = others.with_columns(numbered["row"].filter(rows))
    return pl.concat([numbered.filter(~rows), moved.select(numbered.columns)]).sort("row").drop("row")


def fields(line: str, separator: str) -> list[str]:
    """Return the fields of one line, none if it cannot be split."""
    if len(line) > LONGEST:
        return []
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def joined(
    lines: pl.Series, table: pl.DataFrame, separator: str, wanted: Mapping[str, int], width: int
) -> tuple[pl.DataFrame, list[int]]:
    """Return what `split` gave with records over several lines read too, and the rows of their beginnings.

    A quoted field may hold line ends. The record then stands in the row of its last line. A quote that is
    never closed must not take the good lines behind it along: there is no good line within a record.
    """
    import polars as pl

    faulty = table["fault"].is_not_null()
    if not faulty.any():
        return table, []
    numbered = pl.DataFrame({"text": lines}).with_row_index("row").filter(faulty)
    odd = numbered.filter(pl.col("text").str.count_matches('"', literal=True) % 2 == 1)
    runs = _runs(odd["row"].to_list(), set(numbered["row"].to_list()))
    beginnings: list[int] = []
    found: list[dict[str, object]] = []
    for first, last in runs:
        row = fields("\n".join(lines[first : last + 1].to_list()), separator)
        if len(row) == width:
            beginnings += range(first, last)
            found.append({"row": last, **{name: row[position] for name, position in wanted.items()}})
    if not found:
        return table, []
    schema = {"row": pl.UInt32, **dict.fromkeys(wanted, pl.String)}
    read = pl.DataFrame(found, schema=schema)
    good = pl.when(~pl.col("row").is_in(read["row"].implode())).then("fault").alias("fault")
    together = table.with_row_index("row").update(read, on="row").with_columns(good)
    return together.drop("row"), beginnings


def _runs(odd: Sequence[int], faulty: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last lines between which a quote may be open."""
    place = 0
    while place + 1 < len(odd):
        first, last = odd[place], odd[place + 1]
        if last - first < _LONGEST and all(row in faulty for row in range(first, last)):
            yield first, last
            place += 2
        else:
            place += 1


def _read(
    lines: pl.Series, separator: str, wanted: Mapping[str, int], width: int | None
) -> pl.DataFrame | None:
    """Return the table as polars reads it; None where quotes confuse it."""
    import polars as pl

    last = max([*wanted.values(), -1, (width or 0) + 1])
    names = [f"column_{position + 1}" for position in range(last + 1)]
    positions = {*wanted.values()} | ({width, width + 1} if width is not None else {0})
    buffer = io.BytesIO()
    end = f"{separator}{_END}\n"
    lines.to_frame("line").write_csv(buffer, include_header=False, quote_style="never", line_terminator=end)
    buffer.seek(0)
    try:
        table = pl.read_csv(
            buffer,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            columns=[names[position] for position in sorted(positions)],
            separator=separator,
            extra_columns="ignore",
            missing_columns="insert",
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:
        return None
    if len(table) != len(lines):
        return None
    columns = {name: pl.col(names[position]) for name, position in wanted.items()}
    if width is None:
        # A line may end before the last field wanted: then the mark is among the fields.
        given = {
            name: pl.when(column != _END).then(column).otherwise(pl.lit(""))
            for name, column in columns.items()
        }
        return table.select(**given, fault=pl.lit(None, pl.String))
    behind, after = pl.col(names[width]), pl.col(names[width + 1])
    wrong = (behind != _END) & ~((behind == "") & (after == _END))
    read = table.select(**columns, wrong=wrong)
    fault = pl.lit(None, pl.String)
    if read["wrong"].any():
        separators = lines.str.count_matches(separator, literal=True)
        few = pl.when(separators < width - 1).then(pl.lit(_too_few(width)))
        fault = pl.when("wrong").then(few.otherwise(pl.lit(_too_many(width))))
    return read.with_columns(fault=fault).drop("wrong")


def _too_few(width: int) -> str:
    return f"has fewer than {width} fields"


def _too_many(width: int) -> str:
    return f"has more than {width} fields"


def _is_odd(lines: pl.Series, separator: str) -> pl.Series:
    """Say which lines are not quoted as CSV wants: a quote opens and closes whole fields, doubled inside."""
    between = "\\t" if separator == "\t" else f"\\x{ord(separator):02x}"
    field = f'(?:[^"{between}]*|"(?:[^"]|"")*")'
    usual = lines.str.contains(f"^{field}(?:{between}{field})*$")
    return ~usual | lines.str.contains("[\n\x01]")


def _patient(lines: pl.Series, separator: str, wanted: Mapping[str, int], width: int | None) -> pl.DataFrame:
    import polars as pl

    found: dict[str, list[str]] = {name: [] for name in wanted}
    faults: list[str | None] = []
    for line in lines.to_list():
        row = fields(line, separator)
        faults.append(_fault(line, row, width))
        for name, position in wanted.items():
            found[name].append(row[position] if position < len(row) else "")
    return pl.DataFrame({**found, "fault": faults}, schema=dict.fromkeys((*wanted, "fault"), pl.String))


def _fault(line: str, row: Sequence[str], width: int | None) -> str | None:
    if not row and line:
        return "cannot be split into fields"
    if width is None or len(row) == width or (len(row) == width + 1 and not row[-1]):
        return None
    if len(row) < width:
        return OPEN_QUOTE if line.count('"') % 2 else _too_few(width)
    return _too_many(width)
