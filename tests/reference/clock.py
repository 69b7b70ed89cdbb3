"""The reference's time: one SimPy event for whatever happens, and the program's draws of how long hops take.

At one instant: commands, then what the services do, then pulls, then requests.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import simpy
from simpy.events import Event, EventPriority

from sim.scenario.load import Resolved


class Rank(IntEnum):
    """Order of what happens at one instant."""

    COMMANDS = 0
    SERVICES = 1
    PULLS = 2
    REQUESTS = 3


class _Moment(Event):
    """Something that happens at a time, ahead of or after other things of that time."""

    def __init__(self, env: simpy.Environment, time: int, rank: int, action: Callable[[], object]) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        self._action = action
        self.callbacks.append(self._happen)
        env.schedule(self, EventPriority(rank), time - int(env.now))

    def _happen(self, _: Event) -> None:
        self._action()


class Clock:
    """What happens when, and how long hops take."""

    def __init__(self, resolved: Resolved, seed: int, begin: int) -> None:
        self.resolved, self.seed = resolved, seed
        self._env = simpy.Environment(initial_time=begin)
        self._drawn: dict[tuple[str, ...], int] = {}

    @property
    def now(self) -> int:
        """The time, in microseconds UTC."""
        return int(self._env.now)

    def at(self, time: int, rank: Rank, action: Callable[[], object]) -> None:
        """Let something happen at a time."""
        _Moment(self._env, time, rank, action)

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
        while self._env.peek() < end:
            self._env.step()
