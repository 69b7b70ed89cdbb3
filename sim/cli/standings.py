"""What reference players reached, as tables for a person and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.exercise.fairness import lost
from sim.exercise.reference import Played, mean_of, standings


def show_standings(console: Console, runs: tuple[Played, ...]) -> None:
    """Print objective by player, in mean scores, with the total and its spread below."""
    found = standings(runs)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Objective", no_wrap=True)
    for one in found:
        table.add_column(plain(one.player), justify="right", no_wrap=True)
    for part in next((run.objectives for run in runs if run.objectives), ()):
        means = (f"{mean_of(runs, one.player, part.id):.0f}" for one in found)
        table.add_row(Text(f"{plain(part.id)} ({part.weight})"), *means)
    table.add_row("score", *(Text(f"{one.mean:.1f}", style="bold") for one in found))
    table.add_row("spread", *(f"{one.spread:.1f}" for one in found))
    table.add_row("range", *(f"{one.lowest}-{one.highest}" for one in found))
    console.print(table)


def show_lost(console: Console, runs: tuple[Played, ...]) -> None:
    """Print why each player lost points on the first seed, most first."""
    first = runs[0].seed if runs else 0
    for run in runs:
        if run.seed != first or run.problems:
            continue
        console.print(Text(f"\n{plain(run.player)}, seed {run.seed}: {run.score}", style="bold"))
        for part, points in lost(run):
            line = f"  -{points:.4g} {plain(part.id)}: {plain(part.because)}"
            console.print(Text(line), soft_wrap=True)
        for name, points, because in run.penalties:
            console.print(Text(f"  -{points} {name}: {plain(because)}"), soft_wrap=True)


def describe_runs(runs: tuple[Played, ...]) -> dict[str, Any]:
    """Return standings, mean scores by objective, and every run as JSON data."""
    found = standings(runs)
    parts = next((run.objectives for run in runs if run.objectives), ())
    return {
        "players": [
            {
                "player": one.player,
                "runs": one.runs,
                "mean": round(one.mean, 2),
                "spread": round(one.spread, 2),
                "lowest": one.lowest,
                "highest": one.highest,
                "objectives": {part.id: round(mean_of(runs, one.player, part.id), 2) for part in parts},
            }
            for one in found
        ],
        "runs": [run.dump() for run in runs],
    }
