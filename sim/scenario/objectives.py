"""What an exercise is scored by: objectives, each of one metric with a weight.

    objectives:
      - {id: feed, metric: feed, weight: 10}
      - {id: stop, metric: contain, weight: 60, title: Make the block hold}
      - {id: quiet, metric: work, weight: 30}

What each metric measures is published in docs/scoring.md and worked out in `sim.exercise.metrics`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.base.located import wrong
from sim.scenario.eras import Strict

Metric = Literal["feed", "identify", "contain", "verify", "decide", "work", "watch"]
JOURNEY: tuple[Metric, ...] = ("feed", "identify", "contain", "verify", "decide", "work", "watch")
"""The metrics that the older spelling `weights` gives points to."""


class ObjectiveSpec(Strict):
    """One objective as an author writes it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    metric: Metric
    weight: int = Field(ge=0, le=100)
    title: str = ""
    """Empty: the metric's own."""
    line: str = ""
    """Line of the written policy that it rests on; empty: what the truth names for the metric."""


def check_objectives(objectives: tuple[ObjectiveSpec, ...]) -> tuple[ObjectiveSpec, ...]:
    """Return the objectives of a file; raise where their weights or ids do not fit together."""
    total = sum(one.weight for one in objectives)
    if objectives and total != 100:
        raise wrong("OBJECTIVE-WEIGHT", f"the weights of the objectives add up to {total}", "make it 100")
    ids = [one.id for one in objectives]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise wrong("OBJECTIVE-ID", f"two objectives are called {twice}", "give each an id of its own")
    return objectives
