"""The entry point of `unsanctioned`: the list of its commands, and nothing slow to import.

A command is a function here, with its options and help text, that imports what does the work when
it is called and ends in `typer.Exit` with the exit code of that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sim.cli.errors import force_utf8, guarded

app = typer.Typer(
    name="unsanctioned",
    help="Learn to find, judge and stop shadow IT, on a simulated organisation or on real logs.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    force_utf8()
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = words[: words.index("--")] if "--" in words else words
    debug = "--debug" in options
    # Taken out so that it may stand anywhere, behind a command too.
    rest = [word for word in options if word != "--debug"] + words[len(options) :]
    return guarded(lambda: app(rest, prog_name="unsanctioned", standalone_mode=False), debug=debug)


def _show_version(wanted: bool) -> None:
    if wanted:
        from sim import __version__

        typer.echo(f"unsanctioned {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def discover(
    logs: Annotated[
        list[str],
        typer.Argument(metavar="LOG", help="Log files, plain or .gz; - is standard input."),
    ],
    log_format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Format of the logs; auto finds it out.")
    ] = "auto",
    report: Annotated[
        str, typer.Option("--report", metavar="NAME", help="Name of the report.")
    ] = "Snapshot report",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read real proxy logs and report the cloud apps in use."""
    from sim.cli.discover import run

    raise typer.Exit(run(logs, log_format=log_format, report_name=report, as_json=as_json))


if __name__ == "__main__":
    sys.exit(main())
