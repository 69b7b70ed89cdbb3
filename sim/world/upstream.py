"""What stops a connection elsewhere than on the machine: a gateway, a sign-in, a removed program.

None of it is an event. When a gateway fetched its list, when a person signs in again and when a machine
loses a program are formulas of the seed and of what was done so far, so the answer does not depend on
where time is cut: whoever changes anything here realises the traffic before it first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.engine.enforcement import facts
from sim.engine.enforcement.access import AccessAction, AccessRule
from sim.engine.enforcement.gateways import WEB_GATEWAYS, last_poll, next_poll, refused, scripted
from sim.engine.enforcement.reach import Removal
from sim.scenario.eras import Era
from sim.scenario.load import Resolved
from sim.scenario.schema import ProxyLog
from sim.world.machines import NEVER, Machines
from sim.world.organisation import Staff
from sim.world.places import Places

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

AFTER_ALL = 2**62
"""Stands for a time after everything."""


class Relay(IntEnum):
    """What the reverse proxy of session control does with a connection that it lets through."""

    DIRECT = 0
    """The connection does not pass it."""
    MONITORED = 1
    LIMITED = 2


_RELAY = {AccessAction.MONITOR: Relay.MONITORED, AccessAction.LIMIT: Relay.LIMITED}

DOWNLOAD = 100_000
"""Bytes from which on an answer is a download, which a limited session does not get (guess)."""


class Gateway:
    """One proxy or gateway: who is behind it, and which hosts it refuses since when."""

    def __init__(self, proxy: ProxyLog, staff: Staff, places: Places, era: Era, seed: int) -> None:
        self.proxy = proxy
        self.name = proxy.name
        self.kind = proxy.kind
        self.appliance = scripted(proxy.kind)
        self.departments = proxy.departments
        named = [not proxy.departments or p.department in proxy.departments for p in staff.people]
        self._members: Flags = np.array(named, dtype=np.bool_)
        self._places = places
        self.interval = era.gateway_polls[proxy.kind].interval if proxy.kind in WEB_GATEWAYS else 0
        """Microseconds between two fetches of the list; 0: it fetches none."""
        self.phase = draw(seed, "gateway-phase", proxy.name) % self.interval if self.interval else 0
        self.imported: int | None = None
        """When the last block script was imported."""
        self._hosts = staff.names
        self._times = [NEVER]
        self._lists: list[tuple[str, ...]] = [()]
        self._versions: list[Flags] = [np.zeros(len(staff.hosts), dtype=np.bool_)]

    def carries(self, time: I64, machine: I64) -> Flags:
        """Mark the connections that pass it: of its departments' machines, where they are at that time."""
        found: Flags = self._members[machine] & self._places.carried[self._places.at(time, machine)]
        return found

    def take(self, now: int, domains: tuple[str, ...]) -> None:
        """Hold a newer list from `now` on; a gateway that polls has it with its next poll."""
        version = refused(self._hosts, domains, self.appliance is None or self.appliance.sub_domains)
        # What was fetched before the oldest poll that still counts is of no use to anybody.
        keep = max(0, int(np.searchsorted(self._times, self.fetched(now), side="right")) - 1)
        self._times, self._lists = [*self._times[keep:], now], [*self._lists[keep:], domains]
        self._versions = [*self._versions[keep:], version]

    @property
    def newest(self) -> tuple[str, ...]:
        """The newest list, whether it was fetched already or not."""
        return self._lists[-1]

    def list_at(self, now: int) -> tuple[str, ...]:
        """Return the list that the gateway goes by."""
        return self._lists[max(int(np.searchsorted(self._times, self.fetched(now), side="right")) - 1, 0)]

    def fetched(self, now: int) -> int:
        """Return the time of the list that the gateway goes by."""
        return int(last_poll(np.array([now]), self.phase, self.interval)[0]) if self.interval else now

    def next_fetch(self, now: int) -> int | None:
        """Return when it fetches the list next; None where it never does."""
        return next_poll(now, self.phase, self.interval) if self.interval else None

    def refuses(self, time: I64, machine: I64, host: I64) -> Flags:
        """Mark the connections that the gateway refuses."""
        versions = np.stack(self._versions)
        concerned: Flags = np.any(versions, axis=0)
        found = concerned[host]
        rows = np.flatnonzero(found)
        if len(rows):
            time, machine, host = time[rows], machine[rows], host[rows]
            asked = last_poll(time, self.phase, self.interval) if self.interval else time
            version = np.searchsorted(np.array(self._times), asked, side="right") - 1
            found[rows] = versions[np.maximum(version, 0), host] & self.carries(time, machine)
        return found


@dataclass(frozen=True, slots=True)
class _Rule:
    """An access rule as columns."""

    rule: AccessRule
    host: Flags
    process: Flags
    since: I64
    """By person: when they sign in for the first time after the rule was made."""


