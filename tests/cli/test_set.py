"""`--set NAME=VALUE`: another value for a variable is checked like the file's own and goes into the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.scenario.load import load_scenario
from sim.session.runfile import read_run

VARS = """\
kind: scenario
format: 1
use: packs/quayside
title: Mine
summary: A scenario with variables.
mode: sandbox
era: defender-today
seed: 1
start: 2026-11-17T09:00
end: 2026-11-17T12:00
vars:
  popular: 4
  other: {type: choice, default: mega, one_of: [mega, box]}
documents:
  briefing: Look at {other}.
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(VARS, encoding="utf-8")
    return file


def test_every_wrong_value_is_told_with_its_place_and_the_nearest_spelling(
    mine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An unknown name points at vars, a wrong value at the variable; nothing is played."""
    wrong = ("poplar=9", "popular=many", "popular=99", "other=boxx", "popular")
    assert main(["check", str(mine), "--fast", *(word for text in wrong for word in ("--set", text))]) == 2
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error[SCENARIO-VAR]")]
    assert len(told) == len(wrong)
    for text in ("did you mean 'popular'?", "'many' is not a count", "from 2 to 20", "did you mean 'box'?"):
        assert any(text in line for line in told), text
    line = VARS[: VARS.index("  popular: 4")].count("\n") + 1
    assert any(f"{mine}:{line}:" in each and "(vars.popular)" in each for each in told)


def test_a_run_keeps_what_was_set_and_its_replay_needs_no_flag(
    mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Header, documents and both hashes say it; a run without the flag has another hash."""
    hashes = []
    for number, more in enumerate(([], ["--set", "popular=9", "--set", "other=box"])):
        out = tmp_path / f"{number}.jsonl"
        assert main(["run", str(mine), "--until", "+20m", "--out", str(out), "--json", *more]) == 0
        header = read_run(out).header
        hashes.append((header["scenario_hash"], header["authored_hash"]))
        policy = json.dumps(header["scenario"]["documents"])
        assert ("more than 9 people" in policy and "Look at box" in policy) is bool(more)
        assert header.get("set", {}) == ({"popular": "9", "other": "box"} if more else {})
        mine_is_gone = mine.read_text(encoding="utf-8")
        mine.unlink()
        assert main(["replay", str(out)]) == 0
        mine.write_text(mine_is_gone, encoding="utf-8")
    capfd.readouterr()
    assert len({*hashes[0], *hashes[1]}) == 4


def test_what_is_set_holds_whatever_seed_is_played(mine: Path) -> None:
    """Casting for another seed starts from the draft, with the value in it."""
    resolved = load_scenario(str(mine), given=("popular=7",))
    assert resolved.for_seed(5).scenario.truth.policy_threshold == 7


@pytest.mark.parametrize("words", [["run", "--resume", "x"], ["play", "--resume", "x"], ["play"]])
def test_it_goes_with_a_scenario_that_is_begun(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--set", "a=1"]) == 2
    assert "USAGE" in capfd.readouterr().err
