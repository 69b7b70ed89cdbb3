"""What the service offers to machines that pull, as versions in time.

A machine that pulled at time p holds the newest version published at or before p. Versions that no
machine can hold any more are dropped, so the cost of a long run does not grow with its history.

What decides a host depends on who looks: an indicator reaches some device groups only, and of an HTTPS
address network protection sees the name where SmartScreen sees the path. A `view` is a device group with one
of these two sights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.values import IndicatorType
from sim.world.deciders import Deciders, Hosts
from sim.world.machines import NEVER

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

WHOLE, NAME = 0, 1
"""Sights: the whole address, or the name alone."""


def offer(offered: dict[int, Indicator], indicator: Indicator) -> None:
    """Offer an indicator, or stop offering one that was taken off the list."""
    if indicator.removed is None:
        offered[indicator.number] = indicator
    else:
        offered.pop(indicator.number, None)


class Channel:
    """Versions of the offered indicators, resolved by view and host: an indicator number, or -1."""

    def __init__(self, hosts: Sequence[str], ips: Sequence[str], groups: Sequence[str]) -> None:
        """Resolve for these hosts and the addresses behind them ("" is unknown), by device group."""
        known = Hosts(hosts, ips)
        self._offers, self._listed = Deciders(known, groups), Deciders(known, groups)
        self.offered: dict[int, Indicator] = {}
        self.custom_indicators = False
        self._times = [NEVER]
        self._versions: list[I64] = [self._offers.follow(())]
        self._spoken_of = [_spoken_of(self._versions[0])]
        self._keep_columns()
        self.actions: I64 = np.array([Held.NONE], dtype=np.int64)
        """`Held` of each indicator number, with NONE last so that number -1 finds it."""
        self.by_path: Flags = np.zeros(1, dtype=np.bool_)
        """Which indicator numbers are URLs with a path, with False last."""

    def know(self, indicators: list[Indicator]) -> None:
        """Learn what every indicator the tenant ever held is."""
        self.actions = np.array([*(i.action for i in indicators), Held.NONE], dtype=np.int64)
        self.by_path = np.array([*(i.type is IndicatorType.URL for i in indicators), False], dtype=np.bool_)

    def listing(self, indicators: Iterable[Indicator]) -> I64:
        """Return what would decide each host in each view, were the portal's list offered now."""
        return self._listed.follow(indicators)

    def publish(self, now: int, oldest_pull: int) -> None:
        """Add a version that holds from `now`; forget those that every machine has left behind."""
        version = self._offers.follow(self.offered.values() if self.custom_indicators else ())
        if self._times[-1] == now:
            self._versions[-1], self._spoken_of[-1] = version, _spoken_of(version)
        else:
            self._times.append(now)
            self._versions.append(version)
            self._spoken_of.append(_spoken_of(version))
        keep = max(0, int(np.searchsorted(self._times, oldest_pull, side="right")) - 1)
        self._times, self._versions = self._times[keep:], self._versions[keep:]
        self._spoken_of = self._spoken_of[keep:]
        self._keep_columns()

    def _keep_columns(self) -> None:
        """Keep what may be held of the few hosts that some version speaks of, and last -1 for all others."""
        self.spoken_of: Flags = np.logical_or.reduce(self._spoken_of)
        """By host: whether a machine may hold an indicator that decides it."""
        places = np.flatnonzero(self.spoken_of)
        self._column: I64 = np.full(len(self.spoken_of), -1, dtype=np.int64)
        self._column[places] = np.arange(len(places))
        views = len(self._versions[0])
        none = np.full((len(self._versions), views, 1), -1, dtype=np.int64)
        held = np.stack([each[:, places] for each in self._versions])
        self._matrix: I64 = np.concatenate([held, none], axis=2)
        self._time_column: I64 = np.array(self._times, dtype=np.int64)

    def held(self, pulled: I64, view: I64, host: I64) -> I64:
        """Return the indicator number held for each host by a machine whose last pull was `pulled`."""
        version = np.maximum(np.searchsorted(self._time_column, pulled, side="right") - 1, 0)
        found: I64 = np.where(pulled == NEVER, -1, self._matrix[version, view, self._column[host]])
        return found


def _spoken_of(version: I64) -> Flags:
    found: Flags = np.any(version >= 0, axis=0)
    return found
