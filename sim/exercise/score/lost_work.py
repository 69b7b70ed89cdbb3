"""Work that was lost: sessions cut off at apps which nobody prohibits, and for how long.

The score and the debrief count it by the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.time import MINUTE
from sim.engine.enforcement.facts import STOPPED
from sim.exercise.score.truth import Flags, prohibited
from sim.world.model import World
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]

NEVER_AGAIN = 2**62


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
    if not len(refused):
        return LostWork(refused.time, refused.time, refused.host, refused.user)
    keys, first = np.unique(_keys(world, refused), return_index=True)
    refused = refused.take(first)
    planned = untouched.take(untouched.session >= 0)
    end = np.copy(refused.time)
    place, known = _among(_keys(world, planned), keys)
    np.maximum.at(end, place[known], planned.time[known])
    through = rows.take(~stopped & (rows.session >= 0))
    place, known = _among(_keys(world, through), keys)
    known &= through.time > refused.time[place]
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
    place: I64 = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted
