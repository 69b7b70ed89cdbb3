"""The organisation's past: what people did on the days before play, when nobody stopped anything.

It is a pure function of scenario and seed. A day's sessions are drawn as those of play are (`agenda.py`,
`habits.py`), under the same keys; their connections come from reels (`reel.py`), so that a month is kept as
bundles - one for each person, app, host and day - and any day of it can be realised later, to the byte.

A person's use reaches one of the app's hosts on a day, and a session ends when its person leaves: both are
simpler than in play. Of what can stop people only a list counts that an appliance holds as play begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache

import numpy as np

from sim.base.kept import Kept
from sim.base.rng import draws
from sim.base.rng import fields as further_bits
from sim.base.time import DAY, MINUTE
from sim.engine.enforcement.facts import Outcome
from sim.engine.enforcement.scripts import block_list
from sim.engine.traffic import Bundles
from sim.scenario.load import Resolved
from sim.world.agenda import Life
from sim.world.archive import Archive, Past, archive, begins_and_ends, joined
from sim.world.attendance import attendance
from sim.world.behaviour import GIVE_UP, I64, REFUSED_UP
from sim.world.calendar import Calendar
from sim.world.groundwork import Groundwork
from sim.world.guards import Guards
from sim.world.places import Places
from sim.world.reel import Reel
from sim.world.sessions import NO_SESSIONS, Flags, Sessions, Whole, join_sessions
from sim.world.telemetry import Block, Rows, join
from sim.world.upstream import Gateway

_BLOCK = 1 << 15
"""Uses whose sessions are drawn at once: what fits into a processor's cache."""
_AT_ONCE = 2
"""Days that are added up at once: what the smallest machine has processors for."""
_WORTH_KEEPING = 50_000
"""Bundles of which adding up takes longer than reading."""
_KEPT = 8
"""Realised days that are kept."""


@dataclass(frozen=True, slots=True)
class _Windows:
    """Parts of sessions, each on one UTC day, as windows of the reel."""

    session: I64
    start: I64
    """First place in the reel, and the place after the last."""
    end: I64
    time: I64
    """When the first connection begins."""
    uploads: I64
    """How many connections carry an upload as well: the first ones of the session's `carriers`."""
    carrier: I64
    """Place in the reel of the first connection that carries one."""
    refused: I64

    def take(self, rows: I64 | Flags) -> _Windows:
        """Return some windows in the order asked for."""
        return _Windows(*(getattr(self, f.name)[rows] for f in fields(self)))


