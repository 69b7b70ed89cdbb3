"""`unsanctioned debrief`: text, one page, JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.engine.tenant import CUSTOM_INDICATORS
from sim.exercise.record import KeptResult, Record, write_record
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.runfile import read_run
from tests.exercise.runs import changed


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the file of a short finished run in which nobody did anything that counts."""
    path = tmp_path / "run.jsonl"
    session = Session(changed(end="2019-12-16T12:00"))
    session.record_to(path)
    session.submit(SetSwitch(CUSTOM_INDICATORS, True))
    session.advance(session.resolved.end)
    objective = {"id": "on", "title": "Switch it on", "score": 61, "weight": 100, "because": "because"}
    session.finish({"score": 61, "objectives": [objective]})
    return path


def test_text_a_page_and_json_tell_the_same_run(run, tmp_path, capsys):
    page = tmp_path / "debrief.html"
    assert main(["debrief", str(run), "-o", str(page), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["score"] == 0
    assert [curve["name"] for curve in told["curves"]] == ["you", "do nothing", "oracle"]
    assert told["moments"][0]["kind"] == "late"
    assert told["timeline"][0]["time"].endswith("Z")
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert f"the oracle has {told['oracle_score']}" in html
    before = read_run(run)
    assert before.footer is not None  # the run file is as it was


def edited(run: Path, header: dict[str, Any], *rest: str) -> None:
    """Change the header of a run by hand, and perhaps what follows it."""
    first, *others = run.read_text(encoding="utf-8").splitlines()
    data = json.dumps({**json.loads(first), **header})
    run.write_text("\n".join([data, *(rest or others), ""]), encoding="utf-8")


def test_one_s_own_account_stands_before_every_figure(run, tmp_path, capsys, user_data):
    page = tmp_path / "debrief.html"
    assert main(["debrief", str(run), "-o", str(page)]) == 0
    html = page.read_text(encoding="utf-8")
    assert html.index("What was going on?") < html.index("What came of it")
    assert "Answer these before you read on" in html
    kept = KeptResult(day="2026-11-26", scenario="first-block", seed=1, score=0, engine="x", run=run.name)
    account = kept.model_copy(update={"answers": {"happened": "a <leak>"}})
    write_record(user_data / "record.json", Record().with_result(account))
    assert main(["debrief", str(run), "-o", str(page)]) == 0
    assert "a &lt;leak&gt;" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["debrief", str(run)]) == 0
    told = capsys.readouterr().out
    assert told.index("What was going on? a <leak>") < told.index("0 of 100 points")


def test_an_open_assessed_run_shows_no_truth_whatever_footer_was_written(run, capsys):
    lines = run.read_text(encoding="utf-8").splitlines()
    footer = {**json.loads(lines[-1]), "time": json.loads(lines[1])["time"]}
    for rest in ([*lines[1:-1]], [lines[1], json.dumps(footer)]):
        edited(run, {"assessed": {"name": "N"}}, *rest)
        assert main(["debrief", str(run)]) == 2
        assert "error[ASSESSED-OPEN]" in capsys.readouterr().err
        assert main(["compare", str(run)]) == 0
        assert "assessed and not over" in capsys.readouterr().out


def test_a_run_of_another_version_opens_read_only_and_says_so(run, tmp_path, capsys):
    edited(run, {"engine": "0.0.1"})
    before = run.read_bytes()
    assert main(["debrief", str(run)]) == 0
    said = capsys.readouterr()
    assert "version 0.0.1 made" in said.err
    assert "read only" in said.err
    assert "61 of 100 points" in said.out
    assert "Switch it on: because" in said.out
    assert "set-switch" in said.out
    assert main(["debrief", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["executed"] is False
    assert main(["debrief", str(run), "-o", str(tmp_path / "page.html")]) == 2
    assert "error[RUN-VERSION]" in capsys.readouterr().err
    for arguments in (["--resume", str(run)], ["--resume", str(run), "--until", "+1h"]):
        assert main(["run", *arguments]) == 2
        assert "error[RUN-VERSION]" in capsys.readouterr().err
    assert run.read_bytes() == before


def test_a_page_goes_into_an_html_file_only(run, tmp_path, capsys):
    assert main(["debrief", str(run), "-o", str(tmp_path / "debrief.pdf")]) == 2
    assert "error[OUTPUT-KIND]" in capsys.readouterr().err
