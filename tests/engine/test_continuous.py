"""A continuous report: its lines add up to its numbers, and a new catalog rewrites nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.time import DAY, HOUR
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.continuous import ContinuousReport, Lines, Scope
from sim.engine.discovery.use import AppUsage, EntityUsage, HostUsage
from sim.engine.traffic import Traffic, encode
from tests.engine.test_report import CATALOG, Source, app, sources, traffic_of

ALL = 1_000


def filled(given_sources: list[Source]) -> ContinuousReport:
    """Return a report that took in each source at an hour of its own."""
    report = ContinuousReport("Endpoints", CATALOG)
    for hour, source in enumerate(given_sources):
        report.take(4 * DAY + hour * HOUR, traffic_of(source, list(source.rows)))
    return report


def agree(lines: Lines, usage: AppUsage | EntityUsage | HostUsage) -> None:
    """Fail unless the sums over the lines, and the lines themselves, make the page's numbers."""
    numbers = (usage.transactions, usage.bytes_up, usage.bytes_down, usage.bytes_total, usage.blocked)
    assert (lines.transactions, lines.bytes_up, lines.bytes_down, lines.bytes_total, lines.blocked) == numbers
    assert len(lines.newest) == usage.transactions
    for name in ("bytes_up", "bytes_down", "bytes_total", "blocked"):
        told = [getattr(line, name) for line in lines.newest if getattr(line, name) is not None]
        assert sum(told) == (getattr(usage, name) or 0)
    times = [line.time for line in lines.newest]
    assert times == sorted(times, reverse=True)
    assert (min(times), max(times)) == (usage.first, usage.last)


@given(sources)
def test_the_lines_behind_every_number_add_up_to_it(given_sources: list[Source]) -> None:
    report = filled(given_sources)
    for usage in report.apps():
        agree(report.lines(Scope(app=usage.app_id), ALL), usage)
        for host in report.hosts(usage.app_id):
            agree(report.lines(Scope(app=usage.app_id, host=host.host), ALL), host)
        for user in report.entities("user", app=usage.app_id):
            agree(report.lines(Scope(app=usage.app_id, user=user.name), ALL), user)
    for machine in report.entities("machine"):
        agree(report.lines(Scope(machine=machine.name), ALL), machine)
    for address in report.entities("source_ip"):
        agree(report.lines(Scope(source_ip=address.name), ALL), address)
    assert report.lines(Scope(user="nobody"), ALL).transactions == 0


@given(sources, st.integers(-2, 3), st.integers(-2, 3))
def test_days_and_forgetting_cut_lines_as_they_cut_numbers(
    given_sources: list[Source], first: int, last: int
) -> None:
    report = filled(given_sources)
    for usage in report.days(first, last).apps():
        scope = Scope(app=usage.app_id, first_day=first, last_day=last)
        agree(report.lines(scope, ALL), usage)
    report.forget_before(first)
    assert report.lines(Scope(), ALL).transactions == report.totals().transactions
    for usage in report.apps():
        agree(report.lines(Scope(app=usage.app_id), ALL), usage)


@given(sources, st.integers(1, 5))
@settings(max_examples=30)
def test_the_list_is_cut_to_the_newest_and_the_sums_are_not(given_sources: list[Source], limit: int) -> None:
    report = filled(given_sources)
    whole, cut = report.lines(Scope(), ALL), report.lines(Scope(), limit)
    assert replace(cut, newest=whole.newest) == whole
    assert cut.newest == whole.newest[:limit]


def one_day(day: int, *hosts: str) -> Traffic:
    """Return one transaction a host."""
    size = np.full(len(hosts), 10, dtype=np.int64)
    return Traffic(size * 0 + day * DAY, encode(hosts), encode(["ada"] * len(hosts)), bytes_up=size)


OWN = replace(app("acme-wiki", "wiki.acme.example", "www.dropbox.com"), ips=("192.0.2.1",))


def test_an_app_that_joins_the_catalog_is_found_in_new_data_only() -> None:
    report = ContinuousReport("Endpoints", CATALOG)
    hosts = ("www.dropbox.com", "slack.com", "wiki.acme.example")
    report.take(DAY, one_day(0, *hosts))
    before = {usage.app_id: usage for usage in report.apps()}
    report.follow(CATALOG.plus((OWN,)))
    assert {usage.app_id: usage for usage in report.apps()} == before
    assert [domain.name for domain in report.unmatched()] == ["acme.example"]
    report.take(2 * DAY, one_day(1, *hosts))
    counts = {usage.app_id: usage.transactions for usage in report.apps()}
    assert counts == {"dropbox": 1, "slack": 2, "acme-wiki": 2}
    assert [row.host for row in report.hosts("acme-wiki")] == ["wiki.acme.example", "www.dropbox.com"]
    assert [(row.host, row.domain) for row in report.hosts("dropbox")] == [("www.dropbox.com", "dropbox.com")]
    for usage in report.apps():
        agree(report.lines(Scope(app=usage.app_id), ALL), usage)
    taken = {line.ingested for line in report.lines(Scope(app="acme-wiki"), ALL).newest}
    assert taken == {2 * DAY}


@given(sources)
@settings(max_examples=30)
def test_another_catalog_changes_no_number_of_the_past(given_sources: list[Source]) -> None:
    """Whatever comes before them in the alphabet, apps keep what was counted for them."""
    report = filled(given_sources)
    apps, days = report.apps(), report.app_days()
    hosts = {usage.app_id: report.hosts(usage.app_id) for usage in apps}
    report.follow(Catalog((*CATALOG.apps, OWN, app("zulip", "zulip.example"), app("a", "a.example"))))
    assert report.apps() == apps
    assert report.app_days() == days
    assert {usage.app_id: report.hosts(usage.app_id) for usage in apps} == hosts
    assert report.lines(Scope(), ALL).transactions == report.totals().transactions
