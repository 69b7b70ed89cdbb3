"""A trial of a scenario: its first minutes are played twice, from the file and from what a run file keeps."""

from __future__ import annotations

import json
from dataclasses import replace

from sim.base.errors import Problem, UnsanctionedError
from sim.base.time import MINUTE
from sim.scenario.choices import choices
from sim.scenario.load import Resolved
from sim.session.driver import Session, resolved_from

SPAN = 5 * MINUTE
"""How much of a scenario is played; the habits of a shipped one have begun by then."""

SEEDS = range(1, 11)
"""Seeds for which somebody must fit every role, beside the file's own."""


def uncastable(resolved: Resolved) -> tuple[Problem, ...]:
    """Return the roles that nobody fits under some seed, each told once with such a seed."""
    found: dict[str, Problem] = {}
    if resolved.draft is not None:
        for seed in SEEDS:
            for problem in choices(resolved.draft, seed).problems:
                told = replace(problem, what=f"with seed {seed} {problem.what}")
                found.setdefault(str(problem.where), told)
    return tuple(found.values())


def trial(resolved: Resolved) -> tuple[Problem, ...]:
    """Return what goes wrong in the first minutes of play; both times must give the same digest."""
    uncast = uncastable(resolved)
    if uncast:
        return uncast
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
