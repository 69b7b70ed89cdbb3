"""Who is there when: working hours by role and place, lunch, part-time days, leave, weekends and evenings.

Everything is drawn once for the whole calendar, in minutes, keyed by the person and the date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, betweens, draws, fields, quantiles, quantiles_of
from sim.base.time import MINUTE, from_datetime, zone
from sim.scenario.life import Pack
from sim.scenario.load import Resolved
from sim.world.calendar import Calendar
from sim.world.people import Person

I64 = NDArray[np.int64]
Minutes = NDArray[np.int16]
Flags = NDArray[np.bool_]

_DAY = 24 * 60
_WARMING, _COOLING = (2, 12), (1, 15)
"""Minutes for which a machine is on before its user begins and after they leave (guess)."""
_DAILY = (-12, 12)
"""Minutes by which somebody's day begins earlier or later than is usual for them (guess)."""
_EVENING = (20 * 60, 21 * 60 + 30)
"""Within this time of day an evening's work begins; its peak is near 22:00 (Microsoft Work Trend Index)."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """By person and day of the calendar, in minutes since the organisation's midnight.

    Where a span ends as it begins there is none.
    """

    arrive: Minutes
    leave: Minutes
    lunch: Minutes
    after_lunch: Minutes
    evening: Minutes
    night: Minutes
    """When the evening's work ends."""
    works: Flags
    """By day: whether it is a working day."""
    midnights: I64

    def machine_columns(self, machine: I64, keys: U64, seed: int) -> Sequence[tuple[I64, I64]]:
        """Return when each machine is on, as columns of `Spans.of`: while one of its users is there."""
        days = np.arange(len(self.midnights))
        before, after = (
            betweens(draws(seed, name, keys[:, None], days), *span)
            for name, span in (("warming", _WARMING), ("cooling", _COOLING))
        )
        found = []
        for start, end in ((self.arrive, self.leave), (self.evening, self.night)):
            there = end > start
            begins = np.where(there, np.maximum(start - before, 0), _DAY)
            stops = np.where(there, np.minimum(end + after, _DAY), 0)
            first, last = np.full(begins.shape, _DAY), np.zeros(begins.shape, dtype=np.int64)
            # Who shares a colleague's machine has a device of their own besides.
            for used in (machine, np.arange(len(machine))):
                np.minimum.at(first, used, begins)
                np.maximum.at(last, used, stops)
            found.append((first, last))
        (on, off), (on_again, off_again) = found
        joined = (on_again < off_again) & (on_again <= off) & (on < off)
        off = np.where(joined, np.maximum(off, off_again), off)
        on_again = np.where(joined, off_again, on_again)
        return [
            (self.midnights + start * MINUTE, self.midnights + end * MINUTE)
            for start, end in ((on, off), (on_again, off_again))
        ]


def attendance(
    resolved: Resolved, pack: Pack, people: Sequence[Person], keys: U64, calendar: Calendar, seed: int
) -> Attendance:
    """Return who is there on every day of the calendar."""
    drawing = _Drawing(resolved, pack, people, keys, calendar, seed)
    days = [drawing.day(day) for day in range(len(calendar.starts))]
    arrive, leave, lunch, after_lunch, evening, night = (
        np.stack(column, axis=1).astype(np.int16) for column in zip(*days, strict=True)
    )
    return Attendance(arrive, leave, lunch, after_lunch, evening, night, calendar.works, calendar.starts)


