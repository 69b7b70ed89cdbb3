"""What the analyst wrote to people: why an app is not wanted, and what to use instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.upstream import AFTER_ALL

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `number` counts from 0."""

    number: int
    time: int
    sender: str
    app_id: str
    why: str
    alternative: str
    """Id of the app to use instead; empty where none is offered."""
    people: tuple[int, ...]
    """Whom it went to, by index."""
    missed: tuple[str, ...]
    """Names of users whom nobody could be found behind."""

    @property
    def id(self) -> str:
        """The id a person sees."""
        return f"msg-{self.number + 1:03d}"


class Messages:
    """Everything sent, and since when each person knows of an alternative.

    A message is read when it comes: nobody's delay is drawn here, so that whoever models how people react
    can draw one of their own.
    """

    def __init__(self, people: int) -> None:
        self.sent: list[Message] = []
        self._people = people
        self._known: dict[str, I64] = {}
        self._offers: dict[tuple[str, int], list[tuple[int, str]]] = {}

    def send(
        self,
        now: int,
        sender: str,
        app_id: str,
        why: str,
        alternative: str,
        people: Collection[int],
        missed: Collection[str],
    ) -> Message:
        """Keep a message; whoever gets it knows the alternative from now on."""
        message = Message(
            len(self.sent),
            now,
            sender,
            app_id,
            why,
            alternative,
            tuple(sorted(people)),
            tuple(sorted(missed)),
        )
        self.sent.append(message)
        if alternative:
            known = self._known.setdefault(app_id, self._nobody())
            told = np.array(message.people, dtype=np.int64)
            known[told] = np.minimum(known[told], now)
            for person in message.people:
                self._offers.setdefault((app_id, person), []).append((now, alternative))
        return message

    def known_since(self, app_id: str) -> I64:
        """Return since when each person knows an alternative to an app; `AFTER_ALL` who does not."""
        return self._known.get(app_id, self._nobody())

    def offered(self, app_id: str, person: int, time: int) -> str:
        """Return the app that a person was last offered in place of another by a time; "" where none was."""
        offers = self._offers.get((app_id, person), ())
        return next((app for since, app in reversed(offers) if since <= time), "")

    def _nobody(self) -> I64:
        return np.full(self._people, AFTER_ALL, dtype=np.int64)
