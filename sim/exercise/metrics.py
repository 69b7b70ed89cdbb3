"""The registry of metrics: what each is called where an author says nothing, and how it is measured.

docs/scoring.md publishes the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.exercise import metrics_journey as journey
from sim.exercise.evaluated import Evaluated, Measured
from sim.scenario.objectives import Metric, ObjectiveSpec

Measure = Callable[[Evaluated, ObjectiveSpec], Measured]

METRICS: Mapping[Metric, tuple[str, Measure]] = {
    "feed": ("Switch the feed on", journey.feed),
    "identify": ("Find who, where and in which browser", journey.identify),
    "contain": ("Make the block hold", journey.contain),
    "verify": ("Prove that it holds", journey.verify),
    "decide": ("Block what the policy prohibits, and only that", journey.decide),
    "work": ("Keep approved work going", journey.work),
    "watch": ("Keep watch by a policy", journey.watch),
}
