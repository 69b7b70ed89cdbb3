"""The lines behind a number of Cloud Discovery: exact sums over all of them, and the newest.

Only what the chosen report has taken in by now is here, so that the sums are those of the page that a
person came from. The portal has no such page; the lines are those that it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.engine.discovery.continuous import Line, Lines, Scope
from sim.session.driver import Session
from sim.views.reports import WHOLE, frame

SHOWN = 200
"""How many lines are listed; the sums are over all."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One transaction that counts; None is what its source does not say."""

    id: str
    time: int
    app_id: str
    app: str
    host: str
    domain: str
    """The catalog's entry that made it count for the app."""
    user: str | None
    source_ip: str | None
    machine: str | None
    process: str | None
    """The program, which the endpoint feed brings and no page of Cloud Discovery shows."""
    bytes_up: int | None
    bytes_down: int | None
    blocked: bool | None
    report: str
    ingested: int
    """When the report took it in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The lines of a scope in one report."""

    report: str
    lines: Lines
    rows: tuple[EvidenceRow, ...]
    """Newest first, at most `SHOWN`."""

    @property
    def left_out(self) -> int:
        """How many lines are counted and not listed."""
        return self.lines.transactions - len(self.rows)


def evidence(session: Session, report: str, scope: Scope, days: int = WHOLE) -> Evidence:
    """Return the lines behind the numbers of a scope within a report's frame.

    A scope names an app, a user, a machine, an address, or several of them.
    """
    tenant = session.world.tenant
    first, last = frame(session, report, days) or (None, None)
    scope = replace(scope, first_day=first, last_day=last)
    found = tenant.reports[report].lines(scope, SHOWN)
    rows = (_row(line, tenant.apps[line.app_id].name, report) for line in found.newest)
    return Evidence(report, found, tuple(rows))


def _row(line: Line, app: str, report: str) -> EvidenceRow:
    return EvidenceRow(
        str(line.number),
        line.time,
        line.app_id,
        app,
        line.host,
        line.domain,
        line.user,
        line.source_ip,
        line.machine,
        line.process,
        line.bytes_up,
        line.bytes_down,
        line.blocked,
        report,
        line.ingested,
    )
