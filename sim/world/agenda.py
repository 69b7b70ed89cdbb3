"""The day's sessions: of the authored habits, and of the apps that everybody uses where there is a life.

A day's agenda is a pure function of seed, date and `uses`. It is asked for when the day begins, so whoever
changes `Agenda.uses` in play (somebody adopts an app, or gives one up) changes the days after.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, draws, fields, quantiles, quantiles_of
from sim.base.time import DAY, MINUTE, SECOND
from sim.scenario.life import Pack
from sim.world.attendance import Attendance
from sim.world.behaviour import PACKED
from sim.world.calendar import Calendar
from sim.world.organisation import Staff
from sim.world.sessions import NO_SESSIONS, Flags, Sessions, change, join_sessions, sessions_of
from sim.world.uses import ALWAYS, Uses

I64 = NDArray[np.int64]

MOST_REQUESTS = 400
"""Connections that one session makes at most."""
_FULL_DAY = 480
"""Minutes of a working day that the pack's tables are about."""
_BLOCK = 1 << 15
"""Uses that are drawn at once: what fits into a processor's cache."""

_MORNING = (0, 60, 130, 200, 268, 333, 395, 453, 509, 563, 616, 668, 719, 771, 826, 890, 1000)
_AFTERNOON = (0, 78, 149, 213, 270, 322, 369, 413, 455, 496, 537, 580, 627, 681, 748, 835, 1000)
_EVENLY = (0, 62, 125, 187, 250, 312, 375, 437, 500, 562, 625, 687, 750, 812, 875, 937, 1000)
_PARTS: I64 = np.array((_MORNING, _EVENLY, _AFTERNOON, _EVENLY), dtype=np.int64)
"""Where in the morning, at lunch, in the afternoon and in the evening sessions begin, in thousandths: most
near 10 to 11 h and 15 h (Microsoft Work Trend Index, two peaks; the shape is a guess)."""


