"""What a machine's settings do: the columns of the guards that each of them decides, and the links."""

from __future__ import annotations

from collections.abc import Mapping

from sim.engine.enforcement.chain import Link
from sim.engine.enforcement.facts import NetworkProtection
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
_QUIC = {_CHROME: CHROME_QUIC.name, _FIREFOX: FIREFOX_QUIC.name}
_ECH = {_CHROME: CHROME_ECH.name, _FIREFOX: FIREFOX_ECH.name}
_DECIDES: Mapping[Link, tuple[str, ...]] = {
    Link.MODE: (NETWORK_PROTECTION.name,),
    Link.SMARTSCREEN: (SMARTSCREEN.name,),
    Link.REAL_TIME: (REAL_TIME.name,),
    Link.CLOUD_PROTECTION: (CLOUD_PROTECTION.name,),
    Link.SERVER_ALLOWED: (ON_SERVER.name, DOWN_LEVEL.name),
}
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
        guards.np_allowed[machine] = _is_allowed(device, held)
    elif name == CHROME_QUIC.name:
        guards.stop_quic(machine, _CHROME, not value)
    elif name == FIREFOX_QUIC.name:
        guards.stop_quic(machine, _FIREFOX, not value)
    elif name == CHROME_ECH.name:
        guards.stop_ech(machine, _CHROME, not value)
    elif name == FIREFOX_ECH.name:
        guards.stop_ech(machine, _FIREFOX, bool(value))


def deciding(process: str) -> Mapping[Link, tuple[str, ...]]:
    """Return the links of a program that settings decide, and the names of those settings."""
    quic, ech = _QUIC.get(process), _ECH.get(process)
    browser = {Link.QUIC: quic, Link.ECH: ech}
    return {**_DECIDES, **{link: (name,) for link, name in browser.items() if name is not None}}


def closes(link: Link, device: Device, held: MachineSettings, process: str) -> bool:
    """Tell whether a machine's settings let a link of `deciding` be done."""

    def value(name: str) -> Value:
        return held.effective(name).value

    match link:
        case Link.MODE:
            return value(NETWORK_PROTECTION.name) == NetworkProtection.ENABLED
        case Link.SMARTSCREEN:
            return value(SMARTSCREEN.name) is True
        case Link.REAL_TIME:
            return value(REAL_TIME.name) is False
        case Link.CLOUD_PROTECTION:
            return value(CLOUD_PROTECTION.name) != 0
        case Link.SERVER_ALLOWED:
            return _is_allowed(device, held)
        case Link.QUIC:
            return value(_QUIC[process]) is False
        case _:
            return value(_ECH[process]) is (process == _FIREFOX)


def _is_allowed(device: Device, held: MachineSettings) -> bool:
    on, down = (held.effective(one.name).value is True for one in (ON_SERVER, DOWN_LEVEL))
    return on and (down or not _is_down_level(device))


def _is_down_level(device: Device) -> bool:
    return device.system == "server" and (version(device.os_build) or (0,))[0] in _DOWN_LEVEL
