"""`unsanctioned debrief`: text, one page, JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.session.driver import Session
from sim.session.runfile import read_run
from tests.exercise.runs import changed


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the file of a short finished run in which nobody did anything."""
    path = tmp_path / "run.jsonl"
    session = Session(changed(end="2019-12-16T12:00"))
    session.record_to(path)
    session.advance(session.resolved.end)
    session.finish({})
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


def test_an_open_assessed_run_shows_no_truth(run, capsys):
    lines = run.read_text(encoding="utf-8").splitlines()
    header = {**json.loads(lines[0]), "assessed": {"name": "N"}}
    run.write_text("\n".join([json.dumps(header), *lines[1:-1], ""]), encoding="utf-8")
    assert main(["debrief", str(run)]) == 2
    assert "error[ASSESSED-OPEN]" in capsys.readouterr().err


def test_a_run_of_another_version_is_not_executed_and_says_so(run, capsys):
    lines = run.read_text(encoding="utf-8").splitlines()
    header = {**json.loads(lines[0]), "engine": "0.0.1"}
    run.write_text("\n".join([json.dumps(header), *lines[1:], ""]), encoding="utf-8")
    assert main(["debrief", str(run)]) == 2
    said = capsys.readouterr().err
    assert "error[RUN-VERSION]" in said
    assert "0.0.1" in said


def test_a_page_goes_into_an_html_file_only(run, tmp_path, capsys):
    assert main(["debrief", str(run), "-o", str(tmp_path / "debrief.pdf")]) == 2
    assert "error[OUTPUT-KIND]" in capsys.readouterr().err
