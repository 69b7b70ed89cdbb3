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

_MOST_KEYS = 64
"""With more keys an expression gets slower than looking for each key (measured)."""
_FIELD = r"[^|\\]*"
_SPACED = r"(?:[^=\\]|\\.)*"

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
class Template:
    """Lines with the same keys in the same order."""

    start: str
    """An expression for what stands before the first field, with its bar."""
    pattern: str
    groups: tuple[tuple[str, str], ...]
    """For each group of the pattern its column, empty if nobody wants it, and the key at its end, if any."""
    absent: tuple[str, ...]
    """Texts that no line of the template holds: of wanted keys that are none of its own."""

    def apply(self, lines: pl.Series, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
        """Return the columns of all lines, and which lines are in the template."""
        import polars as pl

        line = pl.col("line")
        names = [f"{number}" for number in range(len(self.groups))]
        others = (line.str.contains(text, literal=True) for text in self.absent)
        found = (
            lines.to_frame("line")
            .lazy()
            .select(
                line.str.extract_groups(self.pattern).struct.rename_fields(names).struct.unnest(),
                other=pl.any_horizontal(pl.lit(False), *others),
            )
        )
        sound = [~pl.col("other"), (pl.col("0") + "|").str.contains(self.start)]
        values = {}
        for number, (name, key) in zip(names, self.groups, strict=True):
            text = pl.col(number)
            if key:
                sound.append(text.str.ends_with(f" {key}"))
                text = text.str.strip_suffix(key)
            if name:
                sound.append(~text.str.starts_with('"'))
                values[name] = text.str.strip_chars()
        nothing = {name: pl.lit(None, pl.String) for name in columns if name not in values}
        matched = pl.all_horizontal(*sound).fill_null(False)
        query = found.select(matched.alias("|matched"), **values, **nothing)
        table = query.collect(engine="streaming")
        return table.select(columns), table["|matched"]


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
    groups = [(BEFORE, ""), *((name, "") for name in fields if name)]
    pattern = [f"^({_FIELD})", *(rf"\|({_FIELD})" if name else rf"\|{_FIELD}" for name in fields), r"\|"]
    lead, end = f"{re.escape(prefix)} *{re.escape(keys[0])}=", ""
    for place, key in enumerate(own):
        name = key if key in wanted and key not in keys[:place] else ""
        after = keys[place + 1] if place + 1 < len(keys) else ""
        has_blanks = between == " " and key in spaced
        value, rest = _SPACED if has_blanks else f"[^{value_end}]*", ""
        if key in words and between != " ":
            value, rest = f"[^{value_end} ]*", value
        if name or has_blanks:
            groups.append((name, after if has_blanks else ""))
            value = f"({value})"
        pattern.append(lead + value + rest)
        # Behind a value with blanks the name of the next key is read already.
        lead = "=" if has_blanks else f"{gap}+{re.escape(after)}="
        end = f"(?:{gap}|$)" if not has_blanks else "=" if after else "$"
    others = tuple(f"{between}{key}=" for key in sorted(wanted.difference(own)))
    return Template(start, "".join((*pattern, end)), tuple(groups), others)
