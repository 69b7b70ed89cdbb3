"""Where work goes that was stopped: who leaves a session comes back later, goes elsewhere, or lets it be.

What somebody does is a draw of its own for person, app and day, so they do the same about every session of
an app on a day, and two runs that stop the same session displace it alike. What comes up is a session that
makes the connections that were left of the stopped one. Numbers are guesses unless they say something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import between, draw, draws, weighted
from sim.base.time import MINUTE, SECOND
from sim.engine.enforcement.facts import Outcome
from sim.scenario.load import Resolved
from sim.scenario.reactions import Ways
from sim.world.behaviour import asked, begun
from sim.world.groundwork import Groundwork
from sim.world.messages import Messages
from sim.world.people import NOBODY
from sim.world.sessions import NO_SESSIONS, Sessions
from sim.world.uses import Ranking

I64 = NDArray[np.int64]

NOTHING = -1
"""Stands for no app, no session, no reaction."""
_PLACES = 3
"""In so many places somebody tries to do one piece of work, the first included; then they stop."""
_WEBMAIL = "Webmail"
_MAILS = 3
"""Connections that sending a file by private mail makes at most."""


class Way(Enum):
    """What somebody does who was stopped."""

    RETRY = "retry"
    BROWSER = "browser"
    DEVICE = "device"
    PHONE = "phone"
    SIBLING = "sibling"
    MAIL = "mail"
    ALTERNATIVE = "alternative"
    """Takes the approved app that a message offered."""
    CLICK_THROUGH = "click-through"
    """Was warned, and went on."""
    TICKET = "ticket"
    MANAGER = "manager"
    GIVE_UP = "give_up"


_WAIT: Mapping[Way, tuple[int, int]] = {
    Way.RETRY: (10 * MINUTE, 90 * MINUTE),
    Way.BROWSER: (20 * SECOND, 4 * MINUTE),
    Way.DEVICE: (MINUTE, 10 * MINUTE),
    Way.PHONE: (MINUTE, 10 * MINUTE),
    Way.SIBLING: (2 * MINUTE, 30 * MINUTE),
    Way.MAIL: (2 * MINUTE, 15 * MINUTE),
    Way.ALTERNATIVE: (MINUTE, 10 * MINUTE),
}
"""How long after the last refusal the work goes on; by the other ways it does not."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody did who was stopped. Times are microseconds UTC, apps places in the staff's list."""

    number: int
    time: int
    """When they left the session."""
    since: int
    """When they were first stopped in it."""
    day: int
    person: int
    session: int
    """Row of the day's sessions."""
    wanted: int
    """The app that they wanted to begin with."""
    app: int
    """The app of this session: another one where it is not the first place that they tried."""
    process: int
    outcome: Outcome
    indicator: int
    """Number of the indicator that stopped them; -1 is none."""
    way: Way
    after: int
    """Number of the reaction that led to this session; NOTHING where it is the first place."""
    unmade: int
    """Connections of the session that were not made."""
    goes_on: int = 0
    """When the work goes on; 0: it does not."""
    target: int = NOTHING
    """With which app, and in which program."""
    target_process: int = NOTHING
    ends: int = 0
    """When the session would have ended."""
    added: int = NOTHING
    """Row of the day's sessions with which the work goes on; none on a phone, which no source sees."""
    bytes_up: int = 0
    """What went out over a phone."""


