"""The entry point of `unsanctioned`: the list of its commands, and nothing slow to import.

A command is a function here, with its options and help text, that imports what does the work when
it is called and ends in `typer.Exit` with the exit code of that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import author_commands, catalog_commands, policy_commands, review_commands
from sim.cli.errors import force_utf8, guarded

app = typer.Typer(
    name="unsanctioned",
    help="Learn to find, judge and stop shadow IT, on a simulated organisation or on real logs.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(review_commands.app)
app.add_typer(author_commands.app)
app.add_typer(catalog_commands.app, name="catalog")
app.add_typer(policy_commands.app, name="policy")


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
        from sim.cli.play import play

        raise typer.Exit(play(None))


@app.command("play")
def play_command(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="A shipped name, or a path; none is the library."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The scenario's own by default.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a variable of the scenario another value."),
    ] = None,
    resume: Annotated[Path | None, typer.Option("--resume", metavar="RUN", help="Go on with a run.")] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="T", help="Go on from 2019-12-16T14:00, or +5h, in a new run."),
    ] = None,
    assessed: Annotated[
        bool,
        typer.Option(
            "--assessed", help="For a class: no hints, no going back, no simulator views, no pause."
        ),
    ] = False,
    name: Annotated[str | None, typer.Option("--name", help="Who plays an assessed run.")] = None,
    code: Annotated[
        str | None,
        typer.Option("--class", metavar="CODE", help="SCENARIO:WORD, or SCENARIO:WORD:each for own seeds."),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=1, max=1440, help="Real minutes until the time is up.")
    ] = None,
) -> None:
    """Play in the terminal."""
    from sim.cli.play import play

    exam = (name, code, minutes) if assessed or name or code or minutes else None
    raise typer.Exit(play(scenario, seed=seed, given=given or (), resume=resume, until=until, exam=exam))


@app.command()
def discover(
    logs: Annotated[
        list[str],
        typer.Argument(metavar="LOG", help="Log files: text, .gz, .zip or .parquet; - is standard input."),
    ],
    log_format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Format of the logs; auto finds it out.")
    ] = "auto",
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="Describes a format of your own.")
    ] = None,
    users: Annotated[
        Path | None, typer.Option("--users", metavar="FILE", help="Which names are the same person.")
    ] = None,
    tz: Annotated[
        str, typer.Option("--tz", metavar="ZONE", help="Zone of times that name none: Europe/London.")
    ] = "UTC",
    now: Annotated[
        str | None, typer.Option("--now", metavar="TIME", help="The newest line's time by default.")
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", metavar="FILE", help="Your own apps and scores, or a catalog folder."),
    ] = None,
    report: Annotated[
        str, typer.Option("--report", metavar="NAME", help="Name of the report.")
    ] = "Snapshot report",
    evidence: Annotated[
        str | None,
        typer.Option("--evidence", metavar="APP[,USER]", help="Show the lines behind an app's numbers."),
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option("--policies", metavar="FILE", help="Policies in YAML, to see what they raise."),
    ] = None,
    portal: Annotated[
        str, typer.Option("--portal", metavar="PERIOD", help="2019 or today: what those policies may say.")
    ] = "today",
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Show people and machines under pseudonyms.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", metavar="FILE", help="Write .html for executives; .csv or .parquet of the apps."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read real proxy and firewall logs and report the cloud apps in use."""
    from sim.cli.discover import run
    from sim.cli.discover_data import Options

    options = Options(
        logs,
        log_format,
        mapping,
        users,
        tz,
        now,
        catalog,
        report,
        evidence,
        anonymise,
        as_json,
        output,
        policies,
        portal,
    )
    raise typer.Exit(run(options))


