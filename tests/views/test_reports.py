"""The report selector, the time frames, why a report is empty, and the settings' rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from sim.base.time import DAY, HOUR
from sim.engine.discovery.streams import GLOBAL, SESSION_CONTROL
from sim.engine.tenant import INTEGRATION, WIN10
from sim.scenario.load import load_scenario
from sim.session.driver import Session
from sim.session.report_commands import Anonymise, ExcludeEntity, ResolveNames, SaveIpRange, SaveReport
from sim.testing import begin, switch_on, wait, without_built_in
from sim.views import cloud_settings, control, discovery, reports

QUIET = str(Path(__file__).parents[1] / "scenarios" / "surprise-13.yaml")
MAREK = "marek.novak@halden.example"
WHY = "large uploads, case 7"


@cache
def weeks() -> Session:
    """Return fourteen weeks of four people behind a proxy; for looking only."""
    session = Session(load_scenario(QUIET))
    without_built_in(session)
    switch_on(session, INTEGRATION)
    session.advance(session.resolved.end)
    return session


def with_data() -> Session:
    session = begin()
    switch_on(session, INTEGRATION)
    session.skip_to_next()
    return session


def test_the_selector_has_every_report_with_its_own_last_update():
    rows = {row.name: row for row in reports.report_rows(weeks())}
    proxy = next(row.name for row in rows.values() if row.kind == "Log source")
    assert list(rows) == [WIN10, GLOBAL, proxy, SESSION_CONTROL]
    assert [row.kind for row in rows.values()] == ["Endpoint", "All logs", "Log source", "Session control"]
    assert rows[WIN10].updated
    assert rows[GLOBAL].updated
    assert rows[proxy].updated
    assert rows[SESSION_CONTROL].updated is None


def test_a_custom_report_joins_the_selector_in_words_and_waits_for_new_data():
    session = with_data()
    session.submit(SaveIpRange("Dock", ("10.1.0.0/24",), ("Corporate",)))
    session.submit(SaveReport("Sales desk", (WIN10,), ("Sales",), ip_tags=("Corporate",)))
    row = reports.report_rows(session)[-1]
    assert (row.name, row.kind, row.custom, row.updated) == ("Sales desk", "Custom", True, None)
    assert row.about == f"Sales, tag Corporate in {WIN10}"
    empty = discovery.reach(session, "Sales desk")
    assert "new data only" in empty.note
    assert empty.cause == "next run"
    session.advance(empty.next_analysis + HOUR)
    found = {user.name for user in discovery.entities(session, "Sales desk", "user")}
    sales = {person.upn for person in session.world.staff.people if person.department == "Sales"}
    assert found
    assert found <= sales
    assert discovery.reach(session, "Sales desk").note == ""
    assert discovery.dashboard(session, "Sales desk").totals.users == len(found)


def test_every_empty_report_says_its_own_reason():
    session = begin()
    session.submit(SaveReport("Nowhere", (WIN10,), ip_ranges=("192.0.2.0/24",)))
    causes = {name: discovery.reach(session, name).cause for name in discovery.report_names(session)}
    assert causes == {
        WIN10: "feed off",
        GLOBAL: "no source",
        SESSION_CONTROL: "no source",
        "Nowhere": "feed off",
    }
    assert "Conditional Access App Control" in discovery.reach(session, SESSION_CONTROL).note
    switch_on(session, INTEGRATION)
    assert discovery.reach(session, WIN10).cause == "waiting"
    assert discovery.reach(session, "Nowhere").cause == "next run"
    wait(session, 6 * HOUR)
    assert discovery.reach(session, "Nowhere").cause == "filtered"
    proxied = Session(load_scenario(QUIET))
    assert discovery.reach(proxied, GLOBAL).cause == "next run"


@pytest.mark.parametrize("days", reports.FRAMES)
def test_a_frame_holds_the_days_up_to_the_last_analysed_one(days):
    session = weeks()
    whole = session.world.tenant.reports[WIN10]
    assert whole.last is not None
    newest = whole.last // DAY
    row = discovery.app_page(session, WIN10, "sohu-news", days).row
    assert row is not None
    expected = [d for d in whole.app_days() if d.app_id == "sohu-news" and newest - days < d.day <= newest]
    assert row.transactions == sum(day.transactions for day in expected)
    assert row.traffic == sum(day.bytes_total or 0 for day in expected)
    reach = discovery.reach(session, WIN10, days)
    assert reach.first is not None
    assert reach.first // DAY > newest - days
    assert reach.last == whole.last
    assert sum(r.transactions for r in discovery.apps(session, WIN10, days=days)) == sum(
        e.transactions for e in discovery.entities(session, WIN10, "user", days)
    )


def test_frames_nest_and_the_longest_holds_all_that_is_kept():
    session = weeks()
    counts = [discovery.dashboard(session, WIN10, days).totals.transactions for days in reports.FRAMES]
    assert 0 < counts[0] < counts[1] < counts[2]
    kept = session.world.tenant.reports[WIN10]
    assert kept.first is not None
    assert kept.first >= (session.now // DAY - 91) * DAY, "the first weeks are forgotten"
    page = discovery.entity_page(
        session, WIN10, "machine", discovery.entities(session, WIN10, "machine")[0].name, 7
    )
    assert page.bytes_total == (page.bytes_up or 0) + (page.bytes_down or 0) > 0


def test_settings_are_listed_as_they_stand():
    session = begin()
    session.submit(ExcludeEntity("user", MAREK, True, "runs a scanner"))
    session.submit(SaveIpRange("Dock", ("10.1.0.0/24",), ("Corporate",)))
    session.submit(SaveReport("Corp", (WIN10,), ip_tags=("Corporate",)))
    session.submit(Anonymise(WIN10, "user", True))
    (left,) = cloud_settings.exclusions(session)
    assert (left.what, left.name, left.comment, left.by) == ("user", MAREK, "runs a scanner", "analyst")
    (named,) = cloud_settings.ip_ranges(session)
    assert named.reports == ("Corp",)
    assert [row.on for row in cloud_settings.name_settings(session)] == [False, True, False]
    choices = cloud_settings.choices(session)
    assert choices.groups == ("Finance", "IT", "Operations", "Sales")
    assert choices.ip_tags == ("Corporate",)


def test_a_resolved_name_is_known_to_the_trainee_and_the_log_says_who_and_why():
    session = begin()
    session.submit(Anonymise(WIN10, "user", True))
    switch_on(session, INTEGRATION)
    session.skip_to_next()
    names = {user.name for user in discovery.entities(session, WIN10, "user")}
    assert MAREK not in names
    assert all(cloud_settings.is_pseudonym(session, name) for name in names)
    assert {cloud_settings.own_name(session, name) for name in names} == {None}
    one = sorted(names)[0]
    session.submit(ResolveNames((one,), WHY))
    assert "@halden.example" in (cloud_settings.own_name(session, one) or "")
    entry = control.governance_log(session)[0]
    assert (entry.actor, entry.target, entry.detail) == ("analyst", one, WHY)
    assert not cloud_settings.is_pseudonym(session, MAREK)
    assert cloud_settings.own_name(session, MAREK) == MAREK
