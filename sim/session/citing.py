"""Looking up the rows that somebody cites: only what their view shows by now can be evidence."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem
from sim.base.text import plain
from sim.session.lookup import machine_index, unknown
from sim.session.notebook import CitedRow
from sim.world.model import World

MOST = 500
"""Rows that one piece of evidence may hold (ours)."""


def cited_rows(world: World, source: str, ids: tuple[str, ...]) -> tuple[CitedRow, ...]:
    """Return what rows say, named by the view that shows them and their ids there; refuse any other.

    A row of `timeline:MACHINE` is known by its ReportId, one of `report:NAME` by its number.
    """
    kind, _, name = source.partition(":")
    if kind not in {"timeline", "report"}:
        what = f"{source!r} is no view with rows"
        raise CommandRefused(Problem("EVIDENCE-SOURCE", what, advice="write timeline:MACHINE or report:NAME"))
    if not 1 <= len(ids) <= MOST:
        raise CommandRefused(
            Problem("EVIDENCE-ROWS", f"{len(ids)} rows are cited", advice=f"cite 1 to {MOST}")
        )
    found = _of_timeline(world, name, ids) if kind == "timeline" else _of_report(world, name, ids)
    problems = [
        Problem("EVIDENCE-ROW", f"{plain(source)} shows no row {row!r}", advice="cite what it shows by now")
        for row, cited in zip(ids, found, strict=True)
        if cited is None
    ]
    if problems:
        raise CommandRefused(problems)
    return tuple(cited for cited in found if cited is not None)


def _number(text: str) -> int:
    digits = text.partition("-")[0]
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 16 else -1


def _of_timeline(world: World, name: str, ids: tuple[str, ...]) -> list[CitedRow | None]:
    machine = machine_index(world, name)
    visible = world.now - world.era.timeline.sample(world.seed, "timeline")
    staff, found = world.staff, list[CitedRow | None]()
    for row in ids:
        place = _number(row) - 1
        rows = world.plane.telemetry.at(place)
        shown = (
            rows is not None
            and int(rows.machine[0]) == machine
            and int(rows.time[0]) <= visible
            and bool(world.guards.reported(rows.machine, rows.time)[0])
        )
        if rows is None or not shown:
            found.append(None)
            continue
        host = staff.hosts[int(rows.host[0])]
        app = world.tenant.catalog.resolve(host)
        found.append(
            CitedRow(
                int(rows.time[0]),
                app.id if app else "",
                world.user_names[int(rows.user[0])],
                staff.machines[machine].name,
                staff.processes[int(rows.process[0])],
                host,
            )
        )
    return found


def _of_report(world: World, name: str, ids: tuple[str, ...]) -> list[CitedRow | None]:
    report = world.tenant.portal.report_id(name)
    if report not in world.tenant.reports:
        raise unknown("REPORT-UNKNOWN", "report", name, [*world.tenant.reports])
    lines = world.tenant.reports[report].numbered({_number(row) for row in ids})
    found: list[CitedRow | None] = []
    for row in ids:
        line = lines.get(_number(row))
        found.append(
            None
            if line is None
            else CitedRow(
                line.time, line.app_id, line.user or "", line.machine or "", line.process or "", line.host
            )
        )
    return found
