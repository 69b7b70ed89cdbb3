"""What a run is scored on: what happened, what would have happened, what the trainee did and wrote down.

Each part is worked out once, when a metric first asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.engine.enforcement.facts import STOPPED
from sim.engine.tenant import UNSANCTIONED
from sim.exercise.score.alerted import Told, told
from sim.exercise.score.formulas import share
from sim.exercise.score.truth import (
    Baseline,
    Flags,
    Use,
    blockable,
    by_phone,
    of_apps,
    passed,
    reachable,
    uses,
)
from sim.session.driver import Session
from sim.world.displacement import Reaction
from sim.world.telemetry import Rows

TOLERATE = "tolerate"
STOP = frozenset({"shadow-it-stop"})
LEFT_ALONE = frozenset({TOLERATE, "sanction"})

MOST_CITED = 12
"""Events that one reason names at most (ours)."""


@dataclass(frozen=True, slots=True)
class Cited:
    """An event that a score rests on."""

    time: int
    what: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a metric finds: a score of 0 to 100, why, and the events behind it, oldest first."""

    score: int
    because: str
    events: tuple[Cited, ...] = ()


def cite(events: Iterable[Cited]) -> tuple[Cited, ...]:
    """Return the events that a reason names: the first ones, and the last."""
    found = sorted(set(events), key=lambda event: (event.time, event.what))
    return tuple(found if len(found) <= MOST_CITED else [*found[: MOST_CITED - 1], found[-1]])


