"""The spread of new apps in play: as each day begins, from who used them on the day before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.enforcement.facts import STOPPED
from sim.engine.governance import LogEntry
from sim.world.adoption import Adoption
from sim.world.telemetry import Rows

if TYPE_CHECKING:
    from sim.world.model import World

TAKES_UP = "Take up app"
"""What the journal calls it."""


class Uptake:
    """Who has the apps that spread."""

    def __init__(self, world: World, adoption: Adoption) -> None:
        self._world, self._adoption = world, adoption
        past = world.history
        self.has = adoption.nobody() if past is None else past.adopted.copy()
        """By app and person."""
        self._used = adoption.nobody() if past is None else past.used.copy()
        """Who used an app on this day, and was not stopped."""
        self._app = np.full(len(world.staff.apps), -1, dtype=np.int64)
        self._app[adoption.places] = np.arange(len(adoption.places))
        self._midnights = world.machines.calendar.starts
        self._day = int(world.machines.calendar.day_of(np.array([world.now]))[0])
        self._begin_day()

    def watch(self, rows: Rows) -> None:
        """Take note of who uses an app, on the day of play that has begun."""
        app = self._app[self._world.staff.host_app[rows.host]]
        mine = np.flatnonzero((app >= 0) & (rows.user < self.has.shape[1]))
        if len(mine):
            mine = mine[~np.isin(rows.outcome[mine], STOPPED)]
            self._used[app[mine], rows.user[mine]] = True

    def _begin_day(self) -> None:
        world = self._world
        calendar = world.machines.calendar
        taken = self._adoption.take_up(self.has, self._used, int(calendar.dates[self._day]))
        self._used = self._adoption.nobody()
        uses = world.staff.uses.plus(self._adoption.uses(self.has))
        world.agenda.uses = uses.take(np.argsort(uses.person, kind="stable"))
        for place, people in taken:
            app = world.staff.apps[place].id
            world.journal.extend(
                LogEntry(world.now, world.staff.people[person].upn, TAKES_UP, app, "")
                for person in people.tolist()
            )
        self._day += 1
        if self._day < len(self._midnights):
            world.clockwork.at(int(self._midnights[self._day]), self._midnight)

    def _midnight(self) -> None:
        self._world.clockwork.realise()
        self._begin_day()
