"""What an exercise is scored by: objectives, each of one metric with a weight; what the truth leaves open.

    objectives:
      - {id: stop, metric: contain-time, weight: 60, app: dropbox, best: 2h, worst: 8h}
      - {id: quiet, metric: collateral, weight: 40, title: Break no work}

What each metric measures is published in docs/scoring.md and worked out in `sim.exercise.score.metrics`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.base.located import wrong
from sim.scenario.eras import Span, Strict

Metric = Literal[
    "feed",
    "identify",
    "contain",
    "verify",
    "decide",
    "work",
    "watch",
    "detect",
    "contain-time",
    "exposure",
    "precision",
    "collateral",
    "evidence",
    "judgement",
    "communication",
    "restraint",
    "setting",
]
JOURNEY: tuple[Metric, ...] = ("feed", "identify", "contain", "verify", "decide", "work", "watch")
"""The metrics that the older spelling `weights` gives points to."""

TAKES: Mapping[str, tuple[Metric, ...]] = {
    "app": ("detect", "contain-time", "exposure", "communication", "restraint"),
    "people": ("detect", "contain-time", "exposure", "setting"),
    "best": ("detect", "contain-time", "collateral", "setting"),
    "worst": ("detect", "contain-time", "collateral", "setting"),
    "setting": ("setting",),
    "value": ("setting",),
}
"""The metrics for which a further field of an objective means something."""

FLOWS: tuple[Metric, ...] = ("detect", "contain-time", "exposure")
"""The metrics whose `app` must be a prohibited one."""


class ObjectiveSpec(Strict):
    """One objective as an author writes it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    metric: Metric
    weight: int = Field(ge=0, le=100)
    title: str = ""
    """Empty: the metric's own."""
    line: str = ""
    """Line of the written policy that it rests on; empty: what the truth names for the metric."""
    app: str | None = None
    """The app that it is about; unsaid, all that the truth names."""
    people: tuple[str, ...] = ()
    """The people, or whose machines, it is about; empty is everybody."""
    best: Span | None = None
    """Up to this the score is 100; unsaid, see docs/scoring.md. Of `collateral`, working time lost."""
    worst: Span | None = None
    """From this on the score is 0."""
    setting: str = ""
    """A switch of a portal, a log collector, or a setting of machines."""
    value: str = ""
    """What a setting of machines must be; a switch must be on, a collector in order."""

    @model_validator(mode="after")
    def _fits(self) -> ObjectiveSpec:
        for name, metrics in TAKES.items():
            if getattr(self, name) not in (None, (), "") and self.metric not in metrics:
                what = f"{name} means nothing for {self.metric}"
                raise wrong("OBJECTIVE-FIELD", what, "leave it out; it is for " + ", ".join(metrics))
        if self.metric == "setting" and not self.setting:
            raise wrong("OBJECTIVE-SETTING", "it is not said which setting", "write setting: and its name")
        if self.best is not None and self.worst is not None and self.best >= self.worst:
            raise wrong("OBJECTIVE-RANGE", "best is not less than worst", "write a longer time as worst")
        return self


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


Answer = Literal["shadow-it-stop", "tolerate", "sanction"]
"""What a verdict on an app can be."""
Measure = Literal["warn", "scoped-block", "block"]
"""What can be done against an app, the lightest first."""
BusinessWeight = Annotated[int, Field(ge=1, le=10)]


class Defensible(Strict):
    """What the written policy leaves open about an app: every answer listed is right, given with a reason."""

    app: str
    answers: tuple[Answer, ...] = Field(min_length=1)
    measures: tuple[Measure, ...] = ()
    """What may be done against it; empty: anything, where it may be stopped, and otherwise nothing."""
    line: str

    @property
    def may_stop(self) -> bool:
        """Whether stopping it is one of the right answers."""
        return "shadow-it-stop" in self.answers
