"""The devices as play begins: what the scenario's rules leave of an ordinary one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draws
from sim.base.time import from_iso
from sim.engine.enforcement.requirements import SystemName
from sim.scenario.device_rules import device_traits
from sim.scenario.load import Resolved
from sim.scenario.traits import ORDINARY_SITE

U64 = NDArray[np.uint64]

_BUILDS: Mapping[SystemName, str] = {
    "windows": "17763.379",
    "server": "17763.379",
    "macos": "13.0",
    "linux": "5.15",
    "android": "12.0",
    "ios": "16.0",
}
"""Windows 10 1809, the first build of it that feeds Cloud Discovery (KB4489899; documented), and Server 2019;
the others: own knowledge."""

_PLATFORMS: Mapping[SystemName, str] = {
    "windows": "4.18.1906.3",
    "server": "4.18.1906.3",
    "macos": "101.94.13",
    "linux": "101.78.13",
    "android": "1.0",
    "ios": "1.0",
}
"""The first with what a block needs (WIN/manage-indicators.md, MDE/network-protection-macos.md, -linux.md;
documented); phones: own knowledge."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device as play begins; `sim.scenario.traits.Devices` says what each trait means."""

    system: SystemName = "windows"
    os_build: str = _BUILDS["windows"]
    managed: bool = True
    group: str = ""
    site: str = ORDINARY_SITE
    antivirus: Literal["active", "passive", "off"] = "active"
    real_time: bool = True
    cloud_protection: bool = True
    platform: str = _PLATFORMS["windows"]
    network_protection: Literal["off", "audit", "block"] = "off"
    smartscreen: bool = True
    server_network_protection: bool = False
    reaches_cloud: bool = True
    pull_every: int | None = None
    offline: tuple[tuple[int, int], ...] = ()
    """Spans [from, to) in simulated time."""

    def is_offline(self, time: int) -> bool:
        """Tell whether the device is in one of its offline spans."""
        return any(start <= time < end for start, end in self.offline)


def devices(
    resolved: Resolved,
    people: Sequence[str],
    departments: Sequence[str],
    phones: Sequence[bool],
    keys: U64,
    seed: int,
) -> tuple[Device, ...]:
    """Return the device of each person; `phones` marks those who share a colleague's machine."""
    shares = () if resolved.pack is None else resolved.pack.devices.get(resolved.era.portals.key, ())
    said = device_traits(resolved.scenario.devices, shares, people, departments, phones, keys, seed)
    tail = resolved.era.straggler
    if tail is not None:
        slow = draws(seed, "straggler", keys) % np.uint64(tail.one_in) == 0
        for row in np.flatnonzero(slow).tolist():
            said[row] = {"pull_every": tail.sample(seed, "straggler", int(keys[row])), **said[row]}
    ordinary = Device()
    return tuple(_device(traits, resolved) if traits else ordinary for traits in said)


def _device(traits: dict[str, Any], resolved: Resolved) -> Device:
    system: SystemName = traits.get("system", "windows")
    spans = traits.get("offline", ())
    offline = tuple((from_iso(a, resolved.tz), from_iso(b, resolved.tz)) for a, b in spans)
    base = Device(system=system, os_build=_BUILDS[system], platform=_PLATFORMS[system])
    return replace(base, **{**traits, "offline": offline})
