"""A report of the portal: it grows by analysis runs, keeps the lines behind its numbers, follows the catalog.

A report keeps rollups. The portal's reports keep their lines too, as columns and no longer than
the numbers, so that a person can ask what a number is made of. The answer comes from what was taken in,
after exclusion, enrichment and anonymisation, so the sums are those of the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice

import numpy as np

from sim.base.time import DAY
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.report import Kind, Report
from sim.engine.discovery.rollup import KNOWS, Counters
from sim.engine.traffic import I64, Bool, Bundles, Coded, Traffic

_REREAD = 5
"""Days of the past that are read again for one question at most: each takes a moment."""


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
    apps: tuple[str, ...] | None = None
    """Ids of apps of which any will do: a category's, a risk level's, a country's."""


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
class Past:
    """What a report holds when its story begins: bundles, and the way to the transactions in them."""

    traffic: Traffic
    bundles: Bundles
    reread: Callable[[int], Traffic]
    """Returns the transactions of a UTC day, in the order of time."""
    ingested: Callable[[int], int]
    """Returns when an analysis run took in a transaction of a time."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of cataloged apps that one analysis run brought, or that a report began with."""

    ingested: int
    traffic: Traffic
    host: I64
    """The report's number of each row's host."""
    number: I64
    """Of each row's first transaction, those of the past being numbered day by day."""
    bundles: Bundles | None = None
    past: Past | None = None

    def take(self, rows: I64 | Bool) -> _Batch:
        """Return some rows, in the order asked for."""
        bundles = None if self.bundles is None else self.bundles.take(rows)
        return replace(
            self,
            traffic=self.traffic.take(rows),
            host=self.host[rows],
            number=self.number[rows],
            bundles=bundles,
        )


