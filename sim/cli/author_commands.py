"""The commands of those who write scenarios and teach; what does the work is imported when one is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("guide")
def guide_command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name, or a path.")],
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The scenario's own by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the instructor's sheet: objective, plan for an hour, answer key, questions to discuss."""
    from sim.cli.guide import show_guide

    raise typer.Exit(show_guide(scenario, seed=seed, as_json=as_json))


@app.command("check")
def check_command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Scenario files, folders of them, or shipped names."),
    ],
    fast: Annotated[
        bool, typer.Option("--fast", help="Structure, meaning and some minutes of play; no players.")
    ] = False,
    seeds: Annotated[
        str, typer.Option("--seeds", metavar="1-3", help="On which seeds the reference players play.")
    ] = "1-3",
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a variable of the scenario another value."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; one for each processor by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check scenario files, with the place of every mistake, and whether they are fair to who plays them."""
    from sim.cli.check import check

    raise typer.Exit(
        check(paths, seeds=seeds, given=tuple(given or ()), fast=fast, workers=workers, as_json=as_json)
    )


@app.command("sweep")
def sweep_command(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name, or a path to a .yaml file.")
    ],
    seeds: Annotated[str, typer.Option("--seeds", metavar="1-200", help="A range, or 3,5,8.")],
    players: Annotated[
        str, typer.Option("--players", metavar="A,B", help="All six reference players by default.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; one for each processor by default.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Keep the run files and a table of the scores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Play many seeds of a scenario by the reference players."""
    from sim.cli.sweep import sweep

    raise typer.Exit(
        sweep(scenario, seeds=seeds, players=players, workers=workers, folder=output, as_json=as_json)
    )


@app.command("new")
def new_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The file will be NAME.yaml, in this folder.")],
    based_on: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help="Begin with a copy of this one.")
    ] = None,
) -> None:
    """Write a commented scenario that can be played at once."""
    from sim.cli.author import new

    raise typer.Exit(new(name, based_on))


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.cli.author import schema

    raise typer.Exit(schema())


@app.command("seal")
def seal_command(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A shipped name, or a path to a .yaml file.")
    ],
    output: Annotated[Path, typer.Option("-o", metavar="FILE", help="Where it goes; a .yaml file.")],
) -> None:
    """Pack a scenario so that its answers are not readable as plain text; no security."""
    from sim.cli.author import sealed

    raise typer.Exit(sealed(scenario, output))