class _Drawing:
    """What the days have in common."""

    def __init__(
        self,
        resolved: Resolved,
        pack: Pack,
        people: Sequence[Person],
        keys: U64,
        calendar: Calendar,
        seed: int,
    ) -> None:
        self._presence, self._keys, self._calendar, self._seed = pack.presence, keys, calendar, seed
        self._opens = resolved.scenario.organisation.hours[0] // MINUTE
        roles = [role.name for role in pack.roles]
        role = np.array([roles.index(person.role) for person in people], dtype=np.int64)
        usual = draws(seed, "working-hours", keys)
        arrives = np.array([each.arrives for each in pack.roles], dtype=np.int64)
        stays = np.array([each.stays for each in pack.roles], dtype=np.int64)
        self._arrives = self._opens + quantiles_of(fields(usual, "arrives"), arrives, role)
        self._stays = quantiles_of(fields(usual, "stays"), stays, role)
        self._lunch = self._opens + quantiles(fields(usual, "lunch"), pack.presence.lunch_after)
        part_time = np.array([each.part_time for each in pack.roles], dtype=np.int64)[role]
        is_part_time = (fields(usual, "part-time") % np.uint64(100)).astype(np.int64) < part_time
        off = (fields(usual, "day-off") % np.uint64(5)).astype(np.int64)
        two = fields(usual, "days-off") % np.uint64(3) == 0
        self._day_off = np.where(is_part_time, off, -1)
        self._other_day_off = np.where(is_part_time & two, (off + 2) % 5, -1)
        zones = sorted({person.timezone for person in people})
        self._zone = np.array([zones.index(person.timezone) for person in people], dtype=np.int64)
        self._zones = [zone(name) if name else resolved.tz for name in zones]

    def day(self, day: int) -> tuple[I64, ...]:
        """Return the columns of one day."""
        number = int(self._calendar.dates[day])
        bits = draws(self._seed, "day", self._keys, number)
        here, starts, stays = (
            self._workday(number, bits) if self._calendar.works[day] else self._free_day(number, bits)
        )
        shift = self._shifts(day, number)
        arrive = np.clip(starts + shift, 0, _DAY - 1)
        leave = np.where(here, np.minimum(arrive + stays, _DAY - 1), arrive)
        lunch = np.clip(self._lunch + shift, arrive, leave)
        eats = quantiles(fields(bits, "lunch"), self._presence.lunch_minutes)
        if not self._calendar.works[day]:
            lunch, eats = leave, np.zeros_like(eats)
        after = np.minimum(lunch + eats, leave)
        evening, night = self._evening(day, bits, shift, here, leave)
        return arrive, leave, lunch, after, evening, night

    def _workday(self, number: int, bits: U64) -> tuple[Flags, I64, I64]:
        presence = self._presence
        week = draws(self._seed, "leave", self._keys, number // 7) % np.uint64(1000) < presence.leave
        sick = fields(bits, "sick") % np.uint64(1000) < presence.sick
        weekday = date.fromordinal(number).weekday()
        off = (self._day_off == weekday) | (self._other_day_off == weekday)
        arrives = self._arrives + betweens(fields(bits, "arrives"), *_DAILY)
        return ~(week | sick | off), arrives, self._stays + betweens(fields(bits, "stays"), -30, 30)

    def _free_day(self, number: int, bits: U64) -> tuple[Flags, I64, I64]:
        share = self._presence.weekend[date.fromordinal(number).weekday() == 6]
        here = fields(bits, "weekend") % np.uint64(100) < share
        stays = quantiles(fields(bits, "stays"), self._presence.weekend_minutes)
        return here, betweens(fields(bits, "arrives"), self._opens, self._opens + 8 * 60), stays

    def _evening(self, day: int, bits: U64, shift: I64, here: Flags, leave: I64) -> tuple[I64, I64]:
        wants = here & (fields(bits, "evening") % np.uint64(100) < self._presence.evening)
        if not self._calendar.works[day]:
            wants = np.zeros_like(wants)
        start = np.clip(betweens(fields(bits, "evening-from"), *_EVENING) + shift, leave + 1, _DAY - 1)
        stays = quantiles(fields(bits, "evening-minutes"), self._presence.evening_minutes)
        return start, np.where(wants, np.minimum(start + stays, _DAY - 1), start)

    def _shifts(self, day: int, number: int) -> I64:
        """Return how many minutes after the organisation's midnight each person's own day begins."""
        when = date.fromordinal(number)
        begins = [from_datetime(datetime(when.year, when.month, when.day, tzinfo=tz)) for tz in self._zones]
        shifts = (np.array(begins, dtype=np.int64) - int(self._calendar.starts[day])) // MINUTE
        found: I64 = shifts[self._zone]
        return found
