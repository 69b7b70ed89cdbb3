"""The policy commands from outside: files, logs and runs; what they print and how they exit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.engine.discovery.filters import MEGABYTE
from tests.engine.policy.logs import MONDAY, Use, day_name, people, squid, w3c
from tests.exercise.process import Done, called, document, errors, recorded

POLICIES = """\
policies:
  - name: Popular
    same_day: {users: 3}
    governance: {custom_tags: [Watched]}
  - name: Storage
    apps: [category equals Cloud storage]
    same_day: {users: 4, traffic_mb: 10}
    governance: {tag: Unsanctioned}
"""
CATALOG = (
    "extends: fictional\noverrides: {moonjar-files: {tags: [Sanctioned], notes: 'Head of Sales: drawings'}}\n"
)
STORAGE, OTHER = "moonjarfiles.example", "quillhoard.example"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with policies, a catalog, and a log of 40 days."""
    uses = [use for day in range(40) for use in people(STORAGE, 5, down=11 * MEGABYTE, day=MONDAY + day)]
    uses += [Use(OTHER, f"user{n}", down=3 * MEGABYTE, day=MONDAY + 35) for n in range(4)]
    (tmp_path / "proxy.log").write_text(squid(uses), encoding="utf-8")
    (tmp_path / "p.yaml").write_text(POLICIES, encoding="utf-8")
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    return tmp_path


def play(files: Path, command: str, *more: str | Path):
    return called(
        "policy", command, files / "p.yaml", files / "proxy.log", "--catalog", files / "catalog.yaml", *more
    )


def said(done: Done) -> str:
    """Return what a command printed for people."""
    return done.stdout.decode()


def failed(done: Done, code: int) -> Any:
    """Return the JSON document of a command that found something wrong."""
    assert done.returncode == code
    return json.loads(done.stdout)


def expect(files: Path, text: str) -> Path:
    path = files / "expect.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_listed_and_a_bad_one_gets_every_mistake(files: Path) -> None:
    good = called("policy", "check", files / "p.yaml")
    assert good.returncode == 0
    assert all(name in said(good) for name in ("Popular", "Storage", "Unsanctioned"))
    (files / "p.yaml").write_text(
        POLICIES.replace("users: 3", "userz: 3").replace("Unsanc", "Unsank"), encoding="utf-8"
    )
    bad = called("policy", "check", files / "p.yaml")
    assert len(errors(bad)) == 2
    data = failed(called("policy", "check", files / "p.yaml", "--json"), 2)
    assert [(p["rule"], p["line"], p["column"]) for p in data["problems"]] == [
        ("POLICY-KEY", 3, 16),
        ("POLICY-TAG", 8, 18),
    ]


def test_expected_alerts_and_silences_that_hold_pass(files: Path) -> None:
    path = expect(
        files,
        f"alerts: [{{policy: Storage, app: moonjar-files, report: Global, day: {day_name(0)}}}]\n"
        "silences: [{policy: Storage, app: quillhoard}]\n",
    )
    done = play(files, "test", "--expect", path)
    assert done.returncode == 0
    assert "Number of users: 5, is more than 4" in said(done)
    assert "Daily traffic (MB): 11 MB, is more than 10 MB" in said(done)
    assert "proxy.log:1: " in said(done)
    assert "first sightings" in said(done)
    assert "as if it were a continuous one" in said(done)
    assert "near miss: Storage · quillhoard · Global" in said(done)
    assert "Number of users 4, not more than 4" in said(done)


def test_a_missing_alert_and_a_broken_silence_are_the_difference_and_exit_1(files: Path) -> None:
    path = expect(files, "alerts: [{policy: Storage, app: quillhoard}]\nsilences: [{policy: Popular}]\n")
    done = play(files, "test", "--expect", path)
    assert done.returncode == 1
    assert "- missing     Storage · quillhoard" in said(done)
    assert "missed by little" in said(done)
    assert "+ not silent  Popular · moonjar-files" in said(done)
    data = failed(play(files, "test", "--expect", path, "--json"), 1)
    assert not data["passed"]
    (part,) = data["data"]
    assert part["missing"] == [{"policy": "Storage", "app": "quillhoard"}]
    assert {alert["alert"]["app"] for alert in part["broken_silences"]} == {"moonjar-files", "quillhoard"}


def test_an_alert_that_no_line_expects_fails_a_complete_file(files: Path) -> None:
    lines = "alerts: [{policy: Storage}, {policy: Popular, app: moonjar-files}]\n"
    assert play(files, "test", "--expect", expect(files, lines)).returncode == 0
    done = play(files, "test", "--expect", expect(files, "complete: true\n" + lines))
    assert done.returncode == 1
    assert "+ unexpected  Popular · quillhoard" in said(done)


@pytest.mark.fact("novelty.ninety-days")
def test_a_warm_up_primes_the_memory(files: Path) -> None:
    path = expect(
        files,
        "silences: [{policy: Popular, app: moonjar-files}]\nalerts: [{policy: Popular, app: quillhoard}]\n",
    )
    cold, warm = (
        play(files, "test", "--expect", path),
        play(files, "test", "--expect", path, "--warm-up", "30d"),
    )
    assert (cold.returncode, warm.returncode) == (1, 0)
    assert "2 matches before that only primed" in said(warm)


def test_wrong_names_in_expectations_are_told_with_their_places(files: Path) -> None:
    path = expect(files, "alerts: [{policy: Storag, app: moonjar, report: Globl, day: monday}]\n")
    found = errors(play(files, "test", "--expect", path))
    assert len(found) == 4
    assert all("expect.yaml:1:" in line for line in found)


