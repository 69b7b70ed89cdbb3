"""Simulated time: integer microseconds since the Unix epoch, in UTC.

No wall clock is read here or anywhere below the command line. Zones come from the pinned `tzdata`
package and never from the machine, so that a run gives the same bytes everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from sim.base.errors import InputError, Problem

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PART = re.compile(r"(\d{1,12})(us|s|m|h|d)")
_UNIT = {"us": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return the time zone `name` from the tzdata package; raise InputError if there is none."""
    folders, _, leaf = f"tzdata/zoneinfo/{name}".rpartition("/")
    try:
        with resources.files(folders.replace("/", ".")).joinpath(leaf).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (FileNotFoundError, ModuleNotFoundError, ValueError, OSError):
        raise InputError(
            Problem(
                "TIME-ZONE",
                f"unknown time zone {name!r}",
                advice="use a name such as Europe/London",
            )
        ) from None


def to_datetime(time: int, tz: ZoneInfo | None = None) -> datetime:
    """Return the aware datetime of `time` (microseconds, UTC) in `tz`, UTC by default."""
    moment = _EPOCH + timedelta(microseconds=time)
    return moment if tz is None else moment.astimezone(tz)


def from_datetime(moment: datetime) -> int:
    """Return the simulated time of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_iso(text: str, tz: ZoneInfo | None = None) -> int:
    """Parse ISO 8601; a text without an offset is read in `tz` (UTC by default)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            Problem("TIME-FORMAT", f"{text!r} is not a time", advice="write it as 2019-12-16T09:00")
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=tz or UTC)
    return from_datetime(moment)


def to_iso(time: int) -> str:
    """Return `time` as ISO 8601 in UTC, to the microsecond only where there are any."""
    return to_datetime(time).isoformat().replace("+00:00", "Z")


def show_day(day: int) -> str:
    """Return a day, counted from 1970-01-01 UTC, as `2019-12-16`."""
    return to_datetime(day * DAY).date().isoformat()


def parse_duration(text: str) -> int:
    """Parse `90s`, `30m`, `1h30m`, `2d` into microseconds."""
    matches = list(_PART.finditer(text.strip()))
    if not matches or "".join(m.group(0) for m in matches) != text.strip():
        raise InputError(
            Problem(
                "TIME-DURATION",
                f"{text!r} is not a duration",
                advice="write it as 45m, 1h30m or 2d",
            )
        )
    return sum(int(m.group(1)) * _UNIT[m.group(2)] for m in matches)


def show_duration(span: int) -> str:
    """Return a span as a person says it: `2 h 05 min`, `12 min`, `40 s`."""
    seconds = max(span, 0) // SECOND
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def show_clock(time: int, tz: ZoneInfo) -> str:
    """Return day and time of day in `tz`: `Mon 16 Dec 09:00`."""
    moment = to_datetime(time, tz)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return (
        f"{days[moment.weekday()]} {moment.day} {months[moment.month - 1]} "
        f"{moment.hour:02d}:{moment.minute:02d}"
    )
