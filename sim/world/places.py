"""Where each machine is at each time, and so which data sources see what it does.

A machine stands at its own site until a stay of the scenario takes it elsewhere. A stay is a pure function of
seed, person and day, so nothing here depends on what else happens or on where time is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import between, draw, draws
from sim.base.time import DAY
from sim.engine.traffic import Coded
from sim.scenario.load import Resolved
from sim.scenario.traits import ORDINARY_SITE, Site, Stay
from sim.world.calendar import Calendar
from sim.world.organisation import Staff

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_HOME_NETWORKS = ("192.168.0", "192.168.1", "192.168.178", "10.0.0")
"""Networks that routers of homes and hotels hand out (own knowledge): many people share an address there."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """A stay of the scenario: whom it is about, when, and the place."""

    number: int
    person: Flags
    days: int
    first: int
    last: int
    place: int


class Places:
    """Places are numbers: each site has two, without and with a VPN to the organisation."""

    def __init__(self, resolved: Resolved, staff: Staff, calendar: Calendar, seed: int) -> None:
        scenario = resolved.scenario
        self.names = (ORDINARY_SITE, *(name for name in scenario.sites if name != ORDINARY_SITE))
        sites = [scenario.sites.get(name, Site()) for name in self.names]
        self.carried: Flags = np.array([way for site in sites for way in (site.behind_proxies, True)])
        """By place: whether the organisation's proxies carry what is done there."""
        self.hides_names: Flags = np.array([site.hides_names for site in sites for _ in range(2)])
        """By place: whether network protection misses the names."""
        number = {name: 2 * place for place, name in enumerate(self.names)}
        self.own: I64 = np.array([number[device.site] for device in staff.devices], dtype=np.int64)
        """By machine: where it is unless a stay says otherwise."""
        self._staff = staff
        self._calendar = calendar
        self._seed = seed
        self._ips = tuple(machine.ip for machine in staff.machines)
        self._stays = tuple(
            _Stay(i, person, stay.days, *(stay.between or (0, 2 * DAY)), number[stay.site] + stay.vpn)
            for i, (stay, person) in enumerate(_whom(resolved, staff, seed))
        )

    def at(self, time: I64, machine: I64) -> I64:
        """Return the place of each machine at each time; of several stays the scenario's last counts."""
        found: I64 = self.own[machine]
        if not self._stays:
            return found
        day = self._calendar.day_of(time)
        midnight = self._calendar.starts[day]
        # A date, unlike a place in the calendar, does not move with the day on which play begins.
        date = (midnight + DAY // 2) // DAY
        for stay in self._stays:
            clock = time - midnight
            mine = np.flatnonzero(stay.person[machine] & (clock >= stay.first) & (clock < stay.last))
            bits = draws(self._seed, "stay", self._staff.keys[machine[mine]], stay.number, date[mine])
            found[mine[bits % np.uint64(100) < stay.days]] = stay.place
        return found

    def addresses(self, time: I64, machine: I64) -> Coded:
        """Return the IP address that each machine has where it is: its own one at its own site."""
        place = self.at(time, machine)
        away = np.flatnonzero(place != self.own[machine])
        if not len(away):
            return Coded(machine, self._ips)
        pairs, codes = np.unique(place[away] * len(self._ips) + machine[away], return_inverse=True)
        found = machine.copy()
        found[away] = len(self._ips) + codes
        return Coded(
            found, (*self._ips, *(self._address(*divmod(pair, len(self._ips))) for pair in pairs.tolist()))
        )

    def _address(self, place: int, machine: int) -> str:
        if place % 2:
            # The VPN's pool stands beside the office's network.
            return f"10.9.{(machine + 10) // 250}.{(machine + 10) % 250 + 1}"
        bits = draw(self._seed, "address-away", int(self._staff.keys[machine]), self.names[place // 2])
        network = _HOME_NETWORKS[bits % len(_HOME_NETWORKS)]
        return f"{network}.{between(bits >> 8, 2, 60)}"


def _whom(resolved: Resolved, staff: Staff, seed: int) -> Iterator[tuple[Stay, Flags]]:
    for number, stay in enumerate(resolved.scenario.stays):
        named = [
            not (stay.people or stay.departments)
            or person.id in stay.people
            or person.department in stay.departments
            for person in staff.people
        ]
        drawn = draws(seed, "stay-rule", staff.keys, number) % np.uint64(100) < stay.share
        yield stay, np.array(named, dtype=np.bool_) & drawn
