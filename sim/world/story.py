"""The story: beats that wait, the moment each of them happens, and the uses that they begin and end.

What a beat waits for is looked at when the state changes: after every event and every command, and in the
rows of traffic themselves. A beat that traffic brings about comes a minute later at the earliest, so it is
enough to realise traffic as often as the least of these delays; where else time is cut changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.governance import LogEntry
from sim.scenario.story import Beat, Ordinary, Started, Stopped, When
from sim.scenario.story_problems import moment
from sim.world.behaviour import Kinds
from sim.world.clockwork import Late
from sim.world.story_conditions import Watcher
from sim.world.story_effects import app_place, perform
from sim.world.story_uses import Drawing, Use, people_of, uses
from sim.world.telemetry import Rows

if TYPE_CHECKING:
    from sim.world.model import World

I64 = NDArray[np.int64]

STORY = "story"
"""Actor of a beat in the run's journal."""
BEAT, NOT_DONE = "Beat", "Effect without effect"


@dataclass(frozen=True, slots=True)
class Fired:
    """A beat that happened."""

    beat: str
    time: int
    cause: str
    """In words: what it waited for, and where that was seen."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Sessions of a use that came up: the rows of a day's sessions from `first` on and before `end`."""

    day: int
    first: int
    end: int
    use: Use
    people: frozenset[int]
    """Whose they are."""


@dataclass(slots=True)
class _Running:
    """A use that has begun."""

    use: Use
    people: I64
    days: int = 0
    """Working days that it has had."""
    day: int = -1
    """The last of them."""


@dataclass(slots=True)
class _Pending:
    """What has yet to happen, by the place of the beat in the story."""

    traffic: dict[int, Watcher] = field(default_factory=dict)
    state: dict[int, When] = field(default_factory=dict)


