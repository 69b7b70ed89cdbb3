"""The after-action review of a run, as frozen rows: what happened, against what could have happened.

In the order of an HSEEP report: the objectives and what came of them, what was observed, strengths and areas
to work on, and what would have been better. Two reference runs stand beside the trainee's, from the same
random numbers: the world in which nobody gives a command, and the oracle's. They need nothing of the run, so
they can be played while it goes on (`references`); the moments need it, and are valued last (`weighed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sim
from sim.exercise.debrief.curves import Curve, curve, times
from sim.exercise.debrief.moments import Candidate, Moment, candidates, foremost, weigh
from sim.exercise.debrief.timeline import Entry, timeline
from sim.exercise.players import play, player
from sim.exercise.score import Objective, Result, judge
from sim.exercise.score.truth import Baseline, untouched
from sim.scenario.load import Resolved
from sim.session.driver import Session

GOOD = 80
"""Score of an objective from which on it is a strength (ours)."""
YOU, IDLE, ORACLE = "you", "do nothing", "oracle"
QUESTIONS = (
    ("happened", "What was going on?"),
    ("turned", "Which moment decided how it went?"),
    ("otherwise", "What would you do earlier, or not at all?"),
)
"""What a trainee answers before any figure is shown, by key."""


@dataclass(frozen=True, slots=True)
class References:
    """The two runs that every run of a scenario and seed is compared with."""

    base: Baseline
    oracle: Session
    oracle_result: Result


@dataclass(frozen=True, slots=True)
class Debrief:
    """Everything that the review shows."""

    scenario: str
    title: str
    seed: int
    player: str
    """Who is assessed, or else the player."""
    engine: str
    tz: ZoneInfo
    start: int
    end: int
    """When play began, and where the clock stands."""
    finished: bool
    result: Result
    oracle_score: int
    apps: dict[str, str]
    """Names of the apps that the result speaks of, by id."""
    entries: tuple[Entry, ...]
    at: tuple[int, ...]
    """Times of the curves' points."""
    curves: tuple[Curve, ...]
    """The trainee's, then of doing nothing, then the oracle's."""
    moments: tuple[Moment, ...]
    weighed: bool
    """The moments have been played again and are in their order."""

    @property
    def strengths(self) -> tuple[Objective, ...]:
        """The objectives that went well, the weightiest first."""
        good = [one for one in self.result.objectives if one.score >= GOOD and one.weight]
        return tuple(sorted(good, key=lambda one: -one.weight * one.score))

    @property
    def areas(self) -> tuple[Objective, ...]:
        """The objectives to work on, the most points lost first."""
        poor = [one for one in self.result.objectives if one.score < GOOD and one.weight]
        return tuple(sorted(poor, key=lambda one: -one.weight * (100 - one.score)))

    def suggestion(self) -> str:
        """Return a commitment that the trainee might make, from the moment that mattered most."""
        better = next((moment for moment in self.moments if moment.kind != "good"), None)
        if better is None:
            return f"I will {self.moments[0].theme} as early again." if self.moments else ""
        where = f"{better.where.view}" + (f", {better.where.filter}" if better.where.filter else "")
        if better.kind == "wrong":
            return "Before I block an app I will look up who needs it, and what the policy says."
        return f"I will look at {where} first, and {better.theme} as soon as it shows."


@dataclass(frozen=True, slots=True)
class Opened:
    """A debrief whose moments are still to be weighed, and what that takes."""

    debrief: Debrief
    session: Session
    base: Baseline
    candidates: tuple[Candidate, ...]


def references(
    resolved: Resolved,
    seed: int,
    base: Baseline | None = None,
    tick: Callable[[int], None] | None = None,
) -> References:
    """Play the two reference runs of a scenario and seed to its end.

    `base` spares playing the first; `tick` is told the time as the oracle's passes, and may raise to end it.
    """
    oracle = Session(resolved, seed, ORACLE)
    base = base or untouched(oracle.resolved, seed)
    play(oracle, player(ORACLE, oracle.resolved), tick=tick)
    return References(base, oracle, judge(oracle, base))


def opened(session: Session, known: References | None = None, result: Result | None = None) -> Opened:
    """Return the debrief of a run as it stands, its moments not weighed yet.

    `known` and `result` spare playing the reference runs and judging the session again.
    """
    known = known or references(session.resolved, session.seed)
    base, at = known.base, times(session.resolved, session.now)
    result = result or judge(session, base)
    found = candidates(session, known.oracle, base)
    curves = (
        curve(YOU, session.world, base.rows, at),
        curve(IDLE, base.world, base.rows, at),
        curve(ORACLE, known.oracle.world, base.rows, at),
    )
    apps = {one.app_id for one in result.exposure} | {one.app_id for one in result.collateral}
    apps |= {app_id for one in result.displaced for app_id in (one.app_id, one.target)}
    debrief = Debrief(
        session.resolved.name,
        session.resolved.scenario.title,
        session.seed,
        session.assessed.name if session.assessed else session.player,
        sim.__version__,
        session.resolved.tz,
        session.resolved.start,
        session.now,
        session.finished,
        result,
        known.oracle_result.score,
        {app_id: session.world.tenant.apps[app_id].name for app_id in sorted(apps)},
        timeline(session, base.rows),
        at,
        curves,
        foremost(candidate.moment for candidate in found),
        weighed=not found,
    )
    return Opened(debrief, session, base, found)


def weighed(begun: Opened, tick: Callable[[int, int], bool] | None = None) -> Debrief:
    """Return the debrief with its moments played again and in their order.

    `tick` is told how many of how many are done, before each; it ends the work by answering False.
    """
    return replace(begun.debrief, moments=foremost(_weigh(begun, tick)), weighed=True)


def _weigh(begun: Opened, tick: Callable[[int, int], bool] | None) -> Iterator[Moment]:
    debrief = begun.debrief
    for done, candidate in enumerate(begun.candidates):
        if tick is not None and not tick(done, len(begun.candidates)):
            return
        yield weigh(begun.session, debrief.result, debrief.curves[0], begun.base, candidate, debrief.at)


def build(session: Session) -> Debrief:
    """Return the whole debrief of a run, everything played that it takes."""
    return weighed(opened(session))
