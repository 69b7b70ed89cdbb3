"""Which indicator decides each host, kept up as a list of indicators changes.

An organisation has thousands of hosts, and one indicator speaks of a few: only what a change touches is
decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.catalog.domains import address, locate, suffixes
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import Deciding
from sim.engine.enforcement.values import IndicatorType

I64 = NDArray[np.int64]
Destination = tuple[str, str]
"""A host, perhaps with a path, and the address behind it ("" is unknown)."""


class Hosts:
    """The hosts of an organisation, found by what an indicator says."""

    def __init__(self, hosts: Sequence[str], ips: Sequence[str]) -> None:
        self.whole: tuple[Destination, ...] = tuple(zip(hosts, ips, strict=True))
        self.names: tuple[Destination, ...] = tuple((host.partition("/")[0], ip) for host, ip in self.whole)

    def touched(self, indicator: Indicator) -> Sequence[int]:
        """Return the places of the hosts that an indicator may decide; no other can be."""
        if indicator.type is IndicatorType.ADDRESS:
            return self._at.get(indicator.value, ())
        return self._under.get(indicator.value.partition("/")[0], ())

    @cached_property
    def _under(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, (host, _) in enumerate(self.names):
            for name in suffixes(locate(host)[0]):
                found.setdefault(name, []).append(place)
        return found

    @cached_property
    def _at(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, (host, ip) in enumerate(self.names):
            here = address(ip or locate(host)[0])
            if here is not None:
                found.setdefault(here.exploded, []).append(place)
        return found


class Deciders:
    """The number of the indicator that decides each host in each view of one list, or -1."""

    def __init__(self, hosts: Hosts, groups: Sequence[str]) -> None:
        """A view is a device group with one of two sights: the whole address, or the name alone."""
        self._hosts = hosts
        self._groups = tuple(groups)
        self._listed: dict[int, Indicator] = {}
        self._numbers: I64 = np.full((2 * len(self._groups), len(hosts.whole)), -1, dtype=np.int64)

    def follow(self, indicators: Iterable[Indicator]) -> I64:
        """Return what decides now that the list holds these indicators.

        Where only the path would give a host away, its indicator is named to the sight of the name too.
        """
        listed = {one.number: one for one in indicators}
        before, self._listed = self._listed, listed
        changed = [
            one
            for number in {**before, **listed}
            if before.get(number) is not listed.get(number)
            for one in (before.get(number), listed.get(number))
            if one is not None
        ]
        touched = sorted({place for one in changed for place in self._hosts.touched(one)})
        if touched:
            self._numbers = self._numbers.copy()
            for row, group in enumerate(self._groups):
                deciding = Deciding(listed.values(), group)
                whole = _numbers(deciding, self._hosts.whole, touched)
                name = _numbers(deciding, self._hosts.names, touched)
                self._numbers[2 * row, touched] = whole
                self._numbers[2 * row + 1, touched] = np.where(name >= 0, name, whole)
        return self._numbers


def _numbers(deciding: Deciding, hosts: Sequence[Destination], places: Sequence[int]) -> I64:
    found = (deciding.decides(*hosts[place]) for place in places)
    return np.array([-1 if one is None else one.number for one in found], dtype=np.int64)
