"""Ground truth, one label a connection: what the policy thinks of it, apart from what any source wrote.

Beside it the connections of the world that nobody touched: what a score is measured against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Outcome
from sim.engine.traffic import Coded
from sim.exercise.score.truth import Baseline, app_rows, reachable
from sim.scenario.story_kinds import Label
from sim.session.driver import Session
from sim.world.model import World
from sim.world.telemetry import Rows

if TYPE_CHECKING:
    import polars as pl

PROHIBITED, TOLERATED, APPROVED, OTHER = "prohibited", "tolerated", "approved", "other"


def labels(session: Session) -> pl.DataFrame:
    """Return every connection by now with its label; `ReportId` is that of Defender's tables."""
    world = session.world
    rows = world.plane.telemetry.between(0, session.now)
    return _told(world, rows, np.arange(1, len(rows) + 1, dtype=np.int64))


def untouched_labels(base: Baseline) -> pl.DataFrame:
    """Return every connection since play began as it goes when nobody gives a command.

    `Preventable` marks the prohibited ones that the earliest possible block would have stopped.
    """
    import polars as pl

    world, rows = base.world, base.rows
    apps = sorted({item.app for item in world.resolved.scenario.truth.prohibited})
    found = _told(world, rows, np.arange(1, len(rows) + 1, dtype=np.int64))
    return found.with_columns(pl.Series("Preventable", base.stoppable(apps).astype(np.int64)))


def _told(world: World, rows: Rows, number: NDArray[np.int64]) -> pl.DataFrame:
    import polars as pl

    scenario, staff = world.resolved.scenario, world.staff
    truth = scenario.truth
    ids = [person.id for person in staff.people]
    verdicts: list[tuple[str, str, str]] = [(OTHER, "", "")]
    verdict = np.zeros(len(rows), dtype=np.int64)

    def mark(app_id: str, label: tuple[str, str, str], people: tuple[str, ...] = ()) -> None:
        mine = app_rows(world, rows, app_id) & (rows.session >= 0)
        if people:
            mine &= np.isin(rows.user, [ids.index(person) for person in people])
        verdict[mine] = len(verdicts)
        verdicts.append(label)

    for item in scenario.documents.approved:
        mark(item.app, (APPROVED, "", item.purpose))
    for app_id, line in truth.tolerated.items():
        mark(app_id, (TOLERATED, line, ""))
    for use in truth.prohibited:
        mark(use.app, (PROHIBITED, use.line, use.why), use.people)
    begun = world.story.of_use(rows)
    for one in world.story.uses:
        if one.label is not Label.NONE:
            verdict[begun == one.number] = len(verdicts)
            verdicts.append((one.label.value, "", one.pattern.about))
    words = tuple(Outcome(n).name.lower().replace("_", "-") for n in range(len(Outcome)))
    names, lines, reasons = (tuple(part) for part in zip(*verdicts, strict=True))
    return pl.DataFrame(
        {
            "Timestamp": pl.Series(rows.time).cast(pl.Datetime("us")),
            "ReportId": number,
            "DeviceName": Coded(rows.machine, tuple(m.name for m in staff.machines)).series(),
            "User": Coded(rows.user, world.user_names).series(),
            "Process": Coded(rows.process, staff.processes).series(),
            "Host": Coded(rows.host, staff.hosts).series(),
            "App": Coded(staff.host_app[rows.host], tuple(app.id for app in staff.apps)).series(),
            "BytesUp": rows.bytes_up,
            "BytesDown": rows.bytes_down,
            "Session": (world.machines.calendar.day_of(rows.time) << 32) + rows.session,
            "Outcome": Coded(rows.outcome, words).series(),
            "Reachable": reachable(world, rows).astype(np.int64),
            "Indicator": Coded(
                rows.indicator + 1, ("", *(i.id for i in world.tenant.indicators.all))
            ).series(),
            "Label": Coded(verdict, names).series(),
            "PolicyLine": Coded(verdict, lines).series(),
            "Why": Coded(verdict, reasons).series(),
        }
    )
