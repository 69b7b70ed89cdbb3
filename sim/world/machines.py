"""Machines: when they are on, when they pull indicators, and what they hold.

A machine pulls when it is switched on and then on a grid of its own, phase and interval drawn once, while
it is on. So the last pull before any time is a formula; no pull is an event. Switching a machine off
delays its next pull to the next working morning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import betweens, draw, draws
from sim.base.time import MINUTE, SECOND
from sim.scenario.load import Resolved
from sim.world.calendar import Calendar

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
NEVER = -(2**62)
"""Stands for a time before everything."""

_ON_BEFORE = (5, 30)
_OFF_AFTER = (5, 60)
"""Minutes around the working hours within which a machine is switched on and off (guess)."""


class Machines:
    """Columns over machines; row i is the machine of person i."""

    def __init__(self, resolved: Resolved, seed: int, keys: U64, away: NDArray[np.bool_]) -> None:
        self._seed = seed
        self._keys = keys
        self._away = away
        self.calendar = Calendar(resolved)
        self._hours = resolved.scenario.organisation.hours
        pull = resolved.era.machine_pull
        self.interval: I64 = np.array(
            [pull.sample(seed, "machine_pull", int(key)) for key in keys.tolist()], dtype=np.int64
        )
        phases = [draw(seed, "pull-phase", int(key)) for key in keys.tolist()]
        self.phase: I64 = np.array(
            [p % (i // SECOND) * SECOND for p, i in zip(phases, self.interval.tolist(), strict=True)],
            dtype=np.int64,
        )

    def __len__(self) -> int:
        return len(self.interval)

    def on_from(self, machine: I64, day: I64) -> I64:
        """Return when each machine is switched on on a working day."""
        bits = draws(self._seed, "switch-on", self._keys[machine], day)
        found: I64 = self.calendar.starts[day] + self._hours[0] - betweens(bits, *_ON_BEFORE) * MINUTE
        return found

    def on_until(self, machine: I64, day: I64) -> I64:
        """Return when each machine is switched off on a working day."""
        bits = draws(self._seed, "switch-off", self._keys[machine], day)
        found: I64 = self.calendar.starts[day] + self._hours[1] + betweens(bits, *_OFF_AFTER) * MINUTE
        return found

    def is_on(self, machine: I64, time: I64) -> NDArray[np.bool_]:
        """Tell whether each machine is on at each time."""
        day = self.calendar.day_of(time)
        inside = (time >= self.on_from(machine, day)) & (time < self.on_until(machine, day))
        found: NDArray[np.bool_] = inside & self.calendar.works[day] & ~self._away[machine]
        return found

    def last_pull(self, machine: I64, time: I64) -> I64:
        """Return each machine's last pull at or before each time; NEVER where there was none."""
        day = self.calendar.last_workday[self.calendar.day_of(time)]
        early = time < self.on_from(machine, day)
        day = np.where(early, self.calendar.last_workday[np.maximum(day - 1, 0)], day)
        on = self.on_from(machine, day)
        latest = np.minimum(time, self.on_until(machine, day) - 1)
        phase, interval = self.phase[machine], self.interval[machine]
        grid = phase + (latest - phase) // interval * interval
        found: I64 = np.where(self._away[machine], NEVER, np.maximum(grid, on))
        return found

    def next_pull(self, machine: int, time: int) -> int | None:
        """Return the machine's first pull after `time`; None where it stays off for the calendar."""
        if self._away[machine]:
            return None
        one = np.array([machine])
        day = int(self.calendar.day_of(np.array([time]))[0])
        while day < len(self.calendar.starts):
            if self.calendar.works[day]:
                on = int(self.on_from(one, np.array([day]))[0])
                off = int(self.on_until(one, np.array([day]))[0])
                if time < on:
                    return on
                phase, interval = int(self.phase[machine]), int(self.interval[machine])
                tick = phase + ((time - phase) // interval + 1) * interval
                if tick < off:
                    return tick
            day += 1
        return None

    def first_on(self, machine: I64, time: I64) -> I64:
        """Return the first moment at or after each time when each machine is on."""
        found = time.copy()
        off = np.flatnonzero(~self.is_on(machine, time) & ~self._away[machine])
        for row in off.tolist():
            one = machine[row : row + 1]
            day = int(self.calendar.day_of(time[row : row + 1])[0])
            while day < len(self.calendar.starts):
                on = int(self.on_from(one, np.array([day]))[0])
                if self.calendar.works[day] and on >= time[row]:
                    found[row] = on
                    break
                day += 1
        return found
