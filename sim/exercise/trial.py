"""A trial of a scenario: its first minutes are played twice, from the file and from what a run file keeps."""

from __future__ import annotations

import json

from sim.base.errors import Problem, UnsanctionedError
from sim.base.time import MINUTE
from sim.scenario.load import Resolved
from sim.session.driver import Session, resolved_from

SPAN = 5 * MINUTE
"""How much of a scenario is played; the habits of a shipped one have begun by then."""


def trial(resolved: Resolved) -> tuple[Problem, ...]:
    """Return what goes wrong in the first minutes of play; both times must give the same digest."""
    try:
        played = Session(resolved)
        kept = json.loads(json.dumps(played.resolved.dump()))
        again = Session(resolved_from(kept, resolved.name), played.seed)
        for session in (played, again):
            session.advance(resolved.start + SPAN)
    except UnsanctionedError as error:
        return error.problems
    if played.digest() == again.digest():
        return ()
    what = "the first minutes differ when they are played again from a run file"
    return (Problem("SCENARIO-TRIAL", what, advice="this is a fault of the program: report it"),)
