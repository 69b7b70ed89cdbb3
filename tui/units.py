"""Amounts and moments as screens write them: one way for each, in the organisation's time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sim.base.time import show_clock, to_datetime
from sim.views import amounts
from sim.views.amounts import UNKNOWN as UNKNOWN
from sim.views.amounts import number as number
from sim.views.amounts import plural as plural

_BROWSERS = {
    "msedge.exe": "Edge",
    "microsoftedgecp.exe": "Edge",
    "iexplore.exe": "IE",
    "chrome.exe": "Chrome",
    "firefox.exe": "Firefox",
}


def size(amount: int | None) -> str:
    """Return an amount of bytes: `17.2 MB`, `888 kB`."""
    return amounts.size(amount, " ")


def moment(time: int | None, tz: ZoneInfo) -> str:
    """Return day and time without the weekday, for columns: `16 Dec 10:25`."""
    return UNKNOWN if time is None else show_clock(time, tz).partition(" ")[2].rjust(12)


def second(time: int, tz: ZoneInfo) -> str:
    """Return weekday and time to the second, for a timeline: `Mon 10:25:07`."""
    day = show_clock(time, tz).partition(" ")[0]
    return f"{day} {to_datetime(time, tz):%H:%M:%S}"


def clock(time: int | None, tz: ZoneInfo, now: int) -> str:
    """Return the time of day, with the day only where it is not today's: `10:25`."""
    if time is None:
        return UNKNOWN
    shown, today = show_clock(time, tz), show_clock(now, tz)
    day, _, hour = shown.rpartition(" ")
    return hour if today.startswith(day + " ") else shown


def span(first: int, last: int, tz: ZoneInfo) -> str:
    """Return a stretch of time, the day said once where both ends share it."""
    begin, end = show_clock(first, tz), show_clock(last, tz)
    day = begin.rpartition(" ")[0]
    return f"{begin} to {end.rpartition(' ')[2] if end.startswith(day + ' ') else end}"


def browser(process: str) -> str:
    """Return a browser's name for its file name; another program keeps its file name."""
    return _BROWSERS.get(process.lower(), process)


def person(upn: str, domain: str) -> str:
    """Return a user without the organisation's own domain, which everybody shares."""
    return upn.removesuffix(f"@{domain}") or upn
