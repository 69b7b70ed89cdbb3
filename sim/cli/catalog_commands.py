"""The commands below `unsanctioned catalog`; what does the work is imported when one is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Search, show, resolve and check the cloud app catalog.")

Own = Annotated[
    Path | None,
    typer.Option(
        "--catalog", metavar="FILE", help="A catalog file of your own, or a folder of category files."
    ),
]
Settings = Annotated[
    Path | None,
    typer.Option(
        "--score-settings", metavar="FILE", help="Score settings of your own, all of them in one file."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("search")
def search_command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Part of a name, vendor, domain or category.")],
    catalog: Own = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """List the apps in which a text stands."""
    from sim.cli.catalog import search

    raise typer.Exit(search(text, catalog=catalog, settings=settings, as_json=as_json))


@app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(metavar="APP", help="Id or name of the app.")],
    catalog: Own = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show an app: what is known of it, with marks, and how its score comes about."""
    from sim.cli.catalog import show

    raise typer.Exit(show(name, catalog=catalog, settings=settings, as_json=as_json))


@app.command("resolve")
def resolve_command(
    hosts: Annotated[
        list[str],
        typer.Argument(metavar="HOST", help="Hosts, addresses or URLs; - reads standard input, one a line."),
    ],
    catalog: Own = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Find the app behind each host."""
    from sim.cli.catalog import resolve

    raise typer.Exit(resolve(hosts, catalog=catalog, settings=settings, as_json=as_json))


@app.command("check")
def check_command(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A catalog file or folder, or score settings; the shipped by default."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check catalog files and name every mistake with its place."""
    from sim.cli.catalog import check

    raise typer.Exit(check(path, as_json=as_json))
