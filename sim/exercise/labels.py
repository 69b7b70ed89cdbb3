"""Ground truth, one label a connection: what the policy thinks of it, apart from what any source wrote."""

from __future__ import annotations

import numpy as np

from sim.engine.enforcement.facts import Outcome
from sim.exercise.truth import app_rows
from sim.scenario.story_kinds import Label
from sim.session.driver import Session
from sim.views.export import Kind, Sheet

PROHIBITED, TOLERATED, APPROVED, OTHER = "prohibited", "tolerated", "approved", "other"

_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("Timestamp", "time"),
    ("ReportId", "number"),
    ("DeviceName", "text"),
    ("User", "text"),
    ("Process", "text"),
    ("Host", "text"),
    ("App", "text"),
    ("BytesUp", "number"),
    ("BytesDown", "number"),
    ("Outcome", "text"),
    ("Label", "text"),
    ("PolicyLine", "text"),
    ("Why", "text"),
)


def labels(session: Session) -> Sheet:
    """Return every connection by now with its label; `ReportId` is that of Defender's tables."""
    world, scenario = session.world, session.resolved.scenario
    staff, truth = world.staff, scenario.truth
    rows = world.plane.telemetry.between(0, session.now)
    ids = [person.id for person in staff.people]
    verdicts: list[tuple[str, str, str]] = [(OTHER, "", "")] * len(rows)

    def mark(app_id: str, label: tuple[str, str, str], people: tuple[str, ...] = ()) -> None:
        mine = app_rows(world, rows, app_id) & (rows.session >= 0)
        if people:
            mine &= np.isin(rows.user, [ids.index(person) for person in people])
        for row in np.flatnonzero(mine).tolist():
            verdicts[row] = label

    for item in scenario.documents.approved:
        mark(item.app, (APPROVED, "", item.purpose))
    for app_id, line in truth.tolerated.items():
        mark(app_id, (TOLERATED, line, ""))
    for use in truth.prohibited:
        mark(use.app, (PROHIBITED, use.line, use.why), use.people)
    begun = world.story.of_use(rows)
    for one in world.story.uses:
        if one.label is not Label.NONE:
            for row in np.flatnonzero(begun == one.number).tolist():
                verdicts[row] = (one.label.value, "", one.pattern.about)
    words = {outcome.value: outcome.name.lower().replace("_", "-") for outcome in Outcome}
    return Sheet(
        "Truth",
        _COLUMNS,
        tuple(
            (
                time,
                number,
                staff.machines[machine].name,
                world.user_names[user],
                staff.processes[process],
                staff.hosts[host],
                staff.apps[int(staff.host_app[host])].id,
                up,
                down,
                words[outcome],
                *verdict,
            )
            for number, (time, machine, user, process, host, up, down, outcome, verdict) in enumerate(
                zip(
                    rows.time.tolist(),
                    rows.machine.tolist(),
                    rows.user.tolist(),
                    rows.process.tolist(),
                    rows.host.tolist(),
                    rows.bytes_up.tolist(),
                    rows.bytes_down.tolist(),
                    rows.outcome.tolist(),
                    verdicts,
                    strict=True,
                ),
                1,
            )
        ),
    )
