"""Machines: when they are on, when they pull indicators, and what they hold.

A machine pulls when it is switched on and then on a grid of its own, phase and interval drawn once, while
it is on. So the last pull before any time is a formula; no pull is an event. Switching a machine off
delays its next pull to the next working morning. The few that are not so regular, because they are
offline for a while or stragglers, have their pulls written down (`irregular.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import betweens, draw, draws
from sim.base.time import MINUTE, SECOND
from sim.scenario.load import Resolved
from sim.world.calendar import Calendar
from sim.world.devices import Device
from sim.world.irregular import NEVER as NEVER
from sim.world.irregular import Irregular, pulls_of, without

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Span = tuple[int, int]
_ON_BEFORE = (5, 30)
_OFF_AFTER = (5, 60)
"""Minutes around the working hours within which a machine is switched on and off (guess)."""


class Machines:
    """Columns over machines; row i is the machine of person i."""

    def __init__(
        self,
        resolved: Resolved,
        seed: int,
        keys: U64,
        away: NDArray[np.bool_],
        devices: Sequence[Device],
    ) -> None:
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
        self._irregular: dict[int, Irregular] = {}
        for machine, device in enumerate(devices):
            slow = device.pull_every
            if (slow or device.offline) and not away[machine]:
                self.interval[machine] = slow or self.interval[machine]
                self._irregular[machine] = self._written_down(machine, device.offline, slow is None)
        self._is_irregular = np.array([n in self._irregular for n in range(len(devices))], dtype=bool)

    def _written_down(self, machine: int, offline: Sequence[Span], at_start: bool) -> Irregular:
        one, days = np.array([machine]), np.flatnonzero(self.calendar.works)
        ons, offs = self.on_from(one, days).tolist(), self.on_until(one, days).tolist()
        on = [part for span in zip(ons, offs, strict=True) for part in without(span, offline)]
        return Irregular(on, pulls_of(on, int(self.phase[machine]), int(self.interval[machine]), at_start))

    def _irregulars(self, machine: I64) -> Iterator[tuple[Irregular, I64]]:
        """Yield each irregular machine among the rows, and its rows."""
        if self._irregular:
            rows = np.flatnonzero(self._is_irregular[machine])
            for number in np.unique(machine[rows]).tolist():
                yield self._irregular[number], rows[machine[rows] == number]

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
        for irregular, rows in self._irregulars(machine):
            found[rows] = irregular.is_on(time[rows])
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
        for irregular, rows in self._irregulars(machine):
            found[rows] = irregular.last_pull(time[rows])
        return found

    def next_pull(self, machine: int, time: int) -> int | None:
        """Return the machine's first pull after `time`; None where it stays off for the calendar."""
        if self._away[machine]:
            return None
        if machine in self._irregular:
            return self._irregular[machine].next_pull(time)
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
            if int(machine[row]) in self._irregular:
                found[row] = self._irregular[int(machine[row])].first_on(int(time[row]))
                continue
            one = machine[row : row + 1]
            day = int(self.calendar.day_of(time[row : row + 1])[0])
            while day < len(self.calendar.starts):
                on = int(self.on_from(one, np.array([day]))[0])
                if self.calendar.works[day] and on >= time[row]:
                    found[row] = on
                    break
                day += 1
        return found
