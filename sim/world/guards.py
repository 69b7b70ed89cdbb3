"""What decides a connection beside indicators: machines, programs, sites and destinations, as columns.

The true values; the fleet's settings change some of them in play. `sim.engine.enforcement.facts` says what
each column means.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import (
    Antivirus,
    DestinationTraits,
    DevicePosture,
    Engine,
    Facts,
    NetworkProtection,
    ProcessTraits,
    System,
    engine_of,
)
from sim.engine.enforcement.requirements import SystemName, os_supported, platform_current, version
from sim.scenario.load import Resolved
from sim.scenario.traits import Program
from sim.world.channel import NAME, WHOLE
from sim.world.devices import Device
from sim.world.machines import NEVER
from sim.world.organisation import Staff
from sim.world.places import Places
from sim.world.upstream import AFTER_ALL

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SYSTEM: dict[SystemName, System] = {
    "windows": System.WINDOWS,
    "server": System.SERVER,
    "macos": System.MACOS,
    "linux": System.LINUX,
    "android": System.MOBILE,
    "ios": System.MOBILE,
}
_ANTIVIRUS = {"active": Antivirus.ACTIVE, "passive": Antivirus.PASSIVE, "off": Antivirus.OFF}
_MODE = {
    "off": NetworkProtection.DISABLED,
    "audit": NetworkProtection.AUDIT,
    "block": NetworkProtection.ENABLED,
}


class Guards:
    """Columns over machines, over processes and over hosts."""

    def __init__(self, resolved: Resolved, staff: Staff, places: Places) -> None:
        self._places = places
        devices = staff.devices
        period = self._period = resolved.era.portals.key
        self.onboarded = _flags(device.managed for device in devices)
        self.system = _codes(_SYSTEM[device.system] for device in devices)
        self.os_supported = _flags(
            os_supported(period, device.system, version(device.os_build) or ()) for device in devices
        )
        self.antivirus = _codes(_ANTIVIRUS[device.antivirus] for device in devices)
        self.real_time = _flags(device.real_time for device in devices)
        self.cloud_protection = _flags(device.cloud_protection for device in devices)
        self.platform_current = _flags(
            platform_current(device.system, version(device.platform) or ()) for device in devices
        )
        self.network_protection = _codes(_MODE[device.network_protection] for device in devices)
        self.np_allowed = _flags(_np_allowed(device) for device in devices)
        self.smartscreen = _flags(device.smartscreen for device in devices)
        self.reaches_cloud = _flags(device.reaches_cloud for device in devices)
        self.engine: I64 = np.array(
            [[engine_of(system, name) for name in staff.processes] for system in System], dtype=np.int64
        )
        """By system and process."""
        later = {e.device_group.group for _, _, e in resolved.scenario.story.effects if e.device_group}
        self.groups = tuple(sorted({device.group for device in devices} | later))
        """The device groups; "" are the devices in none."""
        self.group = _codes(self.groups.index(device.group) for device in devices)
        """By machine: the place of its device group."""
        names_only = self.engine[self.system] != Engine.SMARTSCREEN
        self._sight = np.where(names_only, NAME, WHOLE)
        self.view: I64 = self.group[:, None] * 2 + self._sight
        """By machine and process: in which of the channel's views their connections are seen."""
        self.left: I64 = np.where(self.onboarded, AFTER_ALL, NEVER)
        """By machine: when it was offboarded; NEVER for one that was not onboarded at all."""
        programs = {name.lower(): program for name, program in resolved.scenario.programs.items()}
        ordinary = Program()
        self._processes = staff.processes
        self._programs = [programs.get(name.lower(), ordinary) for name in staff.processes]
        self.process_quic = _flags(program.quic for program in self._programs)
        self.process_ech = _flags(program.ech for program in self._programs)
        self._no_quic, self._no_ech = (
            np.zeros((len(devices), len(staff.processes)), dtype=np.bool_) for _ in range(2)
        )
        # By machine and process: a browser policy has taken it away.
        self.site_quic, self.site_ech, self.coalesced = (
            np.zeros(len(staff.hosts), dtype=np.bool_) for _ in range(3)
        )
        self.ips = [""] * len(staff.hosts)
        """The address behind each host, where the scenario gives one."""
        for entry in resolved.scenario.destinations:
            for host, name in enumerate(staff.hosts):
                if staff.apps[int(staff.host_app[host])].id == entry.app and entry.host in {None, name}:
                    self.site_quic[host] = _latest(entry.quic, self.site_quic[host])
                    self.site_ech[host] = _latest(entry.ech, self.site_ech[host])
                    self.coalesced[host] |= entry.coalesced_with not in {None, name}
                    self.ips[host] = entry.ip or self.ips[host]

    def hides_names(self, time: I64, machine: I64) -> Flags:
        """Mark the connections whose names network protection misses, by where the machine is."""
        found: Flags = self._places.hides_names[self._places.at(time, machine)]
        return found

    def feeds(self, time: I64, machine: I64) -> Flags:
        """Mark the connections that reach Cloud Discovery: the machine is onboarded, and of a build that
        forwards them (CAS/wdatp-integration.md; documented).

        In 2019 a machine behind a forward proxy is missing (the same page), today it is not
        (CAS/mde-investigation.md). A Mac needs network protection on (CAS/mde-integration.md); documented.
        """
        mac_is_off = (self.system == System.MACOS) & (self.network_protection == NetworkProtection.DISABLED)
        found: Flags = (self.onboarded & self.os_supported & ~mac_is_off)[machine]
        return found & ~self.hides_names(time, machine) if self._period == "2019" else found

    def facts(
        self,
        time: I64,
        machine: I64,
        process: I64,
        host: I64,
        *,
        holds: I64,
        lists: I64,
        https_path: Flags,
        upstream: I64,
    ) -> Facts:
        """Return the facts of connections for which no warning was clicked through."""
        return Facts(
            onboarded=self.onboarded[machine],
            system=self.system[machine],
            os_supported=self.os_supported[machine],
            antivirus=self.antivirus[machine],
            real_time=self.real_time[machine],
            cloud_protection=self.cloud_protection[machine],
            platform_current=self.platform_current[machine],
            network_protection=self.network_protection[machine],
            np_allowed=self.np_allowed[machine],
            smartscreen=self.smartscreen[machine],
            reaches_cloud=self.reaches_cloud[machine],
            engine=self.engine[self.system[machine], process],
            process_quic=self.process_quic[process] & ~self._no_quic[machine, process],
            process_ech=self.process_ech[process] & ~self._no_ech[machine, process],
            site_quic=self.site_quic[host],
            site_ech=self.site_ech[host],
            coalesced=self.coalesced[host],
            https_path=https_path,
            hidden=self.hides_names(time, machine),
            bypassed=np.zeros(len(host), dtype=np.bool_),
            upstream=upstream,
            holds=holds,
            lists=lists,
        )

    def posture(self, machine: int) -> DevicePosture:
        """Return a machine's true protection state."""
        return DevicePosture(
            bool(self.smartscreen[machine]),
            Antivirus(int(self.antivirus[machine])),
            NetworkProtection(int(self.network_protection[machine])),
            bool(self.onboarded[machine]),
            System(int(self.system[machine])),
            bool(self.os_supported[machine]),
            bool(self.real_time[machine]),
            bool(self.cloud_protection[machine]),
            bool(self.platform_current[machine]),
            bool(self.np_allowed[machine]),
            bool(self.reaches_cloud[machine]),
        )

    def encrypts_hello(self, machine: I64, process: I64, host: I64) -> Flags:
        """Mark the connections whose Client Hello nobody on the way can read."""
        found: Flags = self.process_ech[process] & ~self._no_ech[machine, process] & self.site_ech[host]
        return found

    def group_of(self, machine: int) -> str:
        """Return the name of a machine's device group; "" is none."""
        return self.groups[int(self.group[machine])]

    def regroup(self, machines: I64, group: str) -> None:
        """Put machines into another device group."""
        self.group[machines] = self.groups.index(group)
        self.view = self.group[:, None] * 2 + self._sight

    def protect(self, machines: I64, antivirus: str) -> None:
        """Let machines' antivirus be `active`, `passive` or `off`."""
        self.antivirus[machines] = _ANTIVIRUS[antivirus]

    def offboard(self, machines: I64, now: int) -> None:
        """Let machines leave Defender."""
        staying = machines[self.onboarded[machines]]
        self.onboarded[staying] = False
        self.left[staying] = now

    def reported(self, machine: I64, time: I64) -> Flags:
        """Tell of which connections Defender was told: those of machines that were onboarded at the time."""
        found: Flags = time < self.left[machine]
        return found

    def stop_quic(self, machine: int, file_name: str, stopped: bool) -> None:
        """Let a program of a machine speak HTTP/3 no more, or again as it does."""
        self._no_quic[machine, self._processes.index(file_name)] = stopped

    def stop_ech(self, machine: int, file_name: str, stopped: bool) -> None:
        """Let a program of a machine encrypt no Client Hello, or again as it does."""
        self._no_ech[machine, self._processes.index(file_name)] = stopped

    def program(self, machine: int, process: int) -> ProcessTraits:
        """Return what matters of a process on a machine."""
        return ProcessTraits(
            self._processes[process],
            bool(self.process_quic[process] and not self._no_quic[machine, process]),
            bool(self.process_ech[process] and not self._no_ech[machine, process]),
        )

    def destination(self, host: int, https_path: bool = False) -> DestinationTraits:
        """Return what matters of a host."""
        return DestinationTraits(
            bool(self.site_quic[host]), bool(self.site_ech[host]), bool(self.coalesced[host]), https_path
        )


def _np_allowed(device: Device) -> bool:
    return device.system != "server" or device.server_network_protection


def _latest(said: bool | None, before: bool) -> bool:
    return before if said is None else said


def _flags(values: Iterable[bool]) -> Flags:
    return np.array(list(values), dtype=np.bool_)


def _codes(values: Iterable[int]) -> I64:
    return np.array(list(values), dtype=np.int64)
