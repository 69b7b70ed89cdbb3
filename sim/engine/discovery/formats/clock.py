"""Times that stand apart from their zone, or only in a syslog header.

A zone is written as an offset, or by a name. Names are not unique (IST is India's, Ireland's and
Israel's time); only those are taken that mean one thing: the North American ones of RFC 5322, section
4.3 (documented), and those of Europe and Japan (own knowledge). With any other name the context's zone
is assumed, and the line says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.fields import (
    assumed_year,
    assumed_zone,
    instant,
    instant_without_year,
    whole,
)

if TYPE_CHECKING:
    import polars as pl

_HOURS = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
}  # fmt: skip

_TIME = r"(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))? ?"
_ISO = (
    rf"(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[T ]{_TIME}"
    r"(?P<zone>Z\b|UTC\b|GMT\b|[+-][0-9]{2}:?[0-9]{2}\b)?"
)
_MONTH = (
    r"^.*\b(?P<day>[A-Z][a-z]{2} +[0-9]{1,2}) (?:(?P<year>[0-9]{4}) )?"
    rf"{_TIME}(?P<zone>Z\b|UTC\b|[A-Z]{{3,4}}\b)?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """When something happened, and what had to be assumed to say so."""

    time: pl.Expr
    """Int64, microseconds UTC; null where nothing says it."""
    assumed: pl.Expr
    """String; null where nothing was assumed."""
    says: pl.Expr
    """Boolean: whether there is anything written."""

    def or_else(self, other: Clock) -> Clock:
        """Return the other's where this one says nothing, and its time where this one's cannot be."""
        import polars as pl

        return Clock(
            pl.coalesce(self.time, other.time),
            pl.when(self.says).then(self.assumed).otherwise(other.assumed),
            self.says | other.says,
        )


def sure(time: pl.Expr, text: pl.Expr) -> Clock:
    """Return a time that needs no assumption, such as one in seconds since 1970, read from `text`."""
    import polars as pl

    return Clock(time, pl.lit(None, pl.String), text.is_not_null())


def local(text: pl.Expr, *layouts: str, context: Context, zone: pl.Expr | None = None) -> Clock:
    """Return a time written without its zone, which stands in a field of its own or nowhere."""
    import polars as pl

    there = instant(text, *layouts, context=context)
    assumed = pl.lit(assumed_zone(context))
    if zone is None:
        return Clock(there, pl.when(text.is_not_null()).then(assumed), text.is_not_null())
    seconds = offset(zone)
    as_utc = there if context.zone is UTC else instant(text, *layouts, context=Context())
    time = pl.coalesce(as_utc - seconds * 1_000_000, pl.when(seconds.is_null()).then(there))
    return Clock(time, pl.when(text.is_not_null() & seconds.is_null()).then(assumed), text.is_not_null())


def offset(zone: pl.Expr) -> pl.Expr:
    """Return a zone's seconds east of Greenwich: `+0100`, `-5:30`, `+11`, `GMT+2` or a name; else null."""
    import polars as pl

    stripped = zone.str.strip_chars()
    parts = stripped.str.extract_groups(
        r"^(?:UTC|GMT)?(?P<sign>[+-])(?P<h>[0-9]{1,2}):?(?P<m>[0-9]{2})?$"
    ).struct
    seconds = whole(parts.field("h")) * 3600 + whole(parts.field("m")).fill_null(0) * 60
    named = {name: hours * 3600 for name, hours in _HOURS.items()}
    return pl.coalesce(
        pl.when(parts.field("sign") == "-").then(-seconds).otherwise(seconds),
        stripped.replace_strict(named, default=None, return_dtype=pl.Int64),
    )


def with_header(frame: pl.LazyFrame, text: pl.Expr, context: Context) -> pl.LazyFrame:
    """Return the frame with the columns that `header_clock` reads: the time that a syslog header states.

    `text` is what stands before the body. An ISO time (RFC 5424, rsyslog) goes before one with the name
    of the month (RFC 3164; Cisco adds the year); of two such the last counts, which is the device's own.
    """
    import polars as pl

    iso, month = pl.col("header_iso").struct, pl.col("header_month").struct
    year = month.field("year")
    plain = iso.field("day") + " " + iso.field("time")
    dated = month.field("day") + " " + year + " " + month.field("time")
    short = pl.when(year.is_null()).then(month.field("day") + " " + month.field("time"))

    def exact(context: Context) -> pl.Expr:
        return pl.coalesce(
            instant(plain, "%Y-%m-%d %H:%M:%S", context=context),
            instant(dated, "%b %d %Y %H:%M:%S", context=context),
        )

    fraction = pl.coalesce(iso.field("fraction"), month.field("fraction"))
    micro = whole(fraction.str.slice(0, 6).str.pad_end(6, "0")).fill_null(0)
    east = pl.col("header_east")
    zoned = exact(Context()) - east * 1_000_000 + micro
    here = pl.when(east.is_null()).then(exact(context) + micro)
    guess = f"{assumed_year(context)}; {assumed_zone(context)}"
    return (
        frame.with_columns(header_iso=text.str.extract_groups(_ISO))
        .with_columns(header_month=pl.when(iso.field("day").is_null()).then(text).str.extract_groups(_MONTH))
        .with_columns(header_east=offset(pl.coalesce(iso.field("zone"), month.field("zone"))))
        .with_columns(
            header_time=pl.coalesce(zoned, here, instant_without_year(short, "%b %d %H:%M:%S", context)),
            header_assumed=pl.when(short.is_not_null())
            .then(pl.lit(guess))
            .when(east.is_null())
            .then(pl.lit(assumed_zone(context))),
        )
    )


def header_clock() -> Clock:
    """Return the time of the header, in a frame that `with_header` made."""
    import polars as pl

    time = pl.col("header_time")
    return Clock(time, pl.when(time.is_not_null()).then("header_assumed"), time.is_not_null())
