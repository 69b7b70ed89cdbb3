r"""Lines of CEF and LEEF: a header of fields between bars, then `key=value` pairs, the extension.

CEF (ArcSight, "Common Event Format", documented): `CEF:0|Vendor|Product|Version|Event|Name|Severity|`
and pairs with blanks between them; a value goes on until the next ` key=`, `=` and `\` in it are escaped
by `\`, and so are `|` and `\` in the header. LEEF (IBM, "Log Event Extended Format", documented):
`LEEF:1.0|Vendor|Product|Version|Event|` and pairs with tabs between them; in `LEEF:2.0` one more field
names the character between pairs, as it is or as `x5E`.

Observed, and read too: the word `CEF:` or `LEEF:` missing, since a collector of syslog took it for the
name of a program; a blank behind it; an empty field before the vendor; values in quotes, and blanks
before them; tabs of LEEF written as `\t` or `#011`, bars or `^` in place of tabs without saying so.

A product writes most of its lines by a few templates, with the same keys in the same order; those are
learnt (`template.py`), and one pass over a line is enough. In other lines a mark is put before every
pair, and then the marks are looked for. `\n` in a value is left as it is: no field that is read here has
lines, but many a `CONTOSO\nora` was never escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.template import BEFORE, Sample, Template, learnt

if TYPE_CHECKING:
    import polars as pl

HEADER = ("|vendor", "|product", "|version", "|event", "|name", "|severity")
"""Columns of the header's fields. No key has a bar."""
LINE = "|line"

_PREFIX, _REST, _ROW = "|prefix", "|rest", "|row"
_MARK = "\x01"
_KEY = r"[A-Za-z_][A-Za-z0-9_.:\[\]-]*"
_SLOT = r"(?:cs|cn|c6a|cfp)[0-9]+|flex(?:String|Number|Date)[0-9]"
_FIELD = r"(?:[^|\\]|\\.)*"
_CHARACTERS = {r"[ \t]": " ", r"\t": "\t", r"\|": "|", r"\^": "^"}
"""Expressions for what stands between pairs, and the characters that a template may have there."""
_ESCAPES = {r"\\": "\\", r"\=": "=", r"\|": "|"}

