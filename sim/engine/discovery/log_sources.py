"""What the log of each kind of appliance can tell: its blind spots, in its own format's terms.

Two sources of the same traffic disagree for these reasons, and for those of the path (`sim.world.places`).
Which columns a product's log has: CAS/set-up-cloud-discovery.md and the vendors' formats, as
`docs/log-formats.md` lists them; documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal, get_args

import numpy as np

from sim.engine.traffic import Coded, Traffic, absent

LogName = Literal["squid", "w3c", "cef", "zscaler", "fortigate", "cisco-asa"]
LOG_NAMES: tuple[str, ...] = get_args(LogName)


class Sight(Enum):
    """How an appliance comes to know where a connection goes."""

    ASKED = "asked"
    """The client asks a proxy for the name (CONNECT), whatever it encrypts afterwards."""
    HELLO = "hello"
    """A firewall reads the name in the Client Hello; where that is encrypted it has the address only."""
    ADDRESS = "address"
    """It has nothing but the address."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """What one kind of log holds. A column that it has not is absent, never zero."""

    title: str
    sight: Sight = Sight.ASKED
    knows_users: bool = True
    has_addresses: bool = False
    """It names the destination's address."""
    sizes: frozenset[str] = frozenset({"bytes_up", "bytes_down"})

    @property
    def reads_urls(self) -> bool:
        """Whether an appliance that inspects TLS writes paths into it."""
        return self.sight is Sight.ASKED

    def tells(self, traffic: Traffic, nameless: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Traffic:
        """Return what of the traffic stands in the log; `nameless` marks encrypted Client Hellos."""
        host = traffic.host
        if self.sight is Sight.ADDRESS:
            host = Coded(absent(len(traffic)), ())
        elif self.sight is Sight.HELLO and nameless.any():
            host = Coded(np.where(nameless, -1, host.codes), host.names)
        up, down = traffic.bytes_up, traffic.bytes_down
        both = None if up is None or down is None else up + down
        return replace(
            traffic,
            host=host,
            user=traffic.user if self.knows_users else None,
            destination_ip=traffic.destination_ip if self.has_addresses else None,
            bytes_up=up if "bytes_up" in self.sizes else None,
            bytes_down=down if "bytes_down" in self.sizes else None,
            bytes_total=both if "bytes_total" in self.sizes else None,
        )


ANY = LogSource("any")
"""A log whose format a scenario does not name: names, people and both sizes."""

LOG_SOURCES: Mapping[str, LogSource] = {
    "squid": LogSource("Squid native access log", has_addresses=True, sizes=frozenset({"bytes_down"})),
    "w3c": LogSource("Blue Coat ProxySG, W3C extended"),
    "cef": LogSource("Forcepoint Web Security, CEF", has_addresses=True),
    "zscaler": LogSource("Zscaler NSS, QRadar LEEF", has_addresses=True),
    "fortigate": LogSource("Fortinet FortiGate", Sight.HELLO, has_addresses=True),
    "cisco-asa": LogSource(
        "Cisco ASA", Sight.ADDRESS, knows_users=False, has_addresses=True, sizes=frozenset({"bytes_total"})
    ),
}
"""By the name that scenarios and `unsanctioned export` use."""
