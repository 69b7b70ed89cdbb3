"""How people take what stops them: they try again, click through a warning, or leave.

What is remembered, refusals within a session and warnings clicked through, is looked at in the total order
of the requests, so it does not depend on where time is cut. Where somebody who leaves goes on elsewhere
(`displacement.py`), what they do from then on waits until the new session's requests stand among the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.base.time import DAY
from sim.engine.enforcement.facts import STOPPED, Outcome
from sim.world.behaviour import GIVE_UP, Requests
from sim.world.displacement import Displacement
from sim.world.judge import Judged
from sim.world.machines import NEVER
from sim.world.sessions import NO_SESSIONS, Sessions
from sim.world.upstream import AFTER_ALL

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


_WARNED = int(Outcome.WARNED)
_STOPPED = frozenset(int(outcome) for outcome in STOPPED)
"""The same as whole numbers: they are compared for every row that is stopped."""


class Reactions:
    """What people remember of today's refusals, and of the warnings that they clicked through."""

    def __init__(self, click_through: int, seed: int, displacement: Displacement) -> None:
        """`click_through` in a hundred of those who meet a warning click through it (guess).

        People went on past a tenth of the malware and phishing warnings of one browser and past 70 % of the
        TLS warnings of another (Akhawe and Felt, USENIX Security 2013; third-party).
        """
        self._sessions = NO_SESSIONS
        self._click_through = click_through
        self._seed = seed
        self._displacement = displacement
        self._day = -1
        self._refusals: I64 = np.zeros(0, dtype=np.int64)
        """Of each of today's sessions; at GIVE_UP its person has left it."""
        self._since: dict[int, int] = {}
        """When each of today's sessions was first refused something."""
        self._any_refused = False
        self._remembered: dict[tuple[int, int], int] = {}
        """Until when a warning is not shown again, by user and number of the indicator."""
        self._waits_from: I64 = np.full(displacement.people, AFTER_ALL, dtype=np.int64)
        """By person: from when on requests wait for a session that has come up."""
        self._somebody_waits = False
        self.tireless: frozenset[int] = frozenset()
        """Kinds of sessions that are a program's: it clicks on nothing and asks again."""
        self.bypass_for = DAY
        """How long a bypass holds (CAS/mde-govern.md; documented default)."""

    def begin(self, day: int, sessions: Sessions) -> None:
        """Begin a day: its sessions are new ones."""
        self._day = day
        self._sessions = sessions
        self._refusals = np.zeros(len(sessions), dtype=np.int64)
        self._since.clear()
        self._any_refused = False
        self._displacement.begin(day)

    def more(self, sessions: Sessions) -> None:
        """Take in that sessions have come up behind today's."""
        self._sessions = sessions
        self._refusals = np.concatenate(
            [self._refusals, np.zeros(len(sessions) - len(self._refusals), dtype=np.int64)]
        )

    def come_up(self) -> Sessions:
        """Return the sessions that came up since this was last asked for; nobody's requests wait any more."""
        if not self._any_refused:
            return NO_SESSIONS
        if self._somebody_waits:
            self._waits_from[:] = AFTER_ALL
            self._somebody_waits = False
        return self._displacement.come_up(self._sessions)

    def bypassed_until(self, user: int, indicator: int) -> int:
        """Return until when a user's bypass of an indicator's warning holds; NEVER where there was none."""
        return self._remembered.get((user, indicator), NEVER)

    def bypasses(self, user: int, indicator: int, time: int) -> bool:
        """Tell whether a user's bypass of an indicator's warning holds at a time."""
        return self.bypassed_until(user, indicator) > time

    def meet(self, asked: Requests, judged: Judged) -> tuple[Flags, Flags] | None:
        """Let people meet what stops them, in order; return which requests are made, and which wait.

        None if all are made.

        After GIVE_UP refusals a person leaves the session. Who meets a warning clicks through it, and has to
        ask again, or leaves at once. Outcomes of remembered warnings change in place.
        """
        session, outcome = asked.session, judged.outcome
        stopped = np.flatnonzero(np.isin(outcome, STOPPED)) if outcome.any() else outcome[:0]
        if not len(stopped) and not self._any_refused:
            return None
        left = self._refusals[session] >= GIVE_UP
        stopped = stopped[~left[stopped]]
        if not len(stopped) and not self._somebody_waits:
            return (~left, np.zeros_like(left)) if left.any() else None
        self._any_refused = True
        last = np.full(len(self._refusals), len(session), dtype=np.int64)
        owners, sessions = session[stopped], self._sessions
        facts = (asked.time, asked.place, judged.indicator, outcome)
        people, kinds = sessions.person[owners].tolist(), sessions.kind[owners].tolist()
        columns = (stopped.tolist(), owners.tolist(), *(column[stopped].tolist() for column in facts))
        for person, kind, row, owner, time, place, indicator, found in zip(
            people, kinds, *columns, strict=True
        ):
            if self._refusals[owner] >= GIVE_UP or self._waits(person, time):
                continue
            if found == _WARNED and self.bypasses(person, indicator, time):
                found = outcome[row] = int(judged.bypassed[row])
            if kind in self.tireless or found not in _STOPPED:
                continue
            self._since.setdefault(owner, time)
            if found != _WARNED:
                self._refusals[owner] += 1
            elif self._clicks(owner, place):
                self._remembered[person, indicator] = time + self.bypass_for
                continue
            else:
                self._refusals[owner] = GIVE_UP
            if self._refusals[owner] >= GIVE_UP:
                last[owner] = row
            if last[owner] == row or place + 1 == sessions.requests[owner]:
                self._leave(owner, place, time, found, indicator)
        kept: Flags = ~left & (np.arange(len(session)) <= last[session])
        waits = np.zeros_like(kept)
        if self._somebody_waits:
            waits = kept & (asked.time >= self._waits_from[self._sessions.person[session]])
        return kept & ~waits, waits

    def _waits(self, person: int, time: int) -> bool:
        return self._somebody_waits and time >= self._waits_from[person]

    def _leave(self, owner: int, place: int, time: int, outcome: int, indicator: int) -> None:
        """Let the person of a session leave it; where they go on, what they do from then on waits."""
        since, person = self._since[owner], int(self._sessions.person[owner])
        begins = self._displacement.leave(self._sessions, owner, place, time, since, outcome, indicator)
        if begins:
            self._waits_from[person] = min(begins, int(self._waits_from[person]))
            self._somebody_waits = True

    def _clicks(self, session: int, place: int) -> bool:
        key, share = int(self._sessions.key[session]), self._click_through
        share = share * self._displacement.clicks(int(self._sessions.person[session])) // 100
        return draw(self._seed, "click-through", key, self._day, place) % 100 < share
