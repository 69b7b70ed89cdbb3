"""Custom apps, scores, notes and queries as commands: kept in a run file, replayed to the same digest."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sim.base.errors import CommandRefused, InputError, UnsanctionedError
from sim.base.time import DAY, HOUR
from sim.engine.tenant import WIN10
from sim.session.app_commands import AddCustomApp, DeleteQuery, NoteApp, OverrideScore, ResetScore, SaveQuery
from sim.session.commands import TagApp
from sim.session.digest import canonical
from sim.session.driver import Session, restore
from sim.session.policy_commands import SavePolicy
from sim.session.runfile import read_run
from sim.session.wire import from_json, to_json
from sim.testing import begin, switch_on, wait
from sim.views import control, discovery, policies
from sim.views.alerts import cloud_alerts

WIKI = AddCustomApp("Sohu front page", "News and entertainment", ("www.sohu.com",), "Other", 3)
POLICY = SavePolicy("", "Own apps", {"Number of users": 0}, filters=("app tag equals Custom app",))


def played(path: Path) -> Session:
    """Return a session in which everything of this room was said, kept in a run file."""
    session = begin()
    session.record_to(path)
    switch_on(session)
    wait(session, 5 * HOUR)
    for command in (
        WIKI,
        OverrideScore("dropbox", 2, "leaked"),
        OverrideScore("box", 9),
        ResetScore("box"),
        NoteApp("dropbox", "ask legal"),
        SaveQuery("Mine", ("app tag equals Custom app", "users more than 1")),
        SaveQuery("Gone", ("users more than 1",)),
        DeleteQuery("gone"),
        POLICY,
    ):
        session.submit(command)
    wait(session, DAY)
    session.leave()
    return session


def test_a_run_with_them_replays_to_the_same_digest_and_state(tmp_path: Path) -> None:
    session = played(tmp_path / "run.jsonl")
    again = restore(read_run(tmp_path / "run.jsonl")).session
    assert again.digest() == session.digest()
    for each in (session, again):
        tenant = each.world.tenant
        assert tenant.total("dropbox") == 2
        assert tenant.own.notes == {"dropbox": "ask legal"}
        assert [query.name for query in tenant.queries.all()] == ["Mine"]
        assert "sohu-front-page" in tenant.catalog.index
    assert discovery.apps(again, WIN10) == discovery.apps(session, WIN10)


def test_the_custom_app_is_discovered_and_the_policy_on_it_fires(tmp_path: Path) -> None:
    session = played(tmp_path / "run.jsonl")
    found = {row.app_id: row for row in discovery.apps(session, WIN10)}
    assert found["sohu-front-page"].custom_tags == ("Custom app",)
    assert found["sohu-front-page"].score == 3
    assert not found["sohu-front-page"].overridden
    page = discovery.app_page(session, WIN10, "sohu-front-page")
    assert [host.host for host in page.hosts] == ["www.sohu.com"]
    assert page.form is not None
    old = discovery.app_page(session, WIN10, "sohu-news")
    assert "www.sohu.com" in [host.host for host in old.hosts], "what came before stays where it was"
    alerts = {row.app_id for row in cloud_alerts(session)}
    assert alerts == {"sohu-front-page"}
    row = policies.policies(session)[0]
    assert (row.apps, row.filters) == ("app tag equals Custom app", ("app tag equals Custom app",))


def test_blocking_a_custom_app_makes_an_indicator_of_its_domain() -> None:
    session = begin()
    switch_on(session)
    session.submit(WIKI)
    session.submit(TagApp("sohu-front-page", "Unsanctioned"))
    wait(session, 2 * HOUR)
    assert "www.sohu.com" in {i.value for i in session.world.tenant.indicators.present() if i.by_tag}


def test_the_governance_log_tells_who_changed_what(tmp_path: Path) -> None:
    told = {
        (row.actor, row.action, row.target) for row in control.governance_log(played(tmp_path / "r.jsonl"))
    }
    assert {
        ("analyst", "Add custom app", "sohu-front-page"),
        ("analyst", "Override app score", "dropbox"),
        ("analyst", "Reset app score", "box"),
        ("analyst", "Note on app", "dropbox"),
    } <= told


@pytest.mark.parametrize(
    "command",
    [
        WIKI,
        OverrideScore("box", 3),
        ResetScore("box"),
        NoteApp("box", "x"),
        POLICY,
        SaveQuery("a", ("users > 1",)),
    ],
    ids=lambda command: command.kind,
)
def test_every_command_is_written_and_read_back(command: Any) -> None:
    assert from_json(json.loads(canonical(to_json(command)))) == command


def test_a_policy_without_a_search_is_written_as_it_always_was() -> None:
    """Its digest is that of older run files, and those can be read."""
    old = SavePolicy("New risky app", "Risky", {"Number of users": 3})
    data = to_json(old)
    later = {
        "filters",
        "more_tags",
        "description",
        "emails",
        "phones",
        "profile",
        "playbook",
        "alert_settings",
    }
    assert {field.name for field in fields(old)} - data.keys() == later
    assert from_json(json.loads(canonical(data))) == old
    assert to_json(POLICY)["filters"] == ("app tag equals Custom app",)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (OverrideScore("dropbux", 3), "APP-UNKNOWN"),
        (OverrideScore("dropbox", 11), "SCORE-RANGE"),
        (ResetScore("dropbox"), "SCORE-SAME"),
        (NoteApp("nothing", "x"), "APP-UNKNOWN"),
        (SaveQuery("x", ("users = 5",)), "QUERY-OPERATOR"),
        (DeleteQuery("x"), "QUERY-UNKNOWN"),
        (SavePolicy("", "x", {}, filters=("users more than 5",)), "POLICY-FILTER"),
        (SavePolicy("", "x", {}, filters=("userz",)), "QUERY-FIELD"),
        (SavePolicy("New risk", "x", {}), "TEMPLATE-UNKNOWN"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_command_says_why_and_changes_nothing(command: Any, rule: str) -> None:
    session = begin()
    before = session.digest()
    with pytest.raises((CommandRefused, InputError)) as caught:
        session.submit(command)
    error = caught.value
    assert isinstance(error, UnsanctionedError)
    assert [problem.rule for problem in error.problems] == [rule]
    assert session.digest() == before
    assert session.commands == 0
