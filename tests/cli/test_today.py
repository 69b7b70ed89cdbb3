"""The second era from outside: a small scenario of today runs and repeats."""

from __future__ import annotations

from pathlib import Path

from tests.exercise.process import called, document, unsanctioned

TODAY = str(Path(__file__).resolve().parents[1] / "scenarios" / "today-office.yaml")


def test_a_scenario_of_today_runs_and_repeats(tmp_path: Path) -> None:
    """Its era is named, and two runs have one digest."""
    runs = [
        document(way("run", TODAY, "--player", "oracle", "--out", str(tmp_path / f"{n}.jsonl"), "--json"))
        for n, way in enumerate((called, unsanctioned))
    ]
    assert runs[0]["era"] == "defender-today"
    assert runs[0]["finished"]
    assert runs[0]["digest"] == runs[1]["digest"]
