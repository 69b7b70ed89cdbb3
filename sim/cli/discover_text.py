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
from sim.cli.discover_data import Findings
from sim.engine.catalog.score import RiskLevel, risk_level
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.ingest import NO_APPS, LogSummary
from sim.engine.discovery.report import KEPT_DAYS, Report
from sim.engine.discovery.use import AppUsage, Counted, Domain, Share
from sim.views.amounts import UNKNOWN, number, percent, size

if TYPE_CHECKING:
    from sim.cli.policy_data import Outcome

UNMATCHED_SHOWN = 10

_WIDTH_OF_A_FILE = 140
_RISK_STYLE: dict[RiskLevel, str] = {
    "high": "red",
    "medium": "yellow",
    "low": "green",
    "not scored": "dim",
}


def show_report(findings: Findings, played: Outcome | None = None) -> None:
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
        console.print(Text(f"{NO_APPS}."))
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
    if played is not None:
        from sim.cli.policy_text import show_rehearsal

        console.print()
        show_rehearsal(console, played.rehearsal, played.behind, log=True)
    if findings.evidence is not None:
        show_evidence(findings.evidence, console)


def _matched(share: Share) -> Text:
    text = (
        f"Matched to the catalog: {percent(share.transactions, share.of_transactions, ' ')} of transactions"
    )
    if share.bytes is not None and share.of_bytes is not None:
        text += f", {percent(share.bytes, share.of_bytes, ' ')} of bytes"
    return _text(text, "bold")


def notes(findings: Findings) -> Iterator[str]:
    """Say what was assumed, and what a person should know before they trust a number."""
    if findings.now is not None:
        source = "as --now says" if findings.now_given else "the newest line, as there is no --now"
        yield f"Now is {_time(findings.now)} UTC: {source}. Days are UTC days."
    if findings.too_old:
        yield f"Left out: {findings.too_old:,} transactions more than {KEPT_DAYS} days before now."
    for summary in findings.files:
        if not summary.cataloged:
            yield f"{summary.name}: {NO_APPS}. The product refuses such a log; here it is read all the same."
        for assumption, count in sorted(summary.assumed.items()):
            yield f"{summary.name}: {count:,} lines: {assumption}."
    if findings.same_person:
        names = ", ".join(findings.same_person[0])
        count = len(findings.same_person)
        yield f"{count:,} people may be counted more than once ({names}): nothing is merged without --users."
    scored = "The risk score is this project's own, from stated facts; it is not Microsoft's."
    yield f"{scored} `unsanctioned catalog show APP` explains one."


def _heading(findings: Findings) -> Text:
    report = findings.report
    heading = _text(report.name, "bold")
    if report.first is not None and report.last is not None:
        heading.append(f": {_time(report.first)} to {_time(report.last)} UTC", "none")
    return heading


def _counters(report: Report) -> Text:
    totals = report.totals()
    counters = [
        ("Apps", number(totals.apps)),
        ("Users", number(totals.users)),
        ("IP addresses", number(totals.source_ips)),
        ("Machines", number(totals.machines)),
        ("Transactions", number(totals.transactions)),
        ("Blocked", number(totals.blocked)),
        ("Traffic", _size(totals.bytes_total)),
        ("Uploaded", _size(totals.bytes_up)),
        ("Downloaded", _size(totals.bytes_down)),
    ]
    # What no source could know is left out, as the portal does, and not shown as nothing.
    return Text("   ").join(
        Text.assemble((name, "dim"), " ", (value, "bold")) for name, value in counters if value != UNKNOWN
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
            Text(number(usage.users)),
            Text(number(usage.transactions)),
            Text(number(usage.blocked)),
            *(Text(_size(sizes[title])) for title in _traffic_columns(report)),
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
        table.add_row(_text(domain.name), Text(number(domain.transactions)))
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
            Text(number(summary.lines)),
            Text(number(summary.traffic)),
            Text(number(sum(summary.skipped.values()))),
            Text(number(sum(found.count for found in summary.bad.values()))),
            _text("; ".join(skipped)),
        )
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(plain(text), style)


def _size(amount: int | None) -> str:
    return size(amount, " ")


def _time(time: int) -> str:
    return to_datetime(time).strftime("%Y-%m-%d %H:%M")


def show_evidence(evidence: Evidence, console: Console) -> None:
    """Print the lines behind the numbers of one app, and those that count nowhere."""
    whose = evidence.app.name if evidence.user is None else f"{evidence.app.name}, {evidence.user}"
    sizes = {"up": "bytes_up", "down": "bytes_down", "both ways": "bytes_total"}
    sums = [f"{_size(evidence.sums[name])} {way}" for way, name in sizes.items() if name in evidence.sums]
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
