"""A discovery report: what one stream of traffic says about the cloud apps in use.

The live portal and `unsanctioned discover` read the same Report. It keeps a rollup and never the
rows, so that a long log takes no more memory than what it talks about. Only apps in the catalog are
discovered; the rest is counted apart by registrable domain, which the product does not show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.catalog.model import Catalog
from sim.engine.discovery.groups import EntityKind, Groups, entity_codes
from sim.engine.discovery.hosts import NO_DESTINATION, HostNumbering, NameNumbering
from sim.engine.discovery.rollup import KNOWS, Cells, Rollup, absent, cells_of, pack, sources_know
from sim.engine.traffic import I64, Coded, Traffic

Kind = Literal["continuous", "snapshot"]
Counted = Literal["bytes_up", "bytes_down", "blocked"]
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
    blocked: int | None


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
    blocked: int | None
    first: int
    last: int
    domains_seen: tuple[str, ...]
    """The app's catalog domains that matched, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class HostUsage:
    """One host of an app: a row of the app page's Sub-domains."""

    host: str
    domain: str
    """The catalog domain that matched."""
    transactions: int
    bytes_up: int | None
    bytes_down: int | None
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
    blocked: int | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class AppDay:
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


class Report:
    """What one stream of traffic says, by app, host, user, source address, machine and day."""

    def __init__(self, name: str, kind: Kind, catalog: Catalog) -> None:
        self.name = name
        self.kind = kind
        self.catalog = catalog
        self.first: int | None = None
        """Time of the earliest transaction, matched or not; None while the report is empty."""
        self.last: int | None = None
        """Time of the latest transaction, matched or not; None while the report is empty."""
        self._known = 0
        self._hosts = HostNumbering(catalog)
        self._names: dict[EntityKind, NameNumbering] = {
            "user": NameNumbering(),
            "source_ip": NameNumbering(),
            "machine": NameNumbering(),
        }
        self._rollup = Rollup()
        self._unmatched: Counter[str] = Counter()
        self._apps: dict[str, AppUsage] | None = None

    def add(self, traffic: Traffic) -> None:
        """Add a batch; neither the order of rows nor how they are batched changes the report."""
        self._known |= sources_know(traffic)
        if not len(traffic):
            return
        self._apps = None
        low, high = int(traffic.time.min()), int(traffic.time.max())
        self.first = low if self.first is None else min(self.first, low)
        self.last = high if self.last is None else max(self.last, high)
        host = self._hosts.codes(traffic.host)
        matched = host >= 0
        if not matched.all():
            self._count_unmatched(traffic.take(~matched), host[~matched])
            traffic, host = traffic.take(matched), host[matched]
        self._rollup.add(
            cells_of(
                traffic,
                host,
                user=self._codes("user", traffic.user, len(traffic)),
                source_ip=self._codes("source_ip", traffic.source_ip, len(traffic)),
                machine=self._codes("machine", traffic.machine, len(traffic)),
            )
        )

    def _codes(self, kind: EntityKind, column: Coded | None, size: int) -> I64:
        return absent(size) if column is None else self._names[kind].codes(column)

    def _count_unmatched(self, traffic: Traffic, host: I64) -> None:
        codes, counts = np.unique(host, return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            if code != -1:
                self._unmatched[self._hosts.domain(code)] += count
        addressed = host == -1
        if addressed.any():
            ip = traffic.destination_ip or Coded(absent(len(traffic)), ())
            codes, counts = np.unique(ip.codes[addressed], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                self._unmatched[ip.names[code] if code >= 0 else NO_DESTINATION] += count

    def knows(self, column: Column) -> bool:
        """Say whether any source added so far could know `column`."""
        return bool(self._known & KNOWS[column])

    def totals(self) -> Totals:
        """Return the counters over all cataloged apps."""
        cells = self._rollup.cells()
        columns = entity_codes(cells)

        def entities(kind: EntityKind) -> int | None:
            codes = columns[kind]
            return len(np.unique(codes[codes >= 0])) if self.knows(kind) else None

        def counter(name: Counted) -> int | None:
            return int(getattr(cells, name).sum()) if self.knows(name) else None

        return Totals(
            apps=len(np.unique(self._hosts.apps()[cells.host])),
            users=entities("user"),
            source_ips=entities("source_ip"),
            machines=entities("machine"),
            transactions=int(cells.transactions.sum()),
            bytes_up=counter("bytes_up"),
            bytes_down=counter("bytes_down"),
            blocked=counter("blocked"),
        )

    def apps(
        self, *, user: str | None = None, machine: str | None = None, source_ip: str | None = None
    ) -> list[AppUsage]:
        """Return the apps in use, all or one entity's: the most transactions first, then by id."""
        if user is None and machine is None and source_ip is None:
            return list(self._all_apps().values())
        return self._app_usages(self._filtered(None, user, source_ip, machine))

    def app(self, app_id: str) -> AppUsage | None:
        """Return one app's use, None if it was not seen."""
        return self._all_apps().get(app_id)

    def hosts(self, app_id: str) -> list[HostUsage]:
        """Return an app's hosts, the most transactions first, then by name."""
        cells = self._filtered(app_id, None, None, None)
        groups = Groups(cells, cells.host.astype(np.int64))
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
        apps = groups.distinct(self._hosts.apps()[cells.host])
        names = self._names[kind].names
        found = [
            EntityUsage(names[code], count, *usage)
            for code, count, usage in zip(groups.keys, apps, groups.usage(), strict=True)
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.name))

    def app_days(self) -> list[AppDay]:
        """Return each app's use on each day, by day and then by app id."""
        cells = self._rollup.cells()
        positions = self._hosts.apps()[cells.host]
        groups = Groups(cells, pack((cells.day, positions)))
        rows = zip(
            positions[groups.heads].tolist(),
            cells.day[groups.heads].tolist(),
            groups.entity_counts(),
            groups.usage(),
            strict=True,
        )
        return [
            AppDay(self.catalog.apps[position].id, day, *entities, transactions, up, down)
            for position, day, entities, (transactions, up, down, *_) in rows
        ]

    def unmatched(self) -> list[tuple[str, int]]:
        """Return domains of no cataloged app with their transactions: most first, then by name."""
        return sorted(self._unmatched.items(), key=lambda item: (-item[1], item[0]))

    def _all_apps(self) -> dict[str, AppUsage]:
        if self._apps is None:
            self._apps = {usage.app_id: usage for usage in self._app_usages(self._rollup.cells())}
        return self._apps

    def _app_usages(self, cells: Cells) -> list[AppUsage]:
        positions = self._hosts.apps()
        groups = Groups(cells, positions[cells.host])
        domains: dict[int, set[str]] = {}
        for host in np.unique(cells.host).tolist():
            domains.setdefault(int(positions[host]), set()).add(self._hosts.host(host)[1])
        rows = zip(groups.keys, groups.entity_counts(), groups.usage(), strict=True)
        found = [
            AppUsage(
                self.catalog.apps[position].id,
                *entities,
                transactions,
                up,
                down,
                blocked,
                first,
                last,
                tuple(sorted(domains[position])),
            )
            for position, entities, (transactions, up, down, blocked, first, last) in rows
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.app_id))

    def _filtered(
        self, app: str | None, user: str | None, source_ip: str | None, machine: str | None
    ) -> Cells:
        cells = self._rollup.cells()
        keep = np.ones(len(cells), dtype=np.bool_)
        if app is not None:
            position = self.catalog.index.get(app, -1)
            keep &= self._hosts.apps()[cells.host] == position
        columns = entity_codes(cells)
        wanted: dict[EntityKind, str | None]
        wanted = {"user": user, "source_ip": source_ip, "machine": machine}
        for kind, name in wanted.items():
            if name is not None:
                # -2 is in no cell: a name that was never seen is not the -1 of an absent one.
                keep &= columns[kind] == self._names[kind].index.get(name, -2)
        return cells if keep.all() else cells.take(keep)
