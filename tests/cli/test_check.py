"""`check` lists every mistake of every file at once, and plays what is valid for some minutes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main

TESTS = Path(__file__).resolve().parents[1]
SMALL = TESTS / "scenarios" / "small-office.yaml"


def test_a_valid_scenario_is_played_for_some_minutes(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SMALL), "--fast"]) == 0
    assert capfd.readouterr() == (f"{SMALL}: valid\n", "")


def test_a_folder_is_checked_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each file is told of, each mistake has rule, place, path, what was found and advice."""
    text = SMALL.read_text(encoding="utf-8")
    wrong = text.replace("people: 8", "people: none").replace("app: dropbox,", "app: dropbax,")
    (tmp_path / "a.yaml").write_text(wrong, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    assert main(["check", str(tmp_path), "--fast", "--json"]) == 2
    found = json.loads(capfd.readouterr().out)
    assert found["passed"] is False
    first, second = found["scenarios"]
    assert (first["valid"], second["valid"], second["problems"]) == (False, True, [])
    (problem,) = [p for p in first["problems"] if p["path"] == "organisation.people"]
    line = wrong[: wrong.index("people: none")].count("\n") + 1
    assert (problem["rule"], problem["line"], problem["column"]) == ("SCENARIO-VALUE", line, 3)
    assert problem["file"] == str(tmp_path / "a.yaml")
    assert "'none'" in problem["what"]


def test_a_folder_without_scenarios_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "CHECK-EMPTY" in capfd.readouterr().err


def test_a_role_that_some_seed_cannot_cast_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The file's own seed finds somebody; the trainee who gets another one would not."""
    more = "devices: [{share: 12, managed: false}]\nroles: {guest: {managed: false}}\n"
    path = tmp_path / "guest.yaml"
    path.write_text(more + SMALL.read_text(encoding="utf-8").replace("seed: 7", "seed: 3"), encoding="utf-8")
    assert main(["check", str(path), "--fast"]) == 2
    line = capfd.readouterr().err
    assert "nobody can be the guest: of 8 people none has managed false" in line
    assert line.startswith("error[SCENARIO-CAST]: with seed ")
    assert f"{path}:2:17 (roles.guest.managed)" in line