class ContinuousReport(Report):
    """A report that the portal keeps up to date; a snapshot report is one that takes in a single log."""

    def __init__(self, name: str, catalog: Catalog, kind: Kind = "continuous") -> None:
        super().__init__(name, kind, catalog)
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

    def recall(self, now: int, past: Past) -> None:
        """Begin with the past of a source, before anything is taken in at `now` or later."""
        self.add(past.traffic, past.bundles)
        host = self._hosts.codes_of(past.traffic.host, past.traffic.destination_ip)
        number = np.zeros(len(host), dtype=np.int64)
        batch = _Batch(now, past.traffic, host, number, past.bundles, past).take(host >= 0)
        days, place = np.unique(batch.traffic.time // DAY, return_inverse=True)
        counts = np.zeros(len(days), dtype=np.int64)
        np.add.at(counts, place, past.bundles.transactions[host >= 0])
        first = self._taken + np.cumsum(counts) - counts
        self._batches.append(replace(batch, number=first[place]))
        self._taken += int(counts.sum())

    def follow(self, catalog: Catalog) -> None:
        """Discover by a catalog with more apps from now on; what was counted stays where it was counted."""
        places = np.array([catalog.index[app.id] for app in self.catalog.apps], dtype=np.int64)
        self._by_app.renumber(1, places)
        self._hosts.follow(catalog, places)
        self.catalog = catalog

    def forget_before(self, day: int) -> int:
        """Drop what happened before a day, lines too, and return how many transactions that were."""
        forgotten = super().forget_before(day)
        if forgotten:
            parts = (batch.take(batch.traffic.time >= day * DAY) for batch in self._batches)
            self._batches = [batch for batch in parts if len(batch.host)]
        return forgotten

    def lines(self, scope: Scope, limit: int) -> Lines:
        """Return the sums over the lines of a scope, and at most `limit` of them, the newest first."""
        found = [(batch, np.flatnonzero(self._mine(batch, scope))) for batch in self._batches]
        parts = [batch.take(rows) for batch, rows in found if len(rows)]
        counters = [Counters.of(part.traffic, part.bundles) for part in parts]
        known = reduce(int.__or__, (int(np.bitwise_or.reduce(each.knows)) for each in counters), 0)

        def total(name: str) -> int | None:
            return sum(int(getattr(each, name).sum()) for each in counters) if known & KNOWS[name] else None

        return Lines(
            sum(map(_transactions, parts)),
            total("bytes_up"),
            total("bytes_down"),
            total("bytes_total"),
            total("blocked"),
            tuple(islice(self._newest(parts, scope), limit)),
        )

    def numbered(self, numbers: Collection[int]) -> dict[int, Line]:
        """Return the lines with these numbers, as far as the report still has them."""
        wanted = np.array(sorted(numbers), dtype=np.int64)
        lines: list[Line] = []
        for batch in self._batches:
            if batch.past is None:
                rows = np.flatnonzero(np.isin(batch.number, wanted)).tolist()
                lines.extend(self._line(batch, row, batch.ingested) for row in rows)
                continue
            days = _days(batch)
            firsts = np.array(sorted(days.values()))
            held = wanted[(wanted >= firsts[0]) & (wanted < firsts[0] + _transactions(batch))]
            chosen = set(firsts[np.searchsorted(firsts, held, side="right") - 1].tolist())
            for day in (day for day, first in days.items() if first in chosen):
                read = self._reread(batch.past, day, days[day])
                rows = np.flatnonzero(np.isin(read.number, wanted)).tolist()
                lines.extend(self._past_line(batch.past, read, row) for row in rows)
        return {line.number: line for line in lines}

    def _newest(self, parts: list[_Batch], scope: Scope) -> Iterator[Line]:
        """Yield the lines of a scope, the newest first, and of the past those of a few days."""
        live = [part for part in parts if part.past is None]
        times = np.concatenate([np.zeros(0, np.int64), *(part.traffic.time for part in live)])
        numbers = [(part, row) for part in live for row in range(len(part.host))]
        for place in np.argsort(-times, kind="stable").tolist():
            part, row = numbers[place]
            yield self._line(part, row, part.ingested)
        past = [(part.past, _days(part)) for part in parts if part.past is not None]
        for day in sorted({day for _, days in past for day in days}, reverse=True)[:_REREAD]:
            found: list[Line] = []
            for each, days in past:
                if day in days:
                    read = self._reread(each, day, days[day])
                    rows = np.flatnonzero(self._mine(read, scope)).tolist()
                    found.extend(self._past_line(each, read, row) for row in rows)
            yield from sorted(found, key=lambda line: (-line.time, line.number))

    def _reread(self, past: Past, day: int, first: int) -> _Batch:
        """Return the transactions of one day of the past; `first` is the number of its first one."""
        traffic = past.reread(day)
        host = self._hosts.codes_of(traffic.host, traffic.destination_ip)
        matched = np.flatnonzero(host >= 0)
        number = np.zeros(len(host), dtype=np.int64)
        number[matched] = np.arange(first, first + len(matched))
        return _Batch(0, traffic, host, number).take(matched)

    def _past_line(self, past: Past, read: _Batch, row: int) -> Line:
        return self._line(read, row, past.ingested(int(read.traffic.time[row])))

    def _mine(self, batch: _Batch, scope: Scope) -> Bool:
        day = batch.traffic.time // DAY
        mine = np.ones(len(day), dtype=np.bool_)
        if scope.first_day is not None:
            mine &= day >= scope.first_day
        if scope.last_day is not None:
            mine &= day <= scope.last_day
        if scope.app is not None:
            mine &= self._hosts.apps(batch.host) == self.catalog.index.get(scope.app, -1)
        if scope.apps is not None:
            index = self.catalog.index
            wanted_apps = [index[app] for app in scope.apps if app in index]
            mine &= np.isin(self._hosts.apps(batch.host), wanted_apps)
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

    def _line(self, batch: _Batch, row: int, ingested: int) -> Line:
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
            ingested,
        )


def _transactions(batch: _Batch) -> int:
    return len(batch.host) if batch.bundles is None else int(batch.bundles.transactions.sum())


def _days(batch: _Batch) -> dict[int, int]:
    """Return the UTC days of a batch of the past, each with the number of its first transaction."""
    return dict(zip((batch.traffic.time // DAY).tolist(), batch.number.tolist(), strict=True))
