"""Log collectors: what arrives, what is lost, and what the portal notices, fault by fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.base.errors import CommandRefused, ScenarioError
from sim.base.time import DAY, HOUR, MINUTE, from_iso
from sim.engine.discovery.streams import GLOBAL
from sim.engine.policy.alerts import SILENT_COLLECTOR
from sim.scenario.eras import load_era
from sim.scenario.sources import CollectorSpec
from sim.session.driver import Session
from sim.session.source_commands import RepairCollector
from sim.views import alerts, collectors, control
from sim.world.collector import (
    ACTOR,
    CONNECTED,
    DISCONNECTED,
    FOREVER,
    FORMAT_ERROR,
    PARSE,
    REPAIR_AFTER,
    Collector,
    Fault,
)
from tests.reference.small import resolved, scenario

PROXY = "Head office"
ERA = load_era("mcas-2019")
NINE = from_iso("2019-12-16T09:00")


def office(*faults: dict[str, Any], receiver: str = "FTP", end: str = "2019-12-20T18:00") -> Session:
    found = scenario(4) | {"end": end, "proxy": {"name": PROXY}}
    found["collectors"] = [{"name": "Docker 1", "receiver": receiver, "faults": list(faults)}]
    return Session(resolved(found))


def collector(*faults: Fault, receiver: str = "FTP") -> Collector:
    spec = CollectorSpec.model_validate({"name": "Docker 1", "receiver": receiver})
    return Collector(spec, [PROXY], faults, ERA)


def transactions(session: Session, report: str = PROXY) -> int:
    return session.world.tenant.reports[report].totals().transactions


def logged(session: Session, action: str) -> list[tuple[int, str]]:
    return [(entry.time, entry.detail) for entry in session.world.tenant.log if entry.action == action]


def made(session: Session, start: int, end: int) -> int:
    """Return how many connections were made in [start, end)."""
    return len(session.world.plane.telemetry.between(start, end))


# -- what a collector does at a time -----------------------------------------------------------------------


def test_a_file_for_ftp_waits_and_syslog_is_lost_while_the_collector_does_not_run():
    stop = Fault("stopped", NINE + 30 * MINUTE, NINE + 3 * HOUR)
    time = NINE + np.arange(0, 5 * 60, 20, dtype=np.int64) * MINUTE
    for receiver, lost in (("FTP", False), ("Syslog-UDP", True)):
        held = collector(stop, receiver=receiver)
        marked = held.missed(time)
        assert np.array_equal(marked, (time >= stop.since) & (time < stop.until) if lost else time < 0)
        assert held.shipped(NINE) == NINE
        assert held.shipped(NINE + HOUR) == stop.until


def test_a_stop_without_end_ships_nothing_until_somebody_repairs_it():
    held = collector(Fault("stopped", NINE, FOREVER))
    assert held.shipped(NINE + HOUR) is None
    assert not held.repair("disk-full", NINE + HOUR, NINE + 2 * HOUR)
    assert held.repair("stopped", NINE + HOUR, NINE + 2 * HOUR)
    assert held.shipped(NINE + HOUR) == NINE + 2 * HOUR


def test_the_status_follows_the_last_data_by_a_day():
    held = collector(Fault("disk-full", NINE + 10 * MINUTE, NINE + 30 * HOUR))
    for time, last, status in (
        (NINE, NINE, CONNECTED),
        (NINE + HOUR, NINE, CONNECTED),
        (NINE + 24 * HOUR - 1, NINE, CONNECTED),
        (NINE + 24 * HOUR, NINE, DISCONNECTED),
        (NINE + 30 * HOUR, NINE + 30 * HOUR, CONNECTED),
    ):
        assert (held.last_data(time), held.status(time)) == (last, status), time


def test_a_container_that_starts_again_ships_at_once():
    held = collector(Fault("stopped", NINE + 10 * MINUTE, NINE + 30 * HOUR + 5 * MINUTE))
    assert held.last_data(NINE + 30 * HOUR + 6 * MINUTE) == NINE + 30 * HOUR + 5 * MINUTE


@pytest.mark.parametrize(("zone", "ahead"), [("Asia/Tokyo", 9), ("America/New_York", -5), ("UTC", 0)])
def test_times_in_the_wrong_zone_are_off_by_its_offset(zone: str, ahead: int):
    held = collector(Fault("wrong-zone", NINE, NINE + HOUR, zone))
    time = np.array([NINE - 1, NINE, NINE + HOUR - 1, NINE + HOUR])
    assert (time - held.as_read(time)).tolist() == [0, ahead * HOUR, ahead * HOUR, 0]


# -- what comes of it in a session -------------------------------------------------------------------------


@pytest.mark.fact("latency.collector.disconnected")
def test_a_silent_collector_is_disconnected_after_a_day_and_raises_an_alert_after_two():
    session = office({"kind": "stopped", "since": "2019-12-16T11:20"})
    last = NINE + 2 * HOUR
    session.advance(last + 2 * DAY)
    assert logged(session, "Log collector disconnected") == [(last + DAY, "")]
    assert session.world.tenant.cloud_alerts.alerts == []
    session.advance(last + 2 * DAY + 1)
    (alert,) = alerts.cloud_alerts(session)
    assert (alert.title, alert.app, alert.report, alert.time) == (
        SILENT_COLLECTOR,
        "Docker 1",
        PROXY,
        last + 2 * DAY,
    )
    assert "48 hours" in alert.text
    assert transactions(session) == transactions(session, GLOBAL) <= made(session, 0, last)


def test_a_collector_that_comes_back_in_time_raises_nothing():
    session = office({"kind": "stopped", "since": "2019-12-16T11:20", "until": "2019-12-17T10:00"})
    session.advance(NINE + 4 * DAY)
    assert logged(session, "Log collector disconnected") == []
    assert session.world.tenant.cloud_alerts.alerts == []


def test_repair_takes_its_time_and_syslog_of_the_gap_stays_lost():
    """By FTP nothing is missing afterwards."""
    totals = {}
    for receiver in ("FTP", "Syslog-TCP"):
        session = office({"kind": "stopped", "since": "2019-12-16T11:20"}, receiver=receiver)
        session.advance(NINE + 5 * HOUR)
        collectors = session.world.collectors
        assert collectors.repair(collectors.all[0], "stopped") == NINE + 5 * HOUR + REPAIR_AFTER
        session.advance(NINE + 2 * DAY)
        totals[receiver] = transactions(session)
    lost = made(session, NINE + 2 * HOUR + 20 * MINUTE, NINE + 5 * HOUR + REPAIR_AFTER)
    assert totals["FTP"] - totals["Syslog-TCP"] == lost > 0


def test_a_full_disk_loses_files_and_a_wrong_format_says_so_in_the_governance_log():
    spoilt = {"since": "2019-12-16T10:30", "until": "2019-12-16T12:30"}
    good, full, wrong = (
        office(*([{"kind": kind, **spoilt}] if kind else [])) for kind in ("", "disk-full", "wrong-format")
    )
    for session in (good, full, wrong):
        session.advance(NINE + 30 * HOUR)
    lost = made(good, NINE + HOUR, NINE + 3 * HOUR)
    assert transactions(good) - transactions(full) == lost > 0
    assert transactions(wrong) == transactions(full)
    assert logged(full, PARSE) == []
    ((_, detail),) = logged(wrong, PARSE)
    assert detail == f"failed, 2 files: {FORMAT_ERROR}"
    assert (PARSE, PROXY, ACTOR) in {(r.action, r.target, r.actor) for r in control.governance_log(wrong)}
    assert wrong.world.collectors.all[0].status(wrong.now) == CONNECTED


def test_a_wrong_zone_moves_use_to_hours_at_which_nobody_works():
    session = office({"kind": "wrong-zone", "since": "2019-12-15T00:00", "zone": "Asia/Tokyo"})
    plain = office()
    for each in (session, plain):
        each.advance(NINE + 20 * HOUR)
    (moved, there) = (each.world.tenant.reports[PROXY].entities("user") for each in (session, plain))
    assert [row.transactions for row in moved] == [row.transactions for row in there]
    assert {row.name: row.first + 9 * HOUR for row in moved} == {row.name: row.first for row in there}


def test_an_analyst_sets_the_type_right_and_has_the_host_looked_at():
    """A remedy that is not needed changes nothing and says so; the portal keeps what was edited in it."""
    session = office({"kind": "wrong-format", "since": "2019-12-16T08:00"})
    (row,) = collectors.data_sources(session)
    assert row.log_type != "any"
    answer = session.submit(RepairCollector("Docker 1", "start"))
    assert (answer.data["repaired"], answer.text) == (
        False,
        "the server team looked at Docker 1: its container runs",
    )
    assert session.submit(RepairCollector("Docker 1", "log-type")).data["repaired"]
    assert not session.submit(RepairCollector("Docker 1", "log-type")).data["repaired"]
    (row,) = collectors.data_sources(session)
    assert (row.log_type, row.status) == ("any", CONNECTED)
    assert [r.target for r in control.governance_log(session) if r.action == "Edit data source"] == [PROXY]
    session.advance(NINE + 30 * HOUR)
    # The file of the hour before nine is shipped at nine, when the type is right.
    last = session.world.tenant.streams.updated[PROXY] - HOUR
    assert transactions(session) == made(session, NINE - HOUR, last)
    with pytest.raises(CommandRefused, match="did you mean 'Docker 1'"):
        session.submit(RepairCollector("Docker 2", "start"))
    with pytest.raises(CommandRefused, match="one of: start, free-disk"):
        session.submit(RepairCollector("Docker 1", "reboot"))


def test_without_collectors_in_the_file_there_is_one_in_good_order():
    session = Session(resolved(scenario(2) | {"proxy": {"name": PROXY}}))
    (only,) = session.world.collectors.all
    assert (only.name, only.sources, only.faults) == (ACTOR, (PROXY,), [])
    assert Session(resolved(scenario(2))).world.collectors.all == ()


@pytest.mark.parametrize(
    ("collectors", "words"),
    [
        ([{"name": "A", "sources": ["Hed office"]}], "did you mean 'Head office'"),
        ([{"name": "A", "sources": [PROXY]}, {"name": "B", "sources": [PROXY]}], "shipped by A already"),
        ([{"name": "A"}, {"name": "A", "sources": []}], "names a log collector already"),
        ([{"name": "A", "faults": [{"kind": "stopped", "since": "yesterday"}]}], "is not a time"),
        ([{"name": "A", "faults": [{"kind": "wrong-zone", "since": "2019-12-16"}]}], "names a zone"),
        (
            [{"name": "A", "faults": [{"kind": "wrong-zone", "since": "2019-12-16", "zone": "Mars/Base"}]}],
            "unknown time zone",
        ),
        (
            [
                {
                    "name": "A",
                    "faults": [
                        {"kind": "stopped", "since": "2019-12-16"},
                        {"kind": "disk-full", "since": "2019-12-17"},
                    ],
                }
            ],
            "begins while another lasts",
        ),
    ],
)
def test_a_scenario_with_impossible_collectors_is_refused(collectors: list[dict[str, Any]], words: str):
    with pytest.raises(ScenarioError, match=words):
        resolved(scenario(2) | {"proxy": {"name": PROXY}, "collectors": collectors})
