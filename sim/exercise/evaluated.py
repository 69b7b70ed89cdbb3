"""What a run is scored on: what happened, what would have happened, what the trainee did and wrote down.

Each part is worked out once, when a metric first asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.engine.enforcement.facts import STOPPED
from sim.engine.tenant import UNSANCTIONED
from sim.exercise.truth import Baseline, Flags, Use, app_rows, blockable, passed, uses
from sim.session.driver import Session
from sim.world.telemetry import Rows

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
        self.approved = {item.app for item in self.scenario.documents.approved}

    @cached_property
    def stopped(self) -> Flags:
        """Which connections of people were stopped."""
        found: Flags = np.isin(self.rows.outcome, STOPPED) & (self.rows.session >= 0)
        return found

    @cached_property
    def wanted(self) -> list[Use]:
        """Every prohibited use by now, whether or not somebody stopped it."""
        return uses(self.base.world, self.base.world.plane.telemetry.between(0, self.now + 1))

    @cached_property
    def found(self) -> set[tuple[str, int, int, int]]:
        """What the trainee wrote down, as app, user, machine and process."""
        return {(f.app_id, f.user, f.machine, f.process) for f in self.notes.findings}

    def of_apps(self, rows: Rows, app_ids: Iterable[str]) -> Flags:
        """Tell which rows went to one of these apps."""
        found = np.zeros(len(rows), dtype=bool)
        for app_id in app_ids:
            found |= app_rows(self.world, rows, app_id)
        return found

    @cached_property
    def contained(self) -> tuple[int, int]:
        """The connections to prohibited apps that were stopped, and those that the delays allowed to stop."""
        until = self.base.rows.time <= self.now
        possible = int(np.count_nonzero(self.base.preventable & until))
        before = self.of_apps(self.base.rows, self.bad_apps) & passed(self.base.rows) & until
        after = self.of_apps(self.rows, self.bad_apps) & passed(self.rows)
        return max(0, int(np.count_nonzero(before)) - int(np.count_nonzero(after))), possible

    @cached_property
    def containment(self) -> int:
        """Per cent of the connections that could be stopped which were: what restraint is paid by."""
        stopped, possible = self.contained
        return min(100, stopped * 100 // possible) if possible else 0

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
