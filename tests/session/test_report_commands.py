"""Commands on reports, exclusions and names: what the trainee is told, the run file, and replay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from sim.base.errors import CommandRefused, InputError
from sim.base.time import DAY, HOUR, to_iso
from sim.engine.discovery.continuous import Line, Scope
from sim.engine.tenant import INTEGRATION, WIN10
from sim.scenario.load import Resolved
from sim.session.commands import Command, SetSwitch
from sim.session.digest import canonical
from sim.session.driver import Session, restore
from sim.session.policy_commands import SavePolicy
from sim.session.report_commands import (
    Anonymise,
    CreateSnapshot,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
    ResolveNames,
    SaveIpRange,
    SaveReport,
)
from sim.session.runfile import read_run
from sim.session.wire import from_json, to_json
from sim.views import reports
from tests.reference.small import resolved, scenario

PROXY = "Edge proxy"
ANNA = "anna.ahlgren@small.example"
WHY = "large uploads, case 7"


@cache
def office() -> Resolved:
    """Return the small office with a proxy in front of everybody."""
    found = scenario(rhythm="quick")
    found["proxy"] = {"name": PROXY}
    return resolved(found)


def begin(*commands: Command) -> Session:
    """Return a session with the feed switched on, and then these commands."""
    session = Session(office(), 11)
    for command in (SetSwitch(INTEGRATION, True), *commands):
        session.submit(command)
    return session


def users(session: Session, report: str) -> set[str]:
    """Return the users of a report."""
    return {use.name for use in session.world.tenant.reports[report].entities("user")}


ALL: tuple[Command, ...] = (
    SaveIpRange("Office", ("10.1.0.0/24",), ("Corporate",)),
    SaveReport("Desk", (WIN10, PROXY), ("Desk",), ("10.0.0.0/8",), ("Corporate",)),
    ExcludeEntity("user", ANNA, True, "prüft die Scanner ✓"),
    ExcludeEntity("source_ip", "10.1.0.12"),
    EnrichUsers(True),
    Anonymise(PROXY, "user", True),
    Anonymise(WIN10, "machine", True),
    SaveReport("Gone", (PROXY,)),
    DeleteReport("Gone"),
    ExcludeEntity("source_ip", "10.1.0.12", False),
)


SNAPSHOT = CreateSnapshot("Noon", PROXY, "2019-12-16T09:00", "", "its collector was down", True)


@pytest.mark.parametrize(
    "command", [*ALL, SNAPSHOT, RemoveIpRange("Office"), ResolveNames(("abc",), WHY)], ids=repr
)
def test_every_command_goes_over_the_wire_and_comes_back(command):
    assert from_json(json.loads(canonical(to_json(command)))) == command


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "save-report", "name": "x"},
        {"kind": "save-report", "name": "x", "sources": "proxy"},
        {"kind": "save-report", "name": "x", "sources": ["y" * 3000]},
        {"kind": "anonymise", "source": "x", "entity": "user", "on": "yes"},
        {"kind": "resolve-names", "names": [1], "justification": "x"},
    ],
    ids=lambda data: f"{data['kind']} {len(data)}",
)
def test_a_command_of_another_shape_is_one_error(data):
    with pytest.raises(InputError) as refused:
        from_json(data)
    assert len(refused.value.problems) == 1


def test_a_run_with_every_command_replays_to_the_same_reports_pseudonyms_and_notes(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    session = Session(office(), 11)
    session.record_to(path)
    for command in (SetSwitch(INTEGRATION, True), *ALL):
        session.submit(command)
    session.advance(session.now + 20 * HOUR)
    hidden = sorted(users(session, PROXY))[0]
    session.submit(ResolveNames((hidden,), WHY))
    session.submit(CreateSnapshot("Noon", PROXY))
    session.advance(session.resolved.end)
    session.finish({})
    recorded = read_run(path)
    replayed = restore(recorded)
    again = replayed.session
    assert replayed.compared == len(recorded.records)
    assert again.digest() == session.digest()
    assert again.notes == session.notes
    assert again.notes.resolved.keys() == {hidden}
    assert again.world.tenant.streams.excluded == session.world.tenant.streams.excluded
    assert again.world.tenant.streams.custom == session.world.tenant.streams.custom
    for name in session.world.tenant.reports:
        assert users(again, name) == users(session, name)


def test_another_seed_has_other_pseudonyms_for_the_same_people():
    sessions = [Session(office(), seed) for seed in (11, 11, 12)]
    first, same, other = (s.world.tenant.streams.pseudonyms.hide(ANNA) for s in sessions)
    assert first == same != other


def test_a_refused_command_changes_nothing_and_is_not_kept(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    session = Session(office(), 11)
    session.record_to(path)
    digest = session.digest()
    for command in (
        SaveReport("Desk", ("nowhere",)),
        DeleteReport(WIN10),
        ExcludeEntity("source_ip", "everywhere"),
        Anonymise(PROXY, "machine", True),
        ResolveNames(("abc",), WHY),
        RemoveIpRange("Office"),
        CreateSnapshot("Noon", WIN10),
        CreateSnapshot("Noon", PROXY, since="noon"),
        CreateSnapshot("Noon", PROXY, until="2001-01-01"),
    ):
        with pytest.raises(CommandRefused):
            session.submit(command)
    assert session.digest() == digest
    session.leave()
    assert [record["kind"] for record in read_run(path).records] == ["mark"]


def test_settings_change_no_connection_of_anybody():
    """They are about what the portal shows: the world goes on as it would have."""
    plain, changed = begin(), begin(*ALL)
    for session in (plain, changed):
        session.advance(session.resolved.end)
    rows = [session.world.plane.telemetry.rows() for session in (plain, changed)]
    assert rows[0].time.tolist() == rows[1].time.tolist()
    assert rows[0].outcome.tolist() == rows[1].outcome.tolist()


def test_the_proxy_knows_people_by_their_logon_names_until_they_are_enriched():
    session = begin()
    session.advance(session.now + 20 * HOUR)
    logons = users(session, PROXY)
    assert "SMALL\\ben.brook" in logons
    assert all(name.startswith("SMALL\\") for name in logons)
    assert "ben.brook@small.example" in users(session, WIN10)
    session.submit(EnrichUsers(True))
    session.advance(session.resolved.end)
    assert "ben.brook@small.example" in users(session, PROXY)
    assert "SMALL\\ben.brook" in users(session, PROXY), "old data stays"


def test_a_policy_watches_a_custom_report_and_keeps_it_from_being_deleted():
    session = begin(
        SaveReport("Field", (WIN10,), ("Field",)),
        SavePolicy("New popular app", "Popular", {"Number of users": 0}, reports=("Field",), daily_limit=99),
    )
    session.advance(session.resolved.end - HOUR)
    alerts = session.world.tenant.cloud_alerts.alerts
    assert {alert.report for alert in alerts} == {"Field"}
    field = {person.upn for person in session.world.staff.people if person.department == "Field"}
    assert users(session, "Field") <= field
    assert max(alert.users for alert in alerts) <= len(field)
    with pytest.raises(CommandRefused, match="the policy Popular is for the report Field"):
        session.submit(DeleteReport("Field"))


def told(lines: Iterable[Line]) -> Counter[tuple[object, ...]]:
    """Return what lines say, whichever report they are of."""
    return Counter((line.time, line.user, line.host, line.bytes_up, line.bytes_down) for line in lines)


@pytest.mark.fact("novelty.snapshots-never")
def test_a_snapshot_says_what_its_source_logged_in_the_period_never_changes_and_alerts_nobody():
    session = begin(SavePolicy("New popular app", "Popular", {"Number of users": 0}, daily_limit=99))
    since, until = session.now + 2 * HOUR, session.now + 5 * HOUR
    session.advance(session.now + 6 * HOUR)
    session.submit(CreateSnapshot("Noon", PROXY, to_iso(since), to_iso(until), "down"))
    session.submit(CreateSnapshot("Hidden", PROXY, anonymise=True))
    made, tenant = session.now, session.world.tenant
    before = tenant.reports["Noon"].lines(Scope(), 100_000)
    session.advance(session.resolved.end - HOUR)
    logged = tenant.reports[PROXY].lines(Scope(), 100_000).newest
    assert before.newest
    assert told(before.newest) == told(line for line in logged if since <= line.time < until)
    assert tenant.reports["Noon"].lines(Scope(), 100_000) == before
    assert users(session, "Hidden").isdisjoint(users(session, PROXY))
    row = reports.report_rows(session)[-2]
    assert (row.name, row.kind, row.updated, row.sources) == ("Noon", "Snapshot", made, (PROXY,))
    assert row.about.endswith("never changes. down")
    assert reports.reach(session, "Noon").frozen
    assert {alert.report for alert in tenant.cloud_alerts.alerts}.isdisjoint({"Noon", "Hidden"})
    for refused in (
        SavePolicy("New popular app", "Noon", {"Number of users": 0}, reports=("Noon",)),
        SaveReport("noon", (PROXY,)),
        CreateSnapshot("Edge PROXY", PROXY),
    ):
        with pytest.raises(CommandRefused, match=r"no report 'Noon'|is there already"):
            session.submit(refused)
    session.submit(DeleteReport("Noon"))
    assert "Noon" not in tenant.reports


def test_a_report_of_the_same_name_is_a_new_one_to_the_policies():
    session = begin(
        SaveReport("Field", (WIN10,), ("Field",)),
        SavePolicy("New popular app", "Popular", {"Number of users": 0}, daily_limit=99),
    )
    session.advance(session.now + DAY)
    first = sum(alert.report == "Field" for alert in session.world.tenant.cloud_alerts.alerts)
    assert first
    session.submit(DeleteReport("Field"))
    session.submit(SaveReport("Field", (WIN10,), ("Field",)))
    session.advance(session.resolved.end)
    assert sum(alert.report == "Field" for alert in session.world.tenant.cloud_alerts.alerts) > first


def test_the_answers_say_what_holds_and_from_when():
    session = begin()
    assert "new data only" in session.submit(SaveReport("Desk", (WIN10,))).text
    assert session.submit(ExcludeEntity("user", ANNA)).text == f"{ANNA} is left out of new data"
    assert "before" in session.submit(ExcludeEntity("user", ANNA)).text
    assert session.submit(EnrichUsers(False)).text == "User enrichment was already off"
    session.submit(Anonymise(WIN10, "user", True))
    session.advance(session.now + 8 * HOUR)
    ben = session.world.tenant.streams.pseudonyms.hide("ben.brook@small.example")
    answer = session.submit(ResolveNames((ben,), WHY))
    assert answer.text == f"{ben} is ben.brook@small.example"
    assert answer.data["names"] == {ben: "ben.brook@small.example"}
