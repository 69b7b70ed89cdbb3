"""What got through and what work was lost, as sums that grow with time, for runs of the same random numbers.

Exposure is every connection of a prohibited use that got through, and the bytes it sent. Collateral is the
time that people lost at apps which nobody prohibits (`lost_work`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.time import MINUTE
from sim.engine.enforcement.facts import STOPPED
from sim.exercise.truth import Flags, app_rows, passed
from sim.scenario.load import Resolved
from sim.world.model import World
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]

NEVER_AGAIN = 2**62
POINTS = 96
"""Stretches into which a run is cut for its curves (ours)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One run's sums at each of the curves' times."""

    name: str
    connections: tuple[int, ...]
    """Prohibited connections that got through."""
    bytes_up: tuple[int, ...]
    """Bytes that these sent."""
    minutes: tuple[int, ...]
    """Minutes of work lost at apps that nobody prohibits."""

    @property
    def totals(self) -> tuple[int, int, int]:
        """Connections, bytes and minutes at the end."""
        return self.connections[-1], self.bytes_up[-1], self.minutes[-1]


def times(resolved: Resolved, now: int) -> tuple[int, ...]:
    """Return the times of the curves' points, from the start of play to `now`."""
    span = now - resolved.start
    return tuple(resolved.start + span * n // POINTS for n in range(POINTS + 1))


def prohibited(world: World, rows: Rows) -> Flags:
    """Tell which connections are a prohibited use; the analyst's own tests are none."""
    found = np.zeros(len(rows), dtype=bool)
    ids = [person.id for person in world.staff.people]
    for item in world.resolved.scenario.truth.prohibited:
        mine = app_rows(world, rows, item.app)
        if item.people:
            mine &= np.isin(rows.user, [ids.index(person) for person in item.people])
        found |= mine
    return found & (rows.session >= 0)


def curve(name: str, world: World, untouched: Rows, at: tuple[int, ...]) -> Curve:
    """Return a world's curve at the times `at`; `untouched` are the rows of the world without commands."""
    start, points = at[0], np.array(at, dtype=np.int64)
    rows = world.plane.telemetry.between(start, at[-1] + 1)
    through = rows.take(prohibited(world, rows) & passed(rows))
    reached = np.searchsorted(through.time, points, side="right")
    sent = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(through.bytes_up)])
    lost = lost_work(world, rows, untouched)
    begun = np.searchsorted(lost.time, points, side="right")
    spans = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lost.span)])
    return Curve(
        name,
        tuple(reached.tolist()),
        tuple(sent[reached].tolist()),
        tuple((spans[begun] // MINUTE).tolist()),
    )


@dataclass(frozen=True, slots=True)
class LostWork:
    """Sessions that were cut off at apps which nobody prohibits, as columns in time order."""

    time: I64
    """When each was first refused."""
    span: I64
    """What was left of it, in microseconds: a minute at least."""
    app: I64
    """Place of its app among the staff's."""
    user: I64


def lost_work(world: World, rows: Rows, untouched: Rows) -> LostWork:
    """Return the sessions cut off among `rows`, and how long each went without.

    A session loses the time from its first refused connection until one gets through again, or until it would
    have ended in the world where nobody gave a command.
    """
    stopped = np.isin(rows.outcome, STOPPED)
    refused = rows.take(stopped & (rows.session >= 0) & ~prohibited(world, rows))
    keys, first = np.unique(_keys(world, refused), return_index=True)
    refused = refused.take(first)
    planned = untouched.take(untouched.session >= 0)
    end = np.copy(refused.time)
    place, known = _among(_keys(world, planned), keys)
    np.maximum.at(end, place[known], planned.time[known])
    through = rows.take(~stopped & (rows.session >= 0))
    place, known = _among(_keys(world, through), keys)
    known &= through.time > refused.time[place] if len(keys) else False
    again = np.full(len(keys), NEVER_AGAIN, dtype=np.int64)
    np.minimum.at(again, place[known], through.time[known])
    span = np.maximum(np.where(again < NEVER_AGAIN, again, end) - refused.time, MINUTE)
    order = np.argsort(refused.time, kind="stable")
    app = world.staff.host_app[refused.host]
    return LostWork(refused.time[order], span[order], app[order], refused.user[order])


def _keys(world: World, rows: Rows) -> I64:
    """Return a number for the session of each row: a session is a row of its day's plan."""
    day: I64 = world.machines.calendar.day_of(rows.time)
    return (day << 40) + rows.session


def _among(wanted: I64, keys: I64) -> tuple[I64, Flags]:
    """Return the place of each wanted number among rising keys, and whether it is one of them."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place: I64 = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted
