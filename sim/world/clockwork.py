"""What the parts of the world that act by themselves need of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy
from simpy.events import EventPriority


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The clock, its events and the portals' log; times are microseconds UTC."""

    now: Callable[[], int]
    at: Callable[[int, Callable[[], None]], None]
    """Let something happen then."""
    realise: Callable[[], object]
    """Realise the traffic up to now: before anything changes."""
    delay: Callable[..., int]
    """Draw the next delay of a hop."""
    write: Callable[..., None]


class Late(simpy.Event):
    """An event after everything else of its moment, in whatever order it was planned."""

    def __init__(self, env: simpy.Environment, due: int, action: Callable[[], None], rank: int = 0) -> None:
        """Of several late ones of a moment the lowest `rank` comes first."""
        super().__init__(env)
        self._ok = True
        self._value = None
        self.callbacks.append(lambda _: action())
        env.schedule(self, EventPriority(2 + rank), due - int(env.now))
