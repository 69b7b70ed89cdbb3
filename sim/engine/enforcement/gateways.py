"""What stands between a network and the internet, and what it refuses.

An appliance blocks what the last imported block script says, until another one is imported. A secure web
gateway that is integrated fetches the list of unsanctioned apps by itself, at an interval of its own
(discovery dossier, section 3.3). Both refuse whoever is behind them: no scope of device groups and no
warning reaches them (CAS/governance-discovery.md; documented).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.precedence import covering
from sim.engine.enforcement.scripts import APPLIANCES, Appliance

Codes = NDArray[np.int64]

WebGatewayKind = Literal["zscaler", "iboss", "menlo", "open-systems"]
ApplianceKind = Literal["bluecoat", "cisco-asa", "fortigate", "juniper-srx", "palo-alto", "websense"]
GatewayKind = Literal["log", WebGatewayKind, ApplianceKind]
"""`log` writes a log and refuses nothing."""

WEB_GATEWAYS: dict[str, str] = {
    "zscaler": "Zscaler",
    "iboss": "iboss",
    "menlo": "Menlo Security",
    "open-systems": "Open Systems",
}
"""The secure web gateways that fetch the list by themselves, and their names."""

_SCRIPTED: dict[str, Appliance] = {
    known.id: known for known in APPLIANCES if known.id in get_args(ApplianceKind)
}


def scripted(kind: str) -> Appliance | None:
    """Return the appliance of a kind of gateway that needs a script; None for all others."""
    return _SCRIPTED.get(kind)


def kind_name(kind: str) -> str:
    """Return what a kind of gateway is called."""
    appliance = scripted(kind)
    return appliance.name if appliance else WEB_GATEWAYS.get(kind, "Proxy")


def last_poll(time: Codes, phase: int, interval: int) -> Codes:
    """Return when a gateway last fetched the list, at or before each time."""
    found: Codes = phase + (time - phase) // interval * interval
    return found


def next_poll(time: int, phase: int, interval: int) -> int:
    """Return when a gateway fetches the list next, after `time`."""
    return phase + ((time - phase) // interval + 1) * interval


def refused(hosts: Sequence[str], domains: Collection[str], sub_domains: bool = True) -> NDArray[np.bool_]:
    """Mark the hosts, or `host/path`, that a list of domains refuses."""
    known = set(domains)
    names = [host.partition("/")[0] for host in hosts]
    marks = [(covering(known, name) is not None) if sub_domains else name in known for name in names]
    return np.array(marks, dtype=np.bool_)
