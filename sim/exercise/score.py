"""The score: objectives of 0 to 100 with their reasons, weighed to points, less what was broken.

Every reason cites the line of the organisation's written policy that it rests on, and the events behind
it. What approved work lost, and the hints taken, cost points on top.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.exercise.evaluated import Cited, Evaluated
from sim.exercise.metrics import METRICS
from sim.exercise.truth import Baseline, Use, app_rows, passed, untouched
from sim.scenario.schema import Scenario
from sim.session.driver import Session

HARM_POINTS = 50
"""Points lost when approved work stood still for the whole exercise (ours)."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective: its score of 0 to 100, its weight, why, and the events behind it, oldest first."""

    id: str
    title: str
    score: int
    weight: int
    because: str
    events: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points taken off, and why."""

    id: str
    points: int
    because: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """What got through to a prohibited app since play began."""

    app_id: str
    connections: int
    people: int
    bytes_up: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Sessions cut off at an app that the policy does not prohibit, and the rules that did it."""

    app_id: str
    approved: bool
    sessions: int
    people: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The whole result."""

    score: int
    objectives: tuple[Objective, ...]
    penalties: tuple[Penalty, ...]
    exposure: tuple[Exposure, ...]
    collateral: tuple[Loss, ...]
    missed: tuple[Use, ...]
    """Prohibited uses that nobody wrote down."""

    def dump(self) -> dict[str, Any]:
        """Return the result as JSON data for a run file's footer and `run --json`."""
        data = asdict(self)
        data.pop("missed")
        for key in ("exposure", "collateral"):
            data[key] = {"total": _total(data[key], key), "apps": data[key]}
        return data


def _total(rows: list[dict[str, Any]], key: str) -> int:
    return sum(row["connections" if key == "exposure" else "sessions"] for row in rows)


def what_counts(scenario: Scenario) -> tuple[tuple[str, int], ...]:
    """Return the title and the weight of each objective, the heaviest first."""
    pairs = ((aim.title or METRICS[aim.metric][0], aim.weight) for aim in scenario.aims)
    return tuple(sorted(pairs, key=lambda pair: -pair[1]))


def judge(session: Session, base: Baseline | None = None) -> Result:
    """Score a session as it stands now; `base` spares playing the untouched world again."""
    seen = Evaluated(session, base or untouched(session.resolved, session.seed))
    objectives = []
    for aim in seen.scenario.aims:
        title, measure = METRICS[aim.metric]
        found = measure(seen, aim)
        objectives.append(
            Objective(aim.id, aim.title or title, found.score, aim.weight, found.because, found.events)
        )
    penalties = tuple(_penalties(seen))
    points = (sum(o.score * o.weight for o in objectives) + 50) // 100
    total = max(0, points - sum(p.points for p in penalties))
    missed = tuple(u for u in seen.wanted if (u.app_id, u.user, u.machine, u.process) not in seen.found)
    return Result(total, tuple(objectives), penalties, _exposure(seen), _losses(seen), missed)


def _penalties(seen: Evaluated) -> list[Penalty]:
    found: list[Penalty] = []
    lost, total = seen.lost_share
    harm = HARM_POINTS * lost // max(1, total)
    if harm:
        because = f"{lost} of {total} sessions of approved work stood still ({seen.truth.work_line})"
        found.append(Penalty("harm", harm, because))
    taken = len(seen.notes.hints)
    if taken and seen.scenario.mode == "exercise":
        counted = "1 hint" if taken == 1 else f"{taken} hints"
        because = f"{counted} taken in place of a test ({seen.truth.verify_line})"
        found.append(Penalty("hints", taken * seen.scenario.hint_price, because))
    return found


def _exposure(seen: Evaluated) -> tuple[Exposure, ...]:
    rows, through = seen.rows, passed(seen.rows)
    found = []
    for item in seen.truth.prohibited:
        mine = app_rows(seen.world, rows, item.app) & through
        if item.people:
            ids = [person.id for person in seen.world.staff.people]
            mine &= np.isin(rows.user, [ids.index(person) for person in item.people])
        users = len(np.unique(rows.user[mine]))
        up = int(rows.bytes_up[mine].sum())
        found.append(Exposure(item.app, int(np.count_nonzero(mine)), users, up))
    return tuple(found)


def _losses(seen: Evaluated) -> tuple[Loss, ...]:
    lost = seen.rows.take(seen.stopped)
    rules = seen.world.tenant.indicators.all
    found = []
    for app in seen.world.staff.apps:
        mine = app_rows(seen.world, lost, app.id)
        if app.id in seen.bad_apps or not mine.any():
            continue
        values = sorted({rules[n].value for n in np.unique(lost.indicator[mine]).tolist() if n >= 0})
        people = len(np.unique(lost.user[mine]))
        sessions = seen.sessions(lost, mine)
        found.append(Loss(app.id, app.id in seen.approved, sessions, people, tuple(values)))
    return tuple(sorted(found, key=lambda loss: (-loss.sessions, loss.app_id)))
