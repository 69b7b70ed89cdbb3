"""What the service offers to machines that pull, as versions in time.

A machine that pulled at time p holds the newest version published at or before p. Versions that no
machine can hold any more are dropped, so the cost of a long run does not grow with its history.

What decides a host depends on who looks: an indicator reaches some device groups only, and of an HTTPS
address network protection sees the name where SmartScreen sees the path. A `view` is a device group with one
of these two sights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import Deciding
from sim.engine.enforcement.values import IndicatorType
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
        self._hosts = tuple(zip(hosts, ips, strict=True))
        self._names = tuple((host.partition("/")[0], ip) for host, ip in self._hosts)
        self._groups = tuple(groups)
        self.offered: dict[int, Indicator] = {}
        self.custom_indicators = False
        self._times = [NEVER]
        self._versions: list[I64] = [self.resolve(())]
        self._matrix = np.stack(self._versions)
        self.spoken_of = _spoken_of(self._matrix)
        """By host: whether a machine may hold an indicator that decides it."""
        self._time_column: I64 = np.array(self._times, dtype=np.int64)
        self.actions: I64 = np.array([Held.NONE], dtype=np.int64)
        """`Held` of each indicator number, with NONE last so that number -1 finds it."""
        self.by_path: Flags = np.zeros(1, dtype=np.bool_)
        """Which indicator numbers are URLs with a path, with False last."""

    def know(self, indicators: list[Indicator]) -> None:
        """Learn what every indicator the tenant ever held is."""
        self.actions = np.array([*(i.action for i in indicators), Held.NONE], dtype=np.int64)
        self.by_path = np.array([*(i.type is IndicatorType.URL for i in indicators), False], dtype=np.bool_)

    def resolve(self, indicators: Iterable[Indicator]) -> I64:
        """Return the number of the indicator that decides each host in each view, or -1.

        Where only the path would give a host away, its indicator is named to the sight of the name too:
        `by_path` tells that it is not seen.
        """
        known = tuple(indicators)
        views = len(self._groups) * 2
        if not known:
            return np.full((views, len(self._hosts)), -1, dtype=np.int64)
        return np.stack(list(chain.from_iterable(self._views(known, group) for group in self._groups)))

    def _views(self, known: tuple[Indicator, ...], group: str) -> tuple[I64, I64]:
        deciding = Deciding(known, group)
        whole = _numbers(deciding, self._hosts)
        if self._names == self._hosts:
            return whole, whole
        name = _numbers(deciding, self._names)
        return whole, np.where(name >= 0, name, whole)

    def publish(self, now: int, oldest_pull: int) -> None:
        """Add a version that holds from `now`; forget those that every machine has left behind."""
        version = self.resolve(self.offered.values() if self.custom_indicators else ())
        if self._times[-1] == now:
            self._versions[-1] = version
        else:
            self._times.append(now)
            self._versions.append(version)
        keep = max(0, int(np.searchsorted(self._times, oldest_pull, side="right")) - 1)
        self._times, self._versions = self._times[keep:], self._versions[keep:]
        self._matrix = np.stack(self._versions)
        self.spoken_of = _spoken_of(self._matrix)
        self._time_column = np.array(self._times, dtype=np.int64)

    def held(self, pulled: I64, view: I64, host: I64) -> I64:
        """Return the indicator number held for each host by a machine whose last pull was `pulled`."""
        version = np.maximum(np.searchsorted(self._time_column, pulled, side="right") - 1, 0)
        found: I64 = np.where(pulled == NEVER, -1, self._matrix[version, view, host])
        return found


def _spoken_of(matrix: I64) -> Flags:
    found: Flags = np.any(matrix >= 0, axis=(0, 1))
    return found


def _numbers(deciding: Deciding, hosts: Sequence[tuple[str, str]]) -> I64:
    found = (deciding.decides(host, ip) for host, ip in hosts)
    return np.array([-1 if one is None else one.number for one in found], dtype=np.int64)
