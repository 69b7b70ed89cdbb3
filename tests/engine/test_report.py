"""The report: equal to a naive count of the rows, whatever their order and batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.time import DAY, HOUR
from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.endings import registrable_domain
from sim.engine.discovery.report import Report
from sim.engine.discovery.rollup import pack
from sim.engine.discovery.use import AppDay, AppUsage, Domain, EntityUsage, HostUsage, Totals
from sim.engine.traffic import Coded, Traffic, encode

Name = str | None


def app(app_id: str, *domains: str) -> App:
    """Return an app with nothing but what matching needs."""
    return App(app_id, app_id.title(), "Collaboration", "", "", domains, "")


CATALOG = Catalog((app("dropbox", "dropbox.com", "dropboxusercontent.com"), app("slack", "slack.com")))
HOSTS: tuple[Name, ...] = (
    "dropbox.com",
    "www.dropbox.com",
    "dl.dropboxusercontent.com",
    "slack.com",
    "files.example.co.uk",
    "intranet",
    None,
)
DOMAIN_OF = {
    "dropbox.com": ("dropbox", "dropbox.com"),
    "www.dropbox.com": ("dropbox", "dropbox.com"),
    "dl.dropboxusercontent.com": ("dropbox", "dropboxusercontent.com"),
    "slack.com": ("slack", "slack.com"),
}
UNMATCHED = {"files.example.co.uk": "example.co.uk", "intranet": "intranet"}


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction as a person would write it down; None is what its source does not know."""

    time: int
    host: Name
    user: Name
    source_ip: Name
    machine: Name
    destination_ip: Name
    up: int | None
    down: int | None
    total: int | None
    blocked: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one source, and the columns which that source has."""

    columns: frozenset[str]
    rows: tuple[Row, ...]


COLUMNS = ("user", "source_ip", "machine", "bytes_up", "bytes_down", "bytes_total", "blocked")
SIZES = {"bytes_up": "up", "bytes_down": "down", "bytes_total": "total"}
sizes = st.none() | st.integers(0, 10**12)
names = st.sampled_from((None, "ada", "bob", "cy", "Ångström"))
rows = st.builds(
    Row,
    time=st.integers(-2 * DAY, 3 * DAY),
    host=st.sampled_from(HOSTS),
    user=names,
    source_ip=names,
    machine=names,
    destination_ip=st.sampled_from((None, "192.0.2.1")),
    up=sizes,
    down=sizes,
    total=sizes,
    blocked=st.booleans(),
)
sources = st.lists(
    st.builds(
        Source,
        st.frozensets(st.sampled_from(COLUMNS)),
        st.lists(rows, max_size=12).map(tuple),
    ),
    max_size=4,
)


def traffic_of(source: Source, chosen: list[Row]) -> Traffic:
    """Return rows of a source as columns."""

    def coded(name: str) -> Coded | None:
        return encode([getattr(row, name) for row in chosen]) if name in source.columns else None

    def whole(name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
        if name not in source.columns:
            return None
        values = [getattr(row, SIZES[name]) for row in chosen]
        return np.array([-1 if value is None else value for value in values], dtype=np.int64)

    return Traffic(
        np.array([row.time for row in chosen], dtype=np.int64),
        encode([row.host for row in chosen]),
        user=coded("user"),
        source_ip=coded("source_ip"),
        machine=coded("machine"),
        destination_ip=encode([row.destination_ip for row in chosen]),
        bytes_up=whole("bytes_up"),
        bytes_down=whole("bytes_down"),
        bytes_total=whole("bytes_total"),
        blocked=(
            np.array([row.blocked for row in chosen], dtype=np.bool_) if "blocked" in source.columns else None
        ),
    )


def size_of(column: str, row: Row, columns: frozenset[str]) -> int | None:
    """Return what is known of a size in one row."""
    up, down, total = (getattr(row, SIZES[name]) if name in columns else None for name in SIZES)
    if column != "bytes_total":
        return {"bytes_up": up, "bytes_down": down}[column]
    if up is not None and down is not None:
        return int(up + down)
    return max((size for size in (up, down, total) if size is not None), default=None)


class Naive:
    """The oracle: rows kept in a list and counted one by one with sets."""

    def __init__(self, given_sources: list[Source]) -> None:
        self.all = [(row, source.columns) for source in given_sources for row in source.rows]
        self.matched = [(row, columns) for row, columns in self.all if row.host in DOMAIN_OF]
        self.known = {column for _, columns in self.all for column in columns - SIZES.keys()}
        self.known |= {name for name in SIZES for pair in self.all if size_of(name, *pair) is not None}

    def counters(
        self, chosen: list[tuple[Row, frozenset[str]]]
    ) -> tuple[int, int | None, int | None, int | None, int | None, int, int]:
        """Return transactions, bytes up, bytes down, bytes both ways, blocked, first and last."""

        def total(column: str) -> int | None:
            known = [size for pair in chosen if (size := size_of(column, *pair)) is not None]
            return sum(known) if known else None

        flags = [row.blocked for row, columns in chosen if "blocked" in columns]
        times = [row.time for row, _ in chosen]
        return (
            len(chosen),
            total("bytes_up"),
            total("bytes_down"),
            total("bytes_total"),
            sum(flags) if flags else None,
            min(times),
            max(times),
        )

    def entities(self, chosen: list[tuple[Row, frozenset[str]]]) -> tuple[int | None, int | None, int | None]:
        """Return distinct users, source addresses and machines."""

        def distinct(column: str) -> int | None:
            if not any(column in columns for _, columns in chosen):
                return None
            found = {getattr(row, column) for row, columns in chosen if column in columns}
            return len(found - {None})

        return distinct("user"), distinct("source_ip"), distinct("machine")

    def apps(self, **wanted: str) -> list[AppUsage]:
        """Return the apps in use."""
        found = []
        for app_id in ("dropbox", "slack"):
            chosen = [pair for pair in self.filtered(**wanted) if self.app_of(pair[0]) == app_id]
            if chosen:
                users, source_ips, machines = self.entities(chosen)
                counters = self.counters(chosen)
                found.append(AppUsage(app_id, users, source_ips, machines, *counters))
        return sorted(found, key=lambda usage: (-usage.transactions, usage.app_id))

    def app_of(self, row: Row) -> str:
        """Return the app of a matched row."""
        return DOMAIN_OF[str(row.host)][0]

    def filtered(self, **wanted: str) -> list[tuple[Row, frozenset[str]]]:
        """Return the matched rows of some app and entities."""
        app_id = wanted.pop("app", None)
        return [
            (row, columns)
            for row, columns in self.matched
            if (app_id is None or self.app_of(row) == app_id)
            and all(name in columns and getattr(row, name) == text for name, text in wanted.items())
        ]

    def named(self, kind: str, **wanted: str) -> list[EntityUsage]:
        """Return the entities of one kind."""
        groups: dict[str, list[tuple[Row, frozenset[str]]]] = {}
        for row, columns in self.filtered(**wanted):
            if kind in columns and getattr(row, kind) is not None:
                groups.setdefault(getattr(row, kind), []).append((row, columns))
        found = [
            EntityUsage(name, len({self.app_of(row) for row, _ in chosen}), *self.counters(chosen))
            for name, chosen in groups.items()
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.name))

    def app_days(self) -> list[AppDay]:
        """Return each app's days."""
        groups: dict[tuple[int, str], list[tuple[Row, frozenset[str]]]] = {}
        for row, columns in self.matched:
            groups.setdefault((row.time // DAY, self.app_of(row)), []).append((row, columns))
        return [
            AppDay(app_id, day, users, source_ips, machines, *self.counters(chosen)[:4])
            for (day, app_id), chosen in sorted(groups.items())
            for users, source_ips, machines in [self.entities(chosen)]
        ]

    def hosts(self, app_id: str) -> list[HostUsage]:
        """Return the hosts of an app."""
        groups: dict[str, list[tuple[Row, frozenset[str]]]] = {}
        for row, columns in self.filtered(app=app_id):
            groups.setdefault(str(row.host), []).append((row, columns))
        found = [
            HostUsage(host, DOMAIN_OF[host][1], *self.counters(chosen)) for host, chosen in groups.items()
        ]
        return sorted(found, key=lambda usage: (-usage.transactions, usage.host))

    def totals(self) -> Totals:
        """Return the counters at the head."""

        def distinct(column: str) -> int | None:
            found = {getattr(row, column) for row, columns in self.matched if column in columns}
            return len(found - {None}) if column in self.known else None

        def total(column: str) -> int | None:
            known = (size_of(column, *pair) for pair in self.matched)
            return sum(size or 0 for size in known) if column in self.known else None

        flags = [row.blocked for row, columns in self.matched if "blocked" in columns]
        return Totals(
            len({self.app_of(row) for row, _ in self.matched}),
            distinct("user"),
            distinct("source_ip"),
            distinct("machine"),
            len(self.matched),
            total("bytes_up"),
            total("bytes_down"),
            total("bytes_total"),
            sum(flags) if "blocked" in self.known else None,
        )

    def domains_seen(self) -> dict[str, tuple[str, ...]]:
        """Return the catalog domains that matched, by app."""
        found: dict[str, set[str]] = {}
        for row, _ in self.matched:
            found.setdefault(self.app_of(row), set()).add(DOMAIN_OF[str(row.host)][1])
        return {app_id: tuple(sorted(domains)) for app_id, domains in found.items()}

    def unmatched(self) -> list[Domain]:
        """Return registrable domains, or addresses, of rows that match no app."""
        groups: dict[str, list[tuple[Row, frozenset[str]]]] = {}
        for row, columns in self.all:
            if row.host not in DOMAIN_OF:
                name = row.destination_ip or "(no destination)"
                groups.setdefault(UNMATCHED[row.host] if row.host else name, []).append((row, columns))
        found = [Domain(name, len(chosen), self.counters(chosen)[3]) for name, chosen in groups.items()]
        return sorted(found, key=lambda domain: (-domain.transactions, domain.name))


@given(sources, st.data())
def test_report_equals_a_naive_count_whatever_the_batches(
    given_sources: list[Source], data: st.DataObject
) -> None:
    """Rows of several sources, shuffled and cut anywhere, give what counting one by one gives."""
    report = Report("proxy", "snapshot", CATALOG)
    for source in data.draw(st.permutations(given_sources)):
        shuffled = data.draw(st.permutations(source.rows))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            report.add(traffic_of(source, shuffled[start:end]))
    naive = Naive(given_sources)
    assert report.totals() == naive.totals()
    assert report.apps() == naive.apps()
    assert report.apps(user="ada") == naive.apps(user="ada")
    assert report.apps(machine="bob", source_ip="cy") == naive.apps(machine="bob", source_ip="cy")
    assert report.entities("user") == naive.named("user")
    assert report.entities("machine", app="dropbox", user="ada") == naive.named(
        "machine", app="dropbox", user="ada"
    )
    assert report.entities("source_ip", machine="cy") == naive.named("source_ip", machine="cy")
    assert report.app_days() == naive.app_days()
    assert report.hosts("dropbox") == naive.hosts("dropbox")
    assert report.unmatched() == naive.unmatched()
    assert report.domains_seen() == naive.domains_seen()
    matched = report.matched()
    assert (matched.transactions, matched.of_transactions) == (len(naive.matched), len(naive.all))
    sums = [naive.counters(rows)[3] for rows in (naive.matched, naive.all) if rows]
    if "bytes_total" in naive.known and len(sums) == 2:
        assert [matched.bytes, matched.of_bytes] == [size or 0 for size in sums]
    times = [row.time for row, _ in naive.all]
    assert (report.first, report.last) == (min(times, default=None), max(times, default=None))
    assert [report.knows(name) for name in COLUMNS] == [name in naive.known for name in COLUMNS]  # type: ignore[arg-type]
    assert [report.app(name) for name in ("dropbox", "slack")] == [
        next((usage for usage in naive.apps() if usage.app_id == name), None) for name in ("dropbox", "slack")
    ]


def test_an_empty_report_has_no_times_no_apps_and_unknown_counters() -> None:
    """Nothing was added, so nothing could be known."""
    report = Report("empty", "continuous", CATALOG)
    assert report.totals() == Totals(0, None, None, None, 0, None, None, None, None)
    assert (report.apps(), report.entities("user"), report.app_days(), report.unmatched()) == (
        [],
        [],
        [],
        [],
    )
    assert (report.first, report.last, report.app("dropbox")) == (None, None, None)


@given(sources, st.integers(-2, 3), st.integers(0, 5))
def test_some_days_of_a_report_are_a_report_of_those_days(
    given_sources: list[Source], first: int, more: int
) -> None:
    """A time frame, and what is left once older days are dropped, count as if nothing else had been."""
    whole = Report("proxy", "continuous", CATALOG)
    chosen = []
    for source in given_sources:
        whole.add(traffic_of(source, list(source.rows)))
        kept = tuple(row for row in source.rows if first <= row.time // DAY <= first + more)
        chosen.append(Source(source.columns, kept))
    naive = Naive(chosen)
    frame = whole.days(first, first + more)
    assert (frame.totals(), frame.apps()) == (naive.totals(), naive.apps())
    assert (frame.hosts("dropbox"), frame.unmatched()) == (naive.hosts("dropbox"), naive.unmatched())
    assert frame.entities("user") == naive.named("user")
    whole.forget_before(first)
    assert whole.days(first, first + more).apps() == naive.apps()
    assert all(day.day >= first for day in whole.app_days())


def test_filters_on_what_was_never_seen_give_nothing() -> None:
    """An unknown name is not the same as an absent one."""
    report = Report("proxy", "snapshot", CATALOG)
    report.add(Traffic(np.array([HOUR]), encode(["slack.com"]), user=encode([None])))
    assert report.apps(user="nobody") == []
    assert report.entities("user") == []
    assert report.apps(machine="none") == []
    assert report.entities("source_ip", app="no-such-app") == []


def test_names_of_a_batch_that_no_row_uses_are_not_seen() -> None:
    """A batch taken from a larger one keeps all names; only its own rows count."""
    report = Report("proxy", "snapshot", CATALOG)
    whole = Traffic(np.array([0, 1]), encode(["slack.com", "www.dropbox.com"]), user=encode(["ada", "bob"]))
    report.add(whole.take(np.array([0])))
    assert [usage.app_id for usage in report.apps()] == ["slack"]
    assert [usage.name for usage in report.entities("user")] == ["ada"]
    report.add(whole.take(np.array([1])))
    assert report.totals().users == 2


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("foo.github.io", "foo.github.io"),
        ("co.uk", "co.uk"),
        ("printer", "printer"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("a..b", "a..b"),
        ("host.9", "host.9"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    """Public suffixes decide; addresses and names under no suffix stay whole."""
    assert registrable_domain(host) == domain


def test_pack_keeps_the_order_of_columns_too_wide_for_one_key() -> None:
    """Five columns of 31 bits do not fit into 62: keys are renumbered and still sort alike."""
    columns = np.random.default_rng(1).integers(0, 2**31 - 1, size=(5, 500))
    columns[:3, ::2] = columns[:3, :1]
    order = np.argsort(pack(list(columns)), kind="stable")
    assert order.tolist() == np.lexsort(columns[::-1]).tolist()
