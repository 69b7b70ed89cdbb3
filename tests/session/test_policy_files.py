"""Policy files in a session: all or nothing, every mistake with its place, and the run file needs no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.engine.tenant import WIN10
from sim.session.driver import Session, restore
from sim.session.policy_commands import ImportPolicies, SavePolicy
from sim.session.report_commands import Anonymise
from sim.session.runfile import read_run
from sim.session.wire import from_json, to_json
from sim.testing import begin
from sim.views import control, policies
from tests.session.test_alert_commands import started

FILE = """\
policies:
  - name: Popular
    same_day: {users: 3}
    reports: [Global]
  - name: Storage
    apps: [app contains drive, category equals Cloud storage]
    governance: {tag: Unsanctioned, custom_tags: [Watched]}
  - name: Uploads
    anomaly: {watch: [users], per_thousand_users: 7}
"""


def taken(text: str) -> ImportPolicies:
    return ImportPolicies("p.yaml", tuple(text.split("\n")))


def mistakes(session: Session, text: str) -> list[tuple[str, str]]:
    """Return rule and place of everything that is wrong with a file."""
    with pytest.raises(InputError) as caught:
        session.submit(taken(text))
    return [(problem.rule, str(problem.where)) for problem in caught.value.problems]


def test_a_file_makes_new_policies_and_replaces_those_of_its_names() -> None:
    session = begin()
    session.submit(SavePolicy("", "Popular", {"Number of users": 9}, daily_limit=2))
    answer = session.submit(taken(FILE))
    assert answer.text == "saved from p.yaml: Popular (changed), Storage (new), Uploads (new)"
    assert answer.data["ids"] == ["pol-001", "pol-002", "pol-003"]
    popular, storage, uploads = session.world.tenant.policies.saved
    assert (popular.criteria[0][1], popular.generation) == (3, 2), "other reports make every app new again"
    assert storage.tags == ("Unsanctioned", "Watched")
    assert uploads.anomaly is not None
    assert uploads.created == session.now


def test_what_a_session_writes_it_takes_back_unchanged() -> None:
    session = begin()
    session.submit(taken(FILE))
    before = list(session.world.tenant.policies.saved)
    for policy in before:
        session.submit(taken(policies.exported(session, policy.id)))
    assert session.world.tenant.policies.saved == before


def test_one_mistake_saves_nothing_and_all_are_told() -> None:
    session = begin()
    wrong = FILE.replace("users: 3", "userz: 3").replace("Unsanc", "Unsank")
    assert mistakes(session, "reports: [Proxies]\n" + wrong) == [
        ("REPORT-UNKNOWN", "p.yaml:1:11"),
        ("POLICY-KEY", "p.yaml:4:16"),
        ("POLICY-TAG", "p.yaml:8:18"),
    ]
    assert session.world.tenant.policies.saved == []
    assert session.commands == 0


def test_what_only_the_session_can_know_is_told_with_its_place_too() -> None:
    session = begin()
    for name in ("Popular", "Popular", "Uploads"):
        session.submit(SavePolicy("", name, {"Number of users": 9}))
    mixed = "  - {name: Mixed, template: New popular app, anomaly: {}}\n"
    assert mistakes(session, FILE + mixed) == [
        ("POLICY-NAME", "p.yaml:2:5"),
        ("POLICY-KIND", "p.yaml:8:5"),
        ("POLICY-KIND", "p.yaml:10:6"),
    ]
    assert len(session.world.tenant.policies.saved) == 3


def test_a_line_that_no_run_file_takes_back_is_refused() -> None:
    assert mistakes(begin(), FILE + "# " + "x" * 2000) == [("POLICY-LINE", "p.yaml:10")]


def test_a_run_replays_without_the_file(tmp_path: Path) -> None:
    session = begin()
    session.record_to(tmp_path / "run.jsonl")
    path = tmp_path / "p.yaml"
    path.write_bytes(FILE.replace("\n", "\r\n").encode("utf-8-sig"))
    command = policies.policy_file(session, path)
    path.unlink()
    assert from_json(to_json(command) | {"lines": list(command.lines)}) == command == taken(FILE)
    session.submit(command)
    session.leave()
    again = restore(read_run(tmp_path / "run.jsonl")).session
    assert again.digest() == session.digest()
    assert again.world.tenant.policies.saved == session.world.tenant.policies.saved


@pytest.mark.fact("feed.endpoint-report-name")
@pytest.mark.parametrize(
    ("period", "name", "other"),
    [
        ("small", "Win10 Endpoint Users", "Defender-managed endpoints"),
        ("today", "Defender-managed endpoints", "Win10 Endpoint Users"),
    ],
)
def test_the_endpoint_report_has_the_name_of_its_period(period: str, name: str, other: str) -> None:
    """In files, commands, their answers, mistakes and the log; it is one report."""
    session = started(period)
    session.submit(taken(f"policies: [{{name: Popular, reports: [{name}]}}]"))
    session.submit(SavePolicy("", "By command", {}, reports=(name,)))
    saved = session.world.tenant.policies.saved
    assert {policy.reports for policy in saved} == {(WIN10,)}
    assert f"- {name}" in policies.exported(session, saved[0].id)
    assert [row.reports for row in policies.policies(session)[:2]] == [name] * 2
    with pytest.raises(InputError) as caught:
        session.submit(taken("policies: [{name: A, reports: [Defender endpoints users]}]"))
    assert other not in str(caught.value)
    assert name in session.submit(Anonymise(name, "user", True)).text
    assert name in control.governance_log(session, "Settings")[0].target
