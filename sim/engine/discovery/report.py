"""A discovery report: what one stream of traffic says about the cloud apps in use.

The live portal and `unsanctioned discover` read the same Report. It keeps rollups and never the
rows, so that a long log takes no more memory than what it talks about. Only apps in the catalog are
discovered; the rest is counted apart by registrable domain, which the product does not show.
"""

from __future__ import annotations

from typing import Literal

from sim.engine.catalog.model import Catalog
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.hosts import HostNumbering, NameNumbering
from sim.engine.discovery.rollup import Cells, Counters, Rollup, cells_of
from sim.engine.discovery.use import Use
from sim.engine.traffic import I64, Bundles, Coded, Traffic, absent

Kind = Literal["continuous", "snapshot"]

KEPT_DAYS = 90
"""Discovery data is kept this long, and older transactions are not accepted (CAS/discovered-apps.md,
CAS/create-snapshot-cloud-discovery-reports.md; documented)."""


class Report(Use):
    """What one stream of traffic says, by app, host, user, source address, machine and day."""

    def __init__(self, name: str, kind: Kind, catalog: Catalog) -> None:
        names: dict[EntityKind, NameNumbering] = {
            "user": NameNumbering(),
            "source_ip": NameNumbering(),
            "machine": NameNumbering(),
        }
        super().__init__(catalog, HostNumbering(catalog), names)
        self.name = name
        self.kind = kind
        self.first: int | None = None
        """Time of the earliest transaction, matched or not; None while the report is empty."""
        self.last: int | None = None
        """Time of the latest transaction, matched or not; None while the report is empty."""
        # By day, app, user, source address and machine, and by day and host.
        self._by_app = Rollup(5)
        self._by_host = Rollup(2)

    def add(self, traffic: Traffic, bundles: Bundles | None = None) -> int:
        """Add a batch, of which each row may be a bundle; return how many of its rows are of cataloged apps.

        Neither the order of rows nor how they are batched, or bundled, changes the report.
        """
        if not len(traffic):
            return 0
        low = int(traffic.time.min())
        high = int((traffic.time if bundles is None else bundles.last).max())
        self.first = low if self.first is None else min(self.first, low)
        self.last = high if self.last is None else max(self.last, high)
        counters = Counters.of(traffic, bundles)
        host = self._hosts.codes_of(traffic.host, traffic.destination_ip)
        self._by_host.add(cells_of(traffic.time, counters, host, bundles=bundles))
        matched = host >= 0
        if not matched.all():
            traffic, counters, host = traffic.take(matched), counters.take(matched), host[matched]
            bundles = None if bundles is None else bundles.take(matched)
        self._by_app.add(
            cells_of(
                traffic.time,
                counters,
                self._hosts.apps(host),
                self._codes("user", traffic.user, len(traffic)),
                self._codes("source_ip", traffic.source_ip, len(traffic)),
                self._codes("machine", traffic.machine, len(traffic)),
                bundles=bundles,
            )
        )
        return len(traffic)

    def app_cells(self) -> Cells:
        return self._by_app.cells()

    def host_cells(self) -> Cells:
        return self._by_host.cells()

    def people(self) -> int:
        """Return how many users it knows, else how many source addresses."""
        return len(self._by_app.codes(2)) or len(self._by_app.codes(3))

    def days(self, first: int, last: int) -> Use:
        """Return the use on the days from `first` to `last`, both included, as days since 1970-01-01."""
        return _Days(self, first, last)

    def active_days(self) -> list[int]:
        """Return the days on which cataloged apps were used, since 1970-01-01."""
        return self._by_app.days()

    def transactions_by_day(self) -> dict[int, int]:
        """Return how many transactions in cataloged apps each of these days has."""
        return self._by_app.transactions()

    def apps_seen(self) -> set[str]:
        """Return the ids of the apps in use."""
        return {self.catalog.apps[position].id for position in self._by_app.codes(1).tolist()}

    def forget_before(self, day: int) -> int:
        """Drop what happened before a day and return how many transactions that were.

        Discovery data is kept for 90 days (CAS/discovered-apps.md; documented).
        """
        by_day = self._by_host.transactions()
        forgotten = sum(count for each, count in by_day.items() if each < day)
        if forgotten:
            self._by_app.drop_before(day)
            self._by_host.drop_before(day)
            kept = self._by_host.days()[:1]
            self.first = int(self._by_host.between(*kept, *kept).first.min()) if kept else None
        return forgotten

    def _codes(self, kind: EntityKind, column: Coded | None, size: int) -> I64:
        return absent(size) if column is None else self._names[kind].codes(column)


class _Days(Use):
    """Some days of a report, as they were when asked for."""

    def __init__(self, report: Report, first: int, last: int) -> None:
        super().__init__(report.catalog, report._hosts, report._names)
        self._app_cells = report._by_app.between(first, last)
        self._host_cells = report._by_host.between(first, last)

    def app_cells(self) -> Cells:
        return self._app_cells

    def host_cells(self) -> Cells:
        return self._host_cells
