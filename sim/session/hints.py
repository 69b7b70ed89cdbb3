"""The hints that an author wrote, as a trainee takes them: each by its subject, the lower levels first."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem
from sim.base.time import show_clock
from sim.scenario.hints import Hint
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.model import World

PREFIX = "hint:"


def subject_of(hint: Hint) -> str:
    """Return how a command names a hint: `hint:OBJECTIVE:LEVEL`, without the objective where it says none."""
    return f"{PREFIX}{hint.helps}:{hint.level}"


def offered(world: World, subject: str, notes: Notebook) -> Hint:
    """Return the hint that a subject names; refuse one that there is not, or not yet."""
    known = {subject_of(hint): hint for hint in world.resolved.scenario.hints}
    if subject not in known:
        raise unknown("HINT-UNKNOWN", "hint", subject, list(known))
    hint = known[subject]
    opens = world.resolved.start + hint.after
    if world.now < opens:
        clock = show_clock(opens, world.resolved.tz)
        raise CommandRefused(Problem("HINT-EARLY", "the hint is not offered yet", advice=f"from {clock} on"))
    lower = [
        name
        for name, one in known.items()
        if one.helps == hint.helps and one.level < hint.level and name not in notes.hints
    ]
    if lower:
        what = f"{subject} comes after {lower[0]}"
        raise CommandRefused(Problem("HINT-ORDER", what, advice="take that one first"))
    return hint
