"""`check` and `sweep` let the reference players play, in one process or several."""

from __future__ import annotations

import csv
import json
from importlib import resources
from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.cli.playing import parse_seeds
from tests.exercise.process import called, document, error

FIRST_BLOCK = resources.files("scenarios").joinpath("first-block.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario that ends before its work can be done: nobody can win it."""
    file = tmp_path_factory.mktemp("hasty") / "hasty.yaml"
    text = FIRST_BLOCK.replace("end: 2019-12-17T18:00", "end: 2019-12-16T11:30")
    file.write_text(text.replace("briefing: >-\n", "briefing: >-\n    Sofia Marin.\n"), encoding="utf-8")
    return file


def test_an_unfair_scenario_fails_with_table_reasons_and_places(hasty: Path) -> None:
    """Exit 1; who lost what and why on stdout, what is unfair on stderr with line and column."""
    done = called("check", hasty, "--seeds", "5", "--workers", "1")
    out, told = done.stdout.decode(), done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert {"do-nothing", "monitor-all", "careful", "oracle", "(25)", "range"} <= set(out.split())
    assert "oracle, seed 5: " in out
    assert any(line.startswith("  -") and "(CU-" in line for line in out.splitlines())
    rules = {line.partition("]")[0].removeprefix("error[") for line in told}
    assert {"FAIR-CARELESS", "FAIR-TOLD"} <= rules
    line = next(n for n, text in enumerate(hasty.read_text("utf-8").splitlines(), 1) if "briefing:" in text)
    assert any("FAIR-TOLD" in text and f"{hasty}:{line}:" in text for text in told)


def test_a_sweep_is_the_same_in_one_process_and_in_two(hasty: Path, tmp_path: Path) -> None:
    """Runs come in the order of seeds and players; the folder keeps a run file of each, and a table."""
    asked = ("sweep", hasty, "--seeds", "3,1", "--players", "oracle,do-nothing", "--json")
    one = document(called(*asked, "--workers", "1", "-o", tmp_path / "runs"))
    assert one == document(called(*asked, "--workers", "2"))
    keys = [(run["seed"], run["player"]) for run in one["runs"]]
    assert keys == [(3, "oracle"), (3, "do-nothing"), (1, "oracle"), (1, "do-nothing")]
    assert [player["runs"] for player in one["players"]] == [2, 2]
    with (tmp_path / "runs" / "sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["score"]) for row in rows] == [run["score"] for run in one["runs"]]
    kept = json.loads((tmp_path / "runs" / "oracle-3.jsonl").read_text("utf-8").splitlines()[-1])
    assert kept["result"]["score"] == one["runs"][0]["score"]


def test_seeds_are_read_as_written() -> None:
    assert parse_seeds("1-3, 2,9") == (1, 2, 3, 9)
    for wrong in ("", "3-1", "x", "1-99999999", "-1"):
        with pytest.raises(InputError, match="SEEDS"):
            parse_seeds(wrong)


def test_a_player_that_is_unknown_is_told_before_anything_is_played(hasty: Path) -> None:
    error(called("sweep", hasty, "--seeds", "1-9", "--players", "orcale"), "PLAYER-UNKNOWN", "orcale")
