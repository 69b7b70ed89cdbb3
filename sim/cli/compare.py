"""`unsanctioned compare`: runs of one scenario side by side, executed again; a folder is a class."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.cli.debrief import check_page, dump, write_page
from sim.cli.errors import DONE
from sim.exercise.debrief.compare import Comparison, Row, compare, run_files
from sim.exercise.debrief.words import collateral_words, exposure_words


def compare_runs(places: list[Path], *, output: Path | None, as_json: bool) -> int:
    """Print or write runs side by side; return the exit code."""
    check_page(output)
    paths = run_files(places)

    def tick(done: int, of: int) -> None:
        print(f"executing run {done + 1} of {of} again ...", file=sys.stderr)

    found = compare(paths, tick)
    if output is not None:
        from sim.exercise.debrief.compare_page import compare_page

        write_page(output, compare_page(found))
    if as_json:
        print(json.dumps(dump_all(found), ensure_ascii=False, indent=2))
    elif output is None:
        show(found)
    return DONE


def dump_all(found: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON data."""
    return {
        "scenario": found.scenario,
        "title": found.title,
        "mean": found.mean,
        "objectives": {one.id: found.mean_of(one.id) for one in found.objectives},
        "missed": [{"what": what, "runs": many} for what, many in found.missed],
        "first_mistakes": [{"what": what, "runs": many} for what, many in found.first_mistakes],
        "runs": [_dump(row) for row in found.rows],
    }


def _dump(row: Row) -> dict[str, Any]:
    told = dump(row.debrief) if row.debrief else {}
    return {
        "name": row.name,
        "run": row.run,
        "seed": row.seed,
        "engine_version": row.engine,
        "executed": row.debrief is not None,
        "score": row.score,
        "claimed": row.claimed,
        "note": row.note,
        "objectives": [asdict(one) for one in row.objectives],
        "missed": list(row.missed),
        "first_mistake": row.first_mistake,
        "times": told.get("times", []),
        "curves": told.get("curves", []),
        "timeline": told.get("timeline", []),
    }


def show(found: Comparison) -> None:
    """Print the comparison for a person."""
    console = Console(highlight=False)
    head = f"{found.title or found.scenario} · {len(found.rows)} runs, {len(found.counted)} executed again"
    console.print(Text(plain(head), style="bold"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Run", "Points", "Let through", "Lost", "First mistake"):
        table.add_column(title, justify="right" if title == "Points" else "left")
    for row in found.rows:
        points = "–" if row.score is None else str(row.score) + ("" if row.debrief else "*")
        own = row.debrief.curves[0] if row.debrief else None
        cells = (
            f"{row.name} ({row.run})",
            points,
            exposure_words(own) if own else "–",
            collateral_words(own) if own else "–",
            row.first_mistake or "–",
        )
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(table)
    for row in found.rows:
        if row.note:
            console.print(Text(plain(f"{'' if row.debrief else '* '}{row.run}: {row.note}")))
    _objectives(console, found)
    for title, counted in (("Missed by", found.missed), ("First mistakes", found.first_mistakes)):
        if counted:
            told = "; ".join(f"{what} ({many})" for what, many in counted[:5])
            console.print(Text(plain(f"{title}: {told}")))


def _objectives(console: Console, found: Comparison) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Objective")
    for row in found.counted:
        table.add_column(Text(plain(row.name)), justify="right")
    table.add_column("Mean", justify="right")
    for one in found.objectives:
        scores = [str(o.score) for row in found.counted for o in row.objectives if o.id == one.id]
        table.add_row(Text(plain(one.title)), *scores, str(found.mean_of(one.id)))
    if found.counted:
        console.print(Text(""))
        console.print(table)
