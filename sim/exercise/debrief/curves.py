"""What got through and what work was lost, as sums that grow with time, for runs of the same random numbers.

Exposure is every connection of a prohibited use that got through, and the bytes it sent. Collateral is the
time that people lost at apps which nobody prohibits (`lost_work`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.time import MINUTE
from sim.exercise.score.lost_work import lost_work
from sim.exercise.score.truth import by_phone, passed, prohibited
from sim.scenario.load import Resolved
from sim.world.model import World
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]

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


def curve(name: str, world: World, untouched: Rows, at: tuple[int, ...]) -> Curve:
    """Return a world's curve at the times `at`; `untouched` are the rows of the world without commands."""
    start, points = at[0], np.array(at, dtype=np.int64)
    rows = world.plane.telemetry.between(start, at[-1] + 1)
    time, made, sent = _through(world, rows, start, at[-1])
    reached = np.searchsorted(time, points, side="right")
    lost = lost_work(world, rows, untouched)
    begun = np.searchsorted(lost.time, points, side="right")
    return Curve(
        name,
        tuple(_summed(made)[reached].tolist()),
        tuple(_summed(sent)[reached].tolist()),
        tuple((_summed(lost.span)[begun] // MINUTE).tolist()),
    )


def _through(world: World, rows: Rows, start: int, end: int) -> tuple[I64, I64, I64]:
    """Return when prohibited connections got through, how many and how many bytes, in time order.

    What people who were stopped sent by phone is among them.
    """
    through = rows.take(prohibited(world, rows) & passed(rows))
    phones = [
        (one.goes_on, one.unmade, one.bytes_up)
        for item in world.resolved.scenario.truth.prohibited
        for one in by_phone(world, item.app, item.people, start, end)
    ]
    parts = np.array(phones, dtype=np.int64).reshape(-1, 3)
    time = np.concatenate([through.time, parts[:, 0]])
    made = np.concatenate([np.ones(len(through), dtype=np.int64), parts[:, 1]])
    sent = np.concatenate([through.bytes_up, parts[:, 2]])
    order = np.argsort(time, kind="stable")
    return time[order], made[order], sent[order]


def _summed(amounts: I64) -> I64:
    """Return the sums of the first so many amounts, of none first."""
    found: I64 = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(amounts)])
    return found
