"""Product view of Cloud App Security: the report selector, its time frames, how far a report reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.base.time import DAY, HOUR, show_clock
from sim.engine.discovery.report import KEPT_DAYS
from sim.engine.discovery.streams import GLOBAL, SESSION_CONTROL, WIN10
from sim.engine.discovery.use import Use
from sim.engine.tenant import INTEGRATION
from sim.session.driver import Session

Cause = Literal["", "no source", "feed off", "waiting", "next run", "filtered", "forgotten"]
_DATA: Cause = ""
FIRST_DATA_MAXIMUM = 2 * HOUR
"""What the portal promises after the integration is switched on (CAS/wdatp-integration.md; documented)."""

FRAMES = (7, 30, 90)
"""Days of the time frames (observed on documentation screenshots)."""
WHOLE = KEPT_DAYS
"""The frame that a report opens with: all that is kept (guess)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a report's data reaches, and when the next analysis runs."""

    report: str
    title: str
    """What the period calls it."""
    first: int | None
    """Of the data within the frame."""
    last: int | None
    updated: int | None
    next_analysis: int
    note: str
    """Why there is nothing yet, in a person's words; empty where there is data."""
    cause: Cause = ""
    """The same for a program."""
    days: int = WHOLE
    """The time frame, in days up to the last one with data."""
    frozen: bool = False
    """A snapshot report, which no analysis run feeds."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One entry of the report selector."""

    name: str
    title: str
    """What the period calls it."""
    kind: str
    about: str
    """What the report takes."""
    updated: int | None
    """When an analysis run last fed it; None if none ever did."""
    last: int | None
    """The newest data in it."""
    custom: bool
    sources: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ip_ranges: tuple[str, ...] = ()
    ip_tags: tuple[str, ...] = ()
    snapshot: bool = False


def report_names(session: Session) -> tuple[str, ...]:
    """Return the reports that the selector offers."""
    return tuple(session.world.tenant.reports)


def continuous_titles(session: Session) -> tuple[tuple[str, str], ...]:
    """Return the continuous ones of them, which policies watch, each with what the period calls it."""
    return tuple((name, title(session, name)) for name in session.world.tenant.streams.reports)


def title(session: Session, report: str) -> str:
    """Return what the period calls a report."""
    return session.world.tenant.portal.report(report)


def frame(session: Session, report: str, days: int = WHOLE) -> tuple[int, int] | None:
    """Return the first and last day of a report's frame, since 1970-01-01 UTC; None while it is empty.

    A frame ends with the last day that was analysed, not with today.
    """
    newest = session.world.tenant.reports[report].last
    return None if newest is None else (newest // DAY - days + 1, newest // DAY)


def use(session: Session, report: str, days: int = WHOLE) -> Use:
    """Return what a report says within a time frame."""
    found, within = session.world.tenant.reports[report], frame(session, report, days)
    if within is None or (found.first is not None and found.first // DAY >= within[0]):
        return found
    return found.days(*within)


def reach(session: Session, report: str, days: int = WHOLE) -> Reach:
    """Return how far the report's data reaches; what is due is told only as the portal promises it."""
    streams, within = session.world.tenant.streams, frame(session, report, days)
    cells = streams.all[report].host_cells()
    # Cells are sorted by day. This is asked at every redraw, so the cells of the frame are not copied.
    begin = len(cells) if within is None else int(np.searchsorted(cells.day, within[0]))
    empty = begin == len(cells)
    note, cause = _why_empty(session, report) if empty else ("", _DATA)
    return Reach(
        report,
        title(session, report),
        None if empty else int(cells.first[begin:].min()),
        None if empty else int(cells.last[begin:].max()),
        streams.updated.get(report),
        session.world.next_analysis(session.now),
        note,
        cause,
        days,
        report in streams.snapshots,
    )


def _why_empty(session: Session, report: str) -> tuple[str, Cause]:
    tenant = session.world.tenant
    streams, portal = tenant.streams, tenant.portal
    if streams.all[report].last is not None:
        return f"Its newest data was older than {KEPT_DAYS} days, and is deleted.", "forgotten"
    if report == SESSION_CONTROL:
        why = (
            "no policy relays or blocks a session that people had since"
            if tenant.access.integrated
            else "session control (Conditional Access App Control) is set up for no app here"
        )
        return f"No session passes the reverse proxy: {why}.", "no source"
    sources = streams.fed_by(report)
    if not sources:
        return (
            f"No log source feeds this report. Endpoint data is only in {portal.report(WIN10)}.",
            "no source",
        )
    due = show_clock(session.world.next_analysis(session.now), session.resolved.tz)
    if sources == (WIN10,) and not tenant.switches[INTEGRATION]:
        switch = next(each for each in portal.switches if each.id == INTEGRATION)
        return f"No data: {switch.name} is off in {switch.page}.", "feed off"
    if report == WIN10:
        since = session.world.integration_spans[-1][0]
        by = show_clock(since + FIRST_DATA_MAXIMUM, session.resolved.tz)
        return f"Waiting for first data: it takes up to 2 hours after switching on, so until {by}.", "waiting"
    if report not in streams.custom:
        return f"Waiting for the first log file: the next analysis runs {due}.", "next run"
    if report not in streams.updated:
        return f"A custom report takes new data only: the next analysis runs {due}.", "next run"
    return f"Nothing passed its filters so far; the next analysis runs {due}.", "filtered"


def report_rows(session: Session) -> tuple[ReportRow, ...]:
    """Return the entries of the report selector, the built-in ones first."""
    streams = session.world.tenant.streams
    return tuple(_report_row(session, name) for name in streams.all)


def _report_row(session: Session, name: str) -> ReportRow:
    streams = session.world.tenant.streams
    custom = streams.custom.get(name)
    report, updated = streams.all[name], streams.updated.get(name)
    last = report.last
    if name in streams.snapshots:
        made, tz = streams.snapshots[name], session.resolved.tz
        period = " to ".join(show_clock(time, tz) for time in (report.first, last) if time is not None)
        about = f"{made.source}, {period}; never changes. {made.description}".strip()
        source = (made.source,)
        return ReportRow(name, name, "Snapshot", about, updated, last, False, source, snapshot=True)
    if custom is None:
        kind, about = _BUILT_IN.get(name, ("Log source", "the log of this source alone"))
        about = session.world.tenant.portal.say(about)
        return ReportRow(name, title(session, name), kind, about, updated, last, False, streams.fed_by(name))
    filters = (*custom.groups, *custom.networks, *(f"tag {tag}" for tag in custom.ip_tags))
    sources = _listed(title(session, source) for source in custom.sources)
    about = f"{_listed(filters) or 'everybody'} in {sources}"
    return ReportRow(
        name,
        name,
        "Custom",
        about,
        updated,
        last,
        True,
        custom.sources,
        custom.groups,
        custom.networks,
        custom.ip_tags,
    )


_BUILT_IN = {
    WIN10: ("Endpoint", "what {endpoint} sends: users, {machines}, addresses"),
    GLOBAL: ("All logs", "every log source, and nothing of the endpoints"),
    SESSION_CONTROL: ("Session control", "sessions that pass the reverse proxy"),
}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
