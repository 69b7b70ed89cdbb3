"""Amounts and moments as reports write them: one way for each, times in UTC."""

from __future__ import annotations

from collections.abc import Sequence

from sim.base.time import to_datetime

_GAP = "\u00a0"
"""Between a number and its unit: they stay on one line."""

UNKNOWN = "–"
"""What stands where no source could know a figure; a zero would be a claim."""


def size(amount: int | None, gap: str = _GAP) -> str:
    """Return bytes in the portal's decimal units, cut and never rounded up: `17.2 MB`, `888 kB`."""
    if amount is None:
        return UNKNOWN
    scale, unit = 1, "B"
    for name in ("kB", "MB", "GB", "TB", "PB"):
        if amount < scale * 1000:
            break
        scale, unit = scale * 1000, name
    if scale == 1 or amount >= 100 * scale:
        return f"{amount // scale}{gap}{unit}"
    tenths = amount * 10 // scale
    return f"{tenths // 10}.{tenths % 10}{gap}{unit}"


def number(amount: int | None) -> str:
    """Return a count with separators."""
    return UNKNOWN if amount is None else f"{amount:,}"


def percent(part: int, whole: int, gap: str = _GAP) -> str:
    """Return a share to a tenth of a per cent, cut and never rounded up."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}{gap}%"


def shares(amounts: Sequence[int]) -> list[str]:
    """Return each amount's share of their sum to a tenth of a per cent; together they make 100 %."""
    return [f"{tenths // 10}.{tenths % 10}{_GAP}%" for tenths in split(amounts, 1000)]


def split(amounts: Sequence[int], scale: int) -> list[int]:
    """Split `scale` in proportion by largest remainder; the parts add up to it unless all are nothing."""
    whole = sum(amounts)
    if whole <= 0:
        return [0] * len(amounts)
    parts = [scale * amount // whole for amount in amounts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(scale * amounts[i] % whole), i))
    for place in by_remainder[: scale - sum(parts)]:
        parts[place] += 1
    return parts


def plural(amount: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 app`, `3 apps`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def listed(names: list[str], most: int = 3) -> str:
    """Return names as a person lists them: `a, b and c`, `a, b, c and 4 more`."""
    shown = names[:most]
    rest = len(names) - len(shown)
    parts = [*shown, f"{rest:,} more"] if rest else shown
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def moment(time: int | None) -> str:
    """Return a time to the minute: `2019-12-27 09:20`."""
    return UNKNOWN if time is None else f"{to_datetime(time):%Y-%m-%d %H:%M}"


def day(number_of_day: int) -> str:
    """Return a day, counted from 1970-01-01: `27 Dec`."""
    found = to_datetime(number_of_day * 86_400_000_000)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{found.day} {months[found.month - 1]}"