class Evaluated:
    """A session as it stands, beside the world that nobody touched."""

    def __init__(self, session: Session, base: Baseline) -> None:
        self.session = session
        self.base = base
        self.scenario = session.resolved.scenario
        self.truth = self.scenario.truth
        self.world = session.world
        self.notes = session.notes
        self.start = session.resolved.start
        self.now = session.now
        self.rows = self.world.plane.telemetry.between(self.start, self.now + 1)
        self.bad_apps = blockable(session.resolved)
        self._stoppable: dict[tuple[str, ...], Flags] = {}
        self.approved = {item.app for item in self.scenario.documents.approved}

    @cached_property
    def stopped(self) -> Flags:
        """Which connections of people were stopped."""
        found: Flags = np.isin(self.rows.outcome, STOPPED) & (self.rows.session >= 0)
        return found

    @cached_property
    def wanted(self) -> list[Use]:
        """Every prohibited use by now, in this run or where nobody touched anything."""
        idle = uses(self.base.world, self.base.world.plane.telemetry.between(0, self.now + 1))
        return list(dict.fromkeys([*idle, *uses(self.world, self.rows)]))

    @cached_property
    def keys(self) -> set[tuple[str, int, int, int]]:
        """Every prohibited use, as app, user, machine and process."""
        return {(u.app_id, u.user, u.machine, u.process) for u in self.wanted}

    @cached_property
    def alerts(self) -> list[Told]:
        """The alerts about apps that somebody but the analyst caused."""
        return told(self.session, set(self.bad_apps))

    @cached_property
    def found(self) -> set[tuple[str, int, int, int]]:
        """What the trainee wrote down, as app, user, machine and process."""
        return {(f.app_id, f.user, f.machine, f.process) for f in self.notes.findings}

    def of_apps(self, rows: Rows, app_ids: Collection[str]) -> Flags:
        """Tell which rows went to one of these apps."""
        return of_apps(self.world, rows, app_ids)

    def by_phone(self, app_id: str, people: Collection[str] = ()) -> list[Reaction]:
        """Return what went to an app over the phones of people who were stopped; no source sees it."""
        return by_phone(self.world, app_id, people, self.start, self.now)

    def stoppable(self, app_ids: Collection[str]) -> Flags:
        """Tell which rows of the untouched world the earliest possible block of these apps stops."""
        key = tuple(sorted(app_ids))
        if key not in self._stoppable:
            self._stoppable[key] = self.base.stoppable(key)
        return self._stoppable[key]

    @cached_property
    def contained(self) -> tuple[int, int]:
        """The connections to prohibited apps that were stopped, and those that the delays allowed to stop.

        Those that nobody could stop count on neither side.
        """
        until = (self.base.rows.time <= self.now) & reachable(self.world, self.base.rows)
        possible = int(np.count_nonzero(self.base.preventable & until))
        before = self.of_apps(self.base.rows, self.bad_apps) & passed(self.base.rows) & until
        after = self.of_apps(self.rows, self.bad_apps) & passed(self.rows) & reachable(self.world, self.rows)
        return max(0, int(np.count_nonzero(before)) - int(np.count_nonzero(after))), possible

    @cached_property
    def containment(self) -> int:
        """Per cent of the connections that could be stopped which were: what restraint is paid by."""
        stopped, possible = self.contained
        return min(100, stopped * 100 // possible) if possible else 0

    @cached_property
    def answers(self) -> dict[str, frozenset[str]]:
        """The verdicts that the written policy allows for each app that it says anything about."""
        found = dict.fromkeys(sorted(self.approved | {*self.truth.tolerated}), LEFT_ALONE)
        for item in self.truth.prohibited:
            if not item.people:
                found[item.app] = STOP
            elif item.app not in found:
                found[item.app] = STOP | {TOLERATE}
        return found | {one.app: frozenset(one.answers) for one in self.truth.answers}

    @cached_property
    def questions(self) -> list[str]:
        """The apps that the exercise asks to judge: those that its truth names."""
        named = {*self.truth.tolerated, *(item.app for item in self.truth.prohibited)}
        return sorted(named | {one.app for one in self.truth.answers})

    def said_of(self, app_id: str) -> bool | None:
        """Tell whether the trainee's verdict on an app is one that the policy allows; None without one.

        Of an app that the policy says nothing about only a stop is wrong.
        """
        verdict = self.notes.verdicts.get(f"app:{app_id}")
        if verdict is None:
            return None
        return verdict.verdict in self.answers.get(app_id, LEFT_ALONE)

    @cached_property
    def effort(self) -> int:
        """How much of the work was done, 0 to 100: what leaving things alone is paid by.

        What could be stopped and was; where the policy leaves a choice, or prohibits nothing, the share of
        right verdicts; the mean of both where both are asked for.
        """
        parts = [self.containment] if self.bad_apps else []
        if self.truth.answers or not self.bad_apps:
            parts.append(share(sum(self.said_of(app) is True for app in self.questions), len(self.questions)))
        return sum(parts) // len(parts)

    @cached_property
    def efforts(self) -> list[Cited]:
        """The events behind the work done: what was stopped first, and the right verdicts."""
        found = self.first(self.of_apps(self.rows, self.bad_apps) & self.stopped, "first stopped")
        right = [app_id for app_id in self.questions if self.said_of(app_id) is True]
        verdicts = [(self.notes.verdicts[f"app:{app_id}"].time, app_id) for app_id in right]
        return found + [Cited(time, f"right verdict on {self.name(app_id)}") for time, app_id in verdicts]

    @cached_property
    def wrongly_blocked(self) -> dict[str, str]:
        """The apps that were blocked or tagged against the policy, with the line that lets them be."""
        staff = self.world.staff
        hit = {staff.apps[n].id for n in np.unique(staff.host_app[self.rows.host[self.stopped]]).tolist()}
        hit |= {
            e.target
            for e in self.world.tenant.log
            if e.action == "Tag app" and e.detail == UNSANCTIONED and e.time >= self.start
        }
        lines = {**dict.fromkeys(self.approved, self.truth.work_line), **self.truth.tolerated}
        return {app: lines.get(app, self.truth.work_line) for app in sorted(hit) if app not in self.bad_apps}

    def sessions(self, rows: Rows, chosen: Flags) -> int:
        """Count sessions by person, plan row and day."""
        day = self.world.machines.calendar.day_of(rows.time[chosen])
        return len(set(zip(rows.session[chosen].tolist(), day.tolist(), strict=True)))

    @cached_property
    def lost_share(self) -> tuple[int, int]:
        """The approved sessions that were cut off, and all approved sessions."""
        approved = self.of_apps(self.rows, sorted(self.approved)) & (self.rows.session >= 0)
        return self.sessions(self.rows, approved & self.stopped), self.sessions(self.rows, approved)

    def name(self, app_id: str) -> str:
        """Return an app's name."""
        return self.world.tenant.apps[app_id].name

    def first(self, chosen: Flags, what: str) -> list[Cited]:
        """Cite the first of some rows of the run, if there are any."""
        return self._row(np.flatnonzero(chosen)[:1].tolist(), what)

    def last(self, chosen: Flags, what: str) -> list[Cited]:
        """Cite the last of some rows of the run, if there are any."""
        return self._row(np.flatnonzero(chosen)[-1:].tolist(), what)

    def _row(self, found: list[int], what: str) -> list[Cited]:
        rows, staff = self.rows, self.world.staff
        return [
            Cited(
                int(rows.time[row]),
                f"{what}: {staff.hosts[int(rows.host[row])]} in {staff.processes[int(rows.process[row])]}"
                f" on {staff.machines[int(rows.machine[row])].name}",
            )
            for row in found
        ]
