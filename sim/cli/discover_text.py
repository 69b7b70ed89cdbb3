"""The text that `unsanctioned discover` prints for people.

Names come from logs that strangers can write into: every cell is a rich `Text` of escaped
characters, so that neither the terminal nor rich's markup obeys any of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.base.time import to_datetime
from sim.engine.catalog.score import RiskLevel, risk_level, score
from sim.engine.discovery.ingest import LogSummary
from sim.engine.discovery.report import AppUsage, Report

UNMATCHED_SHOWN = 10

_WIDTH_OF_A_FILE = 140
_RISK_STYLE: dict[RiskLevel, str] = {
    "high": "red",
    "medium": "yellow",
    "low": "green",
    "not scored": "dim",
}


def show_report(report: Report, read: Sequence[LogSummary]) -> None:
    """Print a report and what became of the files on stdout."""
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _WIDTH_OF_A_FILE
    console.print(_heading(report))
    console.print(_counters(report))
    usages = report.apps()
    if usages:
        console.print(_app_table(report, usages))
    else:
        console.print(Text("No transactions to cataloged cloud apps."))
    unmatched = report.unmatched()
    if unmatched:
        console.print(_unmatched_table(unmatched))
    console.print(_file_table(read))
    for summary in read:
        for reason, found in sorted(summary.bad.items()):
            for line, text in found.samples:
                console.print(_text(f"{summary.name}:{line}: {reason}: {text}"), soft_wrap=True)


def show_bytes(size: int | None) -> str:
    """Return a number of bytes as a person reads it; a dash for unknown."""
    if size is None:
        return "-"
    scale, unit = 1, "B"
    for name in ("kB", "MB", "GB", "TB", "PB"):
        if size < scale * 1000:
            break
        scale, unit = scale * 1000, name
    if scale == 1:
        return f"{size} B"
    tenths = size * 10 // scale
    return f"{tenths // 10}.{tenths % 10} {unit}"


def _heading(report: Report) -> Text:
    heading = _text(report.name, "bold")
    if report.first is not None and report.last is not None:
        heading.append(f": {_time(report.first)} to {_time(report.last)} UTC", "none")
    return heading


def _counters(report: Report) -> Text:
    totals = report.totals()
    counters = [
        ("Apps", _count(totals.apps)),
        ("Users", _count(totals.users)),
        ("IP addresses", _count(totals.source_ips)),
        ("Machines", _count(totals.machines)),
        ("Transactions", _count(totals.transactions)),
        ("Blocked", _count(totals.blocked)),
        ("Uploaded", show_bytes(totals.bytes_up)),
        ("Downloaded", show_bytes(totals.bytes_down)),
    ]
    # What no source could know is left out, as the portal does, and not shown as nothing.
    return Text("   ").join(
        Text.assemble((name, "dim"), " ", (value, "bold")) for name, value in counters if value != "-"
    )


def _app_table(report: Report, usages: Sequence[AppUsage]) -> Table:
    table = Table(title="Discovered apps", title_justify="left")
    table.add_column("App")
    table.add_column("Category")
    table.add_column("Score", justify="right")
    for title in ("Users", "Transactions", "Blocked", *_traffic_columns(report)):
        table.add_column(title, justify="right")
    table.add_column("First seen (UTC)")
    table.add_column("Last seen (UTC)")
    for usage in usages:
        app = report.catalog.app(usage.app_id)
        found = score(app)
        total = None if found is None else found.total
        risk = risk_level(total)
        sizes = {"Uploaded": usage.bytes_up, "Downloaded": usage.bytes_down}
        table.add_row(
            _text(app.name),
            _text(app.category),
            Text("not scored" if total is None else str(total), _RISK_STYLE[risk]),
            Text(_count(usage.users)),
            Text(_count(usage.transactions)),
            Text(_count(usage.blocked)),
            *(Text(show_bytes(sizes[title])) for title in _traffic_columns(report)),
            Text(_time(usage.first)),
            Text(_time(usage.last)),
        )
    return table


def _traffic_columns(report: Report) -> list[str]:
    columns = []
    if report.knows("bytes_up"):
        columns.append("Uploaded")
    if report.knows("bytes_down"):
        columns.append("Downloaded")
    return columns


def _unmatched_table(unmatched: Sequence[tuple[str, int]]) -> Table:
    shown = unmatched[:UNMATCHED_SHOWN]
    table = Table(
        title=f"Domains of no cataloged app ({len(shown)} of {len(unmatched):,})",
        title_justify="left",
        min_width=60,
    )
    table.add_column("Domain")
    table.add_column("Transactions", justify="right")
    for domain, transactions in shown:
        table.add_row(_text(domain), Text(_count(transactions)))
    return table


def _file_table(read: Sequence[LogSummary]) -> Table:
    table = Table(title="Files", title_justify="left")
    table.add_column("File", overflow="fold")
    table.add_column("Format")
    for title in ("Lines", "Traffic", "Skipped", "Bad"):
        table.add_column(title, justify="right")
    table.add_column("Skipped lines were", overflow="fold")
    for summary in read:
        skipped = (f"{count} {reason}" for reason, count in sorted(summary.skipped.items()))
        table.add_row(
            _text(summary.name),
            Text(summary.format),
            Text(_count(summary.lines)),
            Text(_count(summary.traffic)),
            Text(_count(sum(summary.skipped.values()))),
            Text(_count(sum(found.count for found in summary.bad.values()))),
            _text("; ".join(skipped)),
        )
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(plain(text), style)


def _count(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _time(time: int) -> str:
    return to_datetime(time).strftime("%Y-%m-%d %H:%M")
