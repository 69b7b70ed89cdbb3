"""What proxies, firewalls and the reverse proxy write down of the connections that pass them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import word
from sim.engine.discovery.log_sources import ANY, LOG_SOURCES, LogSource, Sight
from sim.engine.enforcement.facts import Outcome
from sim.engine.traffic import Coded, Traffic
from sim.scenario.schema import ProxyLog
from sim.world.guards import Guards
from sim.world.organisation import Staff
from sim.world.places import Places
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]


def address_of(name: str) -> str:
    """Return an address for a name that the scenario gives none: of 198.18.0.0/15, which is nobody's.

    The range is set aside for benchmarks (RFC 2544), so no catalog entry can match it by mistake.
    """
    bits = word(name)
    return f"198.{18 + bits % 2}.{bits >> 8 & 255}.{(bits >> 16) % 254 + 1}"


class Logs:
    """Turns rows into what stands in a log."""

    def __init__(self, staff: Staff, guards: Guards, places: Places, users: tuple[str, ...]) -> None:
        """`users` are the names under which people log on."""
        self._staff = staff
        self._guards = guards
        self._places = places
        self._users = users
        self._names = staff.names
        self._addresses = tuple(
            ip or address_of(name) for ip, name in zip(guards.ips, self._names, strict=True)
        )

    def remote_addresses(self, host: I64) -> Coded:
        """Return the address behind each host."""
        return Coded(host, self._addresses)

    def of(self, proxy: ProxyLog | None, rows: Rows, source: LogSource | None = None) -> Traffic:
        """Return rows as an appliance's log has them: no machine, no program, a block on a machine is a short
        visit. What the appliance itself refuses is blocked, and only its log says so.

        `source` stands for another kind of log than the scenario gives it; no proxy is one that knows people.
        """
        chosen = source or (LOG_SOURCES[proxy.log] if proxy is not None and proxy.log else ANY)
        inspects = proxy is not None and proxy.inspects_tls and chosen.reads_urls
        traffic = Traffic(
            rows.time,
            Coded(rows.host, self._staff.hosts if inspects else self._names),
            Coded(rows.user, self._users),
            self._places.addresses(rows.time, rows.machine),
            destination_ip=self.remote_addresses(rows.host),
            bytes_up=rows.bytes_up,
            bytes_down=rows.bytes_down,
            blocked=rows.outcome == Outcome.GATEWAY_BLOCKED,
        )
        nameless = np.zeros(len(rows), dtype=np.bool_)
        if chosen.sight is Sight.HELLO:
            nameless = self._guards.encrypts_hello(rows.machine, rows.process, rows.host)
        told = chosen.tells(traffic, nameless)
        return told if proxy is None or proxy.signs_in else replace(told, user=None)


def session_traffic(rows: Rows, staff: Staff, users: tuple[str, ...], places: Places) -> Traffic:
    """Return rows as the reverse proxy sees them, under the app's own hosts."""
    return Traffic(
        rows.time,
        Coded(rows.host, staff.names),
        Coded(rows.user, users),
        places.addresses(rows.time, rows.machine),
        bytes_up=rows.bytes_up,
        bytes_down=rows.bytes_down,
        blocked=rows.outcome == Outcome.ACCESS_DENIED,
    )
