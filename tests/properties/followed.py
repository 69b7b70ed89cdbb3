"""Ask explain about every request of a play as it happens, and hold it to what it said would come.

What decides a machine's connections changes only at a command, an event of a service, a pull, a fetch of a
gateway, a sign-in or a click: between two of them a question of before is not asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from sim.engine.enforcement.chain import Link
from sim.engine.enforcement.facts import Outcome
from sim.session.commands import Command
from sim.session.driver import Session
from sim.session.endpoint_commands import VisitSite
from sim.views.chains import Chains
from tests.properties import played
from tests.properties.scripts import Play
from tests.reference.inputs import Inputs

TOTALS: Counter[str] = Counter()
"""What was compared in all plays of this process."""


class Asked(NamedTuple):
    """One request that a person made, and what became of it."""

    time: int
    machine: int
    process: str
    host: int
    began: int | None
    outcome: Outcome

    @property
    def key(self) -> tuple[int, str, int]:
        """Machine, program and host."""
        return self.machine, self.process, self.host


class Promise(NamedTuple):
    """The first open link that explain named, and when it said that it would close."""

    link: Link
    due: int | None
    said: int


def requests(play: Play, session: Session) -> list[Asked]:
    """Return every request that people made in a played session, in order."""
    inputs, staff = Inputs(play.resolved, play.seed), session.world.staff
    rows = session.world.plane.telemetry.rows()
    began = {
        (wish.time, each.row): each.begin
        for day in inputs.days
        for each in inputs.sessions(day)
        if each.long_lived
        for wish in inputs.wishes(each)
    }
    return [
        Asked(
            int(rows.time[row]),
            int(rows.machine[row]),
            staff.processes[int(rows.process[row])],
            int(rows.host[row]),
            began.get((int(rows.time[row]), int(rows.session[row]))),
            Outcome(int(rows.outcome[row])),
        )
        for row in np.flatnonzero((rows.session >= 0) & (rows.time >= play.resolved.start)).tolist()
    ]


@dataclass
class Follower:
    """Plays a script once more and asks explain at every request; `wrong` tells where it erred."""

    play: Play
    wrong: list[str] = field(default_factory=list)
    _promises: dict[tuple[int, str, int], Promise] = field(default_factory=dict)
    _chains: dict[int, Chains] = field(default_factory=dict)
    _moment: int = -1
    _changes: int = 0
    """Commands and events so far."""
    _clicked: bool = False
    """Somebody met a warning since the requests before now were made."""
    _warned: bool = False
    """Somebody ever did."""
    _epochs: dict[int, tuple[int, Any]] = field(default_factory=dict)
    _known: dict[Any, Outcome] = field(default_factory=dict)

    def follow(self, asked: list[Asked]) -> None:
        """Ask at each request's own time, after the commands and events of that instant."""
        self._session = Session(self.play.resolved, self.play.seed)
        left = list(reversed(self.play.script))
        last = {one.key: one.time for one in asked}
        for time, group in groupby(asked, key=lambda one: one.time):
            while left and left[-1][0] <= time:
                self._command(*left.pop(), last)
            self._arrive(time)
            for one in group:
                self._ask(one)

    def _arrive(self, time: int) -> None:
        """Move to a time at which what was due has happened and no request has."""
        session = self._session
        due = session.world.next_event()
        if due is not None and due <= time:
            self._changes += 1
        elif not self._clicked:
            # Nothing that explain looks at has changed, so the requests up to here may wait.
            session.world._clock = time
            return
        self._clicked = False
        session.advance(time)
        while session.world.env.peek() <= time:
            session.world.env.step()

    def _command(self, time: int, command: Command, last: dict[tuple[int, str, int], int]) -> None:
        session = self._session
        due = session.world.next_event()
        self._changes += due is not None and due < time
        session.advance(time)
        if played.submit(session, command) or isinstance(command, VisitSite):
            return
        self._changes += 1
        TOTALS["commands"] += 1
        for key, promise in list(self._promises.items()):
            if last[key] >= time and promise.due is not None:
                said = self._promise(key)
                if said is None or said[:2] != promise[:2]:
                    TOTALS["answers that a command changed"] += 1
                self._keep(key, said)
            else:
                del self._promises[key]

    def _ask(self, one: Asked) -> None:
        TOTALS["requests"] += 1
        state = (one.key, one.began, self._epoch(one.host), *self._state(one))
        if state not in self._known:
            said = self._promise(one.key, one.began)
            self._known[state] = self._verdict
            if one.began is None:
                if not self._late:
                    self._hold(one, said)
                self._keep(one.key, said)
        if one.outcome is Outcome.WARNED:
            self._clicked = self._warned = True
            self._reacts(one.machine)
        if self._known[state] is not one.outcome:
            self.wrong.append(f"{one}: explain says {self._known[state].name}")

    def _state(self, one: Asked) -> Iterator[int]:
        """Yield what changes at a machine by itself: its pull, and who else has a say now."""
        world = self._session.world
        columns = (one.time, one.machine, one.machine, self._place(one.process), one.host)
        row = np.array(columns, dtype=np.int64).reshape(5, 1)
        yield int(world.machines.last_pull(row[1], row[0])[0])
        if world.upstream.gateways or world.tenant.access.all:
            yield int(world.upstream.denies(*row)[0])
        if self._warned:
            held = world.holds(one.machine, self._place(one.process), one.host)
            yield world.reactions.bypasses(one.machine, held, one.time)

    def _epoch(self, host: int) -> int:
        """Return how often anything changed, or came to be expected, that matters for a host."""
        chains, world = self._of(host), self._session.world
        now, *ahead = chains.stages
        sign = (
            (now.present, now.offered, *ahead),
            tuple(world.tenant.tags.items()),
            tuple(world.tenant.switches.items()),
            tuple(tuple(progress.due.items()) for progress in world.fleet.progress),
            sum(len(changes) for changes in world.fleet.changes.values()),
        )
        epoch, known = self._epochs.get(host, (0, None))
        if sign != known:
            epoch += 1
            self._epochs[host] = epoch, sign
        return epoch

    def _reacts(self, machine: int) -> None:
        """Forget what was said of warnings that a machine's user clicked through: there is another click."""
        for key, promise in list(self._promises.items()):
            if key[0] == machine and promise.link is Link.BYPASS:
                del self._promises[key]

    def _hold(self, one: Asked, said: Promise | None) -> None:
        """Compare what explain says now with what it said before, if nobody commanded anything since."""
        before = self._promises.get(one.key)
        if before is None:
            return
        TOTALS["promises"] += 1
        now = one.time
        closed = said is None or said.link > before.link
        if closed and (before.due is None or before.due > now):
            self.wrong.append(f"{one}: {before} has closed; now {said}")
        if said is not None and said.link == before.link and said.due != before.due:
            self.wrong.append(f"{one}: {before} has become {said}")
        if said is not None and said.link == before.link and before.due is not None and before.due <= now:
            self.wrong.append(f"{one}: {before} is still open")

    def _promise(self, key: tuple[int, str, int], began: int | None = None) -> Promise | None:
        """Ask explain; return the first open link, None where the machine stops the connection.

        `_late` tells that it does so for an indicator which the cloud let go of before the machine had it.
        """
        machine, process, host = key
        TOTALS["explains"] += 1
        explanation = self._of(host).explain(machine, process, began).explanation
        self._verdict = explanation.verdict
        first = explanation.first_open
        stopped = explanation.verdict in {Outcome.BLOCKED, Outcome.WARNED}
        self._late = stopped and first is not None
        if first is None or stopped:
            return None
        return Promise(first.link, first.expected_at, self._session.now)

    def _keep(self, key: tuple[int, str, int], said: Promise | None) -> None:
        self._promises.pop(key, None)
        if said is not None:
            self._promises[key] = said

    def _of(self, host: int) -> Chains:
        if self._changes != self._moment:
            self._moment = self._changes
            self._chains.clear()
        if host not in self._chains:
            self._chains[host] = Chains(self._session, host)
        return self._chains[host]

    def _place(self, process: str) -> int:
        return self._session.world.staff.processes.index(process)