@app.command("run")
def run_command(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="A shipped name, or a path to a .yaml file."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The scenario's own by default.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a variable of the scenario another value."),
    ] = None,
    player: Annotated[
        str,
        typer.Option(
            "--player",
            metavar="NAME",
            help="do-nothing, block-all, monitor-all, guesser, careful, oracle, or the scenario's own.",
        ),
    ] = "do-nothing",
    actions: Annotated[
        Path | None,
        typer.Option("--actions", metavar="FILE", help="Play the commands of a run file instead."),
    ] = None,
    resume: Annotated[Path | None, typer.Option("--resume", metavar="RUN", help="Go on with a run.")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="T",
            help="Stop at 2019-12-16T14:00, or +5h. Of a run that went further: cut it there.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="RUN.jsonl", help="Where the run is kept; user data by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Play a scenario headless and print score and reasons."""
    from sim.cli.run import run

    raise typer.Exit(
        run(
            scenario,
            seed=seed,
            given=given or (),
            player_name=player,
            actions=actions,
            resume=resume,
            until=until,
            out=out,
            as_json=as_json,
        )
    )


@app.command("replay")
def replay_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run file.")],
    until: Annotated[str | None, typer.Option("--until", metavar="T", help="Compare up to here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Execute a run file again and compare every digest."""
    from sim.cli.run import replay

    raise typer.Exit(replay(run, until=until, as_json=as_json))


@app.command("explain")
def explain_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run file.")],
    application: Annotated[str, typer.Option("--app", metavar="APP", help="Id or name of the app.")],
    device: Annotated[str | None, typer.Option("--device", metavar="D", help="A machine.")] = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar="U", help="A person's name or address.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="G", help="A department, a device group, or all.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="H", help="One of the app's hosts; its first by default.")
    ] = None,
    process: Annotated[
        str | None,
        typer.Option(
            "--process", metavar="chrome", help="A browser or a file name; every browser by default."
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="A time; the run's end by default.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: one object, or a list of them.")
    ] = False,
) -> None:
    """Tell why an app is blocked or not: link by link, or what a group has in common."""
    from sim.cli.explain import explain

    raise typer.Exit(
        explain(
            run,
            device=device,
            user=user,
            group=group,
            app=application,
            host=host,
            process=process,
            at=at,
            as_json=as_json,
        )
    )


@app.command("export")
def export_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run file.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; made if need be.")],
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Defender's tables as parquet, csv or jsonl; the proxy's log as squid, w3c, cef, zscaler, "
            "fortigate or cisco-asa.",
        ),
    ],
    truth: Annotated[
        bool,
        typer.Option(
            "--truth",
            help="Write the truth too: what the policy thinks of each connection, and all of a score.",
        ),
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="As it stood then; the run's end by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write what the data sources of a run wrote, in real formats."""
    from sim.cli.export import export

    raise typer.Exit(export(run, folder, file_format=file_format, truth=truth, at=at, as_json=as_json))


@app.command("block-script")
def block_script_command(
    vendor: Annotated[
        str,
        typer.Argument(
            metavar="VENDOR",
            help="bluecoat, cisco-asa, fortigate, juniper-srx, palo-alto, websense, zscaler; "
            "csv is the list of domains for any other.",
        ),
    ],
    source: Annotated[str, typer.Argument(metavar="RUN|LOG", help="A run file, or a log.")],
    unsanctioned: Annotated[
        str, typer.Option("--unsanctioned", metavar="APP,...", help="With a log: the apps to block.")
    ] = "",
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", metavar="FILE", help="With a log: your own apps, and which are tagged."),
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option("--policies", metavar="FILE", help="With a log: policies, whose matches tag apps."),
    ] = None,
    portal: Annotated[
        str, typer.Option("--portal", metavar="PERIOD", help="What the policies may say: 2019 or today.")
    ] = "today",
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="As a run stood then; its end by default.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", metavar="FILE", help="Write it; in a folder under the portal's own name."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the block script of an appliance for the unsanctioned apps."""
    from sim.cli.block_script import block_script

    raise typer.Exit(
        block_script(
            vendor,
            source,
            unsanctioned=unsanctioned,
            catalog=catalog,
            policies=policies,
            portal=portal,
            at=at,
            output=output,
            as_json=as_json,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
