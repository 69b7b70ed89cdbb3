"""A column of written times whose layout nobody declares: ISO 8601, ctime, 27/Dec/2019, seconds since 1970.

The layout is found from the values themselves, a handful at a time, and then read for the whole column at
once. Numbers alone do not say whether 05/02/2025 is in May or in February: a column in which one number
says it is read that way, any other month first, and the account of the file says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.clock import local, sure
from sim.engine.discovery.formats.delimited import replaced
from sim.engine.discovery.formats.fields import (
    assumed_year,
    assumed_zone,
    epoch,
    instant,
    instant_without_year,
)

if TYPE_CHECKING:
    import polars as pl

EPOCH = "epoch"
"""The layout of a number of seconds, or a part of them, since 1970."""
MONTH_FIRST = "dates such as 05/02/2025 taken as month/day/year"

_CLOCK = (
    r"(?P<clock>[0-9]{1,2}:[0-9]{2}(?P<seconds>:[0-9]{2}(?P<fraction>[.,][0-9]{1,9})?)?"
    r"(?P<half> ?[AaPp][Mm])?)"
)
_DATES = (
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "%Y-%m-%d"),
    (r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", "%Y/%m/%d"),
    (r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}", "%Y.%m.%d"),
    (r"[0-9]{1,2}/[A-Za-z]{3,9}/[0-9]{4}", "%d/%B/%Y"),
    (r"[0-9]{1,2}-[A-Za-z]{3,9}-[0-9]{4}", "%d-%B-%Y"),
    (r"[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}", "%d %B %Y"),
    (r"[0-9]{1,2}[A-Za-z]{3}[0-9]{4}", "%d%B%Y"),
    (r"[A-Za-z]{3,9} [0-9]{1,2} [0-9]{4}", "%B %d %Y"),
    (r"[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}", "%B %d, %Y"),
    (r"[A-Za-z]{3,9} [0-9]{1,2}", "%B %d"),
    (r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%m/%d/%Y"),
    (r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", "%m-%d-%Y"),
    (r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "%d.%m.%Y"),
    (r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}", "%m/%d/%y"),
)
_LAYOUTS = tuple(
    (re.compile(rf"^{date}(?P<gap>,? |T|:|, at |$)(?:(?<=.){_CLOCK})?(?P<year> [0-9]{{4}})?$"), layout)
    for date, layout in _DATES
)
# Before and behind what strptime reads: brackets, the day of the week, a zone.
_ROUND = r"""^[\s\["']+|[\s\]"']+$"""
_WEEKDAY = r"^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? +"
_ZONE = (
    r"([0-9]) ?\(?(Z|[A-Z]{3,4}|(?:GMT|UTC)?[+-][0-9]{1,2}:?[0-9]{2}|(?:GMT|UTC)[+-][0-9]{1,2})\)?"
    r"( [0-9]{4})?$"
)
_TRIES = 200
"""How many values of a column are looked at for layouts not yet seen (guess)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a time is written."""

    strptime: str
    """Empty for a number of seconds, or a part of them, since 1970."""
    zoned: bool = False
    """Whether the layout itself reads the zone."""
    bare: bool = True
    """Whether strptime reads the text as it stands; else what it cannot read is taken off first."""
    skipped: int = 0
    """How many characters stand before a bare time: the day of the week, which need not be right."""


class Reads(Protocol):
    """What reads a column of times: microseconds UTC or null as `time`, with `assumed`, row by row."""

    def read(self, written: pl.Series) -> pl.DataFrame: ...


class Declared:
    """Reads times whose layout was declared: a strptime layout, or `epoch`."""

    def __init__(self, context: Context, layout: str) -> None:
        self._context = context
        self._layout = layout

    def read(self, written: pl.Series) -> pl.DataFrame:
        """Return `time` and `assumed`."""
        import polars as pl

        text = pl.col("text").str.strip_chars()
        if self._layout == EPOCH:
            clock = sure(epoch(text), text)
        elif "%z" in self._layout:
            clock = sure(instant(text, self._layout, context=self._context), text)
        else:
            clock = local(text, self._layout, context=self._context)
        return (
            written.alias("text").to_frame().with_columns(time=clock.time, assumed=clock.assumed).drop("text")
        )


class Times:
    """Reads one column of times, chunk by chunk."""

    def __init__(self, context: Context, *, utc: bool = False) -> None:
        """`utc` says that times without a zone are UTC by definition, so that nothing is assumed."""
        self._context = Context(reference=context.reference) if utc else context
        self._sure = utc
        self._day_first = False

    def read(self, written: pl.Series) -> pl.DataFrame:
        """Return `time`, microseconds UTC or null, and `assumed`, row by row."""
        import polars as pl

        tried: set[Layout] = set()
        found = pl.DataFrame(
            {
                "time": pl.repeat(None, len(written), dtype=pl.Int64, eager=True),
                "assumed": pl.repeat(None, len(written), dtype=pl.String, eager=True),
            }
        )
        unread = written.is_not_null()
        while unread.any() and (layout := _untried(written.filter(unread), tried)) is not None:
            tried.add(layout)
            every = unread.all()
            read = self._with(written if every else written.filter(unread), layout)
            found = read if every else replaced(found, unread, read)
            unread &= found["time"].is_null()
        return found

    def _with(self, texts: pl.Series, layout: Layout) -> pl.DataFrame:
        import polars as pl

        text, nothing = pl.col("text"), pl.lit(None, pl.String)
        if not layout.strptime:
            return texts.to_frame("text").select(time=epoch(text), assumed=nothing)
        if layout.zoned:
            time = instant(text, layout.strptime, context=Context())
            return texts.to_frame("text").select(time=time, assumed=nothing)
        body, zone = text.str.slice(layout.skipped) if layout.skipped else text, None
        if not layout.bare:
            body = text.str.replace_all(_ROUND, "").str.replace(_WEEKDAY, "").str.replace_all(" +", " ")
            body = body.str.replace(",([0-9]{3,9})", ".$1")
            zone = body.str.extract(_ZONE, 2)
            body = body.str.replace(_ZONE, "${1}${3}")
        strptime, order = self._ordered(texts, layout.strptime)
        if "%Y" not in strptime and "%y" not in strptime:
            note = f"{assumed_year(self._context)}; {assumed_zone(self._context)}"
            time = instant_without_year(body, strptime, self._context)
            return texts.to_frame("text").with_columns(time=time, assumed=pl.lit(note)).drop("text")
        clock = local(body, strptime, context=self._context, zone=zone)
        assumed = nothing if self._sure else clock.assumed
        if order is not None:
            assumed = pl.concat_str(assumed, pl.lit(order), separator="; ", ignore_nulls=True)
        return texts.to_frame("text").select(time=clock.time, assumed=assumed)

    def _ordered(self, texts: pl.Series, strptime: str) -> tuple[str, str | None]:
        """Return the layout with day and month in the order that the numbers ask for, else as assumed."""
        import polars as pl

        if re.match("%m[-/]%d", strptime) is None:
            return strptime, None
        numbers = texts.str.extract_groups(r"^[^0-9]*(?P<first>[0-9]{1,2})[-/](?P<second>[0-9]{1,2})[-/]")
        first, second = (numbers.struct.field(name).cast(pl.Int64).max() for name in ("first", "second"))
        self._day_first |= isinstance(first, int) and first > 12
        if self._day_first:
            return re.sub("%m(.)%d", r"%d\1%m", strptime), None
        return strptime, None if isinstance(second, int) and second > 12 else MONTH_FIRST


def _untried(texts: pl.Series, tried: set[Layout]) -> Layout | None:
    """Return the first layout not tried yet that some of the values have."""
    stride = max(1, len(texts) // _TRIES)
    for value in (*texts.head(_TRIES).to_list(), *texts.gather_every(stride).to_list()):
        layout = layout_of(value)
        if layout is not None and layout not in tried:
            return layout
    return None


def layout_of(value: str) -> Layout | None:
    """Return how a written time is laid out, None if it is none."""
    if re.fullmatch(r"\s*[0-9]{9,19}(\.[0-9]{1,9})?\s*", value):
        return Layout("")
    body = re.sub(_WEEKDAY, "", re.sub(_ROUND, "", value[:100]))
    body = re.sub(" +", " ", body)
    return _layout(value, body) or _layout(value, re.sub(_ZONE, r"\1\3", body))


def _layout(value: str, body: str) -> Layout | None:
    """Return the layout of a value; `body` is what strptime reads of it."""
    for like, date in _LAYOUTS:
        match = like.match(body)
        if match is None or (match["year"] and "%Y" in date):
            continue
        strptime = f"{date}{match['gap']}{_clock(match)}{' %Y' if match['year'] else ''}"
        if value == f"{body}Z":
            return Layout(f"{strptime}Z", zoned=True)
        zone = re.fullmatch(r"( ?)[+-][0-9]{2}:?[0-9]{2}", value.removeprefix(body))
        if zone is not None and value.startswith(body):
            return Layout(f"{strptime}{zone[1]}%z", zoned=True)
        bare = value.endswith(body) and "," not in (match["fraction"] or "")
        weekday = re.fullmatch(_WEEKDAY, value.removesuffix(body)) if bare else None
        if weekday is not None:
            return Layout(strptime, skipped=weekday.end())
        return Layout(strptime, bare=bare and body == value)
    return None


def _clock(match: re.Match[str]) -> str:
    if not match["clock"]:
        return ""
    seconds = f":%S{'%.f' if match['fraction'] else ''}" if match["seconds"] else ""
    half = match["half"] or ""
    return f"{'%I' if half else '%H'}:%M{seconds}{' %p' if ' ' in half else '%p' if half else ''}"