class Displacement:
    """Everything that people did who were stopped."""

    def __init__(self, resolved: Resolved, begun_with: Groundwork, messages: Messages, seed: int) -> None:
        self.reactions: list[Reaction] = []
        """Those of one person in the order of time."""
        self.people = len(begun_with.staff.people)
        self._seed, self._messages = seed, messages
        self._staff = staff = begun_with.staff
        self._kinds = begun_with.kinds
        self._midnights = begun_with.machines.calendar.starts
        pack = resolved.pack
        own = {} if pack is None else {persona.name: persona.ways for persona in pack.personas}
        self._unnoticed = begun_with.kinds.unnoticed
        reacting = resolved.scenario.reactions
        self.reacting = reacting is not None
        """Without reactions everybody who leaves lets it be."""
        ways = Ways() if reacting is None else reacting.ways
        self._ways = tuple(own.get(person.persona, ways) for person in staff.people)
        names, shares = resolved.era.portals.browsers, resolved.scenario.organisation.browsers
        self._browsers = [staff.processes.index(names[name]) for name, n in sorted(shares.items()) if n]
        self._place = {app.id: place for place, app in enumerate(staff.apps)}
        self._ranking = None if pack is None else Ranking(resolved, pack, self._place, seed)
        self._best_known = cache(self._apps_of)
        weights = cache(_weights)
        self._weights = tuple(weights(each) for each in self._ways)
        self._day = NOTHING
        self._led_to: dict[int, int] = {}
        """By row of today's sessions: the number of the reaction that led to it."""
        self._settled = 0
        """Reactions whose sessions came up."""

    def begin(self, day: int) -> None:
        """Begin a day."""
        self._day = day
        self._led_to.clear()

    def clicks(self, person: int) -> int:
        """Return how likely somebody clicks through a warning, in hundredths of what is usual."""
        return self._ways[person].clicks if self.reacting else 100

    def leave(
        self, sessions: Sessions, row: int, place: int, time: int, since: int, outcome: int, indicator: int
    ) -> int:
        """Let somebody leave a session at request `place`; return when another session begins, 0 if none."""
        if int(sessions.kind[row]) in self._unnoticed:
            return 0
        person, app = int(sessions.person[row]), int(sessions.app[row])
        after = self._led_to.get(row, NOTHING)
        wanted = app if after == NOTHING else self.reactions[after].wanted
        made = Reaction(
            number=len(self.reactions),
            time=time,
            since=since,
            day=self._day,
            person=person,
            session=row,
            wanted=wanted,
            app=app,
            process=int(sessions.process[row]),
            outcome=Outcome(outcome),
            indicator=indicator,
            way=Way.GIVE_UP,
            after=after,
            unmade=max(1, int(sessions.requests[row]) - place),
        )
        if self.reacting:
            made = self._decided(made, int(sessions.key[row]), sends=bool(sessions.uploads[row]))
        self.reactions.append(made)
        return 0 if made.way is Way.PHONE else made.goes_on

    def come_up(self, sessions: Sessions) -> Sessions:
        """Return the sessions that came up behind today's since this was last asked for."""
        new, self._settled = self.reactions[self._settled :], len(self.reactions)
        if not new:
            return NO_SESSIONS
        left = sessions.take(np.array([one.session for one in new], dtype=np.int64))
        ends = self._ends(left)
        going = np.array([one.goes_on > 0 for one in new], dtype=np.bool_)
        phone = np.array([one.way is Way.PHONE for one in new], dtype=np.bool_)
        made = self._sessions(left, new)
        seen = going & ~phone
        added = np.where(seen, len(sessions) + np.cumsum(seen) - 1, NOTHING).tolist()
        sent = np.zeros(len(new), dtype=np.int64)
        if phone.any():
            sent[phone] = self._sent(made.take(phone))
        for one, end, row, bytes_up in zip(new, ends.tolist(), added, sent.tolist(), strict=True):
            self.reactions[one.number] = replace(one, ends=end, added=row, bytes_up=bytes_up)
            if row != NOTHING:
                self._led_to[row] = one.number
        return made.take(seen)

    def _decided(self, left: Reaction, key: int, sends: bool) -> Reaction:
        """Return a reaction with what is done and when; `key` is that of the session."""
        person = self._staff.people[left.person]
        chain = [left, *self._before(left)]
        keys = (int(self._staff.keys[left.person]), self._staff.apps[left.wanted].id, left.day, len(chain))
        targets = self._targets(left, chain, sends)
        ways = self._ways[left.person]
        offer = targets.pop(Way.ALTERNATIVE, [])
        if offer and draw(self._seed, "accepts", *keys) % 100 < ways.accepts:
            way, targets = Way.ALTERNATIVE, {Way.ALTERNATIVE: offer}
        else:
            weights = self._weights[left.person]
            open_ = [(way, weights[way] if found else 0) for way, found in targets.items()]
            way = weighted(draw(self._seed, "reaction", *keys), open_)
        wait = draw(self._seed, "reaction-wait", key, left.day)
        goes_on = left.time + between(wait, *_WAIT[way]) if way in _WAIT else 0
        if goes_on >= self._midnights[left.day + 1]:
            way, goes_on = Way.GIVE_UP, 0
        if not goes_on:
            return replace(left, way=way)
        target = self._pick(way, targets[way], draw(self._seed, "reaction-target", *keys))
        process = left.process
        if way is Way.BROWSER:
            target, process = left.app, target
        elif (target != left.app or way is Way.DEVICE) and process not in self._browsers:
            process = self._staff.processes.index(person.browser)
        return replace(left, way=way, goes_on=goes_on, target=target, target_process=process)

    def _before(self, left: Reaction) -> Iterator[Reaction]:
        """Yield the reactions that led to a session, the last one first."""
        number = left.after
        while number != NOTHING:
            yield self.reactions[number]
            number = self.reactions[number].after

    def _targets(self, left: Reaction, chain: Sequence[Reaction], sends: bool) -> dict[Way, Sequence[int]]:
        """Return what each way leads to that is open to somebody: apps, or the programs of other browsers."""
        person = self._staff.people[left.person]
        found: dict[Way, Sequence[int]] = {Way.GIVE_UP: [left.app], Way.TICKET: [left.app]}
        if person.manager != NOBODY:
            found[Way.MANAGER] = [left.app]
        if len(chain) >= _PLACES:
            return found
        tried = {one.app for one in chain}
        if Way.RETRY not in {one.way for one in chain}:
            found[Way.RETRY] = [left.app]
        in_use = {one.process for one in chain if one.app == left.app}
        found[Way.BROWSER] = [process for process in self._browsers if process not in in_use]
        found[Way.PHONE] = [left.wanted]
        if person.machine != person.index:
            found[Way.DEVICE] = [left.app]
        wanted = self._staff.apps[left.wanted]
        siblings = self._best_known(wanted.category, person.department)
        found[Way.SIBLING] = [app for app in siblings if app not in tried]
        if sends and wanted.category != _WEBMAIL:
            webmail = self._best_known(_WEBMAIL, person.department)
            found[Way.MAIL] = [app for app in webmail if app not in tried]
        offered = self._place.get(self._messages.offered(wanted.id, left.person, left.time), NOTHING)
        if offered not in {NOTHING, *tried}:
            found[Way.ALTERNATIVE] = [offered]
        return found

    def _apps_of(self, category: str, department: str) -> Sequence[int]:
        """Return the apps of a category that can be reached here, what a department knows best first."""
        if self._ranking is None:
            return [place for place, app in enumerate(self._staff.apps) if app.category == category]
        return [self._place[app] for app in self._ranking.apps(category, department)]

    def _pick(self, way: Way, targets: Sequence[int], bits: int) -> int:
        if self._ranking is None or way not in {Way.SIBLING, Way.MAIL}:
            return targets[bits % len(targets)]
        one = np.array([bits], dtype=np.uint64), np.array([len(targets)], dtype=np.int64)
        return targets[int(self._ranking.rank(*one)[0])]

    def _sessions(self, left: Sessions, new: Sequence[Reaction]) -> Sessions:
        """Return the sessions with which the work goes on, one for each reaction."""

        def column(value: Callable[[Reaction], int]) -> I64:
            return np.array([value(one) for one in new], dtype=np.int64)

        spans = np.array([self._staff.spans[self._staff.apps[max(one.target, 0)].id, ()] for one in new])
        moved = column(lambda one: one.target) != left.app
        mails = column(lambda one: one.way is Way.MAIL)
        unmade = column(lambda one: one.unmade)
        own = column(lambda one: one.way is Way.DEVICE) > 0
        return replace(
            left,
            machine=np.where(own, left.person, left.machine),
            process=column(lambda one: one.target_process).astype(np.int32),
            app=column(lambda one: one.target).astype(np.int32),
            key=draws(0, "displaced", left.key),
            begin=column(lambda one: one.goes_on),
            requests=np.where(mails, np.minimum(unmade, _MAILS), unmade).astype(np.int32),
            first_host=np.where(moved, spans[:, 0], left.first_host).astype(np.int32),
            host_count=np.where(moved, spans[:, 1], left.host_count).astype(np.int32),
            uploads=np.where(mails, 1, left.uploads).astype(np.int32),
            long_lived=np.zeros(len(new), dtype=np.bool_),
        )

    def _ends(self, left: Sessions) -> I64:
        """Return when sessions would have ended."""
        waiting, owner = begun(left, np.arange(len(left)), self._kinds, self._seed, self._day)
        ends = left.begin.copy()
        np.maximum.at(ends, owner, waiting.time)
        return ends

    def _sent(self, made: Sessions) -> I64:
        """Return the bytes that sessions send."""
        waiting, owner = begun(made, np.arange(len(made)), self._kinds, self._seed, self._day)
        sent = np.zeros(len(made), dtype=np.int64)
        np.add.at(sent, owner, asked(made, waiting, self._kinds, self._staff.choices).bytes_up)
        return sent


def _weights(ways: Ways) -> Mapping[Way, int]:
    """Return what each way weighs that people choose by weight."""
    return {way: getattr(ways, way.value) for way in Way if way.value in Ways.model_fields}
