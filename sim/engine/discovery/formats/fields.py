"""Expressions that several formats share: times, sizes and addresses as text into values."""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sim.engine.discovery.formats.base import Context

if TYPE_CHECKING:
    import polars as pl

_MICRO = 1_000_000


def whole(text: pl.Expr) -> pl.Expr:
    """Return a text of digits as Int64; null where it is no number."""
    import polars as pl

    return text.cast(pl.Int64, strict=False)


def known(text: pl.Expr, *empty: str) -> pl.Expr:
    """Return the text without blanks round it; null where it is empty, `-` or one of `empty`."""
    import polars as pl

    stripped = text.str.strip_chars()
    return pl.when(~stripped.is_in(["", "-", *empty])).then(stripped)


def percent_decoded(texts: pl.Series) -> pl.Series:
    """Return texts with `%40` and the like decoded."""
    import polars as pl

    encoded = texts.filter(texts.str.contains("%", literal=True)).unique()
    if not len(encoded):
        return texts
    return texts.replace(encoded, pl.Series([unquote(text) for text in encoded], dtype=pl.String))


def epoch(text: pl.Expr) -> pl.Expr:
    """Return a time since 1970 as microseconds: seconds with or without a fraction, or a whole number of
    milli-, micro- or nanoseconds, which its length tells apart (10, 13, 16 or 19 digits)."""
    import polars as pl

    parts = text.str.strip_chars().str.extract_groups(r"^(?P<w>[0-9]{9,19})(?:\.(?P<f>[0-9]{1,9}))?$").struct
    digits, number = parts.field("w").str.len_bytes(), whole(parts.field("w"))
    fraction = whole(parts.field("f").fill_null("").str.slice(0, 6).str.pad_end(6, "0"))
    return (
        pl.when(digits <= 11)
        .then(number * _MICRO + fraction)
        .when(digits <= 14)
        .then(number * 1000)
        .when(digits <= 17)
        .then(number)
        .otherwise(number // 1000)
    )


def instant(text: pl.Expr, *layouts: str, context: Context) -> pl.Expr:
    """Return a written time as microseconds UTC, by the first strptime layout that fits; else null.

    A layout without `%z` is a local time of the context's zone: the earlier of two equal ones, and an
    hour later where clocks jumped over it. A format whose times are UTC by definition gives its own
    context.
    """
    import polars as pl

    return pl.coalesce(*(_instant(text, layout, context) for layout in layouts))


def _instant(text: pl.Expr, layout: str, context: Context) -> pl.Expr:
    if "%z" in layout:
        return text.str.to_datetime(layout, time_unit="us", time_zone="UTC", strict=False).dt.timestamp("us")
    return _in_zone(text.str.to_datetime(layout, time_unit="us", strict=False), context)


def _in_zone(naive: pl.Expr, context: Context) -> pl.Expr:
    import polars as pl

    if context.zone is UTC:
        return naive.dt.timestamp("us")
    zone = str(context.zone)
    moved = (naive, naive + timedelta(hours=1))
    local = (t.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null") for t in moved)
    return pl.coalesce(*(t.dt.timestamp("us") for t in local))


def instant_without_year(text: pl.Expr, layout: str, context: Context) -> pl.Expr:
    """Return a time such as `Dec 27 09:20:00` as microseconds UTC, in the latest year that puts it at
    most a day after the context's reference; null without a reference. `layout` has no year."""
    import polars as pl

    if context.reference is None:
        return pl.lit(None, pl.Int64)
    limit = context.reference + 86_400 * _MICRO
    last = datetime.fromtimestamp(limit // _MICRO, UTC).year
    # Read once, in a leap year so that 29 February is a date, and then moved by whole days.
    read = (pl.lit("2000 ") + text).str.to_datetime(f"%Y {layout}", time_unit="us", strict=False)

    def in_year(year: int) -> pl.Expr:
        moved = read + (date(year, 1, 1) - date(2000, 1, 1))
        if isleap(year):
            return _in_zone(moved, context)
        later = pl.when(read >= pl.datetime(2000, 3, 1)).then(moved - timedelta(days=1))
        return _in_zone(later.when(read < pl.datetime(2000, 2, 29)).then(moved), context)

    # Two years back are enough for any day but 29 February.
    years = [year for year in range(last, last - 9, -1) if last - year < 3 or isleap(year)]
    in_years = (in_year(year) for year in years)
    return pl.coalesce(*(pl.when(time <= limit).then(time) for time in in_years))


def assumed_zone(context: Context) -> str:
    """Return the assumption that a time without a zone makes."""
    return f"times without a zone taken as {context.zone}"


def assumed_year(context: Context) -> str:
    """Return the assumption that a time without a year makes."""
    if context.reference is None:
        return "times without a year"
    day = datetime.fromtimestamp(context.reference // _MICRO, UTC).date()
    return f"times without a year taken as the latest not after {day}"
