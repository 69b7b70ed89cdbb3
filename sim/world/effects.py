"""What a machine's settings do: the columns of the guards that each of them decides."""

from __future__ import annotations

from sim.engine.enforcement.fleet import MachineSettings
from sim.engine.enforcement.requirements import version
from sim.engine.enforcement.settings import (
    CHROME_ECH,
    CHROME_QUIC,
    CLOUD_PROTECTION,
    DOWN_LEVEL,
    FIREFOX_ECH,
    FIREFOX_QUIC,
    NETWORK_PROTECTION,
    ON_SERVER,
    REAL_TIME,
    SMARTSCREEN,
    Value,
)
from sim.world.devices import Device
from sim.world.guards import Guards

_CHROME, _FIREFOX = "chrome.exe", "firefox.exe"
_DOWN_LEVEL = frozenset({9600, 14393})
"""Builds of Windows Server 2012 R2 and 2016 (own knowledge): they need the down-level switch, too."""


def found(guards: Guards, device: Device, machine: int) -> dict[str, Value]:
    """Return how a machine stands as play begins, before any setting has changed it."""
    return {
        NETWORK_PROTECTION.name: int(guards.network_protection[machine]),
        REAL_TIME.name: not guards.real_time[machine],
        CLOUD_PROTECTION.name: 2 if guards.cloud_protection[machine] else 0,
        SMARTSCREEN.name: bool(guards.smartscreen[machine]),
        ON_SERVER.name: device.server_network_protection,
        DOWN_LEVEL.name: device.server_network_protection and _is_down_level(device),
    }


def put(guards: Guards, device: Device, machine: int, name: str, held: MachineSettings) -> None:
    """Write what a setting has come to into the columns that decide connections."""
    value = held.effective(name).value
    if name == NETWORK_PROTECTION.name:
        guards.network_protection[machine] = value
    elif name == REAL_TIME.name:
        guards.real_time[machine] = not value
    elif name == CLOUD_PROTECTION.name:
        guards.cloud_protection[machine] = value != 0
    elif name == SMARTSCREEN.name:
        guards.smartscreen[machine] = value
    elif name in {ON_SERVER.name, DOWN_LEVEL.name} and device.system == "server":
        on, down = (held.effective(one.name).value is True for one in (ON_SERVER, DOWN_LEVEL))
        guards.np_allowed[machine] = on and (down or not _is_down_level(device))
    elif name == CHROME_QUIC.name:
        guards.stop_quic(machine, _CHROME, not value)
    elif name == FIREFOX_QUIC.name:
        guards.stop_quic(machine, _FIREFOX, not value)
    elif name == CHROME_ECH.name:
        guards.stop_ech(machine, _CHROME, not value)
    elif name == FIREFOX_ECH.name:
        guards.stop_ech(machine, _FIREFOX, bool(value))


def _is_down_level(device: Device) -> bool:
    return device.system == "server" and (version(device.os_build) or (0,))[0] in _DOWN_LEVEL
