"""What the trainee did against apps: how heavily, since when, and whether it ever took effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.engine.enforcement.facts import STOPPED, Held, Outcome
from sim.engine.portal import MONITORED, UNSANCTIONED
from sim.exercise.score.evaluated import Evaluated
from sim.scenario.objectives import Measure
from sim.world.telemetry import Rows

FORCE: Mapping[Measure, int] = {"warn": 1, "scoped-block": 2, "block": 4}
"""How heavy a measure is (ours)."""
FULL = max(FORCE.values())

_ANSWERED = (*STOPPED, Outcome.BYPASSED)
"""Outcomes of a connection that met a measure."""

Met = tuple[int, int, int]
"""Place of the app, number of the indicator, outcome."""


@dataclass(frozen=True, slots=True)
class Sanction:
    """The heaviest measure against an app since play began."""

    app_id: str
    measure: Measure
    since: int
    """When the first of its measures was taken, or first met by somebody."""
    effective: bool
    """Whether any connection met it, be it a test's."""

    @property
    def force(self) -> int:
        """How heavy it is."""
        return FORCE[self.measure]


def sanctions(seen: Evaluated) -> dict[str, Sanction]:
    """Return what was done against each app; what stood without the trainee's doing is none of it."""
    taken: list[tuple[str, Measure, int]] = []
    others = {e.tag.by for _, _, e in seen.scenario.story.effects if e.tag is not None}
    for entry in seen.world.tenant.log:
        if entry.action == "Tag app" and entry.time >= seen.start and entry.actor not in others:
            tag, _, profile = entry.detail.partition(" for ")
            if tag == UNSANCTIONED:
                taken.append((entry.target, "scoped-block" if profile else "block", entry.time))
            elif tag == MONITORED:
                taken.append((entry.target, "warn", entry.time))
    apps = seen.world.staff.apps
    before = {met for met, _ in _met(seen, seen.base.rows)}
    met = [(met, time) for met, time in _met(seen, seen.rows) if met not in before]
    taken += [(apps[app].id, _measure(seen, number, outcome), time) for (app, number, outcome), time in met]
    effective = {apps[app].id for (app, _, _), _ in met}
    found: dict[str, Sanction] = {}
    for app_id in sorted({app_id for app_id, _, _ in taken}):
        mine = [(measure, time) for app, measure, time in taken if app == app_id]
        heaviest = max((measure for measure, _ in mine), key=lambda measure: FORCE[measure])
        found[app_id] = Sanction(app_id, heaviest, min(time for _, time in mine), app_id in effective)
    return found


def _met(seen: Evaluated, rows: Rows) -> list[tuple[Met, int]]:
    """Return what connections met, each kind with its first time."""
    mine = np.flatnonzero(np.isin(rows.outcome, _ANSWERED))
    app = seen.world.staff.host_app[rows.host[mine]]
    kinds, first = np.unique(
        np.stack([app, rows.indicator[mine], rows.outcome[mine]], axis=1), axis=0, return_index=True
    )
    times = rows.time[mine][first].tolist()
    return [((a, n, o), time) for (a, n, o), time in zip(kinds.tolist(), times, strict=True) if a >= 0]


def _measure(seen: Evaluated, number: int, outcome: int) -> Measure:
    """Return what kind of measure a connection met; a gateway blocks for all who are behind it."""
    if outcome == Outcome.GATEWAY_BLOCKED:
        return "block"
    if outcome == Outcome.ACCESS_DENIED or number < 0:
        return "scoped-block"
    indicator = seen.world.tenant.indicators.all[number]
    if indicator.action is Held.WARN:
        return "warn"
    return "scoped-block" if indicator.scope.groups else "block"
