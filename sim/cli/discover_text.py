"""The text that `unsanctioned discover` prints for people.

Names come from logs that strangers can write into: every cell is a rich `Text` of escaped
characters, so that neither the terminal nor rich's markup obeys any of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.base.time import to_datetime
from sim.engine.catalog.score import RiskLevel, risk_level
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.ingest import LogSummary
from sim.engine.discovery.report import KEPT_DAYS, Report
from sim.engine.discovery.use import AppUsage, Counted, Domain, Share

if TYPE_CHECKING:
    from sim.cli.discover import Findings

UNMATCHED_SHOWN = 10

_WIDTH_OF_A_FILE = 140
_RISK_STYLE: dict[RiskLevel, str] = {
    "high": "red",
    "medium": "yellow",
    "low": "green",
    "not scored": "dim",
}


def show_report(findings: Findings) -> None:
    """Print what the logs say, and what became of the files, on stdout."""
    report = findings.report
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _WIDTH_OF_A_FILE
    console.print(_matched(report.matched()))
    console.print(_heading(findings))
    console.print(_counters(report))
    usages = report.apps()
    if usages:
        console.print(_app_table(findings, usages))
    else:
        console.print(Text("No transactions to cataloged cloud apps."))
    unmatched = report.unmatched()
    if unmatched:
        console.print(_unmatched_table(unmatched))
    console.print(_file_table(findings.files))
    for summary in findings.files:
        for reason, found in sorted(summary.bad.items()):
            for line, text in found.samples:
                console.print(_text(f"{summary.name}:{line}: {reason}: {text}"), soft_wrap=True)
    for note in notes(findings):
        console.print(_text(note, "dim"), soft_wrap=True)
    if findings.evidence is not None:
        show_evidence(findings.evidence, console)


def _matched(share: Share) -> Text:
    text = f"Matched to the catalog: {_percent(share.transactions, share.of_transactions)} of transactions"
    if share.bytes is not None and share.of_bytes is not None:
        text += f", {_percent(share.bytes, share.of_bytes)} of bytes"
    return _text(text, "bold")


def _percent(part: int, whole: int) -> str:
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def notes(findings: Findings) -> Iterator[str]:
    """Say what was assumed, and what a person should know before they trust a number."""
    if findings.now is not None:
        source = "as --now says" if findings.now_given else "the newest line, as there is no --now"
        yield f"Now is {_time(findings.now)} UTC: {source}. Days are UTC days."
    if findings.too_old:
        yield f"Left out: {findings.too_old:,} transactions more than {KEPT_DAYS} days before now."
    for summary in findings.files:
        for assumption, count in sorted(summary.assumed.items()):
            yield f"{summary.name}: {count:,} lines: {assumption}."
    if findings.same_person:
        names = ", ".join(findings.same_person[0])
        count = len(findings.same_person)
        yield f"{count:,} people may be counted more than once ({names}): nothing is merged without --users."
    scored = "The risk score is this project's own, from stated facts; it is not Microsoft's."
    yield f"{scored} `unsanctioned catalog show APP` explains one."


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


def _heading(findings: Findings) -> Text:
    report = findings.report
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
        ("Traffic", show_bytes(totals.bytes_total)),
        ("Uploaded", show_bytes(totals.bytes_up)),
        ("Downloaded", show_bytes(totals.bytes_down)),
    ]
    # What no source could know is left out, as the portal does, and not shown as nothing.
    return Text("   ").join(
        Text.assemble((name, "dim"), " ", (value, "bold")) for name, value in counters if value != "-"
    )


def _app_table(findings: Findings, usages: Sequence[AppUsage]) -> Table:
    report, catalog = findings.report, findings.catalog
    table = Table(title="Discovered apps", title_justify="left")
    table.add_column("App")
    table.add_column("Category")
    table.add_column("Score", justify="right")
    for title in ("Users", "Transactions", "Blocked", *_traffic_columns(report)):
        table.add_column(title, justify="right")
    table.add_column("First seen (UTC)")
    table.add_column("Last seen (UTC)")
    for usage in usages:
        app = catalog.catalog.app(usage.app_id)
        total = catalog.score(app)
        risk = risk_level(total)
        sizes = {
            "Traffic": usage.bytes_total,
            "Uploaded": usage.bytes_up,
            "Downloaded": usage.bytes_down,
        }
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
    """Return the sizes to show; a sum of one way alone says nothing new."""
    columns: tuple[tuple[str, Counted], ...] = (("Uploaded", "bytes_up"), ("Downloaded", "bytes_down"))
    ways = [title for title, name in columns if report.knows(name)]
    return ways if len(ways) == 1 or not report.knows("bytes_total") else ["Traffic", *ways]


def _unmatched_table(unmatched: Sequence[Domain]) -> Table:
    shown = unmatched[:UNMATCHED_SHOWN]
    table = Table(
        title=f"Domains of no cataloged app ({len(shown)} of {len(unmatched):,})",
        title_justify="left",
        min_width=60,
    )
    table.add_column("Domain")
    table.add_column("Transactions", justify="right")
    for domain in shown:
        table.add_row(_text(domain.name), Text(_count(domain.transactions)))
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


def show_evidence(evidence: Evidence, console: Console) -> None:
    """Print the lines behind the numbers of one app, and those that count nowhere."""
    whose = evidence.app.name if evidence.user is None else f"{evidence.app.name}, {evidence.user}"
    sizes = {"up": "bytes_up", "down": "bytes_down", "both ways": "bytes_total"}
    sums = [
        f"{show_bytes(evidence.sums[name])} {way}" for way, name in sizes.items() if name in evidence.sums
    ]
    head = f"Evidence for {whose}: {evidence.transactions:,} transactions"
    console.print()
    console.print(_text(", ".join((head, *sums)), "bold"))
    for line in evidence.lines:
        told = [("up", line.bytes_up), ("down", line.bytes_down)]
        if line.bytes_up is None and line.bytes_down is None:
            told = [("both ways", line.bytes_total)]
        counted = ", ".join(f"{size:,} B {way}" for way, size in told if size is not None) or "no size"
        blocked = ", blocked" if line.blocked else ""
        what = f"{_time(line.time)} {line.host} = {line.domain}, {line.user or 'no user'}, {counted}{blocked}"
        console.print(_text(f"{line.file}:{line.line}: {what}"), soft_wrap=True)
        console.print(_text(f"    {line.text}", "dim"), soft_wrap=True)
    if evidence.transactions > len(evidence.lines):
        console.print(_text(f"... and {evidence.transactions - len(evidence.lines):,} more", "dim"))
    for reason, count in sorted(evidence.left_out_counts.items()):
        console.print(_text(f"{count:,} lines that name {whose} count nowhere: {reason}", "bold"))
    for out in evidence.left_out:
        console.print(_text(f"{out.file}:{out.line}: {out.reason}: {out.text}"), soft_wrap=True)
