"""Questions about the use of cloud apps, answered from cells: of a whole report or of some days of it.

Every number is exact. One that no source could know is None, never zero.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from sim.engine.catalog.model import Catalog
from sim.engine.discovery.groups import EntityKind, Groups, distinct, entity_codes
from sim.engine.discovery.hosts import HostNumbering, NameNumbering
from sim.engine.discovery.rollup import KNOWS, Cells, pack

Counted = Literal["bytes_up", "bytes_down", "bytes_total", "blocked"]
Column = EntityKind | Counted


@dataclass(frozen=True, slots=True)
class Totals:
    """The counters at a report's head, over cataloged apps; None where no source could know."""

    apps: int
    users: int | None
    source_ips: int | None
    machines: int | None
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of all traffic belongs to cataloged apps; bytes are None where no source knows them."""

    transactions: int
    of_transactions: int
    bytes: int | None
    of_bytes: int | None


@dataclass(frozen=True, slots=True)
class AppUsage:
    """One app's use; a counter is None where no source of the app's own traffic could know it."""

    app_id: str
    users: int | None
    source_ips: int | None
    machines: int | None
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: int | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class HostUsage:
    """One host of an app: a row of the app page's Sub-domains."""

    host: str
    domain: str
    """The catalog domain that matched."""
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: int | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EntityUsage:
    """What one user, source address or machine did in cataloged apps."""

    name: str
    apps: int
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: int | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Controls:
    """Users of an app by what its control on their machines did; one user may count in all three.

    The portal shows access, block and bypass (CAS/mde-govern.md; documented). That a warning counts as a
    block until it is clicked through is a guess.
    """

    blocked: int
    accessed: int
    """Got through with nothing to click away."""
    bypassed: int
    """Got through after they clicked a warning away."""


class AppDay(NamedTuple):
    """One app's use on one UTC day: what policies with daily thresholds look at."""

    app_id: str
    day: int
    """Days since 1970-01-01."""
    users: int | None
    source_ips: int | None
    machines: int | None
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None


class Domain(NamedTuple):
    """A registrable domain, or an address, of no cataloged app."""

    name: str
    transactions: int
    bytes_total: int | None