class Story:
    """Plays a scenario's story in a world."""

    def __init__(self, world: World, kinds: Kinds) -> None:
        scenario = world.resolved.scenario
        self.fired: list[Fired] = []
        self.uses = uses(scenario.story, world.staff, world.seed)
        """Every use that may begin: those of the beats, then the noise."""
        self.begun: list[Begun] = []
        self._world = world
        self._beats: tuple[Beat, ...] = scenario.story.beats
        browsers = tuple(world.era.portals.browsers.items())
        hours = scenario.organisation.hours
        self._drawing = Drawing(world.staff, world.machines, browsers, hours, world.seed)
        self._first_kind = kinds.first_of_story
        self._running: dict[str, _Running] = {}
        self._pending = _Pending()
        self._due: list[tuple[int, int, str]] = []
        self._named = {use.name: use for use in self.uses}
        self._tags = dict(world.tenant.tags)
        """As they stood when they were last looked at."""
        world.reactions.tireless = frozenset(
            self._first_kind + use.number for use in self.uses if use.pattern.every
        )
        for place, beat in enumerate(self._beats):
            self._expect(place, beat.when)
        self._pace = min((b.when.delay for b in self._beats if b.when.by_traffic), default=0)
        if self._pending.traffic:
            self._at(world.resolved.start + self._pace, self._look_again)
        if self.uses:
            self._at(int(world.env.now), self._midnight)

    def _expect(self, place: int, when: When) -> None:
        world = self._world
        if when.at is not None:
            self._plan(place, moment(when, world.resolved.start, world.resolved.tz), f"at {when.at}")
        elif when.by_traffic:
            self._pending.traffic[place] = Watcher(when, world.staff)
        else:
            self._pending.state[place] = when

    def begin(self) -> None:
        """Let what happens as play begins have happened before the trainee's first look."""
        if self._due and self._due[0][0] <= self._world.now:
            self._wake()

    def watch(self, rows: Rows) -> None:
        """Look at new rows; what was before play began counts for nothing."""
        if not self._pending.traffic or not len(rows):
            return
        fresh = rows.take(rows.time >= self._world.resolved.start)
        for place, watcher in list(self._pending.traffic.items()):
            found = watcher.look(fresh)
            if found is not None:
                del self._pending.traffic[place]
                time, cause = found
                self._plan(place, time + self._beats[place].when.delay, cause)

    def notice(self) -> None:
        """Look at what else beats wait for, after the state may have changed."""
        if not self._pending.state:
            return
        for place, when in list(self._pending.state.items()):
            cause = self._fulfilled(when)
            if cause:
                del self._pending.state[place]
                self._plan(place, self._world.now + when.delay, cause)
        self._tags = dict(self._world.tenant.tags)

    def _fulfilled(self, when: When) -> str:
        """Return in words how a condition is fulfilled; nothing while it is not."""
        tenant = self._world.tenant
        if when.done is not None:
            return f"after {when.done}" if any(one.beat == when.done for one in self.fired) else ""
        if when.closed is not None:
            closed = (a.id for a in tenant.cloud_alerts.alerts if a.app_id == when.closed and not a.is_open)
            alert = next(closed, "")
            return f"{alert} of {when.closed} was closed" if alert else ""
        assert when.tagged is not None
        before, now = (tags.get(when.tagged, "none") for tags in (self._tags, tenant.tags))
        return f"{when.tagged} was tagged {when.tag}" if now == when.tag != before else ""

    def _plan(self, place: int, due: int, cause: str) -> None:
        heappush(self._due, (due, place, cause))
        self._at(due, self._wake)

    def _at(self, due: int, action: Callable[[], None]) -> None:
        Late(self._world.env, due, action)

    def _look_again(self) -> None:
        """Realise traffic, so that what it fulfils is known before its beat is due."""
        self._world.clockwork.realise()
        if self._pending.traffic:
            self._at(self._world.now + self._pace, self._look_again)

    def _wake(self) -> None:
        self._world.clockwork.realise()
        while self._due and self._due[0][0] <= self._world.now:
            _, place, cause = heappop(self._due)
            self._happen(place, cause)

    def _happen(self, place: int, cause: str) -> None:
        world, beat = self._world, self._beats[place]
        self.fired.append(Fired(beat.id, world.now, cause))
        world.journal.append(LogEntry(world.now, STORY, BEAT, beat.id, cause))
        for number, effect in enumerate(beat.do):
            key = f"{beat.id}-{number + 1}"
            if isinstance(effect.only, Started):
                self._start(effect.only.id or key)
            elif isinstance(effect.only, Stopped):
                self._stop(effect.only, key)
            else:
                refused = perform(world, effect.only, key)
                if refused:
                    world.journal.append(LogEntry(world.now, STORY, NOT_DONE, key, refused))

    def _start(self, name: str) -> None:
        use = self._named[name]
        self._running[name] = _Running(use, use.people)
        self._go_on(name)

    def _stop(self, said: Stopped, key: str) -> None:
        world = self._world
        people = people_of(said, world.staff, world.seed, key)
        if said.app is not None:
            world.plane.stop(people, app_place(world, said.app))
        for running in self._running.values():
            if said.app == running.use.said.app or said.use == running.use.name:
                gone = np.isin(running.people, people)
                numbers = np.arange(max(1, running.use.pattern.sessions), dtype=np.int64)
                for number in numbers.tolist():
                    world.plane.end(self._drawing.key(running.use, running.people[gone], number))
                running.people = running.people[~gone]

    def _midnight(self) -> None:
        """Begin a local day: what runs goes on, and noise comes as it is drawn."""
        world = self._world
        world.clockwork.realise()
        for name in list(self._running):
            self._go_on(name)
        calendar, day = world.machines.calendar, self._today()
        if calendar.works[day]:
            for use in self.uses:
                if isinstance(use.said, Ordinary):
                    self._ask(use, self._drawing.noisy(use, day))
        if day + 1 < len(calendar.starts):
            self._at(int(calendar.starts[day + 1]), self._midnight)

    def _go_on(self, name: str) -> None:
        """Let a use begin what is left of today; forget it after its last day."""
        running, today = self._running[name], self._today()
        if running.day == today or not self._world.machines.calendar.works[today]:
            return
        begun = self._ask(running.use, running.people)
        running.day, running.days = today, running.days + 1
        if running.use.pattern.at_once:
            # Whose machine is off does it when it is on again.
            running.people = running.people[~np.isin(running.people, begun)]
        if not len(running.people) or running.days == running.use.said.days:
            del self._running[name]

    def _ask(self, use: Use, people: I64) -> I64:
        """Let people begin their sessions of today; return who had any."""
        now, today = self._world.now, self._today()
        plane = self._world.plane
        added = self._drawing.of_day(use, people, today, now, self._first_kind + use.number)
        if len(added):
            plane.add(added)
            last = len(plane.sessions)
            whose = frozenset(added.person.tolist())
            self.begun.append(Begun(today, last - len(added), last, use, whose))
        return np.unique(added.person).astype(np.int64)

    def of_use(self, rows: Rows) -> I64:
        """Return the number of the use that each row is of; -1 where the story began none."""
        day = self._world.machines.calendar.day_of(rows.time)
        found = np.full(len(rows), -1, dtype=np.int64)
        for one in self.begun:
            found[(day == one.day) & (rows.session >= one.first) & (rows.session < one.end)] = one.use.number
        return found

    def _today(self) -> int:
        return int(self._world.machines.calendar.day_of(np.array([self._world.now]))[0])