def test_a_back_test_names_people_activities_and_what_would_be_blocked(files: Path) -> None:
    data = document(play(files, "backtest", "--json"))["data"][0]
    touched = {app["id"]: (app["users"], app["activity"]) for app in data["apps"]}
    assert touched == {"moonjar-files": (5, "Head of Sales: drawings"), "quillhoard": (4, None)}
    (warning,) = data["warnings"]
    assert "Moonjar Files is approved and would be blocked" in warning
    assert data["first_day"] == day_name(10), "the last 30 days with data"
    assert [a["lines"][0]["place"].rpartition(":")[0].endswith("proxy.log") for a in data["alerts"]]


def test_a_policy_that_would_block_a_protected_service_is_warned_about(tmp_path: Path) -> None:
    (tmp_path / "proxy.log").write_text(squid(people("manage.microsoft.com", 3)), encoding="utf-8")
    (tmp_path / "p.yaml").write_text(
        "policies: [{name: All, governance: {tag: Unsanctioned}}]\n", encoding="utf-8"
    )
    done = called("policy", "backtest", tmp_path / "p.yaml", tmp_path / "proxy.log")
    assert "Microsoft Intune is a Microsoft service that no policy can tag Unsanctioned" in " ".join(
        said(done).split()
    )


def test_a_back_test_warns_of_an_app_that_shares_a_domain_with_a_blocked_one(tmp_path: Path) -> None:
    """The other app is named only where somebody uses it, as approved work where it is that."""
    (tmp_path / "p.yaml").write_text(
        "policies: [{name: Block, apps: [app contains gaggleboard], governance: {tag: Unsanctioned}}]\n",
        encoding="utf-8",
    )
    (tmp_path / "catalog.yaml").write_text(
        "extends: fictional\noverrides: {yodelroom: {tags: [Sanctioned], notes: 'Support: calls'}}\n",
        encoding="utf-8",
    )
    alone, both = people("gaggleboard.example", 2), people("yodelroom.example", 3)
    arguments = ("policy", "backtest", tmp_path / "p.yaml", tmp_path / "proxy.log", "--json", "--catalog")

    def warnings(uses: list[Use], catalog: str | Path) -> list[str]:
        (tmp_path / "proxy.log").write_text(squid(uses), encoding="utf-8")
        found: list[str] = document(called(*arguments, catalog))["data"][0]["warnings"]
        return found

    bare = tmp_path / "bare.yaml"
    bare.write_text("extends: fictional\n", encoding="utf-8")
    because = "shares gaggle-static.example with Gaggleboard"
    assert warnings(alone, bare) == []
    assert warnings([*alone, *both], bare) == [f"Yodelroom would be blocked too: it {because}"]
    assert warnings([*alone, *both], tmp_path / "catalog.yaml") == [
        f"Yodelroom is approved and would be blocked ({because}): Support: calls; 3 users, 3 transactions"
    ]


def test_a_back_test_of_an_anomaly_policy_names_whose_behaviour_it_is(files: Path) -> None:
    usual = [Use(STORAGE, f"user{n}", 1000, 1000, MONDAY + day) for day in range(12) for n in range(6)]
    odd = Use(STORAGE, "user3", 200 * MEGABYTE, 0, MONDAY + 10, minute=5)
    (files / "proxy.log").write_text(w3c([*usual, odd]), encoding="utf-8")
    text = "policies: [{name: Odd, anomaly: {watch: [users], per_thousand_users: every matching event%s}}]\n"
    (files / "p.yaml").write_text(text % "", encoding="utf-8")
    (alert,) = document(play(files, "backtest", "--portal", "2019", "--json"))["data"][0]["alerts"]
    assert (alert["policy"], alert["app"], alert["who"]) == ("Odd", "moonjar-files", "user3")
    assert alert["day"] == day_name(10)
    assert "user3" in said(play(files, "backtest", "--portal", "2019"))
    (files / "p.yaml").write_text(text % f", after: {day_name(10)}", encoding="utf-8")
    assert document(play(files, "backtest", "--portal", "2019", "--json"))["data"][0]["alerts"] == []
    today = errors(play(files, "backtest", "--portal", "today"))
    assert "retired in August 2024" in today[0]


def test_discover_plays_policies_on_its_report(files: Path) -> None:
    arguments = (
        "discover",
        files / "proxy.log",
        "--catalog",
        files / "catalog.yaml",
        "--policies",
        files / "p.yaml",
    )
    data = document(called(*arguments, "--json"))
    assert [(a["policy"], a["app"]) for a in data["policies"]["alerts"]] == [
        ("Popular", "moonjar-files"),
        ("Storage", "moonjar-files"),
        ("Popular", "quillhoard"),
    ]
    assert data["policies"]["alerts"][0]["lines"]
    assert "as if it were a continuous one" in said(called(*arguments))


def test_a_run_is_played_on_its_own_reports_with_the_lines_behind(tmp_path: Path) -> None:
    run, _ = recorded()
    text = "policies: [{name: Block, same_day: {users: 3}, governance: {tag: Unsanctioned}}]\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    data = document(called("policy", "backtest", tmp_path / "p.yaml", run, "--json"))["data"][0]
    assert data["alerts"]
    for alert in data["alerts"]:
        assert alert["report"] == "Win10 Endpoint Users"
        assert alert["reasons"][0]["value"] > 3
        assert alert["transactions"] >= len(alert["lines"]) > 0
    assert any("Salesforce is approved and would be blocked: Head of Sales" in w for w in data["warnings"])
