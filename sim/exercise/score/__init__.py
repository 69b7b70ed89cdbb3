"""The score: objectives of 0 to 100 with their reasons, weighed to points, less what was broken.

Every reason cites the line of the organisation's written policy that it rests on, and the events behind
it. What approved work lost, and the hints taken, cost points on top.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.exercise.score.evaluated import Cited, Evaluated, Measured, cite
from sim.exercise.score.ledgers import Displaced, StoodStill, displaced, stood_still
from sim.exercise.score.metrics import METRICS
from sim.exercise.score.truth import Baseline, Use, app_rows, passed, untouched
from sim.scenario.objectives import Metric
from sim.scenario.schema import Scenario
from sim.session.driver import Session
from sim.session.hints import PREFIX, subject_of

HARM_POINTS = 50
"""Points lost when approved work stood still for the whole exercise (ours)."""

REVEALED: tuple[Metric, ...] = ("verify", "contain-time", "contain", "exposure")
"""The metrics that a reveal of a block's propagation helps: the first that the exercise is scored by."""


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
    """What got through to a prohibited app since play began, over phones too."""

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
    work: tuple[StoodStill, ...]
    displaced: tuple[Displaced, ...]
    missed: tuple[Use, ...]
    """Prohibited uses that nobody wrote down."""

    def dump(self) -> dict[str, Any]:
        """Return the result as JSON data for a run file's footer and `run --json`."""
        data = asdict(self)
        data.pop("missed")
        for key in ("exposure", "collateral"):
            data[key] = {"total": _total(data[key], key), "apps": data[key]}
        data["exposure"]["displaced"] = data.pop("displaced")
        data["collateral"]["work"] = data.pop("work")
        data["collateral"]["minutes"] = sum(one.minutes for one in self.work)
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
    prices = _hint_prices(seen)
    for aim in seen.scenario.aims:
        title, measure = METRICS[aim.metric]
        found = _shrunk(measure(seen, aim), prices.get(aim.id, []))
        objectives.append(
            Objective(aim.id, aim.title or title, found.score, aim.weight, found.because, found.events)
        )
    penalties = tuple(_penalties(seen))
    points = (sum(o.score * o.weight for o in objectives) + 50) // 100
    total = max(0, points - sum(p.points for p in penalties))
    missed = tuple(u for u in seen.wanted if (u.app_id, u.user, u.machine, u.process) not in seen.found)
    exposure, losses = _exposure(seen), _losses(seen)
    return Result(
        total, tuple(objectives), penalties, exposure, losses, stood_still(seen), displaced(seen), missed
    )


def _reveals(seen: Evaluated) -> dict[str, int]:
    """Return the apps whose propagation was revealed at a price, and when."""
    if seen.scenario.mode != "exercise":
        return {}
    return {subject: time for subject, time in seen.notes.hints.items() if not subject.startswith(PREFIX)}


def _hint_prices(seen: Evaluated) -> dict[str, list[tuple[int, Cited]]]:
    """Return what each objective pays for the hints that helped it.

    A reveal helps to see how far a block has come; where the file has the older spelling, it is a penalty.
    """
    found: dict[str, list[tuple[int, Cited]]] = {}
    aims = seen.scenario.aims
    heaviest = max(aims, key=lambda aim: aim.weight).id
    if seen.scenario.mode == "exercise":
        for hint in seen.scenario.hints:
            taken = seen.notes.hints.get(subject_of(hint))
            if taken is not None:
                event = Cited(taken, f"hint of level {hint.level} taken")
                found.setdefault(hint.helps or heaviest, []).append((hint.price, event))
    if seen.scenario.objectives:
        helped = next((aim.id for metric in REVEALED for aim in aims if aim.metric == metric), heaviest)
        for app_id, time in _reveals(seen).items():
            event = Cited(time, f"the propagation of {seen.name(app_id)} revealed")
            found.setdefault(helped, []).append((seen.scenario.hint_price, event))
    return found


def _shrunk(found: Measured, hints: list[tuple[int, Cited]]) -> Measured:
    """Return a measurement less the price of the hints that helped."""
    if not hints:
        return found
    price = sum(points for points, _ in hints)
    because = f"{found.because}; hints took {min(price, found.score)}"
    events = cite([*found.events, *(event for _, event in hints)])
    return Measured(max(0, found.score - price), because, events)


def _penalties(seen: Evaluated) -> list[Penalty]:
    found: list[Penalty] = []
    lost, total = seen.lost_share
    harm = HARM_POINTS * lost // max(1, total)
    if harm:
        because = f"{lost} of {total} sessions of approved work stood still ({seen.truth.work_line})"
        found.append(Penalty("harm", harm, because))
    taken = 0 if seen.scenario.objectives else len(_reveals(seen))
    if taken:
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
        phones = seen.by_phone(item.app, item.people)
        users = len({*np.unique(rows.user[mine]).tolist(), *(phone.person for phone in phones)})
        up = int(rows.bytes_up[mine].sum()) + sum(phone.bytes_up for phone in phones)
        connections = int(np.count_nonzero(mine)) + sum(phone.unmade for phone in phones)
        found.append(Exposure(item.app, connections, users, up))
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
