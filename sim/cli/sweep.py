"""`unsanctioned sweep`: many seeds of one scenario, played by reference players."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from rich.console import Console

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.errors import DONE, FAILED, show_problems
from sim.cli.playing import parse_seeds, play_tasks
from sim.cli.standings import describe_runs, show_standings
from sim.exercise.players import player
from sim.exercise.reference import Played
from sim.scenario.expect import PLAYERS
from sim.scenario.load import load_scenario

TABLE = "sweep.csv"
COLUMNS = ("seed", "player", "score", "commands", "exposure", "collateral")


def sweep(
    scenario: str, *, seeds: str, players: str, workers: int | None, folder: Path | None, as_json: bool
) -> int:
    """Play every seed with every player, print what they reach, and keep runs and a table where asked."""
    resolved, numbers = load_scenario(scenario), parse_seeds(seeds)
    names = tuple(dict.fromkeys(name.strip() for name in players.split(",") if name.strip())) or PLAYERS
    for name in names:
        player(name, resolved)  # who is unknown is told before hours are spent
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = Problem("SWEEP-FOLDER", f"cannot make {folder}", advice=error.strerror or "")
            raise InputError(problem) from None
    runs = tuple(play_tasks([(scenario, (), seed, names, folder) for seed in numbers], workers))
    if folder is not None:
        _write(folder / TABLE, runs)
    problems = [problem for run in runs for problem in run.problems]
    if as_json:
        print(json.dumps({"scenario": resolved.name, **describe_runs(runs)}, ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        console.print(f"{plain(resolved.scenario.title)}, {len(numbers)} seeds\n", markup=False)
        show_standings(console, runs)
        if folder is not None:
            kept = f"\n{TABLE} and {len(runs) - len(problems)} run files are in {plain(folder)}"
            console.print(kept, markup=False, soft_wrap=True)
    show_problems(*problems)
    return FAILED if problems else DONE


def _write(file: Path, runs: tuple[Played, ...]) -> None:
    objectives = tuple(part.id for part in next((run.objectives for run in runs if run.objectives), ()))
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow([*COLUMNS, *objectives])
        for run in runs:
            scores = {part.id: part.score for part in run.objectives}
            facts = [getattr(run, column) for column in COLUMNS]
            table.writerow([*facts, *(scores.get(name, "") for name in objectives)])
