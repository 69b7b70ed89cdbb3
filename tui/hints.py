"""The next useful step, from what the views show: the line that lets nobody get lost.

It reads views only, so it never says more than the trainee could see. It leads a newcomer from the
first switch to the first finding, and after that only points at what waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.tenant import INTEGRATION, WIN10
from sim.session.driver import Session
from sim.views import alerts, control, discovery
from sim.views.alerts import EndpointAlertRow
from sim.views.casebook import casebook

if TYPE_CHECKING:
    from tui.app import PlayApp

READING = ("help_articles", "help_article")
DISCOVERY = ("dashboard", "apps", "entities")
ENDPOINT = ("timelines", "timeline", "endpoint_alerts", "indicators", "propagation", "explain", "powershell")
"""Screens that have something to say before first data reaches Cloud Discovery."""


def next_step(play: PlayApp, place: str) -> str:
    """Return the next step for the screen `place`, its keys between backticks, or nothing."""
    session = play.session
    if session is None:
        return ""
    if session.finished:
        return "" if place in {"result", "debrief"} else "the exercise is over: `g` `z` is the debrief"
    if session.handed_over:
        return "the shift is handed over: the exercise plays on to its end without you"
    if play.clock is not None and play.clock.skipping:
        return "skipping to the next news; `n` stops here"
    if place in READING:
        return ""
    if not _feed_on(session):
        return _switch_on(place)
    if discovery.reach(session, WIN10).last is None:
        if place in ENDPOINT:
            return ""
        return "first data takes up to 2 hours: `n` skips to the next news"
    shown = discovery.reach(session, play.report)
    if place in DISCOVERY and shown.last is None:
        if shown.cause == "no source":
            return f"endpoint data is only in {play.portal.report(WIN10)}: `R` changes the report"
        return ""
    notes = casebook(session)
    if not notes.findings:
        return _look(place)
    if not notes.tests:
        return _after_finding(place)
    if session.resolved.scenario.mode == "tutorial":
        return _after_test(notes.tests[-1].blocked)
    return _waiting(play, session, place)


def _feed_on(session: Session) -> bool:
    return any(row.id == INTEGRATION and row.on for row in control.switches(session))


def _switch_on(place: str) -> str:
    if place == "settings":
        return ""
    if place == "briefing":
        return "`g` `s` opens the settings, to switch the endpoint feed on"
    return "the endpoint feed is off: `g` `s` opens the settings"


def _look(place: str) -> str:
    """Lead from the data to who, where and in which browser."""
    if place in ("briefing", "settings", "log"):
        return "data is there: `g` `o` opens the Cloud Discovery dashboard"
    return {
        "dashboard": "red is unsanctioned traffic: `enter` opens a category with red, `↓` goes on",
        "apps": "`enter` on the unsanctioned app shows who uses it, `↓` goes on, `esc` back",
        "entity": "`t` on the unsanctioned app names the browser, `↓` goes on to it",
        "timeline": "the columns name user and browser; `f` writes the finding down",
    }.get(place, "")


def _after_finding(place: str) -> str:
    if place == "timeline":
        return "noted; `w` tries whether the site opens here, `esc` goes back for others"
    if place == "briefing":
        return "`g` `a` to find who else; `g` `h` to read how a tag becomes a block"
    return ""


def _after_test(blocked: bool) -> str:
    """Lead the tutorial from an open site to the machine's prompt, and from a held block to the end."""
    if blocked:
        return "it holds: `,` `f` hands the shift over, and the debrief opens"
    return "it opened: `x`, then Set-MpPreference -EnableNetworkProtection Enabled"


def _waiting(play: PlayApp, session: Session, place: str) -> str:
    """Point at alerts that wait, from the screens where nothing else is being done."""
    if place not in ("briefing", "settings", "log"):
        return ""
    found = alerts.waiting(session)
    if not found:
        return ""
    if play.portal.one_queue:
        return "alerts wait: `g` `q`"
    if any(isinstance(row, EndpointAlertRow) for row in found):
        return f"alerts wait in {play.portal.endpoint}: `g` `e`"
    return f"alerts wait in {play.portal.cloud}: `g` `q`"
