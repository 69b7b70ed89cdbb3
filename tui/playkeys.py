"""The keys of play that work on every screen: the clock, and where one can go."""

from __future__ import annotations

from tui.actions import Action, Scope
from tui.case import CASE
from tui.destinations import DESTINATIONS
from tui.keys import GLOBAL

CLOCK = (
    Action(
        "clock.pause",
        "Run/pause",
        "let the clock run, or stop it",
        ("p",),
        "Play begins with the clock standing still. It also waits while a question, a form or this "
        "list is open. That of an assessed run never stands still.",
        when="pausable",
    ),
    Action("clock.faster", "Faster", "let time run faster", (">",), when="running"),
    Action("clock.slower", "Slower", "let time run slower", ("<",), when="running"),
    Action(
        "clock.skip",
        "Skip to next",
        "skip to the next thing that a portal tells you",
        ("n",),
        "Time passes until first data, an alert, or one hour before the end. Press n or p again to "
        "stop on the way.",
        when="running",
    ),
    Action(
        "clock.drop",
        "Slow on news",
        "fall back to ×1 when a portal tells something, or keep the speed",
        ("D",),
        "Line 1 says auto while it is on.",
        when="running",
    ),
)

PLAY = Scope(
    "play",
    "Everywhere",
    "These keys work on every screen.",
    (
        *GLOBAL.actions,
        *CLOCK,
        *CASE,
        *(destination.action for destination in DESTINATIONS),
        Action("play.library", "Library", "leave this run and choose a scenario", when="session"),
    ),
)
