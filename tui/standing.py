"""Line 1 in words: where the session stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.time import show_clock
from sim.views import alerts
from tui.frame import Status
from tui.text import SEVERITIES

if TYPE_CHECKING:
    from tui.app import PlayApp


def standing(play: PlayApp) -> Status | None:
    """Return what line 1 shows, or None while nothing is played."""
    session, clock = play.session, play.clock
    if session is None or clock is None:
        return None
    shown = show_clock(session.now, session.resolved.tz)
    severities = [row.severity for row in alerts.waiting(session)]
    high, medium, low = (severities.count(mark.word) for mark in SEVERITIES.values())
    return Status(
        session.resolved.name,
        session.world.tenant.portal.report(play.report),
        shown,
        shown.partition(" ")[2],
        "OVER" if session.finished else clock.label,
        clock.paused and not clock.skipping and not session.finished,
        (high, medium, low),
    )
