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
from sim.world.sessions import Whole
from sim.world.spans import Span, Spans

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
U64 = NDArray[np.uint64]
RESTART = "restart"
"""The remedy for a machine that has stopped asking for indicators.

No document names one, nor a command that makes a machine ask. That a restart helps, and that the machine then
asks no sooner than its rhythm has it, is a guess.
"""
_ON_BEFORE = (5, 30)
_OFF_AFTER = (5, 60)
"""Minutes around the working hours within which a machine is switched on and off (guess)."""


class Machines:
    """Columns over machines; `keys` is the word of each machine's owner."""

    def __init__(
        self,
        resolved: Resolved,
        seed: int,
        keys: U64,
        away: NDArray[np.bool_],
        devices: Sequence[Device],
        used: Sequence[tuple[I64, I64]] | None = None,
    ) -> None:
        """`used` says when somebody uses a machine, as columns of `Spans.of`; unsaid, in working hours."""
        self._away = away
        self.calendar = Calendar(resolved)
        hours = resolved.scenario.organisation.hours
        columns = _regular(self.calendar, hours, seed, keys) if used is None else used
        self._spans = Spans.of([(start, np.where(away[:, None], start, end)) for start, end in columns])
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
        on = [part for span in self._spans.of_machine(machine) for part in without(span, offline)]
        return Irregular(on, pulls_of(on, int(self.phase[machine]), int(self.interval[machine]), at_start))

    def hold_back(self, machine: int, start: int, end: int) -> None:
        """Let a machine ask for no indicators from `start` on and before `end`."""
        if self._away[machine]:
            return
        if machine not in self._irregular:
            self._irregular[machine] = self._written_down(machine, (), at_start=True)
            self._is_irregular[machine] = True
        self._irregular[machine].skip(start, end)

    def resume(self, machine: int, time: int) -> None:
        """Let a machine that was held back ask for indicators again from `time` on, at its usual times."""
        if machine in self._irregular:
            self._irregular[machine].resume(time)

    def _irregulars(self, machine: I64) -> Iterator[tuple[Irregular, I64]]:
        """Yield each irregular machine among the rows, and its rows."""
        if self._irregular:
            rows = np.flatnonzero(self._is_irregular[machine])
            for number in np.unique(machine[rows]).tolist():
                yield self._irregular[number], rows[machine[rows] == number]

    def __len__(self) -> int:
        return len(self.interval)

    def spans(self, machine: int, day: int) -> list[Span]:
        """Return when a machine is switched on and off on a day of the calendar, offline or not."""
        return self._spans.of_day(machine, day)

    def is_on(self, machine: I64, time: I64) -> NDArray[np.bool_]:
        """Tell whether each machine is on at each time."""
        place = self._spans.begun(machine, time, self.calendar.day_of(time))
        found: NDArray[np.bool_] = (place >= 0) & (time < self._end(place))
        for irregular, rows in self._irregulars(machine):
            found[rows] = irregular.is_on(time[rows])
        return found

    def are_on(self, machine: Whole, day: int, owner: I64, time: I64) -> Flags:
        """Tell whether machines are on at times of one day; `owner` is the place in `machine` of each time.

        The same as `is_on`, for many times of few machines: their spans are looked up once.
        """
        place, following = (self._spans.first[machine, each].astype(np.int64) for each in (day, day + 1))
        found = np.zeros(len(time), dtype=np.bool_)
        for _ in range(self._spans.most):
            there = place < following
            span = np.where(there, place, 0)
            starts, ends = self._start(span), np.where(there, self._end(span), NEVER)
            found |= (time >= starts[owner]) & (time < ends[owner])
            place += 1
        if self._irregular:
            rows = np.flatnonzero(self._is_irregular[machine][owner])
            found[rows] = self.is_on(machine[owner[rows]].astype(np.int64), time[rows])
        return found

    def last_pull(self, machine: I64, time: I64) -> I64:
        """Return each machine's last pull at or before each time; NEVER where there was none."""
        place = self._spans.begun(machine, time, self.calendar.day_of(time))
        latest = np.minimum(time, self._end(place) - 1)
        phase, interval = self.phase[machine], self.interval[machine]
        grid = phase + (latest - phase) // interval * interval
        found: I64 = np.where(place >= 0, np.maximum(grid, self._start(place)), NEVER)
        for irregular, rows in self._irregulars(machine):
            found[rows] = irregular.last_pull(time[rows])
        return found

    def _start(self, place: I64) -> I64:
        return self._spans.starts[place] if len(self._spans.starts) else np.full_like(place, NEVER)

    def _end(self, place: I64) -> I64:
        return self._spans.ends[place] if len(self._spans.ends) else np.full_like(place, NEVER)

    def next_pull(self, machine: int, time: int) -> int | None:
        """Return the machine's first pull after `time`; None where it stays off for the calendar."""
        if machine in self._irregular:
            return self._irregular[machine].next_pull(time)
        phase, interval = int(self.phase[machine]), int(self.interval[machine])
        tick = phase + ((time - phase) // interval + 1) * interval
        for on, off in self._spans.of_machine(machine):
            if time < on:
                return on
            if time < off and tick < off:
                return tick
        return None

    def first_on(self, machine: I64, time: I64) -> I64:
        """Return the first moment at or after each time when each machine is on; the time where none is."""
        day = self.calendar.day_of(time)
        place = self._spans.begun(machine, time, day)
        is_on = (place >= 0) & (time < self._end(place))
        following = np.where(place >= 0, place + 1, self._spans.first[machine, 0])
        there = ~is_on & (following < self._spans.first[machine, -1])
        found = time.copy()
        found[there] = self._spans.starts[following[there]]
        for irregular, rows in self._irregulars(machine):
            found[rows] = [irregular.first_on(when) for when in time[rows].tolist()]
        return found

    def gets_round(self, machine: int, time: int, wait: int) -> int:
        """Return when somebody has got round to what takes a wait from a time on, at their machine.

        Who has left by then and comes in in the morning does not begin with this (guess).
        """
        due = time + wait
        on = int(self.first_on(np.array([machine], dtype=np.int64), np.array([due], dtype=np.int64))[0])
        return due if on == due else on + wait // 4


def _regular(calendar: Calendar, hours: tuple[int, int], seed: int, keys: U64) -> Sequence[tuple[I64, I64]]:
    """Return when machines are switched on and off around the working hours, on working days."""
    days = np.arange(len(calendar.starts))
    before = betweens(draws(seed, "switch-on", keys[:, None], days), *_ON_BEFORE) * MINUTE
    after = betweens(draws(seed, "switch-off", keys[:, None], days), *_OFF_AFTER) * MINUTE
    start = calendar.starts + hours[0] - before
    return [(start, np.where(calendar.works, calendar.starts + hours[1] + after, start))]
