"""What an author lets the trainee buy: hints by level, each with its price and its earliest time.

hints:
  - {level: 1, price: 2, after: 30m, helps: identify, text: "Who sends more than they fetch?"}
  - {level: 2, price: 6, after: 1h, helps: identify, text: "Look at {leaker.department}."}
"""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field

from sim.base.located import wrong
from sim.scenario.eras import Span, Strict


class Hint(Strict):
    """A hint of the author's own, beside the one that reveals a propagation."""

    level: int = Field(ge=1, le=9)
    """1 points the way; each further level says more. A hint is offered after those of lower levels."""
    price: int = Field(ge=0, le=50)
    """Points that it takes from the objective that it helps."""
    after: Span = 0
    """How long play must have lasted."""
    helps: str = ""
    """The id of the objective whose points it shrinks; empty: the one of most weight."""
    text: str = Field(min_length=1)


def check_hints(hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
    """Return the hints of a file; raise where two are the same step, or a later one comes sooner."""
    steps: dict[str, dict[int, Hint]] = {}
    for hint in hints:
        ladder = steps.setdefault(hint.helps, {})
        if hint.level in ladder:
            what = f"two hints of level {hint.level} help {hint.helps or 'the same objective'}"
            raise wrong("HINT-LEVEL", what, "number them 1, 2, 3")
        ladder[hint.level] = hint
    for ladder in steps.values():
        ordered = [ladder[level] for level in sorted(ladder)]
        for lower, higher in pairwise(ordered):
            if higher.after < lower.after:
                what = f"the hint of level {higher.level} comes before that of level {lower.level}"
                raise wrong("HINT-AFTER", what, "write a later after")
    return hints
