"""`new`, `schema` and `seal`: an author begins with a scenario that plays, and can hide its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.scenario.load import load_scenario

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_scenario_is_valid_and_varies_with_the_seed(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It passes the check as it is; what it says of its own file is right."""
    assert main(["new", "quiet-friday"]) == 0
    assert "unsanctioned check --fast ./quiet-friday.yaml" in capfd.readouterr().out
    assert main(["check", "--fast", "./quiet-friday.yaml"]) == 0
    assert capfd.readouterr() == ("./quiet-friday.yaml: valid\n", "")
    assert main(["check", "quiet-friday"]) == 2
    assert "a file is named by its path: ./quiet-friday.yaml" in capfd.readouterr().err
    resolved = load_scenario("./quiet-friday.yaml")
    assert resolved.scenario.title == "Quiet friday"
    assert len({resolved.for_seed(seed).scenario.casting["leaker"] for seed in range(8)}) > 2


def test_a_new_scenario_begins_with_another_one(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "mine", "--from", "half-rolled-out"]) == 0
    mine, shipped = load_scenario("./mine.yaml"), load_scenario("half-rolled-out")
    assert mine.scenario == shipped.scenario.model_copy(update={"title": "Mine"})
    assert main(["new", "mine"]) == 2
    assert "error[FILE-EXISTS]: mine.yaml is there already" in capfd.readouterr().err


def test_a_sealed_scenario_plays_the_same_and_shows_no_answer(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only what the library shows is in words, and packs are inside."""
    assert main(["new", "drive"]) == 0
    assert main(["seal", "./drive.yaml", "-o", "class.yaml"]) == 0
    text = (here / "class.yaml").read_text(encoding="utf-8")
    assert 'title: "Drive"' in text
    assert not {"prohibited", "leaker", "mega", "Quayside"} & set(text.replace(":", " ").split())
    (here / "alone").mkdir()
    (here / "class.yaml").rename(here / "alone" / "class.yaml")
    sealed, plain = load_scenario("alone/class.yaml"), load_scenario("./drive.yaml")
    for seed in (1, 5):
        assert sealed.for_seed(seed).scenario == plain.for_seed(seed).scenario
    assert sealed.authored_hash() == plain.authored_hash()


@pytest.mark.parametrize("damage", ["e", "!", "AAAA"])
def test_a_damaged_seal_is_said(damage: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "broken.yaml").write_text(f"format: 1\nsealed: {damage}\n", encoding="utf-8")
    assert main(["check", "broken.yaml"]) == 2
    assert "error[SCENARIO-SEALED]: this is no sealed scenario; broken.yaml:2:1" in capfd.readouterr().err


def test_the_schema_is_one_json_document(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
