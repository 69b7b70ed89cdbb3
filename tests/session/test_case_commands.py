"""The case: verdicts, evidence, messages, tickets, exceptions, and the end of the shift."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sim.base.errors import CommandRefused, UnsanctionedError
from sim.base.time import HOUR, MINUTE
from sim.engine.discovery.continuous import Scope
from sim.engine.tenant import INTEGRATION, WIN10
from sim.scenario.trainee import Trainee
from sim.session.case_commands import (
    AddEvidence,
    FinishShift,
    GiveVerdict,
    GrantException,
    OpenTicket,
    RemoveNote,
    SendMessage,
)
from sim.session.commands import Command, RecordFinding, SetSwitch
from sim.session.driver import Session, restore
from sim.session.roles import ORDER, allows
from sim.session.runfile import read_run
from sim.session.wire import COMMANDS, from_json, to_json
from sim.testing import begin
from sim.views import endpoint, evidence
from sim.world.people import NOBODY

APP = "app:yahoo-webmail"
TOM = "tom.whitfield@halden.example"


@pytest.fixture(scope="module")
def morning() -> Session:
    """A session in which reports and timelines show something."""
    session = begin()
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(session.now + 4 * HOUR)
    return session


@pytest.fixture(scope="module")
def untouched() -> Session:
    """A session in which nothing was done: refused commands leave it so."""
    return begin()


def test_a_later_verdict_replaces_an_earlier_one_and_can_be_taken_back():
    session = begin()
    session.submit(GiveVerdict(APP, "tolerate", 40, "looks harmless"))
    session.submit(GiveVerdict("app:dropbox", "tolerate", 90, "approved"))
    answer = session.submit(GiveVerdict(APP, "shadow-it-stop", 85, " P-2 names it "))
    assert answer.data["replaced"]
    assert [(v.subject, v.confidence, v.reason) for v in session.notes.verdicts.values()] == [
        ("app:dropbox", 90, "approved"),
        (APP, 85, "P-2 names it"),
    ]
    session.submit(RemoveNote(APP))
    assert list(session.notes.verdicts) == ["app:dropbox"]


def test_rows_of_a_timeline_are_kept_with_what_they_say(morning: Session):
    machine = endpoint.machines(morning)[6].name
    rows = endpoint.timeline(morning, machine)[:2]
    morning.submit(
        AddEvidence(APP, "rows", f"timeline:{machine.lower()}", "see", tuple(row.id for row in rows))
    )
    cited = morning.notes.evidence[-1].cited
    assert [(c.time, c.user, c.process, c.host, c.app_id) for c in cited] == [
        (row.time, row.user, row.process, row.url, row.app_id) for row in rows
    ]
    assert {c.machine for c in cited} == {machine}


def test_rows_of_a_report_are_kept_with_what_they_say(morning: Session):
    shown = evidence.evidence(morning, WIN10, Scope()).rows[0]
    morning.submit(AddEvidence(APP, "rows", "report:Win10 Endpoint Users", rows=(shown.id,)))
    (cited,) = morning.notes.evidence[-1].cited
    assert (cited.time, cited.user, cited.machine, cited.host) == (
        shown.time,
        shown.user,
        shown.machine,
        shown.host,
    )


def test_the_same_evidence_again_replaces_its_note_and_keeps_its_id():
    session = begin()
    first = session.submit(AddEvidence(APP, "entity", f"user:{TOM}", "one"))
    session.submit(AddEvidence(APP, "query", "DeviceNetworkEvents | take 1", rows=("a", "b")))
    second = session.submit(AddEvidence(APP, "entity", f"user:{TOM}", "two"))
    assert first.data == second.data
    assert [(e.kind, e.note) for e in session.notes.evidence] == [("query", ""), ("entity", "two")]


def test_what_was_removed_does_not_give_its_id_to_another():
    session = begin()
    used = (TOM, "HF-LT-02", "chrome.exe")
    first = session.submit(RecordFinding("yahoo-webmail", *used)).data["id"]
    again = session.submit(RecordFinding("yahoo-webmail", *used, "more")).data["id"]
    assert first == again
    session.submit(RemoveNote(first))
    assert session.submit(RecordFinding("yahoo-webmail", *used)).data["id"] != first


def test_a_message_a_ticket_and_an_exception_are_kept_with_whom_they_concern():
    session = begin()
    people = session.world.staff.people
    tom = next(one for one in people if one.upn == TOM)
    session.submit(SendMessage(f"user:{TOM}", APP, "Please stop."))
    session.submit(SendMessage(f"manager:{TOM}", APP, "Please have it stopped."))
    session.submit(OpenTicket("Service desk", "Chrome", "Please turn QUIC off.", APP))
    session.submit(GrantException("dropbox", TOM, "2019-12-17T12:00", "until the move is done"))
    session.submit(GrantException("dropbox", f"user:{TOM}", "2019-12-18T12:00", "a day longer"))
    notes = session.notes
    assert [(m.to, m.about, m.subject) for m in notes.messages] == [
        (TOM, TOM, APP),
        (people[tom.manager].upn, TOM, APP),
    ]
    head = next(one for one in people if one.manager == NOBODY)
    with pytest.raises(CommandRefused, match="has no manager here"):
        session.submit(SendMessage(f"manager:{head.upn}", APP, "x"))
    assert [(t.team, t.subject) for t in notes.tickets] == [("Service desk", APP)]
    assert [(e.who, e.reason) for e in notes.exceptions] == [(TOM, "a day longer")]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (GiveVerdict("app:yahoo-webmial", "tolerate", 50, "x"), "yahoo-webmail"),
        (GiveVerdict("alert:CA-0001", "benign", 50, "x"), "no alert 'CA-0001'"),
        (GiveVerdict("machine:HF-LT-02", "benign", 50, "x"), "write app:ID or alert:ID"),
        (GiveVerdict(APP, "benign", 101, " "), "cannot be 'benign'(.|\n)*within 0 and 100(.|\n)*no reason"),
        (AddEvidence(APP, "rows", "timeline:HF-LT-02", rows=("99999999-x",)), "shows no row '99999999-x'"),
        (AddEvidence(APP, "rows", "timeline:HF-LT-02"), "0 rows are cited"),
        (AddEvidence(APP, "rows", "report:Wn10", rows=("1",)), "unknown report"),
        (AddEvidence(APP, "row", "x"), "did you mean 'rows'"),
        (AddEvidence(APP, "query", " "), "the query is empty"),
        (SendMessage(TOM, APP, "x"), "write user:ACCOUNT"),
        (SendMessage("user:tom.whitfeld@halden.example", APP, "x"), TOM),
        (SendMessage(f"user:{TOM}", APP, " "), "the message is empty"),
        (OpenTicket("", "x", "x"), "the team is empty"),
        (GrantException("dropbox", TOM, "2019-12-01", "x"), "is over already"),
        (GrantException("dropbox", TOM, "soon", "x"), "is not a time"),
        (RemoveNote("ev-001"), "no note 'ev-001'"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(untouched: Session, command: Command, words: str):
    with pytest.raises(UnsanctionedError, match=words):
        untouched.submit(command)
    assert untouched.commands == 0
    assert from_json(json.loads(json.dumps(to_json(command)))) == command


def test_after_the_handover_no_command_is_taken_and_the_run_replays(tmp_path: Path):
    session = begin()
    session.record_to(tmp_path / "run.jsonl")
    session.advance(session.now + 90 * MINUTE)
    session.submit(FinishShift("Nothing is blocked yet."))
    with pytest.raises(UnsanctionedError, match="handed over"):
        session.submit(GiveVerdict(APP, "tolerate", 50, "too late"))
    session.play_on()
    assert session.finished
    session.finish({"score": 0})
    again = restore(read_run(tmp_path / "run.jsonl")).session
    assert again.digest() == session.digest()
    assert again.notes.handover == session.notes.handover
    assert again.now == session.resolved.end


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("reader", {"give-verdict", "ask-about", "finish-shift"}, {"close-alerts", "powershell", "tag-app"}),
        (
            "operator",
            {"close-alerts", "powershell"},
            {"tag-app", "save-policy", "set-switch", "add-indicator"},
        ),
        ("administrator", set(COMMANDS), set()),
    ],
)
def test_a_role_limits_what_may_be_done(role, allowed, refused):
    assert all(allows(role, kind) for kind in allowed)
    assert not any(allows(role, kind) for kind in refused)


def test_a_refused_command_says_which_role_it_needs():
    session = begin()
    scenario = session.resolved.scenario
    assert scenario.trainee.role == ORDER[-1]
    limited = scenario.model_copy(update={"trainee": Trainee(role="reader")})
    reader = Session(replace(session.resolved, scenario=limited))
    with pytest.raises(CommandRefused, match="needs Security administrator: open a ticket"):
        reader.submit(SetSwitch(INTEGRATION, True))
    reader.submit(FinishShift())
