"""The moments of a run that one can go back to: its beginning, what was done, what was told, each hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.base.time import HOUR
from sim.session.driver import Session


@dataclass(frozen=True, slots=True)
class RunMoment:
    """A moment to go back to."""

    id: str
    time: int
    kind: str
    """`Start`, `You` for a command, the portal that told something, or `Hour`."""
    text: str
    """Of a command what it did: one goes back to just before it."""
    commands: int | None = None
    """How many commands had been given; None: all those up to then."""


def run_moments(session: Session) -> tuple[RunMoment, ...]:
    """Return every moment, the newest first."""
    found = sorted(_moments(session), key=lambda moment: moment.time)
    return tuple(reversed(found))


def _moments(session: Session) -> Iterator[RunMoment]:
    start = session.resolved.start
    yield RunMoment("start", start, "Start", "play begins", 0)
    for hour in range((start // HOUR + 1) * HOUR, session.now, HOUR):
        yield RunMoment(f"hour-{hour}", hour, "Hour", "")
    for number, told in enumerate(session.notifications(start)):
        # What is due at a moment has happened just after it.
        if told.time < session.now:
            yield RunMoment(f"news-{number}", told.time + 1, told.portal, told.text)
    for number, sent in enumerate(session.sent):
        yield RunMoment(f"command-{number}", sent.time, "You", sent.said, number)
