"""`unsanctioned discover`: real logs through the engine into a snapshot report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.base.time import to_iso
from sim.cli.discover_text import show_report
from sim.cli.errors import DONE, FAILED, show_problems
from sim.engine.catalog.model import load_catalog
from sim.engine.catalog.score import score
from sim.engine.discovery.formats import by_name
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.ingest import LogSummary, read_log, understood
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report

Progress = Callable[[int], None]


def run(logs: Sequence[str], *, log_format: str, report_name: str, as_json: bool) -> int:
    """Report the cloud apps in use in some logs and return the exit code."""
    known = _format(log_format)
    report = Report(report_name, "snapshot", load_catalog())
    read: list[LogSummary] = []
    refused: list[tuple[str, Problem]] = []
    for name in logs:
        try:
            with _opened(name) as log, _progress(log) as progress:
                read.append(read_log(log, report, known, progress))
        except InputError as error:
            refused.extend((name, problem) for problem in error.problems)
    problems = [problem for _, problem in refused]
    if not read:
        raise InputError(problems)
    show_problems(*problems)
    if as_json:
        print(_json(document(report, read, refused)))
    else:
        show_report(report, read)
    return FAILED if refused else DONE


def document(
    report: Report, read: Sequence[LogSummary], refused: Sequence[tuple[str, Problem]]
) -> dict[str, object]:
    """Return the report as plain data for JSON."""
    totals = report.totals()
    return {
        "files": [
            {
                "name": summary.name,
                "format": summary.format,
                "lines": summary.lines,
                "traffic": summary.traffic,
                "skipped": sum(summary.skipped.values()),
                "skipped_reasons": dict(sorted(summary.skipped.items())),
                "bad": {reason: found.count for reason, found in sorted(summary.bad.items())},
                "bad_samples": [
                    {"line": line, "reason": reason, "text": text}
                    for reason, found in sorted(summary.bad.items())
                    for line, text in found.samples
                ],
            }
            for summary in read
        ],
        "refused": [
            {"name": name, "rule": problem.rule, "reason": problem.what} for name, problem in refused
        ],
        "report": {
            "name": report.name,
            "kind": report.kind,
            "first": _time(report.first),
            "last": _time(report.last),
        },
        "totals": {
            "apps": totals.apps,
            "users": totals.users,
            "ips": totals.source_ips,
            "machines": totals.machines,
            "transactions": totals.transactions,
            "bytes_up": totals.bytes_up,
            "bytes_down": totals.bytes_down,
            "blocked": totals.blocked,
        },
        "apps": list(_apps(report)),
        "users": [
            {
                "name": user.name,
                "apps": user.apps,
                "transactions": user.transactions,
                "bytes_up": user.bytes_up,
                "bytes_down": user.bytes_down,
            }
            for user in report.entities("user")
        ],
        "unmatched": [
            {"domain": domain, "transactions": transactions} for domain, transactions in report.unmatched()
        ],
    }


def _apps(report: Report) -> Iterator[dict[str, object]]:
    for usage in report.apps():
        app = report.catalog.app(usage.app_id)
        found = score(app)
        yield {
            "id": app.id,
            "name": app.name,
            "category": app.category,
            "score": None if found is None else found.total,
            # A snapshot of logs has no portal behind it in which apps are tagged.
            "tag": None,
            "domains_seen": list(usage.domains_seen),
            "users": usage.users,
            "ips": usage.source_ips,
            "machines": usage.machines,
            "transactions": usage.transactions,
            "bytes_up": usage.bytes_up,
            "bytes_down": usage.bytes_down,
            "blocked": usage.blocked,
            "first": _time(usage.first),
            "last": _time(usage.last),
        }


def _json(data: dict[str, object]) -> str:
    # ASCII only: no control, bidirectional or half a character of a log reaches the terminal.
    return json.dumps(data, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")


def _time(time: int | None) -> str | None:
    return None if time is None else to_iso(time)


def _format(name: str) -> Format | None:
    if name.strip().lower() == "auto":
        return None
    known = by_name(name)
    if known is None:
        what = f"no log format {name!r}"
        raise InputError(Problem("FORMAT-UNKNOWN", what, advice=f"auto, or {understood()}"))
    return known


def _opened(name: str) -> LogFile:
    return LogFile.from_stdin() if name == "-" else LogFile.from_path(Path(name))


@contextmanager
def _progress(log: LogFile) -> Iterator[Progress | None]:
    """Show on a terminal how much of a log has been read."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(escape(plain(log.name, 60)), total=log.size)
        yield lambda done: bar.update(task, completed=done)