class Upstream:
    """Everything that decides about a connection beside the machine's own protection."""

    def __init__(
        self, resolved: Resolved, staff: Staff, machines: Machines, places: Places, seed: int
    ) -> None:
        era = resolved.era
        self.gateways = tuple(Gateway(proxy, staff, places, era, seed) for proxy in resolved.scenario.proxy)
        self.removed: I64 = np.full((len(machines), len(staff.processes)), AFTER_ALL, dtype=np.int64)
        """By machine and process: when the program is gone."""
        self._staff = staff
        self._machines = machines
        self._era = era
        self._seed = seed
        self._browser: Flags = np.array(
            [era.portals.is_browser(name) for name in staff.processes], dtype=np.bool_
        )
        self._rules: dict[int, _Rule] = {}
        self._removals: dict[tuple[int, int], int] = {}

    def denies(self, time: I64, machine: I64, user: I64, process: I64, host: I64) -> I64:
        """Return the `facts.Upstream` of each connection; the nearest to the machine is named."""
        found = np.full(len(time), facts.Upstream.NONE, dtype=np.int64)
        found[self._meets(AccessAction.BLOCK, time, user, process, host)] = facts.Upstream.ACCESS
        for gateway in self.gateways:
            found[gateway.refuses(time, machine, host)] = facts.Upstream.GATEWAY
        return found

    def relays(self, time: I64, user: I64, process: I64, host: I64) -> I64:
        """Return the `Relay` of each connection that nothing denied."""
        found = np.full(len(time), Relay.DIRECT, dtype=np.int64)
        for action, relay in _RELAY.items():
            found[self._meets(action, time, user, process, host)] = relay
        return found

    def removal(self, now: int, machine: int, process: int) -> Removal:
        """Return how far the removal of a program from a machine has come."""
        gone = int(self.removed[machine, process])
        return Removal.DONE if gone <= now else Removal.NOT_ASKED if gone == AFTER_ALL else Removal.WAITS

    def gateway_of(self, now: int, machine: int) -> Gateway | None:
        """Return the gateway that a machine is behind now, if it is behind one."""
        one = np.array([now], dtype=np.int64), np.array([machine], dtype=np.int64)
        return next((gateway for gateway in self.gateways if gateway.carries(*one)[0]), None)

    def is_relayed(self, now: int, user: int, process: int, host: int) -> bool:
        """Tell whether session control relays a connection that begins now."""
        one = np.array([now, user, process, host], dtype=np.int64).reshape(4, 1)
        return bool(self.relays(*one)[0] != Relay.DIRECT)

    def gone(self, time: I64, machine: I64, process: I64) -> Flags:
        """Mark the requests that are never made because the program was removed from the machine."""
        if not self._removals:
            return np.zeros(len(time), dtype=np.bool_)
        found: Flags = self.removed[machine, process] <= time
        return found

    def list_unsanctioned(self, now: int, domains: tuple[str, ...]) -> None:
        """Let the gateways that fetch the list find this one from now on."""
        for gateway in self.gateways:
            if gateway.interval and gateway.newest != domains:
                gateway.take(now, domains)

    def enforce(self, rule: AccessRule) -> None:
        """Let a rule hold for each person from their next sign-in on, or end it at once."""
        if rule.removed is not None:
            # Who was refused signs in again, so nothing is left that would delay it.
            del self._rules[rule.number]
            return
        staff = self._staff
        app = next((n for n, app in enumerate(staff.apps) if app.id == rule.app_id), -1)
        delay = self._era.access_rule
        since = [
            rule.created + delay.sample(self._seed, "access_rule", rule.number, key)
            if rule.covers_person(person.department)
            else AFTER_ALL
            for person, key in zip(staff.people, staff.keys.tolist(), strict=True)
        ]
        clients = [rule.covers_client(bool(browser)) for browser in self._browser]
        # The analyst tests with an account that every rule covers, and signs in anew each time.
        columns = np.array([*since, rule.created], dtype=np.int64)
        self._rules[rule.number] = _Rule(rule, staff.host_app == app, np.array(clients), columns)

    def remove_client(self, now: int, process: int, machines: Collection[int]) -> dict[int, int]:
        """Remove a program from machines; return when each will have lost it.

        Left out: machines that are away, are not managed, or lose it already.
        """
        name = self._staff.processes[process]
        found: dict[int, int] = {}
        for machine in sorted(machines):
            away, managed = self._staff.away[machine], self._staff.machines[machine].device.managed
            if away or not managed or self.removed[machine, process] != AFTER_ALL:
                continue
            self._removals[machine, process] = self._removals.get((machine, process), 0) + 1
            key = int(self._staff.keys[machine])
            times = self._removals[machine, process]
            due = now + self._era.client_removal.sample(self._seed, "client_removal", key, name, times)
            one = np.array([machine], dtype=np.int64)
            found[machine] = int(self._machines.first_on(one, np.array([due], dtype=np.int64))[0])
            self.removed[machine, process] = found[machine]
        return found

    def _meets(self, action: AccessAction, time: I64, user: I64, process: I64, host: I64) -> Flags:
        met = np.zeros(len(time), dtype=np.bool_)
        for each in self._rules.values():
            if each.rule.action is action:
                met |= each.host[host] & each.process[process] & (each.since[user] <= time)
        return met