class Life:
    """The sessions of the pack's tables."""

    def __init__(self, staff: Staff, seed: int, pack: Pack, there: Attendance, activity: int) -> None:
        """`activity` is in hundredths of what the pack says."""
        self._staff, self._seed, self._there = staff, seed, there
        roles = {role.name: role.activity for role in pack.roles}
        personas = {persona.name: persona.activity for persona in pack.personas}
        usual = quantiles(draws(seed, "activity", staff.keys), pack.activity.percent)
        shares = [roles[p.role] * personas[p.persona] for p in staff.people]
        self._activity: I64 = usual * np.array(shares, dtype=np.int64) * activity // 10**6
        """By person, in hundredths."""
        self._team = np.array([max(p.manager, 0) for p in staff.people], dtype=np.int64)
        kinds = pack.kinds
        self._sessions = np.array([kind.sessions for kind in kinds], dtype=np.int64)
        self._connections = np.array([kind.connections for kind in kinds], dtype=np.int64)
        self._when = np.cumsum(np.array([kind.when for kind in kinds], dtype=np.int64), axis=1)
        self._weekend = np.array([kind.weekend for kind in kinds], dtype=np.int64)
        self._hourly = np.array([kind.hourly for kind in kinds], dtype=np.bool_)
        self._together = np.array([kind.together for kind in kinds], dtype=np.bool_)

    def here(self, day: int) -> Flags:
        """Tell by person who uses a machine on a day."""
        found: Flags = self._there.leave[:, day] > self._there.arrive[:, day]
        return found

    def sessions(self, uses: Uses, day: int, date: int, midnight: int, works: bool) -> Sessions:
        """Return the sessions of some uses on a day."""
        here = self.here(day)
        chosen = np.flatnonzero(here[uses.person])
        uses = uses.take(chosen)
        bits = draws(self._seed, "use", uses.key, date)
        count = self._count(uses, bits, day, works)
        owner = np.repeat(np.arange(len(uses)), count)
        number = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
        drawn = draws(self._seed, "session", bits[owner], number)
        person = uses.person[owner].astype(np.int64)
        kind = uses.kind[owner].astype(np.int64) - PACKED
        return sessions_of(
            person,
            drawn,
            midnight + self._begins(drawn, person, kind, number, day, date),
            machine=self._staff.machine[person],
            process=uses.process[owner],
            app=uses.app[owner],
            kind=uses.kind[owner],
            requests=np.minimum(
                quantiles_of(fields(drawn, "connections"), self._connections, kind), MOST_REQUESTS
            ),
            first_host=uses.first_host[owner],
            host_count=uses.host_count[owner],
            uploads=uses.uploads[owner],
            long_lived=np.zeros(len(owner), dtype=np.bool_),
        )

    def _count(self, uses: Uses, bits: U64, day: int, works: bool) -> I64:
        """Return how many sessions each use has on a day."""
        there, person = self._there, uses.person
        minutes = (there.leave[person, day] - there.arrive[person, day]).astype(np.int64)
        minutes += there.night[person, day] - there.evening[person, day]
        kind = uses.kind.astype(np.int64) - PACKED
        share = self._activity[person] * minutes // _FULL_DAY * uses.level // 100
        if not works:
            share = share * self._weekend[kind] // 100
        table = quantiles_of(fields(bits, "sessions"), self._sessions, kind)
        expected = np.where(self._hourly[kind], minutes * uses.level // 60, table * share)
        found = (expected + (fields(bits, "rounding") % np.uint64(100)).astype(np.int64)) // 100
        used = (fields(bits, "used") % np.uint64(ALWAYS)).astype(np.int64) < uses.rate
        return np.where(used, np.where(uses.rate < ALWAYS, np.maximum(found, 1), found), 0)

    def _begins(self, drawn: U64, person: I64, kind: I64, number: I64, day: int, date: int) -> I64:
        """Return when each session begins, in microseconds since midnight."""
        bits = drawn
        team = self._together[kind]
        if team.any():
            rows = np.flatnonzero(team)
            bits = drawn.copy()
            bits[rows] = draws(
                self._seed, "meeting", self._staff.keys[self._team[person[rows]]], date, number[rows]
            )
        spent, starts, steps = self._spans(day)
        wanted = person * len(_PARTS) + self._part(fields(bits, "part"), kind)
        begins = quantiles_of(fields(bits, "moment"), _PARTS, spent[wanted])
        begins *= steps[wanted]
        begins += starts[wanted]
        begins[team] = begins[team] // (30 * MINUTE) * (30 * MINUTE)
        hourly = np.flatnonzero(self._hourly[kind])
        arrive = self._there.arrive[person[hourly], day].astype(np.int64)
        begins[hourly] = (arrive + number[hourly] * 60) * MINUTE
        # Within the minute, or within the hour of a client that works by itself.
        fine = fields(drawn, "fine")
        within = fine % np.uint64(MINUTE)
        within[hourly] = fine[hourly] % np.uint64(60 * MINUTE)
        begins += within.astype(np.int64)
        return np.minimum(begins, DAY - SECOND)

    def _spans(self, day: int) -> tuple[I64, I64, I64]:
        """Return by person and part of a day: the part that is spent instead, where that begins, and a
        thousandth of it.

        Who does not sit down in the evening does it in the afternoon; a free day is one long morning.
        """
        there = self._there
        starts = np.stack(
            [each[:, day] for each in (there.arrive, there.lunch, there.after_lunch, there.evening)]
        )
        ends = np.stack([starts[1], starts[2], there.leave[:, day], there.night[:, day]])
        there_is = ends > starts
        part = np.arange(len(_PARTS))[:, None]
        spent = np.where(there_is, part, np.where(there_is[2], 2, 0)).T
        person = np.arange(len(spent))[:, None]
        begin = starts.T[person, spent].astype(np.int64) * MINUTE
        end = ends.T[person, spent].astype(np.int64) * MINUTE
        return spent.reshape(-1), begin.reshape(-1), (end - begin).reshape(-1) // 1000

    def _part(self, bits: U64, kind: I64) -> I64:
        """Return in which part of the day each session would begin."""
        reach = self._when.T
        left = (bits % reach[-1].astype(np.uint64)[kind]).astype(np.int64)
        found = np.zeros(len(left), dtype=np.int64)
        for upper in reach[:-1]:
            found += left >= upper[kind]
        return found


class Agenda:
    """What people mean to do, day by day."""

    def __init__(self, staff: Staff, calendar: Calendar, seed: int, life: Life | None = None) -> None:
        """Without a life there are the authored habits alone."""
        self.uses: Uses = staff.uses
        """What people use from the next day on."""
        self.changed: list[tuple[I64, int, Mapping[str, int]]] = []
        """What the story has changed of people's sessions of an app."""
        self._staff, self._calendar, self._seed, self._life = staff, calendar, seed, life

    def sessions(self, day: int) -> Sessions:
        """Return the sessions that begin on a day of the calendar, in the order in which they begin.

        At one microsecond habits come first, then people in their order. What is due together lies together.
        """
        midnight = int(self._calendar.starts[day])
        parts = []
        if self._calendar.works[day]:
            planned = self._staff.plan.sessions(self._seed, day, midnight, self._staff.machine)
            # Their machine may be on all the same: who shares it is there.
            parts.append(
                planned if self._life is None else planned.take(self._life.here(day)[planned.person])
            )
        if self._life is not None:
            date, works = int(self._calendar.dates[day]), bool(self._calendar.works[day])
            for start in range(0, len(self.uses), _BLOCK):
                uses = self.uses.take(np.arange(start, min(start + _BLOCK, len(self.uses))))
                parts.append(self._life.sessions(uses, day, date, midnight, works))
        if not parts:
            return NO_SESSIONS
        found = join_sessions(parts)
        found = found.take(np.argsort(found.begin, kind="stable"))
        for person, app, columns in self.changed:
            change(found, person, app, **columns)
        return found
