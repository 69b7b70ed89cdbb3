"""The instructor's sheet of a scenario: what it teaches, an hour's plan, the answer key, what to discuss.

Nothing of it is written by hand: the key is the oracle's run, which acts only on what the views show by then,
and the questions ask for what the scenario's truth and that run make worth asking.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.time import MINUTE, show_clock, show_duration
from sim.exercise.debrief import References, references
from sim.exercise.debrief.curves import curve, times
from sim.exercise.debrief.timeline import Entry, did
from sim.exercise.score import Objective
from sim.scenario.load import Resolved
from sim.session.driver import Session
from sim.views.amounts import listed, plural

BRIEFING, PLAY, TALK = 5, 35, 20
"""Minutes of an hour's lesson: before, at the screens, after (ours)."""
MOST_STEPS = 40
"""Lines of the answer key (ours)."""


@dataclass(frozen=True, slots=True)
class Use:
    """A use that the written policy speaks of, for the instructor's eyes."""

    app: str
    line: str
    what: str


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything on the sheet."""

    scenario: str
    title: str
    seed: int
    objective: str
    objectives: tuple[Objective, ...]
    """The scored objectives, as the oracle reaches them."""
    briefing: str
    policy: tuple[tuple[str, str], ...]
    prohibited: tuple[Use, ...]
    tolerated: tuple[Use, ...]
    plan: tuple[tuple[int, str, tuple[str, ...]], ...]
    """Minutes, what they are for, and what to do in them."""
    steps: tuple[tuple[str, str], ...]
    """The answer key: when, and what the oracle does then."""
    score: int
    """What that is worth."""
    questions: tuple[str, ...]


def guide(resolved: Resolved, seed: int | None = None) -> Guide:
    """Return the sheet of a scenario; it plays the oracle to its end."""
    chosen = resolved.scenario.seed if seed is None else seed
    known = references(resolved, chosen)
    session, scenario = known.oracle, known.oracle.resolved.scenario
    return Guide(
        resolved.name,
        scenario.title,
        chosen,
        scenario.summary,
        known.oracle_result.objectives,
        scenario.documents.briefing,
        tuple((line.id, line.text) for line in scenario.documents.policy),
        tuple(_prohibited(session)),
        tuple(
            Use(_name(session, app), line, "may go on")
            for app, line in sorted(scenario.truth.tolerated.items())
        ),
        _plan(session, did(session)),
        tuple((show_clock(one.time, session.resolved.tz), one.text) for one in did(session, 12)[:MOST_STEPS]),
        known.oracle_result.score,
        _questions(known),
    )


def _name(session: Session, app_id: str) -> str:
    return session.world.tenant.apps[app_id].name


def _prohibited(session: Session) -> list[Use]:
    names = {person.id: person.name for person in session.world.staff.people}
    found = []
    for item in session.resolved.scenario.truth.prohibited:
        who = listed([names.get(person, person) for person in item.people]) if item.people else "everybody"
        found.append(Use(_name(session, item.app), item.line, f"{who}: {item.why}"))
    return found


def _plan(session: Session, done: list[Entry]) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    span = session.now - session.resolved.start
    speed = -(-span // (PLAY * MINUTE))
    tz = session.resolved.tz
    stops = [f"by {show_clock(one.time, tz)}: {one.text}" for one in done if len(one.text) < 160][:4]
    return (
        (
            BRIEFING,
            "Briefing",
            (
                "Read the briefing and the written policy aloud; show where p, n and ? are.",
                "Say what is scored, and that a click is not yet a block.",
                "Let each trainee say in one sentence what to look at first.",
            ),
        ),
        (
            PLAY,
            "Play",
            (
                f"{show_duration(span)} of simulated time: about ×{speed} on average; n skips to news.",
                "Help with keys, never with findings. Who is on the oracle's way has",
                *stops,
            ),
        ),
        (
            TALK,
            "Debrief",
            (
                "5 minutes: everybody answers the three questions of the debrief alone.",
                "10 minutes: unsanctioned compare FOLDER -o class.html; the commonest first mistake.",
                "5 minutes: the questions below; then one commitment each (c).",
            ),
        ),
    )


def _questions(known: References) -> tuple[str, ...]:
    """Return three questions: on finding it, on leaving alone what may be, and on the delay of a block."""
    session = known.oracle
    scenario = session.resolved.scenario
    bad = [_name(session, item.app) for item in scenario.truth.prohibited]
    alone = [*(_name(session, app) for app in sorted(scenario.truth.tolerated))]
    alone += [_name(session, item.app) for item in scenario.documents.approved]
    at = times(session.resolved, session.now)
    oracle = curve("", session.world, known.base.rows, at).totals[0]
    idle = curve("", known.base.world, known.base.rows, at).totals[0]
    found = (
        f"Which view shows first who uses {bad[0]}, and which view never shows it? What is the difference "
        "between the two?"
        if bad
        else "Nothing here is prohibited. What made it look as if something were?"
    )
    left = (
        f"Who would have lost work by a block of {alone[0]}, and which line of the policy lets it be? Whom "
        "would you have asked before?"
        if alone
        else "Who would have lost work by one block too many? Whom would you have asked before?"
    )
    delay = (
        f"The oracle lets {plural(oracle, 'prohibited connection')} through, of {idle:,} if nobody acts. "
        "Name each delay between the click and the block, and say which of them you could shorten."
        if bad
        else "What would you have to see before you acted, and how long may you wait for it?"
    )
    return (found, left, delay)
