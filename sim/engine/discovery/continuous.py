"""A continuous report: it grows by analysis runs, keeps the lines behind its numbers, follows the catalog.

A report keeps rollups. The portal's continuous reports keep their lines too, as columns and no longer than
the numbers, so that a person can ask what a number is made of. The answer comes from what was taken in,
after exclusion, enrichment and anonymisation, so the sums are those of the pages.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from sim.base.time import DAY
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.report import Report
from sim.engine.discovery.rollup import KNOWS, Counters
from sim.engine.traffic import I64, Bool, Coded, Traffic


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose lines: those to which all that is named applies; None asks for nothing."""

    app: str | None = None
    """Id of an app."""
    host: str | None = None
    user: str | None = None
    machine: str | None = None
    source_ip: str | None = None
    first_day: int | None = None
    """Days since 1970-01-01, UTC; both ends included."""
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction that counts; None is what its source does not say."""

    number: int
    """Counted from 0 in the order in which the report took lines in."""
    time: int
    app_id: str
    host: str
    domain: str
    """The catalog's entry that matched when it was taken in."""
    user: str | None
    source_ip: str | None
    machine: str | None
    process: str | None
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: bool | None
    ingested: int
    """When the analysis run took it in."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Exact sums over all lines of a scope, and the newest of them."""

    transactions: int
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: int | None
    newest: tuple[Line, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of cataloged apps that one analysis run brought."""

    ingested: int
    traffic: Traffic
    host: I64
    """The report's number of each row's host."""
    number: I64


class ContinuousReport(Report):
    """A report that the portal keeps up to date."""

    def __init__(self, name: str, catalog: Catalog) -> None:
        super().__init__(name, "continuous", catalog)
        self._batches: list[_Batch] = []
        self._taken = 0

    def take(self, now: int, traffic: Traffic) -> None:
        """Take in what an analysis run brought at `now`."""
        self.add(traffic)
        host = self._hosts.codes_of(traffic.host, traffic.destination_ip)
        matched = host >= 0
        count = int(matched.sum())
        if count:
            number = np.arange(self._taken, self._taken + count, dtype=np.int64)
            self._batches.append(_Batch(now, traffic.take(matched), host[matched], number))
            self._taken += count

    def follow(self, catalog: Catalog) -> None:
        """Discover by a catalog with more apps from now on; what was counted stays where it was counted."""
        places = np.array([catalog.index[app.id] for app in self.catalog.apps], dtype=np.int64)
        self._by_app.renumber(1, places)
        self._hosts.follow(catalog, places)
        self.catalog = catalog

    def forget_before(self, day: int) -> int:
        """Drop what happened before a day, lines too, and return how many transactions that were."""
        for place, batch in enumerate(self._batches):
            kept = batch.traffic.time >= day * DAY
            if not kept.all():
                self._batches[place] = replace(
                    batch,
                    traffic=batch.traffic.take(kept),
                    host=batch.host[kept],
                    number=batch.number[kept],
                )
        self._batches = [batch for batch in self._batches if len(batch.host)]
        return super().forget_before(day)

    def lines(self, scope: Scope, limit: int) -> Lines:
        """Return the sums over the lines of a scope, and at most `limit` of them, the newest first."""
        found = [(batch, np.flatnonzero(self._mine(batch, scope))) for batch in self._batches]
        found = [(batch, rows) for batch, rows in found if len(rows)]
        counters = [Counters.of(batch.traffic.take(rows)) for batch, rows in found]
        known = reduce(int.__or__, (int(np.bitwise_or.reduce(each.knows)) for each in counters), 0)

        def total(name: str) -> int | None:
            return sum(int(getattr(each, name).sum()) for each in counters) if known & KNOWS[name] else None

        times = np.concatenate([np.zeros(0, np.int64), *(batch.traffic.time[rows] for batch, rows in found)])
        numbers = [(batch, row) for batch, rows in found for row in rows.tolist()] if len(times) else []
        newest = np.argsort(-times, kind="stable")[:limit].tolist()
        return Lines(
            len(times),
            total("bytes_up"),
            total("bytes_down"),
            total("bytes_total"),
            total("blocked"),
            tuple(self._line(*numbers[place]) for place in newest),
        )

    def numbered(self, numbers: Collection[int]) -> dict[int, Line]:
        """Return the lines with these numbers, as far as the report still has them."""
        wanted = np.array(sorted(numbers), dtype=np.int64)
        found = [(batch, np.flatnonzero(np.isin(batch.number, wanted))) for batch in self._batches]
        lines = (self._line(batch, row) for batch, rows in found for row in rows.tolist())
        return {line.number: line for line in lines}

    def _mine(self, batch: _Batch, scope: Scope) -> Bool:
        day = batch.traffic.time // DAY
        mine = np.ones(len(day), dtype=np.bool_)
        if scope.first_day is not None:
            mine &= day >= scope.first_day
        if scope.last_day is not None:
            mine &= day <= scope.last_day
        if scope.app is not None:
            mine &= self._hosts.apps(batch.host) == self.catalog.index.get(scope.app, -1)
        if scope.host is not None:
            hosts, rows = np.unique(batch.host, return_inverse=True)
            mine &= np.array([self._hosts.host(code)[0] == scope.host for code in hosts.tolist()])[rows]
        wanted: dict[EntityKind, str | None]
        wanted = {"user": scope.user, "source_ip": scope.source_ip, "machine": scope.machine}
        for kind, name in wanted.items():
            column: Coded | None = getattr(batch.traffic, kind)
            if name is not None and (column is None or name not in column.names):
                return np.zeros(len(day), dtype=np.bool_)
            if name is not None and column is not None:
                mine &= column.codes == column.names.index(name)
        return mine

    def _line(self, batch: _Batch, row: int) -> Line:
        traffic = batch.traffic
        code = int(batch.host[row])
        host, domain = self._hosts.host(code)

        def text(column: Coded | None) -> str | None:
            number = -1 if column is None else int(column.codes[row])
            return None if column is None or number < 0 else column.names[number]

        def size(column: I64 | None) -> int | None:
            return None if column is None or column[row] < 0 else int(column[row])

        up, down = size(traffic.bytes_up), size(traffic.bytes_down)
        known = [each for each in (up, down, size(traffic.bytes_total)) if each is not None]
        both = up + down if up is not None and down is not None else max(known, default=None)
        return Line(
            int(batch.number[row]),
            int(traffic.time[row]),
            self.catalog.apps[self._hosts.app(code)].id,
            host,
            domain,
            text(traffic.user),
            text(traffic.source_ip),
            text(traffic.machine),
            text(traffic.process),
            up,
            down,
            both,
            None if traffic.blocked is None else bool(traffic.blocked[row]),
            batch.ingested,
        )
