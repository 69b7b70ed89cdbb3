"""What the service offers to machines that pull, as versions in time.

A machine that pulled at time p holds the newest version published at or before p. Versions that no
machine can hold any more are dropped, so the cost of a long run does not grow with its history.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import Deciding
from sim.world.machines import NEVER

I64 = NDArray[np.int64]


class Channel:
    """Versions of the offered indicators, resolved per host: an indicator number, or -1."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._hosts = hosts
        self.offered: dict[int, Indicator] = {}
        self.custom_indicators = False
        self._times = [NEVER]
        self._versions: list[I64] = [self.resolve(Deciding(()))]
        self._matrix = np.stack(self._versions)
        self._time_column: I64 = np.array(self._times, dtype=np.int64)
        self.actions: I64 = np.array([Held.NONE], dtype=np.int64)
        """`Held` of each indicator number, with NONE last so that number -1 finds it."""

    def know(self, indicators: list[Indicator]) -> None:
        """Learn the action of every indicator the tenant ever held."""
        held = [indicator.action for indicator in indicators]
        self.actions = np.array([*held, Held.NONE], dtype=np.int64)

    def resolve(self, deciding: Deciding) -> I64:
        """Return the number of the indicator that decides each host, or -1."""
        if not deciding:
            return np.full(len(self._hosts), -1, dtype=np.int64)
        found = (deciding.decides(host) for host in self._hosts)
        return np.array([-1 if one is None else one.number for one in found], dtype=np.int64)

    def publish(self, now: int, oldest_pull: int) -> None:
        """Add a version that holds from `now`; forget those that every machine has left behind."""
        version = self.resolve(Deciding(self.offered.values() if self.custom_indicators else ()))
        if self._times[-1] == now:
            self._versions[-1] = version
        else:
            self._times.append(now)
            self._versions.append(version)
        keep = max(0, int(np.searchsorted(self._times, oldest_pull, side="right")) - 1)
        self._times, self._versions = self._times[keep:], self._versions[keep:]
        self._matrix = np.stack(self._versions)
        self._time_column = np.array(self._times, dtype=np.int64)

    def held(self, pulled: I64, host: I64) -> I64:
        """Return the indicator number held for each host by a machine whose last pull was `pulled`."""
        version = np.maximum(np.searchsorted(self._time_column, pulled, side="right") - 1, 0)
        found: I64 = np.where(pulled == NEVER, -1, self._matrix[version, host])
        return found
