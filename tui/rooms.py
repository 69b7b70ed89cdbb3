"""The application's door to the rooms of the game, which open when something is first asked of them.

They take longer to load than the library takes to draw. So whoever is there with the library asks here, by
`rooms.NAME`, instead of importing; screens over a session import what they show as usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.exercise.score import judge as judge
    from sim.exercise.score.summary import describe as describe
    from sim.scenario.load import load_scenario as load_scenario
    from sim.session.branches import branch as branch
    from sim.session.case_commands import VERDICTS as VERDICTS
    from sim.session.case_commands import FinishShift as FinishShift
    from sim.session.driver import Session as Session
    from sim.session.driver import restore as restore
    from sim.session.runfile import read_run as read_run
    from sim.session.subjects import subject_name as subject_name
    from sim.views.documents import library as library
    from sim.views.notes import verdict_on as verdict_on
    from sim.views.reports import WHOLE as WHOLE
    from sim.views.reports import report_names as report_names
    from tui.clock import Clock as Clock
    from tui.hints import next_step as next_step
    from tui.reviewer import Reviewer as Reviewer
    from tui.standing import standing as standing

_DOORS: Mapping[str, tuple[str, ...]] = {
    "sim.views.documents": ("library",),
    "sim.scenario.load": ("load_scenario",),
    "sim.session.driver": ("Session", "restore"),
    "sim.session.branches": ("branch",),
    "sim.session.case_commands": ("VERDICTS", "FinishShift"),
    "sim.session.runfile": ("read_run",),
    "sim.session.subjects": ("subject_name",),
    "sim.views.notes": ("verdict_on",),
    "sim.views.reports": ("WHOLE", "report_names"),
    "sim.exercise.score": ("judge",),
    "sim.exercise.score.summary": ("describe",),
    "tui.clock": ("Clock",),
    "tui.hints": ("next_step",),
    "tui.reviewer": ("Reviewer",),
    "tui.standing": ("standing",),
}
_MODULE = {name: module for module, names in _DOORS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return what stands behind a door; it is kept, so that it is asked for once."""
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_MODULE[name]), name)
    return found


def open_all() -> None:
    """Load everything now, so that the first scenario opens without waiting for it."""
    for module in _DOORS:
        import_module(module)
    # The first briefing, and what a world is drawn with.
    for module in ("tui.screens.briefing", "simpy", "faker"):
        import_module(module)
    # The public suffix list is read when it is first asked.
    import_module("sim.engine.discovery.endings").registrable_domain("example.com")
