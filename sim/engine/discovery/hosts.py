"""The report's own numbers for names, and what a host name belongs to.

Batches number their names each in their own way; a report numbers them once. Every distinct host is
looked up in the catalog once, and a host of no app is kept as its registrable domain only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.endings import Endings
from sim.engine.traffic import I64, Coded

NO_DESTINATION = "(no destination)"
"""Stands in the unmatched list for lines that name neither a host nor an address."""

_UNKNOWN = -(1 << 62)
_MOST_UNMATCHED = 500_000


class Numbering(ABC):
    """Numbers for the names of one column, kept from batch to batch."""

    def __init__(self) -> None:
        self._batch_names: tuple[str, ...] = ()
        self._batch_codes: I64 = np.full(1, -1, dtype=np.int64)

    def codes(self, column: Coded) -> I64:
        """Return the number of each row's name; -1 where it is absent."""
        if column.names is not self._batch_names:
            self._follow_names(column.names)
        # Counted one up, so that the absent rows fall off the front.
        used = np.flatnonzero(np.bincount(column.codes + 1)[1:])
        new = used[self._batch_codes[used] == _UNKNOWN]
        if len(new):
            self._batch_codes[new] = self._number([column.names[code] for code in new.tolist()])
        found: I64 = self._batch_codes[column.codes]
        return found

    def _follow_names(self, names: tuple[str, ...]) -> None:
        """Take another batch's names; what is known of those that it begins with like the last one holds."""
        kept, step = len(self._batch_names), 1
        while names[:kept] != self._batch_names[:kept]:
            # A file's own names stay; what a block adds behind them does not.
            kept, step = max(kept - step, 0), 4 * step
        # The slot past the last name is where a code of -1 lands.
        codes = np.full(len(names) + 1, _UNKNOWN, dtype=np.int64)
        codes[:kept], codes[-1] = self._batch_codes[:kept], -1
        self._batch_names, self._batch_codes = names, codes

    def forget_batch(self) -> None:
        """Ask for the number of every name anew in the next batch."""
        self._batch_names = ()
        self._batch_codes = np.full(1, -1, dtype=np.int64)

    @abstractmethod
    def _number(self, names: list[str]) -> list[int]:
        """Return a number for each of the new names."""


class NameNumbering(Numbering):
    """Users, source addresses or machines, numbered from 0 as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.index: dict[str, int] = {}
        self.names: list[str] = []

    def _number(self, names: list[str]) -> list[int]:
        for name in names:
            if name not in self.index:
                self.index[name] = len(self.names)
                self.names.append(name)
        return [self.index[name] for name in names]


class HostNumbering(Numbering):
    """Hosts of cataloged apps from 0 up; registrable domains of all other hosts from -2 down."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog
        self._endings = Endings.of(catalog)
        self._known: dict[str, int] = {}
        self._hosts: list[tuple[str, str]] = []
        self._positions: list[int] = []
        self._apps: I64 = np.zeros(0, dtype=np.int64)
        self._addresses = _AddressNumbering(self)
        self._unmatched = 0
        """How many of the known hosts are of no app."""
        self._domains: dict[str, int] = {}
        self._domain_names: list[str] = []

    def codes_of(self, hosts: Coded, addresses: Coded | None) -> I64:
        """Return the number of each row's destination: its host, else its address, else none."""
        found = self.codes(hosts)
        nameless = found == -1
        if not nameless.any():
            return found
        if addresses is None:
            return np.where(nameless, self._domain_code(NO_DESTINATION), found)
        by_address = self._addresses.codes(addresses.take(nameless))
        found[nameless] = np.where(by_address == -1, self._domain_code(NO_DESTINATION), by_address)
        return found

    def apps(self, codes: I64 | NDArray[np.int32]) -> I64:
        """Return the catalog position of each host's app; the codes are of cataloged apps only."""
        if len(self._apps) != len(self._positions):
            self._apps = np.asarray(self._positions, dtype=np.int64)
        return self._apps[codes]

    def app(self, code: int) -> int:
        """Return the catalog position of one host's app."""
        return self._positions[code]

    def host(self, code: int) -> tuple[str, str]:
        """Return a numbered host and the catalog domain that it matched."""
        return self._hosts[code]

    def domain(self, code: int) -> str:
        """Return the registrable domain that a number from -2 down stands for."""
        return self._domain_names[-2 - code]

    def follow(self, catalog: Catalog, places: I64) -> None:
        """Look hosts up in another catalog from now on; `places` are the new positions of the old one's apps.

        A host that has another entry now gets another number: what was counted stays with its app.
        """
        self._catalog = catalog
        self._endings = Endings.of(catalog)
        self._positions = places[self._positions].tolist() if self._positions else []
        self._apps = np.zeros(0, dtype=np.int64)
        self._forget_unmatched()
        self._known = {name: code for name, code in self._known.items() if self._leads_on(name, code)}
        self.forget_batch()
        self._addresses.forget_batch()

    def _leads_on(self, name: str, code: int) -> bool:
        found = self._catalog.match(name)
        return found is not None and found[1] == self._hosts[code][1]

    def _number(self, names: list[str]) -> list[int]:
        new = [name for name in names if name not in self._known]
        if self._unmatched + len(new) > _MOST_UNMATCHED:
            # Only a cache of look-ups: made-up host names must not fill the memory.
            self._forget_unmatched()
            new = [name for name in names if name not in self._known]
        found, which = self._endings.look_up_all(new)
        matches = {place: each for place, each in enumerate(found) if not isinstance(each, str)}
        unmatched = [self._domain_code(each) if isinstance(each, str) else 0 for each in found]
        codes = np.array(unmatched, dtype=np.int64)[which]
        of_app = np.flatnonzero(codes == 0)
        codes[of_app] = [
            self._host_code(new[row], *matches[place])
            for row, place in zip(of_app.tolist(), which[of_app].tolist(), strict=True)
        ]
        self._unmatched += len(new) - len(of_app)
        self._known.update(zip(new, codes.tolist(), strict=True))
        return [self._known[name] for name in names]

    def _host_code(self, name: str, app: App, domain: str) -> int:
        self._hosts.append((name, domain))
        self._positions.append(self._catalog.index[app.id])
        return len(self._hosts) - 1

    def _forget_unmatched(self) -> None:
        self._known = {name: code for name, code in self._known.items() if code >= 0}
        self._unmatched = 0

    def address_number(self, address: str) -> int:
        """Return the number of a destination that is known by its address only."""
        match = self._catalog.match_ip(address)
        if match is None:
            return self._domain_code(address)
        if address not in self._known:
            self._known[address] = self._host_code(address, *match)
        return self._known[address]

    def _domain_code(self, domain: str) -> int:
        code = self._domains.get(domain)
        if code is None:
            code = self._domains[domain] = -2 - len(self._domain_names)
            self._domain_names.append(domain)
        return code


class _AddressNumbering(Numbering):
    """Destinations without a host name, by their address."""

    def __init__(self, hosts: HostNumbering) -> None:
        super().__init__()
        self._host_numbering = hosts

    def _number(self, names: list[str]) -> list[int]:
        return [self._host_numbering.address_number(name) for name in names]
