"""The reference players by name, and how one of them plays a session.

A player looks when a portal notifies it, at most every five minutes, and else every quarter of an hour; it
acts only on what its desk shows by then.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.base.errors import CommandRefused, InputError, Problem
from sim.base.time import MINUTE
from sim.exercise.analyst import Analyst as Analyst
from sim.exercise.desk import Desk as Desk
from sim.exercise.solution import Script
from sim.scenario.load import Resolved
from sim.session.driver import Session

LOOK_EVERY = 15 * MINUTE
"""How often a player looks without being notified (ours)."""
PAUSE = 5 * MINUTE
"""How long a player works before it can be interrupted again (ours)."""

Player = Callable[[Desk], None]
"""Looks at the desk once and sends what it decides."""


def do_nothing(desk: Desk) -> None:
    """Look and send nothing."""


def player(name: str, resolved: Resolved) -> Player:
    """Return a reference player by name; the scenario may define more."""
    extra = resolved.scenario.players
    known: dict[str, Player] = {
        **{
            own: Analyst(also_unsanction=item.unsanction, script=Script(resolved))
            for own, item in extra.items()
        },
        "do-nothing": do_nothing,
        "oracle": Analyst(script=Script(resolved)),
        "block-all": Analyst(investigates=False, unsanctions_everything=True),
    }
    if name not in known:
        raise InputError(
            Problem("PLAYER-UNKNOWN", f"no player {name!r}", advice="one of: " + ", ".join(known))
        )
    return known[name]


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
        latest = min(stop, session.now + LOOK_EVERY)
        session.advance(min(stop, session.now + PAUSE))
        session.skip_to_next(latest)
        if tick:
            tick(session.now)
