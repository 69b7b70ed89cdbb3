"""Where a machine is decides which data source sees it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.base.time import HOUR
from sim.engine.discovery.streams import GLOBAL
from sim.engine.tenant import INTEGRATION, WIN10
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.views.sources import tables
from tests.reference.small import resolved, scenario

SITES = {"cafe": {"behind_proxies": False}, "branch": {"hides_names": True}}
PROXY = "Head office"
NOON = "12:00"


def office(stays: list[dict[str, Any]], people: int = 4, **more: Any) -> Session:
    """Return a session in which everybody is behind the proxy, but for their stays."""
    found = scenario(people, "two days")
    found |= {"proxy": {"name": PROXY}, "sites": SITES, "stays": stays, **more}
    return Session(resolved(found))


def after_a_day(session: Session) -> dict[str, set[str]]:
    """Switch the integration on, let a day pass; return who is in which report, by id."""
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(session.now + 28 * HOUR)
    ids = {person.upn.partition("@")[0]: person.id for person in session.world.staff.people}

    def people(report: str) -> set[str]:
        names = (found.name for found in session.world.tenant.reports[report].entities("user"))
        return {ids[name.partition("@")[0].rpartition("\\")[2]] for name in names}

    return {report: people(report) for report in (WIN10, PROXY, GLOBAL)}


@cache
def travellers() -> tuple[Session, dict[str, set[str]]]:
    session = office(
        [{"people": ["anna"], "site": "cafe"}, {"people": ["ben"], "site": "cafe", "vpn": True}],
        devices=[{"people": ["dina"], "managed": False}],
    )
    return session, after_a_day(session)


@pytest.mark.fact("feed.path-public-wifi", "feed.path-vpn", "feed.path-unmanaged")
def test_a_machine_on_public_wifi_is_in_the_endpoint_report_and_in_no_proxys():
    """Over VPN it is in both, in the office too; a machine that is not managed is in the proxy's alone."""
    _, seen = travellers()
    assert seen[WIN10] == {"anna", "ben", "cora"}
    assert seen[PROXY] == seen[GLOBAL] == {"ben", "cora", "dina"}


def test_the_sources_differ_by_what_each_cannot_see_and_by_nothing_else():
    """The true connections, less those that a source never meets, are those that it counts."""
    session, _ = travellers()
    rows = session.world.plane.telemetry.rows()
    person = np.array([each.id for each in session.world.staff.people])[rows.machine]
    of_proxy = session.world.tenant.reports[PROXY].totals().transactions
    before = session.world.tenant.streams.updated[PROXY]
    reached = int(((person != "anna") & (rows.time < before)).sum())
    assert 0.8 * reached < of_proxy <= reached


def test_addresses_are_those_of_the_place():
    """Home and café routers give everybody the same few addresses; the VPN has a pool of its own."""
    session, _ = travellers()
    found: dict[str, set[str]] = {}
    for row in tables(session)["DeviceNetworkEvents"].to_dicts():
        found.setdefault(row["DeviceName"], set()).add(row["LocalIP"])
    staff = session.world.staff
    (cafe,), (vpn,), (own,) = found["SO-01"], found["SO-02"], found["SO-03"]
    assert cafe.startswith(("192.168.", "10.0.0."))
    assert vpn.startswith("10.9.")
    assert own == staff.machines[2].ip


def test_a_gateway_stops_nobody_who_is_elsewhere():
    """In the afternoon at the café everything opens; in the office the gateway goes on refusing."""
    stays = [{"people": ["anna"], "site": "cafe", "between": [NOON, "23:00"]}]
    session = office(stays, proxy={"name": PROXY, "kind": "iboss"})
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    midnight = session.now - 9 * HOUR
    session.advance(midnight + 17 * HOUR)
    staff, rows = session.world.staff, session.world.plane.telemetry.rows()
    news = (staff.host_app[rows.host] == [app.id for app in staff.apps].index("sohu-news")) & (
        rows.time > midnight + 10 * HOUR
    )
    refused = rows.outcome == rows.outcome[news].max()
    away = (rows.machine == 0) & (rows.time >= midnight + 12 * HOUR)
    assert (news & away).any()
    assert np.array_equal(refused[news], ~away[news])


def test_names_are_hidden_only_where_the_site_hides_them():
    """In 2019 who works behind a forward proxy is missing from the endpoint report meanwhile."""
    session = office([{"people": ["anna"], "site": "branch", "between": [NOON, "23:00"]}])
    session.submit(SetSwitch(INTEGRATION, True))
    midnight = session.now - 9 * HOUR
    session.advance(midnight + 28 * HOUR)
    day = session.world.tenant.reports[WIN10]
    last = {each.name: each.last for each in day.entities("machine")}
    assert last["SO-01"] < midnight + 12 * HOUR < last["SO-02"]


def test_the_later_stay_counts_and_days_are_drawn_for_each_person_and_day():
    stays = [
        {"site": "cafe", "days": 50},
        {"people": ["ben"], "site": "cafe", "vpn": True, "between": ["00:00", NOON]},
    ]
    session = office(stays, people=8)
    places, calendar = session.world.places, session.world.machines.calendar
    days = np.arange(len(calendar.starts) - 1)
    morning = np.array([places.at(calendar.starts[days] + 9 * HOUR, np.full(len(days), m)) for m in range(8)])
    evening = np.array(
        [places.at(calendar.starts[days] + 19 * HOUR, np.full(len(days), m)) for m in range(8)]
    )
    cafe = places.names.index("cafe") * 2
    assert (morning[1] == cafe + 1).all()
    assert np.array_equal(np.delete(morning, 1, 0), np.delete(evening, 1, 0))
    away = evening == cafe
    assert 0.35 < away.mean() < 0.65
    assert len({tuple(row) for row in away.tolist()}) == 8, "each person has days of their own"


def test_one_person_more_moves_nobody_else():
    few, many = (office([{"site": "cafe", "days": 50, "share": 60}], people=n).world for n in (6, 7))
    time = np.arange(6 * 6) % 6 * 24 * HOUR + int(few.machines.calendar.starts[7]) + 10 * HOUR
    machine = np.repeat(np.arange(6), 6)
    assert np.array_equal(few.places.at(time, machine), many.places.at(time, machine))


def test_stays_change_no_draw_of_what_people_do():
    """The same people make the same connections, wherever they make them."""
    plain, moved = office([]), office([{"site": "cafe"}])
    for session in (plain, moved):
        session.advance(session.now + 6 * HOUR)
    here, there = (session.world.plane.telemetry.rows() for session in (plain, moved))
    assert np.array_equal(here.time, there.time)
    assert np.array_equal(here.bytes_up, there.bytes_up)


@pytest.mark.parametrize(
    ("stay", "words"),
    [
        ({"site": "caffe"}, "unknown site 'caffe'.*did you mean 'cafe'"),
        ({"site": "cafe", "people": ["ana"]}, "unknown person 'ana'"),
        ({"site": "cafe", "between": [NOON, "11:00"]}, "rising pair"),
    ],
)
def test_a_stay_that_cannot_be_is_refused(stay: dict[str, Any], words: str):
    with pytest.raises(ScenarioError, match=words):
        office([stay])


def test_a_file_without_stays_keeps_its_hash():
    """What a scenario does not say is not part of it."""
    assert "stays" not in resolved(scenario(2)).dump()
