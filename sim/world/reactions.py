"""How people take what stops them: they try again, click through a warning, or leave.

Guesses, all of them. What is remembered, refusals within a session and warnings clicked through, is looked at
in the total order of the requests, so it does not depend on where time is cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.base.time import DAY
from sim.engine.enforcement.facts import STOPPED, Outcome
from sim.world.behaviour import GIVE_UP, Requests
from sim.world.judge import Judged
from sim.world.machines import NEVER
from sim.world.sessions import NO_SESSIONS, Sessions

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Reactions:
    """What people remember of today's refusals, and of the warnings that they clicked through."""

    def __init__(self, click_through: int, seed: int) -> None:
        """`click_through` in a hundred of those who meet a warning click through it."""
        self._sessions = NO_SESSIONS
        self._click_through = click_through
        self._seed = seed
        self._day = -1
        self._refusals: I64 = np.zeros(0, dtype=np.int64)
        """Of each of today's sessions; at GIVE_UP its person has left it."""
        self._any_refused = False
        self._remembered: dict[tuple[int, int], int] = {}
        """Until when a warning is not shown again, by user and number of the indicator."""
        self.tireless: frozenset[int] = frozenset()
        """Kinds of sessions that are a program's: it clicks on nothing and asks again."""
        self.bypass_for = DAY
        """How long a bypass holds (CAS/mde-govern.md; documented default)."""

    def begin(self, day: int, sessions: Sessions) -> None:
        """Begin a day: its sessions are new ones."""
        self._day = day
        self._sessions = sessions
        self._refusals = np.zeros(len(sessions), dtype=np.int64)
        self._any_refused = False

    def more(self, sessions: Sessions) -> None:
        """Take in that sessions have come up behind today's."""
        self._sessions = sessions
        self._refusals = np.concatenate(
            [self._refusals, np.zeros(len(sessions) - len(self._refusals), dtype=np.int64)]
        )

    def bypassed_until(self, user: int, indicator: int) -> int:
        """Return until when a user's bypass of an indicator's warning holds; NEVER where there was none."""
        return self._remembered.get((user, indicator), NEVER)

    def bypasses(self, user: int, indicator: int, time: int) -> bool:
        """Tell whether a user's bypass of an indicator's warning holds at a time."""
        return self.bypassed_until(user, indicator) > time

    def meet(self, asked: Requests, judged: Judged) -> Flags | None:
        """Let people meet what stops them, in order; tell which requests are still made, None for all.

        After GIVE_UP refusals a person leaves the session. Who meets a warning clicks through it, and has to
        ask again, or leaves at once. Outcomes of remembered warnings change in place.
        """
        session, outcome = asked.session, judged.outcome
        stopped = np.flatnonzero(np.isin(outcome, STOPPED)) if outcome.any() else outcome[:0]
        if not len(stopped) and not self._any_refused:
            return None
        left = self._refusals[session] >= GIVE_UP
        stopped = stopped[~left[stopped]]
        if not len(stopped):
            return ~left if left.any() else None
        self._any_refused = True
        last = np.full(len(self._refusals), len(session), dtype=np.int64)
        for row in stopped.tolist():
            owner = int(session[row])
            if self._refusals[owner] >= GIVE_UP:
                continue
            person, indicator = int(self._sessions.person[owner]), int(judged.indicator[row])
            if outcome[row] == Outcome.WARNED and self.bypasses(person, indicator, int(asked.time[row])):
                outcome[row] = judged.bypassed[row]
            if int(self._sessions.kind[owner]) in self.tireless:
                continue
            if outcome[row] == Outcome.WARNED:
                if self._clicks(owner, int(asked.place[row])):
                    self._remembered[person, indicator] = int(asked.time[row]) + self.bypass_for
                else:
                    self._refusals[owner] = GIVE_UP
            elif outcome[row] in STOPPED:
                self._refusals[owner] += 1
            if self._refusals[owner] >= GIVE_UP:
                last[owner] = row
        kept: Flags = ~left & (np.arange(len(session)) <= last[session])
        return kept

    def _clicks(self, session: int, place: int) -> bool:
        key = int(self._sessions.key[session])
        return draw(self._seed, "click-through", key, self._day, place) % 100 < self._click_through
