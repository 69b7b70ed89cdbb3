"""How a vendor writes CEF or LEEF: which keys carry what, and which of its events are no traffic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.discovery.formats import names
from sim.engine.discovery.formats.base import TRAFFIC, Context, Format, Rows
from sim.engine.discovery.formats.extension import Splitter, Syntax
from sim.engine.discovery.formats.fields import known
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.meaning import NO_DESTINATION, Meaning
from sim.engine.discovery.formats.template import BEFORE

if TYPE_CHECKING:
    import polars as pl

DENIED = (
    f"{names.DENIED}|(?i)(?:^|[^a-z])(?:discard(?:ed)?|terminat(?:e|ed)|clear_session|violation)(?:$|[^a-z])"
)
"""Words with which products say that they let nothing through (own knowledge)."""

_NOT = r"(?i)^not[ _-]"
"""How Citrix says that it would have: `not blocked` (observed)."""
_NOT_QUOTED = r"^(?!\s*\{)"
"""A line of JSON may quote such a line: it is not one."""
_PHRASES = frozenset({"time", "zone", "user", "machine", "process", "action"})
"""Meanings whose values may hold blanks."""
_FILE = r"^(?:[A-Za-z]:)?\\|^[A-Za-z]:/"
"""A file's path, which security products write where others write an address."""
_ZONE = r"^(?:Z|[A-Z]{3,4}|(?:GMT|UTC)?[+-][0-9]{1,2}:?[0-9]{2})$"
_WITHOUT_ZONE = r":[0-9]{2}(?:[.,][0-9]+)?$"
_ISO = (
    r"^.*\b([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
)
_MONTH = (
    r"^.*\b([A-Z][a-z]{2} +[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?: (?:Z|[A-Z]{3,4})\b)?(?: [0-9]{4}\b)?)"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor's way; `vendor` is a regular expression for the first fields of its header."""

    name: str
    title: str
    vendor: str
    keys: Mapping[str, tuple[str, ...]]
    """For each meaning, as in `meaning.py`, the keys that carry it; the first that says something counts."""
    skip: Callable[[], pl.Expr] | None = None
    """Why a line is no traffic, from columns of the header and of `extra`."""
    tidy: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    """What to do with the columns of keys before their meaning is taken."""
    header: tuple[str, ...] = ()
    """Columns of the header that `skip` and `tidy` want."""
    extra: tuple[str, ...] = ()
    """Keys that they want besides."""
    nothing: tuple[str, ...] = ()
    """Words that stand for no value."""
    denied: str = DENIED
    generic: bool = False


def formats_of(dialects: Sequence[Dialect], generic: Dialect, syntax: Syntax) -> tuple[Format, ...]:
    """Return the formats of some dialects, and the generic one, which reads each line in its own."""
    return (
        *(_format(dialect, syntax, rows_of(dialect, syntax)) for dialect in dialects),
        _format(generic, syntax, lambda context: _by_vendor(context, dialects, generic, syntax)),
    )


def _format(dialect: Dialect, syntax: Syntax, rows: Callable[[Context], Rows]) -> Format:
    like = syntax.like(dialect.vendor)
    return Format(
        name=dialect.name,
        title=dialect.title,
        knows=frozenset({*dialect.keys, "blocked"} & set(TRAFFIC)) - {"time"},
        sniff=lambda lines: share(lines, rf"(?s){_NOT_QUOTED}.*?(?:{like})"),
        rows=rows,
        explain=explainer((like, "its header is not whole"), last=NO_DESTINATION),
        generic=dialect.generic,
    )


def rows_of(dialect: Dialect, syntax: Syntax) -> Callable[[Context], Rows]:
    """Return how to start on a log in a dialect."""

    def start(context: Context) -> Rows:
        meaning = Meaning(context, denied=dialect.denied)
        keys = {
            name: carriers
            for name, carriers in dialect.keys.items()
            if context.evidence or name not in names.EVIDENCE_ONLY
        }
        phrases = [key for name, carriers in keys.items() if name in _PHRASES for key in carriers]
        phrases += [key for key in dialect.extra if key not in phrases]
        words = [key for carriers in keys.values() for key in carriers if key not in phrases]
        splitter = Splitter(syntax, words, phrases, dialect.header)
        return lambda lines: _judged(meaning.rows(_texts(dialect, keys, splitter.split(lines))), dialect)

    return start


def _judged(frame: pl.LazyFrame, dialect: Dialect) -> pl.LazyFrame:
    """Return the frame with what was blocked: neither `not blocked`, nor what a vendor says nothing of."""
    import polars as pl

    if "blocked" in frame.collect_schema().names():
        blocked = pl.col("blocked") & ~pl.col("action").str.contains(_NOT).fill_null(False)
        return frame.with_columns(blocked=blocked)
    return frame if dialect.generic else frame.with_columns(blocked=pl.lit(False))


def _by_vendor(context: Context, dialects: Sequence[Dialect], generic: Dialect, syntax: Syntax) -> Rows:
    """Start on a log of any vendors."""
    readers = [rows_of(dialect, syntax)(context) for dialect in (*dialects, generic)]

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        line = pl.col("line")
        mine = (line.str.contains(syntax.like(dialect.vendor)) for dialect in dialects)
        owner = pl.coalesce(*(pl.when(own).then(number) for number, own in enumerate(mine)), len(dialects))
        owners = lines.to_frame("line").select(owner).to_series()
        parts: list[pl.DataFrame] = []
        for number in owners.unique().sort().to_list() or [len(dialects)]:
            rows = (owners == number).arg_true()
            table = readers[number](lines.gather(rows)).collect()
            parts.append(table.with_columns(rows.alias("|row")))
        table = pl.concat(parts, how="diagonal").sort("|row").drop("|row")
        return table.lazy()

    return read


def is_one_of(column: str, *words: str) -> pl.Expr:
    """Say whether a column is one of some words, in whatever case; False where it is null."""
    import polars as pl

    return pl.col(column).str.strip_chars().str.to_lowercase().is_in(words).fill_null(False)


def says(column: str, pattern: str) -> pl.Expr:
    """Say whether a column is like a regular expression; False where it is null."""
    import polars as pl

    return pl.col(column).str.contains(pattern).fill_null(False)


def _texts(dialect: Dialect, keys: Mapping[str, tuple[str, ...]], table: pl.DataFrame) -> pl.DataFrame:
    """Return one text column for each meaning."""
    import polars as pl

    if dialect.tidy is not None:
        table = dialect.tidy(table)
    columns = {name: _first(carriers, dialect.nothing) for name, carriers in keys.items()}
    columns["bad"] = pl.when(pl.col(BEFORE).is_null()).then(pl.lit("its header is not whole"))
    if dialect.skip is not None:
        columns["skip"] = dialect.skip()
    if "url" in columns:
        columns["url"] = pl.when(~columns["url"].str.contains(_FILE)).then(columns["url"])
    columns[BEFORE] = pl.col(BEFORE)
    texts = _named(_timed(table.select(**columns)))
    return texts.drop(
        name for name in texts.columns if name != "time" and texts[name].null_count() == len(texts)
    )


def _first(keys: Sequence[str], nothing: Sequence[str]) -> pl.Expr:
    """Return the first of some columns that says something."""
    import polars as pl

    if len(keys) > 1:
        return pl.coalesce(*(known(pl.col(key), *nothing) for key in keys))
    only = pl.col(keys[0])
    # Compared one by one, which is faster than a search in a set of so few.
    return pl.when(pl.all_horizontal(*(only != word for word in nothing))).then(only) if nothing else only


def _named(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts with names of hosts without a dot as last resort: they are a device's."""
    import polars as pl

    if "host" not in texts.columns:
        return texts
    bare = ~texts["host"].str.contains("[.:]")
    if not bare.any():
        return texts
    host, address = pl.col("host"), pl.col("destination_ip")
    alone = pl.when(bare & (address.is_null() | address.is_in(["", "-"]))).then(host)
    return texts.with_columns(host=pl.when(~bare).then(host), destination=alone)


def _timed(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts with a zone behind times that lack it, and the syslog header's time where none is."""
    import polars as pl

    time = pl.col("time")
    if "zone" in texts.columns:
        if texts["zone"].null_count() < len(texts):
            zone = pl.when(time.str.contains(_WITHOUT_ZONE) & pl.col("zone").str.contains(_ZONE)).then("zone")
            texts = texts.with_columns(time=pl.concat_str(time, zone, separator=" ", ignore_nulls=True))
        texts = texts.drop("zone")
    timeless = texts.select(time.is_null() | time.is_in(["", "-"])).to_series()
    if timeless.any():
        before = texts[BEFORE].filter(timeless)
        header = before.str.extract(_ISO)
        header = header.fill_null(before.str.extract(_MONTH))
        texts = texts.with_columns(texts["time"].scatter(timeless.arg_true(), header))
    return texts.drop(BEFORE)
