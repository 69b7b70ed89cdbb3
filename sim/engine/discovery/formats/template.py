"""Templates: the order of keys in which a product writes most of its lines, learnt from some of them.

A line of a template is read by one regular expression in which the next byte alone decides how to go on,
so that one pass is enough: each value up to the blank and the key that must follow it. A value that may
hold blanks itself is read up to the next `=`, and afterwards it is seen whether the right key stands
there. So a line is in a template only if its keys, up to the last that is wanted, are those of the
template in their order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

BEFORE = "|before"
"""Column of what stands before the header, such as a syslog header."""

_MOST_KEYS = 128
"""With more keys an expression gets slower than looking for each wanted key (measured)."""
_MOST_GROUPS = 16
"""More groups in one expression are not found in one pass (measured); there is another pass for the rest."""
_FIELD = r"[^|\\]*"
_SPACED = r'(?:(?:[^"=\\]|\\.)(?:[^=\\]|\\.)*)?'
"""A value with blanks; one in quotes is not read here."""

Layout = tuple[str, str, tuple[str, ...]]
"""The character between pairs, what stands before the first, and the keys up to the one behind the last that
is wanted: a value may be read up to it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one line is made of."""

    between: str
    prefix: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a line that is looked at: a value, or only what shows that the line is in order."""

    value: str
    """An expression for it."""
    column: str = ""
    """Empty if nobody wants it."""
    key: str = ""
    """The key that stands at its end, behind a blank, though it is no part of the value."""


@dataclass(frozen=True, slots=True)
class Template:
    """Lines with the same keys in the same order."""

    start: str
    """An expression for what stands before the first bar; that is the first group."""
    parts: tuple[str | Group, ...]
    """The parts of a line in order: expressions and groups."""
    absent: tuple[str, ...]
    """Texts that no line of the template holds: of wanted keys that are none of its own."""

    def apply(self, lines: pl.Series, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
        """Return the columns of all lines, and which lines are in the template."""
        import polars as pl

        line = pl.col("line")
        groups = [part for part in self.parts if isinstance(part, Group)]
        names = [f"{number}" for number in range(len(groups))]
        found = [
            line.str.extract_groups(self._pattern(batch)).struct.rename_fields([names[n] for n in batch])
            for batch in _batches(len(groups))
        ]
        sound = [pl.col("0").str.contains(self.start)]
        sound += [~line.str.contains(text, literal=True) for text in self.absent]
        values = {}
        for name, group in zip(names, groups, strict=True):
            text = pl.col(name)
            if group.key:
                sound.append(text.str.ends_with(f" {group.key}"))
                text = text.str.strip_suffix(group.key)
            if group.column:
                values[group.column] = text.str.strip_chars()
        nothing = {name: pl.lit(None, pl.String) for name in columns if name not in values}
        matched = pl.all_horizontal(*sound).fill_null(False).alias("|matched")
        split = lines.to_frame("line").lazy().select("line", *(part.struct.unnest() for part in found))
        table = split.select(matched, **values, **nothing).collect(engine="streaming")
        return table.select(columns), table["|matched"]

    def _pattern(self, captured: range) -> str:
        """Return the expression for a line that remembers some of the groups."""
        number, pattern = -1, "^"
        for part in self.parts:
            if isinstance(part, Group):
                number += 1
                pattern += f"({part.value})" if number in captured else f"(?:{part.value})"
            else:
                pattern += part
        return pattern


def _batches(groups: int) -> list[range]:
    return [range(first, min(first + _MOST_GROUPS, groups)) for first in range(0, groups, _MOST_GROUPS)]


def learnt(
    samples: Sequence[Sample],
    start: str,
    fields: Sequence[str],
    words: Sequence[str],
    phrases: Sequence[str],
) -> tuple[Template, int] | None:
    """Return the template that most of the samples have, and how many have it; None if there is none.

    `fields` are the columns of the header, empty for those that nobody wants; for `words` and `phrases`
    see `Splitter`.
    """
    counts: Counter[Layout] = Counter()
    spaced: dict[Layout, set[str]] = {}
    for sample in samples:
        keys = [key for key, _ in sample.pairs]
        last = max((place for place, key in enumerate(keys) if key in words or key in phrases), default=-1)
        if 0 <= last < _MOST_KEYS:
            layout = (sample.between, sample.prefix, tuple(keys[: last + 2]))
            counts[layout] += 1
            spaced.setdefault(layout, set()).update(key for key, value in sample.pairs if " " in value)
    if not counts:
        return None
    layout, count = counts.most_common(1)[0]
    has_blanks = spaced[layout].difference(words).union(phrases)
    return _template(layout, start, fields, {*words, *phrases}, words, has_blanks), count


def _template(
    layout: Layout,
    start: str,
    fields: Sequence[str],
    wanted: set[str],
    words: Sequence[str],
    spaced: set[str],
) -> Template:
    """Return the template of a layout; the values of `spaced` keys may hold blanks."""
    between, prefix, keys = layout
    own = keys[: 1 + max(place for place, key in enumerate(keys) if key in wanted)]
    gap, value_end = re.escape(between), r" \t" if between == " " else re.escape(between)
    parts: list[str | Group] = [Group(_FIELD, BEFORE)]
    for field in fields:
        parts += [r"\|", Group(_FIELD, field) if field else _FIELD]
    parts += [rf"\|{re.escape(prefix)} *{re.escape(keys[0])}="]
    for place, key in enumerate(own):
        name = key if key in wanted and key not in keys[:place] else ""
        after = keys[place + 1] if place + 1 < len(keys) else ""
        if between == " " and key in spaced:
            # The name of the next key is read with the value, and seen afterwards.
            parts += [Group(_SPACED, name, after), "=" if after else "$"]
            continue
        value = f"[^{value_end}]*"
        bare = f'(?:[^"{value_end} ][^{value_end} ]*)?'
        if not name:
            parts.append(value)
        elif key in words and between != " ":
            parts += [" *", Group(bare, name), f"(?: {value})?"]
        else:
            parts.append(Group(bare if between == " " else f'(?:[^"{value_end}]{value})?', name))
        parts.append(f"{gap}+{re.escape(after)}=" if after else f"{gap}*$")
    return Template(start, tuple(parts), tuple(f"{between}{key}=" for key in sorted(wanted.difference(own))))
