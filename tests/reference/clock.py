"""The reference's time: one SimPy event for whatever happens, and the program's draws of how long hops take.

At one instant: commands, then what the services do, then pulls, then requests, those of one person together.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import partial

import simpy
from simpy.events import Event, EventPriority

from sim.scenario.load import Resolved


class Rank(IntEnum):
    """Order of what happens at one instant."""

    COMMANDS = 0
    SERVICES = 1
    PULLS = 2
    REQUESTS = 3


_BEFORE_ALL = -1


class _Moment(Event):
    """What has come about when its time comes."""

    _ok, _value = True, None

    def __init__(self, env: simpy.Environment, callback: Callable[[Event], None]) -> None:
        self.env, self.callbacks = env, [callback]


class Clock:
    """What happens when, and how long hops take."""

    def __init__(self, resolved: Resolved, seed: int, begin: int) -> None:
        self.resolved, self.seed = resolved, seed
        self.now = begin
        """The time, in microseconds UTC."""
        self._env = simpy.Environment(initial_time=begin)
        self._drawn: dict[tuple[str, ...], int] = {}

    def at(self, time: int, order: int, action: Callable[..., object], *arguments: object) -> Event:
        """Let something happen at a time; `order` is a rank, or says where among those of a rank."""
        moment = _Moment(self._env, partial(self._happen, time, action, arguments))
        self._env.schedule(moment, EventPriority(order), time - self.now)
        return moment

    def _happen(
        self, time: int, action: Callable[..., object], arguments: tuple[object, ...], _: Event
    ) -> None:
        self.now = time
        action(*arguments)

    def delay(self, hop: str, *keys: str) -> int:
        """Draw how long a hop takes this time."""
        count = self._drawn[(hop, *keys)] = self._drawn.get((hop, *keys), 0) + 1
        found: int = getattr(self.resolved.era, hop).sample(self.seed, hop, *keys, count, now=self.now)
        return found

    def later(self, hop: str, keys: tuple[str, ...], action: Callable[[], object]) -> int:
        """Let a service do something when a hop has passed; return when that will be."""
        due = self.now + self.delay(hop, *keys)
        self.at(due, Rank.SERVICES, action)
        return due

    def run(self, end: int) -> None:
        """Let everything before `end` happen."""
        self._env.run(self.at(end, _BEFORE_ALL, lambda: None))
