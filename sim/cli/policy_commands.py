"""The commands below `unsanctioned policy`; what does the work is imported when one is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.cli.discover_data import Options

app = typer.Typer(help="Check policy files, and play them on logs and runs.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="Policies in YAML.")]
Logs = Annotated[
    list[str],
    typer.Argument(metavar="LOG|RUN...", help="Log files, as for discover, or run files."),
]
LogFormat = Annotated[
    str, typer.Option("--format", metavar="NAME", help="Format of the logs; auto finds it out.")
]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", metavar="FILE", help="Describes a format of your own.")
]
Users = Annotated[
    Path | None, typer.Option("--users", metavar="FILE", help="Which names are the same person.")
]
Zone = Annotated[
    str, typer.Option("--tz", metavar="ZONE", help="Zone of times that name none: Europe/London.")
]
Catalog = Annotated[
    Path | None,
    typer.Option("--catalog", metavar="FILE", help="Your own apps and tags, or a catalog folder."),
]
ReportName = Annotated[
    str, typer.Option("--report", metavar="NAME", help="The continuous report that the logs stand for.")
]
PortalName = Annotated[
    str, typer.Option("--portal", metavar="PERIOD", help="2019 or today; a run brings its own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _options(
    logs: list[str],
    log_format: str,
    mapping: Path | None,
    users: Path | None,
    tz: str,
    catalog: Path | None,
    report: str,
) -> Options:
    from sim.cli.discover_data import Options

    return Options(logs, log_format, mapping, users, tz, None, catalog, report)


@app.command("check")
def check_command(
    file: File,
    catalog: Catalog = None,
    reports: Annotated[
        list[str] | None, typer.Option("--report", metavar="NAME", help="A custom report that there is.")
    ] = None,
    portal: PortalName = "today",
    as_json: AsJson = False,
) -> None:
    """Name every mistake in a policy file, with its line and column."""
    from sim.cli.policy import check

    raise typer.Exit(check(file, catalog=catalog, reports=reports or [], portal=portal, as_json=as_json))


@app.command("test")
def compare_command(
    file: File,
    logs: Logs,
    expect: Annotated[
        Path, typer.Option("--expect", metavar="FILE", help="Expected alerts and silences, in YAML.")
    ],
    warm_up: Annotated[
        str, typer.Option("--warm-up", metavar="30d", help="Days at the start that only prime the memory.")
    ] = "0d",
    log_format: LogFormat = "auto",
    mapping: Mapping = None,
    users: Users = None,
    tz: Zone = "UTC",
    catalog: Catalog = None,
    report: ReportName = "Global",
    portal: PortalName = "today",
    as_json: AsJson = False,
) -> None:
    """Compare what policies raise on logs or runs with what is expected; 1 if they differ."""
    from sim.cli.policy import test

    options = _options(logs, log_format, mapping, users, tz, catalog, report)
    raise typer.Exit(test(file, options, expect, warm_up=warm_up, portal=portal, as_json=as_json))


@app.command("backtest")
def backtest_command(
    file: File,
    logs: Logs,
    log_format: LogFormat = "auto",
    mapping: Mapping = None,
    users: Users = None,
    tz: Zone = "UTC",
    catalog: Catalog = None,
    report: ReportName = "Global",
    portal: PortalName = "today",
    as_json: AsJson = False,
) -> None:
    """Tell what policies would have done to the last 30 days: alerts, people, business activities."""
    from sim.cli.policy import backtest

    options = _options(logs, log_format, mapping, users, tz, catalog, report)
    raise typer.Exit(backtest(file, options, portal=portal, as_json=as_json))
