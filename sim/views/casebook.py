"""The trainee's own notes, with names: findings, test visits, lookups, hints."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.enforcement.facts import STOPPED, NetworkProtection
from sim.session.driver import Session
from sim.session.hints import PREFIX


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Who uses what where, as written down."""

    time: int
    app_id: str
    user: str
    machine: str
    process: str
    note: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """A test visit: to which app, and whether it was blocked."""

    time: int
    app_id: str
    machine: str
    process: str
    host: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class LookupRow:
    """A machine's network protection when its prompt was last asked."""

    time: int
    machine: str
    mode: NetworkProtection


@dataclass(frozen=True, slots=True)
class Casebook:
    """All notes, oldest first; lookups by machine."""

    findings: tuple[FindingRow, ...]
    tests: tuple[TestRow, ...]
    lookups: tuple[LookupRow, ...]
    hints: tuple[tuple[str, int], ...]


def casebook(session: Session) -> Casebook:
    """Return the trainee's notes."""
    staff, notes, users = session.world.staff, session.notes, session.world.user_names
    names = [machine.name for machine in staff.machines]
    return Casebook(
        tuple(
            FindingRow(
                f.time,
                f.app_id,
                users[f.user],
                names[f.machine],
                staff.processes[f.process],
                f.note,
            )
            for f in notes.findings
        ),
        tuple(
            TestRow(
                t.time,
                staff.apps[int(staff.host_app[t.host])].id,
                names[t.machine],
                staff.processes[t.process],
                staff.hosts[t.host],
                t.outcome in STOPPED,
            )
            for t in notes.tests
        ),
        tuple(
            sorted(
                (LookupRow(n.time, names[m], n.mode) for m, n in notes.lookups.items()),
                key=lambda r: r.machine,
            )
        ),
        tuple(sorted((app, time) for app, time in notes.hints.items() if not app.startswith(PREFIX))),
    )
