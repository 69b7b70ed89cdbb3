"""The commands that look back at runs; what does the work is imported when one is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("debrief")
def debrief_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run file.")],
    output: Annotated[
        Path | None, typer.Option("-o", metavar="FILE.html", help="Write one self-contained page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Review a run: what happened, what could be known when, and the moments that mattered."""
    from sim.cli.debrief import debrief

    raise typer.Exit(debrief(run, output=output, as_json=as_json))


@app.command("compare")
def compare_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN|FOLDER", help="Run files, or a folder of them.")],
    output: Annotated[
        Path | None, typer.Option("-o", metavar="FILE.html", help="Write one self-contained page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Execute runs of one scenario again and set them side by side; a folder is a class."""
    from sim.cli.compare import compare_runs

    raise typer.Exit(compare_runs(runs, output=output, as_json=as_json))
