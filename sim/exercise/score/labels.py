"""Ground truth, one label a connection: what the policy thinks of it, apart from what any source wrote.

Where somebody who was stopped went on elsewhere, the connections also say what they wanted, what that was,
which way they took and what had stopped them; an attack stays an attack wherever it goes.
Beside it the connections of the world that nobody touched: what a score is measured against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Outcome
from sim.engine.traffic import Coded
from sim.exercise.score.truth import Baseline, app_rows, reachable
from sim.scenario.story_kinds import Label
from sim.session.driver import Session
from sim.world.displacement import NOTHING, Reaction
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


@dataclass(frozen=True, slots=True)
class Moved:
    """What somebody was about to do who was stopped, and why it goes on where it does."""

    was: str
    """The label of what they wanted to begin with."""
    instead_of: str
    """Id of the app that they wanted."""
    way: str
    stopped_by: str
    """The value of the indicator; else the outcome in words."""


_STAYED = Moved("", "", "", "")


def moved(world: World, one: Reaction) -> Moved:
    """Return what a reaction led to and why."""
    origin = one
    while origin.after != NOTHING:
        origin = world.displacement.reactions[origin.after]
    app, person = world.staff.apps[origin.wanted].id, world.staff.people[origin.person].id
    own = [
        each.use.label
        for each in world.story.begun
        if each.day == origin.day and each.first <= origin.session < each.end
    ]
    was = own[-1].value if own and own[-1] is not Label.NONE else _thinks(world, app, person)[0]
    listed = world.tenant.indicators.all
    by = listed[one.indicator].value if one.indicator >= 0 else _word(one.outcome)
    return Moved(was, app, one.way.value, by)


def _thinks(world: World, app_id: str, person: str = "") -> tuple[str, str, str]:
    """Return what the policy thinks of a person's or anybody's use of an app: a label, its line, and why."""
    scenario = world.resolved.scenario
    for use in reversed(scenario.truth.prohibited):
        if use.app == app_id and (not use.people or person in use.people):
            return PROHIBITED, use.line, use.why
    if app_id in scenario.truth.tolerated:
        return TOLERATED, scenario.truth.tolerated[app_id], ""
    approved = [item.purpose for item in scenario.documents.approved if item.app == app_id]
    return (APPROVED, "", approved[-1]) if approved else (OTHER, "", "")


def _spoken_of(world: World, app_id: str) -> list[int]:
    """Return the people whose use of an app the policy forbids by name."""
    named = {
        person
        for use in world.resolved.scenario.truth.prohibited
        if use.app == app_id
        for person in use.people
    }
    return [person.index for person in world.staff.people if person.id in named]


def _word(outcome: int) -> str:
    return Outcome(outcome).name.lower().replace("_", "-")


def _told(world: World, rows: Rows, number: NDArray[np.int64]) -> pl.DataFrame:
    import polars as pl

    staff = world.staff
    session = (world.machines.calendar.day_of(rows.time) << 32) + rows.session
    verdicts: list[tuple[str, str, str]] = [(OTHER, "", "")]
    verdict = np.zeros(len(rows), dtype=np.int64)

    def mark(mine: NDArray[np.bool_], label: tuple[str, str, str]) -> None:
        verdict[mine] = len(verdicts)
        verdicts.append(label)

    ours = rows.session >= 0
    for app_id in _judged(world):
        used = app_rows(world, rows, app_id) & ours
        mark(used, _thinks(world, app_id))
        for user in _spoken_of(world, app_id):
            mark(used & (rows.user == user), _thinks(world, app_id, staff.people[user].id))
    begun = world.story.of_use(rows)
    for one in world.story.uses:
        if one.label is not Label.NONE:
            mark(begun == one.number, (one.label.value, "", one.pattern.about))
    led = {
        (one.day << 32) + one.added: moved(world, one)
        for one in world.displacement.reactions
        if one.added != NOTHING
    }
    attacks = [key for key, why in led.items() if why.was == Label.MALICIOUS.value]
    if attacks:
        mark(np.isin(session, attacks), (Label.MALICIOUS.value, "", "an attack that went on elsewhere"))
    words = tuple(_word(n) for n in range(len(Outcome)))
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
            "Session": session,
            "Outcome": Coded(rows.outcome, words).series(),
            "Reachable": reachable(world, rows).astype(np.int64),
            "Indicator": Coded(
                rows.indicator + 1, ("", *(i.id for i in world.tenant.indicators.all))
            ).series(),
            "Label": Coded(verdict, names).series(),
            "PolicyLine": Coded(verdict, lines).series(),
            "Why": Coded(verdict, reasons).series(),
            **_moves(session, led),
        }
    )


def _moves(session: NDArray[np.int64], led: Mapping[int, Moved]) -> dict[str, pl.Series]:
    """Return the columns about connections with which somebody went on who was stopped."""
    keys = np.array(sorted(led), dtype=np.int64)
    found = [_STAYED, *(led[key] for key in keys.tolist())]
    code = np.where(np.isin(session, keys), np.searchsorted(keys, session) + 1, 0)
    columns = {
        "Was": tuple(one.was for one in found),
        "InsteadOf": tuple(one.instead_of for one in found),
        "Way": tuple(one.way for one in found),
        "StoppedBy": tuple(one.stopped_by for one in found),
    }
    return {name: Coded(code, values).series() for name, values in columns.items()}


def _judged(world: World) -> list[str]:
    """Return the apps that the policy says something about."""
    scenario = world.resolved.scenario
    named = [item.app for item in scenario.documents.approved] + [*scenario.truth.tolerated]
    return sorted({*named, *(use.app for use in scenario.truth.prohibited)})
