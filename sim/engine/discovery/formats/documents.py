"""JSON documents in the lines of a log: one a line, or one over many lines, alone or in an array.

A document that takes several lines stands in the row of its last line. What is still open at the end of a
chunk is kept for the next one. Documents are read by polars, many at once; where that fails, those that it
cannot read are looked at one by one.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Chunk

if TYPE_CHECKING:
    import polars as pl

PART = "part of a document over several lines"
BRACKETS = "brackets of an array"
NO_JSON = "is no JSON document"
SEVERAL = "holds several JSON documents; put each on a line of its own"

Path = tuple[str, ...]
"""The keys that lead to a value."""

_DEPTH = 6
"""How deep a value may stand below its document (guess)."""
_MOST_LINES = 5000
"""How many lines a document may take (guess); what is longer has lost its end."""
_FEW = 200
"""How many documents are looked at one by one rather than halved again."""
_GAP = re.compile(r"[\s,]*")
_STRING = r'"(?:[^"\\]|\\.)*"'


class Documents:
    """Finds documents in lines, chunk by chunk."""

    def __init__(self) -> None:
        self._over_lines: bool | None = None
        self._open: list[str] = []
        self._depth = 0

    def read(self, lines: pl.Series) -> pl.DataFrame:
        """Return `text`, the document that ends on a line or null, with `skip` and `bad`, row by row."""
        import polars as pl

        if self._over_lines is None:
            self._over_lines = _over_lines(lines.head(1000).to_list())
        table = self._found(lines) if self._over_lines else _one_a_line(lines)
        line = pl.Series("line", lines).str.strip_chars()
        outside = table["text"].is_null() & table["skip"].is_null() & (line != "")
        brackets = outside & line.str.contains(r"^[\[\],]+$")
        nothing = outside & ~brackets
        return table.with_columns(
            skip=pl.when(brackets).then(pl.lit(BRACKETS)).otherwise("skip"),
            bad=pl.when(nothing).then(pl.lit(NO_JSON)).otherwise(pl.lit(None, pl.String)),
        )

    def _found(self, lines: pl.Series) -> pl.DataFrame:
        """Return the documents of lines that each hold a part of one."""
        import polars as pl

        # Where one document ends and the next begins on one line, the line is two.
        parted = lines.str.replace(r"^(\s*\})\s*,?\s*(\{.*)$", "${1}\n${2}").str.split("\n")
        parts = pl.DataFrame({"part": parted}).with_row_index("row").explode("part", empty_as_null=True)
        bare = parts["part"].fill_null("").str.replace_all(_STRING, "")
        opened = bare.str.count_matches("{", literal=True).to_list()
        closed = bare.str.count_matches("}", literal=True).to_list()
        texts: list[str | None] = [None] * len(lines)
        skips: list[str | None] = [None] * len(lines)
        for row, part, opens, closes in zip(parts["row"], parts["part"], opened, closed, strict=True):
            if self._depth and self._begins_anew(part):
                # What was open has lost its end, and is told of where it stops.
                if row:
                    texts[row - 1], skips[row - 1] = " ".join(self._open), None
                self._open, self._depth = [], 0
            if not self._depth and not opens:
                continue
            self._open.append(part)
            self._depth += opens - closes
            if self._depth > 0 and len(self._open) <= _MOST_LINES:
                skips[row] = PART if texts[row] is None else None
                continue
            text = " ".join(self._open).strip("[], \t")
            # Two that end on one line cannot both be its row; together they are no document.
            texts[row], skips[row] = f"{texts[row] or ''}{text}", None
            self._open, self._depth = [], 0
        return pl.DataFrame({"text": texts, "skip": skips}, schema={"text": pl.String, "skip": pl.String})

    def _begins_anew(self, part: str) -> bool:
        """Say whether a line begins a document although one is open, as indentation shows."""
        indents = [len(line) - len(line.lstrip()) for line in (*self._open[:2], part)]
        return len(indents) == 3 and part[indents[2] :][:1] == "{" and indents[2] == indents[0] < indents[1]


def _over_lines(lines: Sequence[str]) -> bool:
    """Say whether a log begins with a document that takes more than its first line."""
    filled = (line.strip() for line in lines)
    begun = [line.lstrip("[").strip() for line in filled if line.strip("[]")][:2]
    if not begun or not begun[0].startswith("{") or _parsed(begun[0].rstrip("], ")) is not None:
        return False
    # A broken document is followed by whole ones.
    return not (len(begun) > 1 and begun[1].startswith("{") and _parsed(begun[1].rstrip("], ")) is not None)


def _one_a_line(lines: pl.Series) -> pl.DataFrame:
    """Return the documents of lines that each hold one, perhaps behind a syslog header."""
    import polars as pl

    line = pl.col("line")
    plain = line.str.starts_with("{") & line.str.ends_with("}")
    table = lines.alias("line").to_frame().select(line, plain=plain)
    if not table["plain"].all():
        stripped = line.str.strip_chars("[], \t\r").str.extract(r"^[^{]*(\{.*)$")
        table = table.with_columns(line=pl.when("plain").then(line).otherwise(stripped))
    return table.select(text=line, skip=pl.lit(None, pl.String))


def unpacked(chunk: Chunk) -> Chunk:
    """Return a chunk with the documents of an array that stands on its first line on a line each.

    What follows counts documents where it says lines. Where the array ends in another chunk, or is broken,
    the rest stays one line.
    """
    import polars as pl

    line = chunk.lines[0] if len(chunk.lines) else ""
    begun = re.match(r"\s*\[\s*(?=\{)", line)
    if begun is None:
        return chunk
    found: list[str] = []
    place = begun.end()
    while (end := _end(line, place)) is not None:
        found.append(line[place:end])
        gap = _GAP.match(line, end)
        place = end if gap is None else gap.end()
    if len(found) < 2:
        return chunk
    rest = [line[place:]] if line[place:].strip("] \t\r") else []
    return Chunk(pl.concat([pl.Series([*found, *rest], dtype=pl.String), chunk.lines[1:]]), chunk.first_line)


def _end(text: str, start: int) -> int | None:
    """Return where the document ends that begins at a place; None if none does."""
    try:
        document, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return end if isinstance(document, dict) else None


def values(texts: pl.Series, paths: Mapping[str, Path]) -> pl.DataFrame:
    """Return the values at some paths as text, and `fault`; a null document is all null."""
    import polars as pl

    there = texts.is_not_null()
    schema = {**dict.fromkeys(paths, pl.String), "fault": pl.String}
    found = list(_values(texts.filter(there), paths))
    table = pl.concat([pl.DataFrame(schema=schema), *found])
    rows = pl.DataFrame({"row": pl.int_range(len(texts), eager=True)})
    filled = table.with_columns(rows["row"].filter(there))
    if len(filled) == len(rows):
        return table
    return rows.join(filled, on="row", how="left", maintain_order="left").drop("row")


def _values(texts: pl.Series, paths: Mapping[str, Path]) -> Iterator[pl.DataFrame]:
    import polars as pl

    if not len(texts):
        return
    try:
        table = _read(texts, paths)
        if len(table) == len(texts):
            yield table
            return
    except pl.exceptions.PolarsError:
        pass
    if len(texts) > _FEW:
        middle = len(texts) // 2
        yield from _values(texts.head(middle), paths)
        yield from _values(texts.slice(middle), paths)
        return
    rows = [_patient(text, paths) for text in texts.to_list()]
    yield pl.DataFrame(rows, schema={**dict.fromkeys(paths, pl.String), "fault": pl.String}, orient="row")


def _read(texts: pl.Series, paths: Mapping[str, Path]) -> pl.DataFrame:
    import polars as pl

    buffer = io.BytesIO()
    texts.alias("text").to_frame().write_csv(buffer, include_header=False, quote_style="never")
    buffer.seek(0)
    table = pl.read_ndjson(buffer, schema=_tree(paths.values()) or {"": pl.String()})
    columns = {name: _at(path).alias(name) for name, path in paths.items()}
    return table.with_columns(fault=pl.lit(None, pl.String)).select(*columns.values(), "fault")


def _at(path: Path) -> pl.Expr:
    import polars as pl

    column = pl.col(path[0])
    for key in path[1:]:
        column = column.struct.field(key)
    return column


def _tree(paths: Iterable[Path]) -> dict[str, pl.DataType]:
    """Return the schema of documents that have texts at some paths, none of which leads through another."""
    import polars as pl

    branches: dict[str, list[Path]] = {}
    for path in paths:
        branches.setdefault(path[0], []).append(path[1:])
    return {key: pl.Struct(_tree(rest)) if all(rest) else pl.String() for key, rest in branches.items()}


def _patient(text: str, paths: Mapping[str, Path]) -> list[str | None]:
    document = _parsed(text)
    if document is None:
        several = re.search(rf"\}}\s*,?\s*\{{\s*(?:{_STRING}\s*:|\}})", text[:100_000]) is not None
        return [*(None for _ in paths), SEVERAL if several else NO_JSON]
    return [*(_text(_value(document, path)) for path in paths.values()), None]


def _parsed(text: str) -> dict[str, object] | None:
    """Return a document, its numbers as text; None if it is no JSON object."""
    try:
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _value(document: object, path: Path) -> object:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        # Half of a surrogate pair is no text.
        return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode()
    return json.dumps(value)


def scalars(text: str) -> dict[Path, str]:
    """Return the values of a document that are neither null nor empty nor made of others, by path."""
    document = _parsed(text)
    return {} if document is None else dict(_scalars(document, ()))


def _scalars(value: dict[str, object], path: Path) -> Iterator[tuple[Path, str]]:
    for key, inner in value.items():
        if key != _text(key):
            # Polars takes no name that is no text.
            continue
        if isinstance(inner, dict):
            if len(path) < _DEPTH:
                yield from _scalars(inner, (*path, key))
        elif not isinstance(inner, list) and (text := _text(inner)):
            yield (*path, key), text
