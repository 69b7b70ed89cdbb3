r"""Lines of `key=value` pairs, as firewalls write them.

A value is bare or in double quotes; quotes inside are escaped (`\"`), doubled, or left as they are, and
some senders double every quote of a line (`devname=""fw1""`). A bare value may hold blanks and `=`: it
goes on until the next key. What stands in quotes never begins a pair, so that a user agent cannot forge
a field.

Most lines hold nothing odd, and each wanted key is one search for a literal text in them. In the others
one pass puts a mark before every pair and drops the quotes, and the search is for the marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.fields import known

if TYPE_CHECKING:
    import polars as pl

END_COUNTS = "start of a connection, counted when it ends"
INTERIM = "interim record of a connection, counted when it ends"
PERMITTED = "permission of a connection, counted when it ends"
OTHER = "not traffic (another message)"

_MARK = "\x01"
_CLOSED = "\x02"
_KEY = r"[A-Za-z_][A-Za-z0-9_./-]*"


def pairs(
    lines: pl.Series, keys: Sequence[str], between: str = " ", empty: Sequence[str] = ()
) -> pl.LazyFrame:
    """Return `line`, and a text column for each key: the value at its first mention.

    A value that is missing, empty, `-` or one of `empty` is null. `between` holds the characters that
    part pairs, the usual one first.
    """
    import polars as pl

    line, odd = pl.col("line"), pl.col("odd")
    first = between[0]
    # A priority is glued to the first pair: `<189>date=...`.
    plain = pl.when(~odd).then(line.str.replace("^(?:<[0-9]+>)?", first))

    def value(key: str) -> pl.Expr:
        name = re.escape(key)
        bare = pl.col("plain").str.extract(f'{re.escape(first)}{name}=("[^"]*"|[^{first}]*)')
        text = pl.col("marked").str.extract(f"{_MARK}{name}={_CLOSED}?([^{_MARK}{_CLOSED}]*)")
        return known(pl.coalesce(bare.str.strip_chars('"'), text.str.strip_suffix('"')), *empty)

    return (
        lines.to_frame("line")
        .lazy()
        .with_columns(odd=line.str.contains(_odd(between)))
        .select("line", plain=plain, marked=_marked(pl.when(odd).then(line), between))
        .select("line", **{key: value(key) for key in keys})
    )


def _odd(between: str) -> str:
    """Return what a line holds of which a search for literal keys would make something else."""
    first, rest = re.escape(between[0]), re.escape(between[1:]) + r"\t"
    return "|".join(
        (
            rf'[{rest}]"?{_KEY}=',  # pairs parted by another character
            rf'="[^"]*[{first}{rest}]+"?{_KEY}=',  # what looks like a pair, inside quotes
            rf'="[^"]*"[^{first}{rest}]',  # quotes inside a value
            r"\\\"",
            # a bare value with blanks
            rf'=[^"{first}]*{first}+(?:{_KEY}(?:[^A-Za-z0-9_./=-]|$)|[^A-Za-z_"{first}])',
        )
    )


def _marked(line: pl.Expr, between: str) -> pl.Expr:
    """Return the line with a mark before each pair, and another where a quoted value ended.

    A bare value has that second mark before it, so that one search finds both kinds.
    """
    import polars as pl

    inside = re.escape(between) + r"\t"
    # A quote ends a value only where a pair may end; elsewhere, and escaped, it is a part of the text.
    quoted = rf'"([^"\\]*(?:(?:\\.|"[^"{inside}])[^"\\]*)*)"'
    pair = rf'(?:^(?:<[0-9]+>)?|"?[{inside}]+)"?({_KEY})=(?:{quoted}|)'
    clean = line.str.replace_all(f"[{_MARK}{_CLOSED}]", " ")
    # Doubled throughout: seen at the first quote, which the sender's own fields hold, or in a line of CSV.
    single = (
        pl.when(clean.str.contains(rf'^(?:[^"]*|".*)=""[^"{inside}]'))
        .then(clean.str.replace_all('""', '"', literal=True))
        .otherwise(clean)
    )
    marked = single.str.replace_all(pair, f"{_MARK}${{1}}=${{2}}{_CLOSED}")
    return marked.str.replace_all(r"\"", '"', literal=True)


def url_host(url: pl.Expr) -> pl.Expr:
    """Return the host that a whole address names, with its port; null where there is only a path."""
    return url.str.extract(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@\s]*@)?([^/?#\s]+)")


def among(word: pl.Expr, *words: str) -> pl.Expr:
    """Say whether a word is one of some, in whatever case; False where there is none."""
    return word.str.to_lowercase().is_in(words).fill_null(False)
