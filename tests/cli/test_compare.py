"""`unsanctioned compare`: what a file says of itself counts for nothing; a class is one page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import resolve
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from tests.exercise.runs import changed, first_block

Change = Callable[[list[dict[str, Any]]], None]


def played(path: Path, player: str, switches: tuple[str, ...], tag: str = "", claim: int = 0) -> Path:
    """Play the first three hours with some switches on and an app tagged; the file claims a score."""
    session = Session(changed(end="2019-12-16T12:00"), player=player)
    session.record_to(path)
    for name in switches:
        session.submit(SetSwitch(name, True))
    if tag:
        session.submit(TagApp(tag, "Unsanctioned"))
    session.advance(session.resolved.end)
    session.finish({"score": claim})
    return path


def edited(path: Path, change: Change) -> Path:
    """Return a copy of a run whose records were changed by hand."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(records)
    other = path.with_name(f"edited-{path.name}")
    other.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return other


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an idle run, a busy one, one that broke work, and what else lies about there."""
    switches = (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)
    idle = played(tmp_path / "idle.jsonl", "Ida", (), claim=99)
    played(tmp_path / "busy.jsonl", "Bo", switches)
    played(tmp_path / "broke.jsonl", "Bert", switches, "microsoft-msn")
    (tmp_path / "notes.txt").write_text("not a run", encoding="utf-8")

    def older(records: list[dict[str, Any]]) -> None:
        records[0] |= {"engine": "0.0.1", "player": "Olga"}
        records[-1]["result"] = {"score": 77}

    edited(idle, older)
    return tmp_path


def test_a_class_is_judged_anew_and_the_best_stand_first(folder, tmp_path, capsys):
    page = tmp_path / "class.html"
    assert main(["compare", str(folder), "-o", str(page), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in told["runs"]}
    assert [row["name"] for row in told["runs"]][-1] == "Olga"
    assert told["runs"][0]["name"] == "Bo"
    assert rows["Ida"]["score"] == 0
    assert "says 99 points" in rows["Ida"]["note"]
    assert rows["Bo"]["score"] > 0
    assert rows["Olga"]["executed"] is False
    assert rows["Olga"]["score"] == 77
    assert "version 0.0.1" in rows["Olga"]["note"]
    scores = [row["score"] for row in told["runs"] if row["executed"]]
    assert told["mean"] == (sum(scores) + len(scores) // 2) // len(scores)
    assert "switch" in rows["Ida"]["first_mistake"]
    assert rows["Ida"]["missed"]
    assert told["missed"][0]["runs"] == 3
    html = page.read_text(encoding="utf-8")
    for words in ("Ida", "77*", "Missed by", "First mistakes", "What each did"):
        assert words in html


def test_an_edited_run_does_not_replay_and_counts_for_nothing(tmp_path, capsys):
    switches = (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)
    busy = played(tmp_path / "busy.jsonl", "Bo", switches)

    def fewer(records: list[dict[str, Any]]) -> None:
        records.pop(1)

    assert main(["compare", str(busy), str(edited(busy, fewer))]) == 0
    told = capsys.readouterr().out
    assert "2 runs, 1 executed again" in told
    assert "does not replay" in told


def test_runs_of_several_scenarios_are_refused_with_their_names(tmp_path, capsys):
    one = played(tmp_path / "one.jsonl", "A", ())
    other = tmp_path / "other.jsonl"
    session = Session(resolve("another", first_block().scenario))
    session.record_to(other)
    session.leave()
    assert main(["compare", str(one), str(other)]) == 2
    assert "error[COMPARE-SCENARIOS]" in capsys.readouterr().err
    assert main(["compare", str(tmp_path / "nowhere.jsonl")]) == 2
    (tmp_path / "empty").mkdir()
    assert main(["compare", str(tmp_path / "empty")]) == 2
    assert "error[COMPARE-NOTHING]" in capsys.readouterr().err
