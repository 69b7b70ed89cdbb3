"""Custom continuous reports: which rows of which sources they take, by user group and by address.

Filters of one sort widen each other, filters of different sorts narrow each other (guess: as filters do
elsewhere in the product). A row whose source does not say who or from where passes no such filter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import numpy as np

from sim.engine.discovery.people import People
from sim.engine.traffic import Bool, Coded, Traffic

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class IpRange:
    """Addresses that somebody named and tagged (CAS/ip-tags.md; documented)."""

    name: str
    networks: tuple[str, ...]
    """In CIDR notation, in the order given."""
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomReport:
    """What a custom continuous report takes; an empty filter lets everybody in."""

    name: str
    sources: tuple[str, ...]
    groups: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    """In CIDR notation."""
    ip_tags: tuple[str, ...] = ()
    created: int = 0


def network(text: str) -> Network | None:
    """Return the network that `10.1.0.0/16` or `10.1.0.7` names, None where it names none."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def networks(texts: Iterable[str]) -> list[Network]:
    """Return the networks that the texts name."""
    return [found for text in texts if (found := network(text)) is not None]


def inside(address: str, ranges: Collection[Network]) -> bool:
    """Tell whether an address lies in one of the networks; what is no address lies in none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in each for each in ranges)


def marked(column: Coded | None, size: int, passes: Callable[[str], bool]) -> Bool:
    """Mark the rows whose text passes; rows without one are not marked."""
    if column is None:
        return np.zeros(size, dtype=np.bool_)
    # The slot past the last name is where a code of -1 lands.
    passing = np.zeros(len(column.names) + 1, dtype=np.bool_)
    used = np.unique(column.codes[column.codes >= 0])
    passing[used] = [passes(column.names[code]) for code in used.tolist()]
    marks: Bool = passing[column.codes]
    return marks


def wanted(report: CustomReport, traffic: Traffic, people: People, ip_ranges: Mapping[str, IpRange]) -> Bool:
    """Mark the rows that a custom report takes from one of its sources.

    A group's members are known by the name that the directory gives them.
    """
    rows = np.ones(len(traffic), dtype=np.bool_)
    if report.groups:
        groups = set(report.groups)
        rows &= marked(
            traffic.user, len(traffic), lambda name: not groups.isdisjoint(people.groups.get(name, ()))
        )
    if report.networks or report.ip_tags:
        tags = set(report.ip_tags)
        tagged = (each for named in ip_ranges.values() if tags & {*named.tags} for each in named.networks)
        ranges = networks([*report.networks, *tagged])
        rows &= marked(traffic.source_ip, len(traffic), lambda address: inside(address, ranges))
    return rows
