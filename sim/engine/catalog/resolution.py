"""From a host to the place of its app: longest suffix first, then longest path, addresses apart.

Microsoft does not document the order; this is ours (catalog dossier, section 6). The most specific
entry wins, whatever app it is of: every suffix of the host on label boundaries, longest first, and
at each of them the entries with a path before the bare host. So an exact host comes before what
covers it, and a host that merely ends in the same letters is nobody's. An address leads to an app
only if it stands where a host name would; then the smallest network wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.engine.catalog.domains import Address, address, locate, network, segments, suffixes

_MEMO_LIMIT = 1 << 19
"""Hosts whose place is remembered: made-up names in a log must not fill the memory."""


class Resolver:
    """Domain entries, networks, and the number that each leads to."""

    def __init__(self, entries: Mapping[str, int], networks: Iterable[tuple[str, int]] = ()) -> None:
        self._hosts: dict[str, int] = {}
        self._paths: dict[str, dict[tuple[str, ...], int]] = {}
        for entry, place in entries.items():
            host, _, path = entry.partition("/")
            if path:
                self._paths.setdefault(host, {})[tuple(segments(path))] = place
            else:
                self._hosts[host] = place
        depths = {host: max(map(len, below)) for host, below in self._paths.items()}
        self.path_hosts: Mapping[str, int] = MappingProxyType(depths)
        self._networks = _by_size(networks)
        self._memo = _Memo(self)

    def match(self, text: str) -> tuple[int, str] | None:
        """Return the number behind a host, `host/path` or URL, and the entry that gave it away."""
        host, path = locate(text)
        # No entry ends in a digit or holds a colon: an address falls through to the networks.
        parts = segments(path) if path and self._paths else []
        for suffix in suffixes(host):
            if parts and suffix in self._paths:
                below = self._paths[suffix]
                for depth in range(min(len(parts), self.path_hosts[suffix]), 0, -1):
                    start = tuple(parts[:depth])
                    if start in below:
                        return below[start], "/".join((suffix, *start))
            place = self._hosts.get(suffix)
            if place is not None:
                return place, suffix
        return self.match_ip(host) if self._networks else None

    def match_ip(self, text: str | Address) -> tuple[int, str] | None:
        """Return the number behind an address, and the entry as it is written; None if there is none."""
        found = address(text) if isinstance(text, str) else text
        if found is None:
            return None
        number, length = int(found), found.max_prefixlen
        for (version, prefix), known in self._networks:
            if version == found.version and (hit := known.get(number >> (length - prefix))) is not None:
                return hit
        return None

    def places(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number behind each text, -1 where there is none; each distinct one is looked up once."""
        memo = self._memo
        if len(memo) > _MEMO_LIMIT:
            memo.clear()
        # A list in between is measurably faster than np.fromiter.
        return np.array(list(map(memo.__getitem__, texts)), dtype=np.int64)


class _Memo(dict[str, int]):
    """What has been looked up. A miss looks it up, so that a hit costs one step."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self._resolver = resolver

    def __missing__(self, text: str) -> int:
        found = self._resolver.match(text)
        place = self[text] = -1 if found is None else found[0]
        return place


Sizes = list[tuple[tuple[int, int], dict[int, tuple[int, str]]]]


def _by_size(networks: Iterable[tuple[str, int]]) -> Sizes:
    """Return the networks by version and prefix length, longest prefix first, keyed by their prefix."""
    found: dict[tuple[int, int], dict[int, tuple[int, str]]] = {}
    for text, place in networks:
        parsed = network(text)
        if parsed is not None:
            prefix = int(parsed.network_address) >> (parsed.max_prefixlen - parsed.prefixlen)
            found.setdefault((parsed.version, parsed.prefixlen), {})[prefix] = (place, text)
    return sorted(found.items(), key=lambda item: -item[0][1])
