"""The reference players by name, and how one of them plays a session.

A player looks when a portal notifies it, at most every five minutes, and else every quarter of an hour; it
acts only on what its desk shows by then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sim.base.errors import CommandRefused, InputError, Problem
from sim.base.time import MINUTE
from sim.exercise.players.analyst import Analyst as Analyst
from sim.exercise.players.careful import Careful
from sim.exercise.players.careless import BlockAll, Guesser, monitor_all
from sim.exercise.players.careless import do_nothing as do_nothing
from sim.exercise.players.desk import Desk as Desk
from sim.exercise.players.solution import Script
from sim.scenario.load import Resolved
from sim.scenario.schema import ReferencePlayer
from sim.session.driver import Session

LOOK_EVERY = 15 * MINUTE
"""How often a player looks without being notified (ours)."""
PAUSE = 5 * MINUTE
"""How long a player works before it can be interrupted again (ours)."""

Player = Callable[[Desk], None]
"""Looks at the desk once and sends what it decides."""


def player(name: str, resolved: Resolved, seed: int | None = None) -> Player:
    """Return a reference player by name, for a scenario as its session has it; the scenario may define more.

    `seed` is that of the run: who guesses draws by it.
    """
    known: dict[str, Callable[[], Player]] = {
        **{own: partial(_mistaken, resolved, item) for own, item in resolved.scenario.players.items()},
        "do-nothing": lambda: do_nothing,
        "block-all": lambda: BlockAll(investigates=False),
        "monitor-all": lambda: monitor_all,
        "guesser": lambda: Guesser(seed=resolved.scenario.seed if seed is None else seed),
        "careful": Careful,
        "oracle": lambda: Analyst(script=Script(resolved)),
    }
    if name not in known:
        raise InputError(
            Problem("PLAYER-UNKNOWN", f"no player {name!r}", advice="one of: " + ", ".join(known))
        )
    return known[name]()


def _mistaken(resolved: Resolved, mistake: ReferencePlayer) -> Player:
    return Analyst(also_unsanction=mistake.unsanction, script=Script(resolved))


def to_next_look(session: Session, stop: int) -> None:
    """Let time pass until a player looks again, or until `stop`."""
    latest = min(stop, session.now + LOOK_EVERY)
    session.advance(min(stop, session.now + PAUSE))
    session.skip_to_next(latest)


def play(
    session: Session,
    who: Player,
    until: int | None = None,
    tick: Callable[[int], None] | None = None,
) -> None:
    """Let a player play the session to `until` (the end by default); `tick` is told the time as it passes."""
    stop = session.resolved.end if until is None else min(until, session.resolved.end)
    desk = Desk(session)
    while session.now < stop:
        try:
            who(desk)
        except CommandRefused as refusal:
            raise InputError(refusal.problems) from None
        if session.handed_over:
            session.advance(stop)
            break
        to_next_look(session, stop)
        if tick:
            tick(session.now)