class Use(ABC):
    """The use of cloud apps in some cells."""

    def __init__(
        self, catalog: Catalog, hosts: HostNumbering, names: Mapping[EntityKind, NameNumbering]
    ) -> None:
        self.catalog = catalog
        self._hosts = hosts
        self._names = names

    @abstractmethod
    def app_cells(self) -> Cells:
        """Return cells by day, app, user, source address and machine; cataloged apps only."""

    @abstractmethod
    def host_cells(self) -> Cells:
        """Return cells by day and host, those of no cataloged app too."""

    def names(self, kind: EntityKind) -> Sequence[str]:
        """Return the names of users, source addresses or machines, by their code in the cells."""
        return self._names[kind].names

    def knows(self, column: Column) -> bool:
        """Say whether any source could know `column`."""
        return bool(self.host_cells().known() & KNOWS[column])

    def totals(self) -> Totals:
        """Return the counters over all cataloged apps."""
        cells = self.app_cells()
        columns = entity_codes(cells)

        def entities(kind: EntityKind) -> int | None:
            return distinct(columns[kind]) if self.knows(kind) else None

        def counter(name: Counted) -> int | None:
            return int(getattr(cells, name).sum()) if self.knows(name) else None

        return Totals(
            apps=distinct(cells.key[1]),
            users=entities("user"),
            source_ips=entities("source_ip"),
            machines=entities("machine"),
            transactions=int(cells.transactions.sum()),
            bytes_up=counter("bytes_up"),
            bytes_down=counter("bytes_down"),
            bytes_total=counter("bytes_total"),
            blocked=counter("blocked"),
        )

    def matched(self) -> Share:
        """Return the share of cataloged apps in all traffic."""
        cells = self.host_cells()
        here = cells.key[1] >= 0
        sized = self.knows("bytes_total")
        return Share(
            int(cells.transactions[here].sum()),
            int(cells.transactions.sum()),
            int(cells.bytes_total[here].sum()) if sized else None,
            int(cells.bytes_total.sum()) if sized else None,
        )

    def apps(
        self, *, user: str | None = None, machine: str | None = None, source_ip: str | None = None
    ) -> list[AppUsage]:
        """Return the apps in use, all or one entity's: the most transactions first, then by id."""
        return self._usages(self._filtered(None, user, source_ip, machine))

    def app(self, app_id: str) -> AppUsage | None:
        """Return one app's use, None if it was not seen."""
        return next(iter(self._usages(self._filtered(app_id, None, None, None))), None)

    def controls(self, app_id: str) -> Controls | None:
        """Return an app's users by what its control did; None where no source knows of warnings."""
        cells = self._filtered(app_id, None, None, None)
        users = entity_codes(cells)["user"]
        known = ((cells.knows & KNOWS["bypassed"]) != 0) & (users >= 0)
        if not known.any():
            return None
        accessed = cells.transactions - cells.blocked - cells.bypassed
        counts = (
            distinct(users[known & (column > 0)]) for column in (cells.blocked, accessed, cells.bypassed)
        )
        return Controls(*counts)

    def domains_seen(self) -> dict[str, tuple[str, ...]]:
        """Return the catalog domains that matched, in alphabetical order, by app id."""
        found: dict[str, set[str]] = {}
        for code in np.unique(self.host_cells().key[1]).tolist():
            if code >= 0:
                app = self.catalog.apps[self._hosts.app(code)].id
                found.setdefault(app, set()).add(self._hosts.host(code)[1])
        return {app: tuple(sorted(domains)) for app, domains in found.items()}

    def hosts(self, app_id: str) -> list[HostUsage]:
        """Return an app's hosts, the most transactions first, then by name."""
        cells = self.host_cells()
        position = self.catalog.index.get(app_id, -1)
        cells = cells.take(cells.key[1] >= 0)
        cells = cells.take(self._hosts.apps(cells.key[1]) == position)
        groups = Groups(cells, cells.key[1].astype(np.int64))
        found = [
            HostUsage(host, domain, *usage)
            for (host, domain), usage in zip(map(self._hosts.host, groups.keys), groups.usage(), strict=True)
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.host))

    def entities(
        self,
        kind: EntityKind,
        *,
        app: str | None = None,
        user: str | None = None,
        machine: str | None = None,
        source_ip: str | None = None,
    ) -> list[EntityUsage]:
        """Return users, source addresses or machines, the most transactions first, then by name."""
        cells = self._filtered(app, user, source_ip, machine)
        cells = cells.take(entity_codes(cells)[kind] >= 0)
        groups = Groups(cells, entity_codes(cells)[kind].astype(np.int64))
        apps = groups.distinct(cells.key[1])
        names = self._names[kind].names
        found = [
            EntityUsage(names[code], count, *usage)
            for code, count, usage in zip(groups.keys, apps, groups.usage(), strict=True)
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.name))

    def app_days(self) -> list[AppDay]:
        """Return each app's use on each day, by day and then by app id."""
        cells = self.app_cells()
        groups = Groups(cells, pack((cells.day, cells.key[1])))
        rows = zip(
            cells.key[1][groups.heads].tolist(),
            cells.day[groups.heads].tolist(),
            groups.entity_counts(),
            groups.usage(),
            strict=True,
        )
        return [
            AppDay(self.catalog.apps[position].id, day, *entities, transactions, up, down, total)
            for position, day, entities, (transactions, up, down, total, *_) in rows
        ]

    def unmatched(self) -> list[Domain]:
        """Return domains of no cataloged app: the most transactions first, then by name."""
        cells = self.host_cells()
        cells = cells.take(cells.key[1] < 0)
        groups = Groups(cells, cells.key[1].astype(np.int64))
        found = map(
            Domain, map(self._hosts.domain, groups.keys), groups.transactions(), groups.sums("bytes_total")
        )
        return sorted(found, key=lambda domain: (-domain.transactions, domain.name))

    def _usages(self, cells: Cells) -> list[AppUsage]:
        groups = Groups(cells, cells.key[1].astype(np.int64))
        apps = (self.catalog.apps[position].id for position in groups.keys)
        found = [
            AppUsage(app, users, ips, machines, *usage)
            for app, (users, ips, machines), usage in zip(
                apps, groups.entity_counts(), groups.usage(), strict=True
            )
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.app_id))

    def _filtered(
        self, app: str | None, user: str | None, source_ip: str | None, machine: str | None
    ) -> Cells:
        cells = self.app_cells()
        keep = np.ones(len(cells), dtype=np.bool_)
        if app is not None:
            keep &= cells.key[1] == self.catalog.index.get(app, -1)
        columns = entity_codes(cells)
        wanted: dict[EntityKind, str | None]
        wanted = {"user": user, "source_ip": source_ip, "machine": machine}
        for kind, name in wanted.items():
            if name is not None:
                # -2 is in no cell: a name that was never seen is not the -1 of an absent one.
                keep &= columns[kind] == self._names[kind].index.get(name, -2)
        return cells if keep.all() else cells.take(keep)