class History:
    """The days before play."""

    def __init__(
        self,
        resolved: Resolved,
        begun: Groundwork,
        days: int,
        seed: int,
        archive: Archive | None = None,
    ) -> None:
        """`archive` keeps what was added up; without one it is added up here."""
        self._archive = archive
        scenario, self.staff, self._seed = resolved.scenario, begun.staff, seed
        self.calendar = Calendar(resolved, past=days)
        self.first, self.end = int(self.calendar.starts[0]), int(self.calendar.starts[-1])
        """When the past begins, and when it ends: with the day of play."""
        self.places = Places(resolved, self.staff, self.calendar, seed)
        self.guards = Guards(resolved, self.staff, self.places)
        self.gateways = tuple(
            Gateway(proxy, self.staff, self.places, resolved.era, seed) for proxy in scenario.proxy
        )
        for gateway in self.gateways:
            if gateway.proxy.blocks:
                blocked = block_list(resolved.catalog.app(app) for app in gateway.proxy.blocks)
                gateway.take(self.first, blocked.hosts)
        self._life: Life | None = None
        self.uses = [self.staff.uses] * days
        """By day: what people used."""
        shape = (len(self.staff.people), days + 1)
        opens, closes = (
            np.broadcast_to(np.int64(hour // MINUTE), shape) for hour in scenario.organisation.hours
        )
        self._spans: list[tuple[Whole, Whole]] = [(opens, closes)]
        """By person and day, minutes within which somebody is there: by day, and once more in the evening."""
        if resolved.pack is not None and scenario.life is not None:
            there = attendance(
                resolved, resolved.pack, self.staff.people, self.staff.keys, self.calendar, seed
            )
            self._life = Life(self.staff, seed, resolved.pack, there, scenario.life.activity)
            self._spans = [(there.arrive, there.leave), (there.evening, there.night)]
        self._reel = Reel(begun.kinds, seed)
        self._adoption = begun.adoption
        self.adopted, self.used = self._spread()
        """By app that spreads and person: who has it as the past ends, and who used it on its last day."""
        self._day = lru_cache(maxsize=_KEPT)(self._realised)

    @property
    def bundles(self) -> Rows:
        """A row for each bundle, its sizes and requests being sums."""
        return self._bundled[0]

    @property
    def extent(self) -> Bundles:
        """What each bundle stands for."""
        return self._bundled[1]

    def between(self, start: int, end: int) -> Rows:
        """Return the connections from `start` on and before `end`."""
        if start >= end or end <= self.first or self.end <= start:
            return join([])
        first, last = self.calendar.day_of(
            np.array([max(start, self.first), min(end, self.end) - 1])
        ).tolist()
        parts = [block.rows() for day in range(first, last + 1) if (block := self._day(day)) is not None]
        rows = join(parts)
        return rows.take((rows.time >= start) & (rows.time < end))

    def _sessions(self, day: int) -> Sessions:
        """Return the sessions of a day: those of habits, then those of uses in the order of the uses."""
        midnight, works = int(self.calendar.starts[day]), bool(self.calendar.works[day])
        parts = [NO_SESSIONS]
        if works:
            number = self.calendar.number(day)
            parts.append(self.staff.plan.sessions(self._seed, number, midnight, self.staff.machine))
        if self._life is not None:
            date = int(self.calendar.dates[day])
            uses = self.uses[day]
            for start in range(0, len(uses), _BLOCK):
                block = uses.take(np.arange(start, min(start + _BLOCK, len(uses))))
                parts.append(self._life.sessions(block, day, date, midnight, works))
        return join_sessions(parts)

    def _spread(self) -> tuple[Flags, Flags]:
        """Let apps spread through the past; the uses of each day are with those who took one up."""
        if self._adoption is None or self._life is None:
            nobody: Flags = np.zeros((0, 0), dtype=np.bool_)
            return nobody, nobody
        has, used = self._adoption.nobody(), self._adoption.nobody()
        for day in range(len(self.uses)):
            date = int(self.calendar.dates[day])
            self._adoption.take_up(has, used, date)
            new = self._adoption.uses(has)
            self.uses[day] = self.uses[day].plus(new)
            midnight, works = int(self.calendar.starts[day]), bool(self.calendar.works[day])
            sessions = self._life.sessions(new, day, date, midnight, works)
            windows, _ = self._windows(day, sessions)
            made = windows.session[windows.refused == 0]
            used = self._adoption.nobody()
            for number, place in enumerate(self._adoption.places):
                used[number, sessions.person[made[sessions.app[made] == place]]] = True
        return has, used

    def _windows(self, day: int, sessions: Sessions) -> tuple[_Windows, I64]:
        """Return the windows of a day's sessions, and the host that each of these sessions reaches."""
        reel = self._reel
        bits = draws(self._seed, "past", sessions.key, int(self.calendar.dates[day]))
        host = self._hosts(day, sessions)
        start = reel.starts(further_bits(bits, "window"), sessions.kind.astype(np.int64))
        count = self._made(day, sessions, start)
        refused = self._refused(sessions, host)
        count = np.where(refused, np.minimum(count, GIVE_UP), count)
        uploads, carrier = np.zeros_like(count), start.copy()
        sends = np.flatnonzero((sessions.uploads > 0) & ~refused)
        bits, made = bits[sends], count[sends]
        every = sessions.uploads[sends].astype(np.int64)
        # One connection in so many, and the rest by chance.
        chance = (further_bits(bits, "attachment") % every.astype(np.uint64)).astype(np.int64)
        uploads[sends] = carry = (made + chance) // every
        room = np.maximum(made - carry + 1, 1).astype(np.uint64)
        carrier[sends] += (further_bits(bits, "attachment-place") % room).astype(np.int64)
        whole = _Windows(
            np.arange(len(sessions)),
            start,
            start + count,
            sessions.begin,
            uploads,
            carrier,
            refused.astype(np.int64),
        ).take(count > 0)
        return self._cut(whole), host

    def _hosts(self, day: int, sessions: Sessions) -> I64:
        """Return the host that each session reaches: one for a person, an app and a day."""
        date = int(self.calendar.dates[day])
        bits = draws(self._seed, "past-host", self.staff.keys[sessions.person], sessions.app, date)
        place = (bits % sessions.host_count.astype(np.uint64)).astype(np.int64)
        found: I64 = self.staff.choices[sessions.first_host + place]
        return found

    def _made(self, day: int, sessions: Sessions, start: I64) -> I64:
        """Return how many connections each session makes before its person leaves."""
        midnight, person = int(self.calendar.starts[day]), sessions.person
        stays = np.zeros(len(sessions), dtype=np.int64)
        for arrive, leave in self._spans:
            begins, ends = (
                (midnight + each[:, day].astype(np.int64) * MINUTE)[person] for each in (arrive, leave)
            )
            inside = (sessions.begin >= begins) & (sessions.begin < ends)
            np.subtract(ends, sessions.begin, out=stays, where=inside)
        stays[self.staff.away[sessions.machine]] = 0
        count = sessions.requests.astype(np.int64)
        reel = self._reel
        late = np.flatnonzero(reel.elapsed[start + np.maximum(count - 1, 0)] - reel.elapsed[start] >= stays)
        count[late] = np.minimum(count[late], reel.before(start[late], stays[late]))
        return count

    def _refused(self, sessions: Sessions, host: I64) -> Flags:
        found = np.zeros(len(sessions), dtype=np.bool_)
        for gateway in self.gateways:
            found |= gateway.refuses(sessions.begin, sessions.machine.astype(np.int64), host)
        return found

    def _cut(self, windows: _Windows) -> _Windows:
        """Cut windows where a UTC day ends."""
        elapsed = self._reel.elapsed
        last = windows.time + elapsed[windows.end - 1] - elapsed[windows.start]
        over = np.flatnonzero(windows.time // DAY != last // DAY)
        if not len(over):
            return windows
        pieces = windows.take(np.sort(np.concatenate([np.arange(len(windows.time)), over])))
        second = over + np.arange(1, len(over) + 1)
        midnight = (pieces.time[second] // DAY + 1) * DAY
        cut = pieces.start[second] + self._reel.before(pieces.start[second], midnight - pieces.time[second])
        pieces.end[second - 1] = cut
        pieces.time[second] += elapsed[cut] - elapsed[pieces.start[second]]
        pieces.start[second] = cut
        return pieces

    @cached_property
    def _bundled(self) -> Past:
        kept = None if self._archive is None else self._archive.read()
        if kept is not None and self._could_be(kept):
            return kept
        # No day knows of another, and numpy lets go of the interpreter while it reckons.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            parts = list(pool.map(self._day_bundles, range(len(self.uses))))
        past = joined(parts)
        if self._archive is not None and len(past[0]) >= _WORTH_KEEPING:
            self._archive.write(past)
        return past

    def _could_be(self, kept: Past) -> bool:
        """Tell whether what is kept can be this past: its first and last days are, and it names nothing that
        is not there."""
        rows, extent = kept
        bounds = (
            (rows.machine, 0, len(self.staff.machines)),
            (rows.user, 0, len(self.staff.people)),
            (rows.process, 0, len(self.staff.processes)),
            (rows.host, 0, len(self.staff.hosts)),
            (rows.time, self.first, self.end + DAY),
            (extent.last - rows.time, 0, DAY),
        )
        return begins_and_ends(kept, self._day_bundles(0), self._day_bundles(len(self.uses) - 1)) and all(
            low <= int(column.min()) and int(column.max()) < high for column, low, high in bounds
        )

    def _day_bundles(self, day: int) -> Past:
        """Return a day as bundles: the sums over what is alike in all but time and size."""
        sessions = self._sessions(day)
        windows, host = self._windows(day, sessions)
        session, reel = windows.session, self._reel
        if not len(session):
            return join([]), Bundles(session, session)
        machine = sessions.machine[session].astype(np.int64)
        alike: Sequence[I64] = (
            sessions.person[session].astype(np.int64),
            host[session],
            sessions.process[session].astype(np.int64),
            windows.time // DAY,
            self.places.at(windows.time, machine),
            windows.refused,
        )
        new = np.zeros(len(session), dtype=np.bool_)
        new[0] = True
        for column in alike:
            new[1:] |= column[1:] != column[:-1]
        heads = np.flatnonzero(new)

        def summed(column: I64) -> I64:
            found: I64 = np.add.reduceat(column, heads)
            return found

        count = windows.end - windows.start
        refused = windows.refused.astype(np.bool_)
        up = reel.up[windows.end] - reel.up[windows.start]
        sends = np.flatnonzero(windows.uploads)
        carrier, uploads = windows.carrier[sends], windows.uploads[sends]
        first, last = (
            carrier + np.clip(each[sends] - carrier, 0, uploads) for each in (windows.start, windows.end)
        )
        up[sends] += reel.uploads[last] - reel.uploads[first]
        down = reel.down[windows.end] - reel.down[windows.start]
        ends = windows.time + reel.elapsed[windows.end - 1] - reel.elapsed[windows.start]
        rows = self._rows(
            sessions,
            session[heads],
            host,
            np.minimum.reduceat(windows.time, heads),
            np.zeros(len(heads), dtype=np.int64),
            summed(np.where(refused, REFUSED_UP * count, up)),
            summed(np.where(refused, 0, down)),
            refused[heads],
            summed(reel.http[windows.end] - reel.http[windows.start]),
        )
        return rows, Bundles(summed(count), np.maximum.reduceat(ends, heads))

    def _realised(self, day: int) -> Block | None:
        """Return every connection of a day, in the order of time."""
        sessions = self._sessions(day)
        windows, host = self._windows(day, sessions)
        reel, count = self._reel, windows.end - windows.start
        if not len(count):
            return None
        owner = np.repeat(np.arange(len(count)), count)
        at = np.arange(len(owner)) - (np.cumsum(count) - count)[owner] + windows.start[owner]
        refused = windows.refused[owner].astype(np.bool_)
        carried = at - windows.carrier[owner]
        carries = (carried >= 0) & (carried < windows.uploads[owner])
        up = reel.up[at + 1] - reel.up[at]
        up += np.where(carries, reel.uploads[at + 1] - reel.uploads[at], 0)
        session = windows.session[owner]
        rows = self._rows(
            sessions,
            session,
            host,
            windows.time[owner] + reel.elapsed[at] - reel.elapsed[windows.start[owner]],
            at,
            np.where(refused, REFUSED_UP, up),
            np.where(refused, 0, reel.down[at + 1] - reel.down[at]),
            refused,
            reel.http[at + 1] - reel.http[at],
        )
        return Block.of(rows.take(np.argsort(rows.time, kind="stable")))

    def _rows(
        self,
        sessions: Sessions,
        session: I64,
        host: I64,
        time: I64,
        place: I64,
        up: I64,
        down: I64,
        refused: Flags,
        http: I64,
    ) -> Rows:
        machine, user, process = (
            column[session].astype(np.int64)
            for column in (sessions.machine, sessions.person, sessions.process)
        )
        outcome = np.where(refused, int(Outcome.GATEWAY_BLOCKED), int(Outcome.OPEN))
        none, direct = np.full(len(time), -1, dtype=np.int64), np.zeros(len(time), dtype=np.int64)
        return Rows(
            time, machine, user, process, host[session], session, place, up, down, outcome, none, direct, http
        )


_PASTS: Kept[tuple[str, int], History] = Kept(2)
"""By the hash of all that decides them, and seed: a run that is played again draws none anew."""


def history(resolved: Resolved, begun: Groundwork, seed: int) -> History | None:
    """Return the past of a scenario; None where it has none."""
    past = resolved.scenario.history
    if past is None:
        return None
    key = (resolved.content_hash(), seed)
    return _PASTS.get(key, lambda: History(resolved, begun, past.days, seed, archive(*key)))
