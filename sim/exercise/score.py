"""The score: objectives of 0 to 100 with their reasons, weighed to points, less what was broken.

Every reason cites the line of the organisation's written policy that it rests on. Containment is scaled
to the bound of `sim.exercise.truth`; restraint counts only as far as something was stopped, so that doing
nothing earns nothing. What approved work lost, and the hints taken, cost points on top.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.engine.enforcement.facts import STOPPED
from sim.engine.policy.policies import Criterion
from sim.engine.tenant import INTEGRATION, UNSANCTIONED
from sim.exercise.truth import Baseline, Flags, Use, app_rows, blockable, passed, untouched, uses
from sim.session.driver import Session
from sim.world.telemetry import Rows

HARM_POINTS = 50
"""Points lost when approved work stood still for the whole exercise (ours)."""
WRONG_DECISION = 50
"""Per cent of the decision objective that each app blocked against the policy costs (ours)."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective: its score of 0 to 100, its weight, and why."""

    id: str
    title: str
    score: int
    weight: int
    because: str


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


def judge(session: Session, base: Baseline | None = None) -> Result:
    """Score a session as it stands now; `base` spares playing the untouched world again."""
    base = base or untouched(session.resolved, session.seed)
    return _Judge(session, base).result()


class _Judge:
    def __init__(self, session: Session, base: Baseline) -> None:
        self.session = session
        self.base = base
        self.truth = session.resolved.scenario.truth
        self.world = session.world
        self.rows = self.world.plane.telemetry.between(session.resolved.start, session.now + 1)
        self.bad_apps = blockable(session.resolved)
        self.approved = {item.app for item in session.resolved.scenario.documents.approved}

    def result(self) -> Result:
        weights = self.session.resolved.scenario.weights
        contain, contained = self._contain()
        wanted = self._uses()
        parts = {
            "feed": ("Switch the feed on", *self._feed()),
            "identify": ("Find who, where and in which browser", *self._identify(wanted)),
            "contain": ("Make the block hold", contain, contained),
            "verify": ("Prove that it holds", *self._verify(wanted)),
            "decide": ("Block what the policy prohibits, and only that", *self._decide(contain)),
            "work": ("Keep approved work going", *self._work(contain)),
            "watch": ("Keep watch by a policy", *self._watch()),
        }
        objectives = tuple(
            Objective(name, title, score, getattr(weights, name), because)
            for name, (title, score, because) in parts.items()
        )
        penalties = tuple(self._penalties())
        points = (sum(o.score * o.weight for o in objectives) + 50) // 100
        total = max(0, points - sum(p.points for p in penalties))
        found = {(f.app_id, f.user, f.machine, f.process) for f in self.session.notes.findings}
        missed = tuple(u for u in wanted if (u.app_id, u.user, u.machine, u.process) not in found)
        return Result(total, objectives, penalties, self._exposure(), self._losses(), missed)

    def _uses(self) -> list[Use]:
        history = self.base.world.plane.telemetry.between(0, self.session.now + 1)
        return uses(self.base.world, history)

    def _feed(self) -> tuple[int, str]:
        start, now = self.session.resolved.start, self.session.now
        on = sum(min(end, now) - max(begin, start) for begin, end in self.world.integration_spans)
        share = on * 100 // max(1, now - start)
        score = 100 if share >= 95 else share
        if not share:
            return 0, f"the feed was never on ({self.truth.feed_line})"
        switch = self.world.tenant.portal.switch_name(INTEGRATION)
        return score, f"{switch} was on for {share} % of the time ({self.truth.feed_line})"

    def _identify(self, wanted: list[Use]) -> tuple[int, str]:
        keys = {(u.app_id, u.user, u.machine, u.process) for u in wanted}
        found = {(f.app_id, f.user, f.machine, f.process) for f in self.session.notes.findings}
        hits, wrong = len(keys & found), len(found - keys)
        lines = ", ".join(sorted({u.line for u in wanted}))
        score = 200 * hits // max(1, len(keys) + len(found))
        return (
            score,
            f"{hits} of {len(keys)} prohibited uses written down, {wrong} wrongly ({lines})",
        )

    def _bad(self, rows: Rows) -> Flags:
        bad = np.zeros(len(rows), dtype=bool)
        for app_id in self.bad_apps:
            bad |= app_rows(self.world, rows, app_id)
        return bad

    def _contain(self) -> tuple[int, str]:
        lines = ", ".join(sorted(item.line for item in self.truth.prohibited if not item.people))
        until = self.base.rows.time <= self.session.now
        possible = int(np.count_nonzero(self.base.preventable & until))
        before = int(np.count_nonzero(self._bad(self.base.rows) & passed(self.base.rows) & until))
        after = int(np.count_nonzero(self._bad(self.rows) & passed(self.rows)))
        stopped = max(0, before - after)
        score = min(100, stopped * 100 // possible) if possible else 0
        return (
            score,
            f"{stopped} connections stopped of {possible} that the delays allowed to stop ({lines})",
        )

    def _verify(self, wanted: list[Use]) -> tuple[int, str]:
        concerned = {(u.machine, u.process, u.app_id) for u in wanted if u.app_id in self.bad_apps}
        staff = self.world.staff
        proved = {
            (t.machine, t.process, staff.apps[int(staff.host_app[t.host])].id)
            for t in self.session.notes.tests
            if t.outcome in STOPPED
        }
        hits = len(concerned & proved)
        because = (
            f"the block was tried and held in {hits} of {len(concerned)} places ({self.truth.verify_line})"
        )
        return hits * 100 // max(1, len(concerned)), because

    def _wrongly_blocked(self) -> dict[str, str]:
        """Return the apps that were blocked or tagged against the policy, with the line that lets them be."""
        staff = self.world.staff
        cut = np.isin(self.rows.outcome, STOPPED) & (self.rows.session >= 0)
        hit = {staff.apps[n].id for n in np.unique(staff.host_app[self.rows.host[cut]]).tolist()}
        start = self.session.resolved.start
        hit |= {
            e.target
            for e in self.world.tenant.log
            if e.action == "Tag app" and e.detail == UNSANCTIONED and e.time >= start
        }
        lines = {**dict.fromkeys(self.approved, self.truth.work_line), **self.truth.tolerated}
        return {app: lines.get(app, self.truth.work_line) for app in sorted(hit) if app not in self.bad_apps}

    def _name(self, app_id: str) -> str:
        return self.world.tenant.apps[app_id].name

    def _decide(self, contain: int) -> tuple[int, str]:
        wrong = self._wrongly_blocked()
        lines = ", ".join(sorted({*self.truth.tolerated.values()}))
        if not contain:
            return 0, f"nothing was stopped, so leaving the rest alone was no decision ({lines})"
        score = max(0, 100 - WRONG_DECISION * len(wrong)) * contain // 100
        if not wrong:
            return score, f"only what is prohibited was blocked; the rest was left alone ({lines})"
        named = [f"{self._name(app)} ({line})" for app, line in list(wrong.items())[:3]]
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return score, f"blocked against the policy: {', '.join(named)}{more}"

    def _sessions(self, rows: Rows, chosen: Flags) -> int:
        """Count sessions by person, plan row and day."""
        day = self.world.machines.calendar.day_of(rows.time[chosen])
        return len(set(zip(rows.session[chosen].tolist(), day.tolist(), strict=True)))

    def _lost_share(self) -> tuple[int, int]:
        """Return the approved sessions that were cut off, and all approved sessions."""
        approved = np.zeros(len(self.rows), dtype=bool)
        for app_id in sorted(self.approved):
            approved |= app_rows(self.world, self.rows, app_id)
        approved &= self.rows.session >= 0
        cut = approved & np.isin(self.rows.outcome, STOPPED)
        return self._sessions(self.rows, cut), self._sessions(self.rows, approved)

    def _work(self, contain: int) -> tuple[int, str]:
        lost, total = self._lost_share()
        if not contain:
            return 0, f"nothing was stopped, so nothing was put at risk ({self.truth.work_line})"
        score = max(0, 100 - lost * 1000 // max(1, total)) * contain // 100
        return (
            score,
            f"{lost} of {total} sessions in approved apps were cut off ({self.truth.work_line})",
        )

    def _watch(self) -> tuple[int, str]:
        line, limit = self.truth.policy_line, self.truth.policy_threshold
        kept = [
            p
            for p in self.world.tenant.policies.saved
            if dict(p.criteria).get(Criterion.USERS) == limit and p.enabled
        ]
        if not kept:
            return 0, f"no policy alerts on more than {limit} users ({line})"
        raised = [a for a in self.world.tenant.cloud_alerts.alerts if a.policy_id in {p.id for p in kept}]
        closed = [a for a in raised if a.closed is not None and (a.reason or a.comment)]
        score = (
            20 + 20 * any(p.tags for p in kept) + 30 * bool(raised) + 30 * len(closed) // max(1, len(raised))
        )
        return (
            score,
            f"the policy raised {len(raised)} alerts, {len(closed)} closed with a reason ({line})",
        )

    def _penalties(self) -> list[Penalty]:
        found: list[Penalty] = []
        lost, total = self._lost_share()
        harm = HARM_POINTS * lost // max(1, total)
        if harm:
            found.append(
                Penalty(
                    "harm",
                    harm,
                    f"{lost} of {total} sessions of approved work stood still ({self.truth.work_line})",
                )
            )
        taken = len(self.session.notes.hints)
        if taken and self.session.resolved.scenario.mode == "exercise":
            price = taken * self.session.resolved.scenario.hint_price
            counted = "1 hint" if taken == 1 else f"{taken} hints"
            because = (
                f"{counted} taken in place of a test ({self.session.resolved.scenario.truth.verify_line})"
            )
            found.append(Penalty("hints", price, because))
        return found

    def _exposure(self) -> tuple[Exposure, ...]:
        through = passed(self.rows)
        found = []
        for item in self.truth.prohibited:
            mine = app_rows(self.world, self.rows, item.app) & through
            if item.people:
                ids = [person.id for person in self.world.staff.people]
                mine &= np.isin(self.rows.user, [ids.index(person) for person in item.people])
            users = len(np.unique(self.rows.user[mine]))
            up = int(self.rows.bytes_up[mine].sum())
            found.append(Exposure(item.app, int(np.count_nonzero(mine)), users, up))
        return tuple(found)

    def _losses(self) -> tuple[Loss, ...]:
        lost = self.rows.take(np.isin(self.rows.outcome, STOPPED) & (self.rows.session >= 0))
        rules = self.world.tenant.indicators.all
        found = []
        for app in self.world.staff.apps:
            mine = app_rows(self.world, lost, app.id)
            if app.id in self.bad_apps or not mine.any():
                continue
            values = sorted({rules[n].value for n in np.unique(lost.indicator[mine]).tolist()})
            people = len(np.unique(lost.user[mine]))
            found.append(
                Loss(
                    app.id,
                    app.id in self.approved,
                    self._sessions(lost, mine),
                    people,
                    tuple(values),
                )
            )
        return tuple(sorted(found, key=lambda loss: (-loss.sessions, loss.app_id)))
