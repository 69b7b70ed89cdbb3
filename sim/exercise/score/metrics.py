"""The registry of metrics: what each is called where an author says nothing, and how it is measured.

docs/scoring.md publishes the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.exercise.score import care, case, flow, journey
from sim.exercise.score.evaluated import Evaluated, Measured
from sim.exercise.score.setting import setting
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
    "detect": ("Point it out early", flow.detect),
    "contain-time": ("Stop it soon, everywhere", flow.contain_time),
    "exposure": ("Keep the data in", flow.exposure),
    "precision": ("Do no more than is due", care.precision),
    "collateral": ("Cost nobody their working time", care.collateral),
    "evidence": ("Show what you say", case.evidence),
    "judgement": ("Tell trouble from what looks like it", case.judgement),
    "communication": ("Ask first, and tell the users", care.communication),
    "restraint": ("Leave alone what may be", care.restraint),
    "setting": ("Mend what is out of order", setting),
}