_FEW = 64
"""So few lines are read patiently: templates would cost more than they save (guess)."""
_SAMPLES = 256
"""How many lines are looked at to learn a template (guess)."""
_MOST_TEMPLATES = 12
"""How many templates are tried on a chunk at most (guess)."""
_SHARE = 0.05
"""Which part of the lines that are left a template must have to be worth its pass (guess)."""
_MOST_DECLARED = 4
"""How many characters between pairs a chunk of LEEF 2.0 may declare (guess)."""
_LONGEST = 20_000
"""Longer lines are no samples (guess)."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """CEF or LEEF, as regular expressions."""

    fields: tuple[str, ...]
    start: str
    """How a header begins, with its word, up to the first bar."""
    bare: str
    """How one without its word does: at the start of a line, or behind a blank."""
    prefix: str
    """What may stand between the header and the first pair."""
    between: tuple[str, ...]
    """What may stand between pairs, the surest first; the last where none is found."""

    def header(self, start: str) -> str:
        """Return an expression with groups for what stands before, each field, prefix and extension."""
        fields = r"\|".join(f"({_FIELD})" for _ in self.fields)
        return rf"(?s)^(.*?)(?:{start})\|\|?{fields}\|({self.prefix})(.*)$"

    def like(self, vendor: str) -> str:
        """Return an expression for lines of a vendor, given one for the first fields of its header."""
        return rf"(?:{self.start}|{self.bare})\|\|?{vendor}"


CEF = Syntax(
    fields=HEADER,
    start=r"CEF: *[01]",
    bare=r"(?:^|[\s:>])[01]",
    prefix="",
    between=(r"[ \t]",),
)
LEEF = Syntax(
    fields=HEADER[:4],
    start=r"LEEF: *[12](?:\.0)?",
    bare=r"(?:^|[\s:>])[12]\.0",
    # The character between pairs; only LEEF 2.0 has it, and not every sender writes it.
    prefix=r"(?:(?:0?x[0-9A-Fa-f]{1,4}|\\t|[^\sA-Za-z0-9_|\"=]|)\|)?",
    between=(r"\t", "#011", r"\\t", r"\|", r"\^", r"[ \t]"),
)


class Splitter:
    """Splits the lines of a file, chunk by chunk."""

    def __init__(
        self, syntax: Syntax, words: Sequence[str], phrases: Sequence[str], header: Sequence[str] = ()
    ) -> None:
        """Of `words` only what stands before a blank is read, as of addresses and numbers; `phrases` may
        hold blanks. `header` names wanted columns of `HEADER`."""
        self._syntax = syntax
        self._words = tuple(dict.fromkeys(words))
        self._phrases = tuple(dict.fromkeys(phrases))
        self._fields = tuple(name if name in header else "" for name in syntax.fields)
        self._templates: list[Template] = []
        keys = (*self._words, *self._phrases)
        self._columns = (BEFORE, *header, *keys)

    def split(self, lines: pl.Series) -> pl.DataFrame:
        """Return text columns, one row a line: `|line`, `|before`, those of the header, those of the keys.

        A key that a line lacks is null there; `|before` is null where there is no header.
        """
        import polars as pl

        text = lines
        if text.str.contains(_MARK, literal=True).any():
            text = text.str.replace_all(_MARK, " ", literal=True)
        rows = pl.int_range(len(lines), dtype=pl.UInt32, eager=True)
        parts: list[pl.DataFrame] = []
        untried = self._templates.copy()
        for _ in range(_MOST_TEMPLATES):
            left = text if len(rows) == len(lines) else text.gather(rows)
            template = untried.pop(0) if untried else self._learnt(left)
            if len(left) < _FEW or template is None:
                break
            table, matched = template.apply(left, self._columns)
            table = table.with_columns(rows.alias(_ROW))
            parts.append(table if matched.all() else table.filter(matched))
            rows = rows.filter(~matched)
        if len(rows) or not parts:
            parts.append(self._patient(text.gather(rows)).with_columns(rows.alias(_ROW)))
        table = parts[0] if len(parts) == 1 else pl.concat(parts).sort(_ROW)
        return _plain(table.drop(_ROW).with_columns(lines.alias(LINE)), (*self._words, *self._phrases))

    def _learnt(self, lines: pl.Series) -> Template | None:
        """Return a new template of many of the lines, None if there is none."""
        if len(lines) < _FEW:
            return None
        texts = lines.gather_every(-(-len(lines) // _SAMPLES)).to_list()
        samples = [sample for sample in map(self._sample, texts) if sample is not None]
        start = f"(?:{self._syntax.start}|{self._syntax.bare})$"
        found = learnt(samples, start, self._fields, self._words, self._phrases)
        if found is None or found[1] < _SHARE * len(texts) or found[0] in self._templates:
            return None
        self._templates.append(found[0])
        return found[0]

    def _sample(self, line: str) -> Sample | None:
        """Return what a line is made of, None if no template could have it."""
        syntax = self._syntax
        match = re.match(syntax.header(syntax.start), line) if len(line) <= _LONGEST else None
        if match is None:
            return None
        *_, prefix, rest = match.groups()
        separators = [_declared(prefix), *syntax.between]
        separator = next((one for one in separators if one and re.search(_second_pair(one), rest)), "")
        between = _CHARACTERS.get(separator)
        if between is None:
            return None
        places = list(re.finditer(_pair(separator), rest))
        ends = [place.start() for place in places[1:]] + [len(rest)]
        pairs = ((place[1], rest[place.end() : end]) for place, end in zip(places, ends, strict=True))
        return Sample(between, prefix, tuple(pairs))

    def _patient(self, lines: pl.Series) -> pl.DataFrame:
        """Return the same of unusual lines, none of which may hold the mark."""
        import polars as pl

        table = self._headed(lines)
        return table.with_columns(self._marked(table)).select(
            BEFORE,
            *(pl.col(name).str.strip_chars() for name in self._fields if name),
            *(_value(key).str.extract(r"^([^ ]*)").alias(key) for key in self._words),
            *(_value(key).alias(key) for key in self._phrases),
        )

    def _headed(self, lines: pl.Series) -> pl.DataFrame:
        """Return header, prefix and pairs of each line, all null where it has no header."""
        import polars as pl

        syntax, line = self._syntax, pl.col("line")
        names = [BEFORE, *(name or f"{number}" for number, name in enumerate(self._fields)), _PREFIX, _REST]

        def split(start: str) -> pl.Expr:
            return line.str.extract_groups(syntax.header(start)).struct.rename_fields(names)

        frame = lines.to_frame("line")
        has_word = lines.str.contains(rf"{syntax.start}\|")
        header = split(syntax.start)
        if not has_word.all():
            header = pl.when(has_word).then(header).otherwise(split(syntax.bare))
        return frame.select(header.alias("line")).unnest("line")

    def _marked(self, table: pl.DataFrame) -> pl.Series:
        """Return the pairs of each line with a mark before each."""
        rest, prefix = table[_REST], table[_PREFIX]
        # One file declares one, rarely a few.
        texts = prefix.drop_nulls().value_counts(sort=True)[_PREFIX].head(_MOST_DECLARED)
        declared = [(_declared(text), prefix == text) for text in texts]
        cases = [(separator, here & _has_pair(rest, separator)) for separator, here in declared if separator]
        cases += [(separator, _has_pair(rest, separator)) for separator in self._syntax.between[:-1]]
        cases.append((self._syntax.between[-1], rest.is_not_null()))
        left = rest.is_not_null()
        for separator, like in cases:
            here = (left & like).fill_null(False)
            left &= ~here
            if here.any():
                marked = rest.filter(here).str.replace_all(_pair(separator), f"{_MARK}${{1}}=")
                rest = rest.scatter(here.arg_true(), marked)
        return rest


def labelled(lines: pl.Series, labels: Mapping[str, str]) -> pl.DataFrame:
    """Return the values of custom fields that carry a label: of `cs2` where `cs2Label=Bytes Sent` stands too.

    `labels` has a regular expression for each wanted column; only columns that some line has are returned.
    """
    import polars as pl

    found = {}
    for name, like in labels.items():
        slots = lines.str.extract(rf"(?i)[\s|]({_SLOT})Label=\s*(?:{like})\s*(?:\s{_KEY}=|$)")
        values = pl.repeat(None, len(lines), dtype=pl.String, eager=True)
        for slot in slots.drop_nulls().unique().sort():
            here = (slots == slot).fill_null(False)
            text = lines.filter(here).str.extract(rf"[\s|]{slot}=\s*(.*?)\s*(?:\s{_KEY}=|$)")
            values = values.scatter(here.arg_true(), text)
        if values.null_count() < len(values):
            found[name] = values
    return pl.DataFrame(found)


def _declared(prefix: str) -> str:
    """Return an expression for what LEEF 2.0 says to stand between pairs, empty if it says nothing usable."""
    text = prefix.removesuffix("|")
    code = re.fullmatch("0?x0*([0-9A-Fa-f]{2})", text)
    character = chr(int(code[1], 16)) if code else text
    if character in ("\t", r"\t"):
        return r"\t"
    return re.escape(character) if character.isascii() and character.isprintable() else ""


def _pair(separator: str) -> str:
    """Return an expression for the beginning of a pair, with a group for its key."""
    return rf"(?:^\s*|{separator}\s*)({_KEY})="


def _second_pair(separator: str) -> str:
    return rf"{separator}\s*{_KEY}="


def _has_pair(rest: pl.Series, separator: str) -> pl.Series:
    return rest.str.contains(_second_pair(separator))


def _value(key: str) -> pl.Expr:
    """Return the value of a key at its first mention, from pairs with marks."""
    import polars as pl

    found = pl.col(_REST).str.extract(rf"{_MARK}{re.escape(key)}=([^{_MARK}]*)").str.strip_chars()
    return pl.when(found.str.starts_with('"')).then(found.str.strip_chars('"')).otherwise(found)


def _plain(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the table without escapes in some columns."""
    import polars as pl

    escaped = table.select(pl.col(columns).str.contains("\\", literal=True).fill_null(False))
    plain = []
    for mask in escaped.select(pl.col(pl.Boolean)).iter_columns():
        if mask.any():
            texts = table[mask.name]
            without = texts.filter(mask).str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
            plain.append(texts.scatter(mask.arg_true(), without))
    return table.with_columns(plain)
