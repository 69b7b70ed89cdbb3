"""Evidence in a session: the lines behind each number of the pages, as far as the portal has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from sim.base.time import HOUR
from sim.engine.catalog.app import App
from sim.engine.discovery.continuous import Line, Lines, Scope
from sim.engine.discovery.streams import ENTITY_KINDS, GLOBAL, WIN10
from sim.engine.discovery.use import Totals
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.session.app_commands import AddCustomApp
from sim.session.commands import TagApp
from sim.session.driver import Session
from sim.session.report_commands import Anonymise, ExcludeEntity
from sim.testing import begin, switch_on, wait
from sim.views import discovery, endpoint
from sim.views.discovery import AppRow, EntityPage
from sim.views.evidence import SHOWN, evidence


@pytest.fixture(name="session", scope="module")
def _session() -> Session:
    session = begin()
    switch_on(session)
    wait(session, 30 * HOUR)
    return session


def sums(found: Lines | AppRow | EntityPage) -> tuple[int | None, ...]:
    """Return what a page and its lines must agree on."""
    return found.transactions, found.bytes_up, found.bytes_down


def test_the_sums_are_the_numbers_of_every_page(session: Session) -> None:
    rows = discovery.apps(session, WIN10)
    assert len(rows) > 5
    for row in rows:
        assert sums(evidence(session, WIN10, Scope(app=row.app_id)).lines) == sums(row)
    page = discovery.app_page(session, WIN10, "sohu-news")
    for host in page.hosts:
        found = evidence(session, WIN10, Scope(app="sohu-news", host=host.host)).lines
        assert (found.transactions, found.bytes_total) == (host.transactions, host.bytes_total)
    named = {
        "user": (page.users, lambda name: Scope(user=name)),
        "machine": (page.machines, lambda name: Scope(machine=name)),
        "source_ip": (page.source_ips, lambda name: Scope(source_ip=name)),
    }
    for kind in ENTITY_KINDS:
        entities, scope = named[kind]
        for each in entities:
            found = evidence(session, WIN10, replace(scope(each.name), app="sohu-news")).lines
            assert (found.transactions, found.bytes_up) == (each.transactions, each.bytes_up)
            whole = discovery.entity_page(session, WIN10, kind, each.name)
            assert sums(evidence(session, WIN10, scope(each.name)).lines) == sums(whole)


def test_every_number_of_the_dashboard_is_counted_from_the_lines(session: Session) -> None:
    """Plain counting over each line that the report took in; the tags change nothing but colours."""
    session.submit(TagApp("sohu-news", UNSANCTIONED))
    tenant, board = session.world.tenant, discovery.dashboard(session, WIN10)
    lines = tenant.reports[WIN10].lines(Scope(), 10**6).newest
    assert len(lines) == board.totals.transactions > SHOWN

    def sizes(chosen: Iterable[Line]) -> int:
        return sum((line.bytes_up or 0) + (line.bytes_down or 0) for line in chosen)

    def split(key: Callable[[Line], str | None]) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if (name := key(line)) is not None:
                found[name].append(line)
        return found

    def app_of(line: Line) -> App:
        return tenant.catalog.app(line.app_id)

    def level(line: Line) -> str:
        score = tenant.catalog.score(app_of(line))
        return (
            "not scored"
            if score is None
            else ("low", "medium", "high")[(score.total < 8) + (score.total < 4)]
        )

    def apps(chosen: Iterable[Line]) -> int:
        return len({line.app_id for line in chosen})

    users, machines = split(lambda line: line.user), split(lambda line: line.machine)
    assert board.totals == Totals(
        apps(lines),
        len(users),
        len({line.source_ip for line in lines} - {None}),
        len(machines),
        len(lines),
        sum(line.bytes_up or 0 for line in lines),
        sum(line.bytes_down or 0 for line in lines),
        sizes(lines),
        sum(bool(line.blocked) for line in lines),
    )
    places = {SANCTIONED: 1, UNSANCTIONED: 2}
    by_category = {
        name: [apps(chosen), 0, 0, 0] for name, chosen in split(lambda x: app_of(x).category).items()
    }
    for line in lines:
        by_category[app_of(line).category][places.get(tenant.tags.get(line.app_id, ""), 3)] += sizes([line])
    shown = {r.name: [r.apps, r.sanctioned, r.unsanctioned, r.other] for r in board.categories}
    assert shown == by_category
    assert all(sum(part) for part in zip(*(counts[1:] for counts in shown.values()), strict=True))
    levels = {name: (apps(chosen), sizes(chosen)) for name, chosen in split(level).items()}
    assert {name: tuple(counts) for name, *counts in board.risk if counts[0]} == levels
    countries = split(lambda line: app_of(line).headquarters or "")
    assert {row.code: (row.apps, row.traffic) for row in board.countries} == {
        code: (apps(chosen), sizes(chosen)) for code, chosen in countries.items()
    }
    for entities, held in ((board.users, users), (board.machines, machines)):
        told = {each.name: (each.apps, each.transactions, each.bytes_total) for each in entities}
        assert told == {name: (apps(held[name]), len(held[name]), sizes(held[name])) for name in told}
        assert min(sizes(held[name]) for name in told) >= max(
            (sizes(chosen) for name, chosen in held.items() if name not in told), default=0
        )
    assert board.open_alerts == sum(alert.is_open for alert in tenant.cloud_alerts.alerts)


def test_a_time_frame_cuts_the_lines_with_the_numbers(session: Session) -> None:
    for row in discovery.apps(session, WIN10, days=7):
        assert sums(evidence(session, WIN10, Scope(app=row.app_id), 7).lines) == sums(row)


def test_the_list_is_bounded_and_the_newest_come_first(session: Session) -> None:
    largest = max(discovery.apps(session, WIN10), key=lambda row: row.transactions)
    found = evidence(session, WIN10, Scope(app=largest.app_id))
    assert largest.transactions > SHOWN
    assert len(found.rows) == SHOWN
    assert found.left_out == largest.transactions - SHOWN
    times = [row.time for row in found.rows]
    assert times == sorted(times, reverse=True)
    assert times[0] == largest.last
    assert len({row.id for row in found.rows}) == SHOWN


def test_a_line_is_what_the_machine_did(session: Session) -> None:
    """The other portal tells of the same connection: same time, program, user."""
    row = evidence(session, WIN10, Scope(app="sohu-news")).rows[-1]
    assert row.machine is not None
    events = endpoint.timeline(session, row.machine, "sohu-news")
    (event,) = [event for event in events if event.time == row.time and not event.is_block]
    assert (event.url, event.process, event.user) == (row.host, row.process, row.user)
    assert row.domain in session.world.tenant.catalog.app("sohu-news").domains
    assert f".{row.host}".endswith(f".{row.domain}")


def test_nothing_is_listed_before_the_portal_has_it() -> None:
    session = begin()
    switch_on(session)
    session.submit(AddCustomApp("Own", "CRM", ("own.example",), "Azure", 5))
    assert evidence(session, WIN10, Scope()).rows == ()
    wait(session, 6 * HOUR)
    found = evidence(session, WIN10, Scope())
    assert found.rows
    assert all(row.time <= row.ingested <= session.now for row in found.rows)
    assert max(row.time for row in found.rows) == discovery.reach(session, WIN10).last
    before = found.lines.transactions
    session.advance(session.now + 60_000_000)
    assert evidence(session, WIN10, Scope()).lines.transactions == before, "a minute brings no analysis run"
    assert evidence(session, GLOBAL, Scope()).rows == ()


def test_who_is_excluded_or_hidden_in_the_report_is_so_in_its_lines() -> None:
    session = begin()
    switch_on(session)
    session.submit(ExcludeEntity("user", "marek.novak@halden.example", True))
    session.submit(Anonymise(WIN10, "user", True))
    wait(session, 6 * HOUR)
    rows = evidence(session, WIN10, Scope(app="sohu-news")).rows
    assert rows
    shown = {user.name for user in discovery.app_page(session, WIN10, "sohu-news").users}
    assert {row.user for row in rows} <= shown
    assert not any("@" in str(row.user) for row in rows)
    for row in discovery.apps(session, WIN10):
        assert sums(evidence(session, WIN10, Scope(app=row.app_id)).lines) == sums(row)
