"""An organisation's past: added up without being played, and read again to the byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.base.time import DAY, HOUR, to_datetime
from sim.engine.discovery.continuous import ContinuousReport, Scope
from sim.engine.discovery.report import Report
from sim.engine.discovery.streams import GLOBAL, WIN10
from sim.engine.enforcement.facts import Outcome
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.views.reports import use
from sim.world.history import History
from sim.world.model import World
from sim.world.telemetry import Rows
from tests.world.lively import lively

PAST: dict[str, Any] = {
    "history": {"days": "14d", "endpoint": True},
    "proxy": [{"name": "HQ", "departments": ["Sales"], "blocks": ["sohu-news"], "kind": "bluecoat"}],
    "stays": [{"days": 40, "site": "home"}],
    "sites": {"home": {"behind_proxies": False}},
}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(lively(60, **PAST), 3)


@pytest.fixture(scope="module")
def past(session: Session) -> History:
    assert session.world.history is not None
    return session.world.history


def cells(report: Report) -> list[tuple[Any, ...]]:
    """Return all that a report counts, by names instead of its own numbers."""
    found = report.app_cells()
    names = [report.names("user"), report.names("source_ip"), report.names("machine")]
    keys = zip(*(column.tolist() for column in found.key), strict=True)
    sums = ("transactions", "bytes_up", "bytes_down", "bytes_total", "blocked", "first", "last", "knows")
    values = zip(*(getattr(found, name).tolist() for name in sums), strict=True)
    rows = [
        (day, app, *(n[c] if c >= 0 else "" for n, c in zip(names, entities, strict=True)), *value)
        for (day, app, *entities), value in zip(keys, values, strict=True)
    ]
    hosts = [(report.catalog.apps[0].id, host) for host in report.hosts("dropbox")]
    return [*sorted(rows), *hosts]


@pytest.mark.parametrize("name", [WIN10, "HQ"])
def test_a_realised_day_agrees_with_what_was_added_up(session: Session, name: str):
    """Every connection of the past, counted one by one, gives the report that the bundles gave."""
    report = session.world.tenant.reports[name]
    assert isinstance(report, ContinuousReport)
    again = Report(name, "continuous", report.catalog)
    kept = report._batches[0].past
    assert kept is not None
    assert session.world.history is not None
    for day in range(session.world.history.first // DAY, session.world.history.end // DAY + 1):
        again.add(kept.reread(day))
    assert len(cells(again)) > 300
    assert cells(again) == cells(report)


def test_the_past_looks_like_play(session: Session, past: History):
    """As many connections a person and day, as large, of the same apps and programs."""
    world = World(lively(60, **PAST), 3)
    world.run(past.end + DAY)
    played = world.plane.telemetry.rows()
    # The Monday before the Monday on which play begins.
    before = past.between(past.end - 7 * DAY, past.end - 6 * DAY)
    assert 0.8 < len(before) / len(played) < 1.25
    for name in ("bytes_up", "bytes_down", "http"):
        ours, theirs = (np.quantile(getattr(rows, name), (0.25, 0.5, 0.75, 0.9)) for rows in (before, played))
        assert ours == pytest.approx(theirs, rel=0.25)
    assert (np.diff(before.time) >= 0).all()
    assert len(set(before.host.tolist()) & set(played.host.tolist())) > 30


def test_nobody_but_an_appliance_stops_anything_in_the_past(session: Session, past: History):
    rows = past.between(past.first, past.end)
    refused = rows.outcome == Outcome.GATEWAY_BLOCKED
    assert set(rows.outcome[~refused].tolist()) == {Outcome.OPEN}
    hosts = {past.staff.hosts[host] for host in rows.host[refused].tolist()}
    assert all("sohu" in host for host in hosts)
    assert not {"ada"} & {past.staff.people[user].id for user in rows.user[refused].tolist()}


def test_a_longer_past_changes_neither_the_days_that_both_have_nor_play():
    def rows_of(days: int) -> tuple[Rows, Rows]:
        world = World(lively(30, history={"days": days, "endpoint": True}), 3)
        world.run(world.now + 10 * HOUR)
        assert world.history is not None
        end = world.history.end
        return world.history.between(end - 5 * DAY, end), world.plane.telemetry.rows()

    def told(rows: Rows) -> list[list[int]]:
        return [getattr(rows, name).tolist() for name in ("time", "user", "host", "bytes_up", "bytes_down")]

    short, long = rows_of(6), rows_of(40)
    assert [told(part) for part in short] == [told(part) for part in long]
    plain = World(lively(30), 3)
    plain.run(plain.now + 10 * HOUR)
    assert told(plain.plane.telemetry.rows()) == told(short[1])


def test_one_person_more_changes_nobody_elses_past():
    def by_person(people: int) -> dict[str, list[tuple[int, ...]]]:
        world = World(lively(people, history={"days": 4, "endpoint": True}), 9)
        assert world.history is not None
        rows = world.history.between(world.history.first, world.history.end)
        columns = [getattr(rows, name).tolist() for name in ("time", "host", "bytes_up", "bytes_down")]
        found: dict[str, list[tuple[int, ...]]] = {}
        for user, *row in zip(rows.user.tolist(), *columns, strict=True):
            found.setdefault(world.staff.people[user].id, []).append(tuple(row))
        return found

    before, after = by_person(40), by_person(41)
    assert len(before) > 30
    assert {person: after[person] for person in before} == before


def test_working_days_begin_by_the_clock_on_both_sides_of_a_change_of_it():
    """Clocks in London went back on Sunday 27 October 2019; weekends are quiet."""
    resolved = lively(
        60,
        start="2019-11-04T09:00",
        end="2019-11-04T18:00",
        history={"days": 14, "endpoint": True},
        habits=[],
    )
    world = World(resolved, 3)
    assert world.history is not None
    counts, first = {}, {}
    for day, start in enumerate(world.history.calendar.starts[:-1].tolist()):
        rows = world.history.between(start, int(world.history.calendar.starts[day + 1]))
        moment = to_datetime(start, resolved.tz)
        counts[day] = len(rows)
        if moment.weekday() < 5:
            begun = [rows.time[rows.user == user].min() for user in np.unique(rows.user).tolist()]
            middle = to_datetime(int(np.median(begun)), resolved.tz)
            first[moment.date()] = middle.hour * 60 + middle.minute
    # Fridays before and Mondays after.
    days = sorted(first)
    assert all(abs(first[a] - first[a + timedelta(days=7)]) < 25 for a in days[:5])
    weekend, work = (5, 6, 12, 13), (0, 4, 7, 11)
    assert max(counts[day] for day in weekend) < 0.7 * min(counts[day] for day in work)


def test_frames_reach_as_far_back_as_they_say(session: Session):
    for name in (WIN10, GLOBAL, "HQ"):
        week, month = (use(session, name, days).totals() for days in (7, 30))
        assert 0 < week.transactions < month.transactions
        assert week.apps < month.apps
    assert session.world.tenant.switches["Microsoft Cloud App Security"]


def test_what_was_known_before_raises_nothing_and_teaches():
    """Nobody is alerted about the past, and what is unusual by it is told from the first day of play on."""
    told = []
    for past in ({}, {"history": PAST["history"]}):
        session = Session(lively(60, **past), 3)
        assert session.world.tenant.cloud_alerts.alerts == []
        if not past:
            session.submit(SetSwitch("Microsoft Cloud App Security", True))
        session.advance(session.resolved.end)
        told.append(session.world.tenant.cloud_alerts.alerts)
    without, taught = told
    assert without == []
    assert taught
    assert all(alert.day >= session.resolved.start // DAY for alert in taught)


def test_lines_of_the_past_make_the_numbers_of_the_pages(session: Session):
    report = session.world.tenant.reports["HQ"]
    assert isinstance(report, ContinuousReport)
    usage = next(each for each in report.apps() if 20 < each.transactions < 50)
    lines = report.lines(Scope(app=usage.app_id), 1_000)
    assert (lines.transactions, lines.bytes_up, lines.bytes_down) == (
        usage.transactions,
        usage.bytes_up,
        usage.bytes_down,
    )
    newest = [line.time for line in lines.newest]
    assert newest == sorted(newest, reverse=True)
    assert newest[0] == usage.last
    assert all(line.ingested > line.time and line.app_id == usage.app_id for line in lines.newest)
    numbers = [line.number for line in lines.newest]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 0
    assert report.numbered(numbers[:3]) == {line.number: line for line in lines.newest[:3]}


def test_the_past_is_not_drawn_again_by_rewind_and_does_not_know_play():
    first, again = (Session(lively(20, history=PAST["history"]), 3) for _ in range(2))
    again.submit(SetSwitch("Block unsanctioned apps", True))
    again.submit(TagApp("dropbox", "Unsanctioned"))
    assert again.world.history is first.world.history is not None
    assert again.world.staff is first.world.staff
    # Nobody can write into what both hold.
    for column in (first.world.staff.keys, first.world.staff.uses.rate):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("30", "is no number of days"),
        ("36h", "whole days"),
        ("91d", "whole days"),
        ("30d", "nobody kept a record"),
    ],
)
def test_a_past_that_cannot_be_is_refused_with_what_to_write(said: str, what: str):
    with pytest.raises(ScenarioError) as refused:
        lively(20, history=said)
    problem = refused.value.problems[0]
    assert problem.rule == "SCENARIO-HISTORY"
    assert what in problem.what
    assert problem.advice
