"""What `unsanctioned policy` prints for people, and `discover --policies` too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.base.time import show_day
from sim.cli.policy_data import Behind, Data
from sim.engine.policy.backtest import Backtest
from sim.engine.policy.expectations import Difference
from sim.engine.policy.matching import NearMiss
from sim.engine.policy.policies import Match, Policy
from sim.engine.policy.rehearsal import Rehearsal
from sim.views.amounts import plural
from sim.views.policies import condition, figure

LINES_SHOWN = 3
"""Lines behind a match that are printed; `--json` has more."""


def policy_table(policies: Sequence[Policy]) -> Table:
    """Return the policies of a file at a glance."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Policy", "Severity", "Apps", "Match", "Tags"):
        table.add_column(title, overflow="fold")
    for policy in policies:
        table.add_row(
            _text(policy.name),
            Text(policy.severity),
            _text(policy.filters.words),
            Text(condition(policy)),
            _text(", ".join(policy.tags) or "–"),
        )
    return table


def show_test(
    console: Console,
    data: Data,
    played: Rehearsal,
    behind: Sequence[Behind | None],
    difference: Difference,
    warm_up: int,
) -> None:
    """Print what was raised on one piece of data, and how it differs from what was expected."""
    _print(console, data.name, "bold")
    show_rehearsal(console, played, behind, log=data.is_log, warm_up=warm_up)
    near = {(miss.policy.name, miss.app_id): miss for miss in played.near}
    for line in difference.missing:
        miss = near.get((line.policy, line.app or ""))
        hint = f"; it missed by little: {_near(miss)}" if miss else ""
        _print(console, f"- missing     {line}{hint}", "red")
    for line, alert in difference.broken:
        _print(console, f"+ not silent  {_head(alert)}; expected silence: {line}", "red")
    for alert in difference.unexpected:
        _print(console, f"+ unexpected  {_head(alert)}", "red" if difference.failed else "dim")
    verdict = "FAILED" if difference.failed else "passed: every expected alert, every expected silence"
    _print(console, verdict, "bold red" if difference.failed else "bold green")


def show_backtest(console: Console, data: Data, result: Backtest, behind: Sequence[Behind | None]) -> None:
    """Print what policies would have done to the last 30 days of one piece of data."""
    _print(console, data.name, "bold")
    if result.rehearsal is not None:
        show_rehearsal(console, result.rehearsal, behind, log=data.is_log)
    _print(console, f"Touched: {plural(len(result.apps), 'app')}, {plural(result.users, 'user')}", "bold")
    for app in result.apps:
        use = f"{plural(app.users, 'user')}, {plural(app.transactions, 'transaction')}"
        rest = [app.activity or "not an approved app", app.because]
        _print(console, f"  {app.name}: {use}; " + "; ".join(part for part in rest if part))
    for warning in result.warnings:
        _print(console, f"! {warning}", "red")
    if not result.warnings:
        _print(console, "No approved or protected app would be blocked.")


def show_rehearsal(
    console: Console,
    played: Rehearsal,
    behind: Sequence[Behind | None],
    *,
    log: bool,
    warm_up: int | None = None,
) -> None:
    """Print the matches with figures and lines, the near misses, and what was assumed."""
    lines = iter(behind)
    for title, matches in (("alert", played.alerts), ("over the daily limit", played.over_limit)):
        for match in matches:
            _print(console, f"{title}: {_head(match)}", "bold")
            for reason in match.reasons:
                words = f"  {reason.what}: {figure(reason.value, reason.is_volume)}"
                _print(console, f"{words}, is more than {figure(reason.threshold, reason.is_volume)}")
            if not match.reasons:
                _print(console, "  first discovery: the policy has no criteria")
            _show_lines(console, next(lines, None))
    for miss in played.near:
        _print(console, f"near miss: {_near(miss)}", "dim")
    for note in notes(played, log=log, warm_up=warm_up):
        _print(console, note, "dim")


def notes(played: Rehearsal, *, log: bool, warm_up: int | None) -> Iterator[str]:
    """Say what a person should know before they trust the alerts."""
    if played.first_day is None or played.judged_from is None:
        yield "There is no data of cataloged apps."
        return
    if log:
        yield "The policies run on the log's report as if it were a continuous one. Days are UTC days."
    if warm_up:
        primed = plural(played.primed, "match", "matches")
        begin = show_day(played.judged_from)
        yield f"Alerts count from {begin} on; {primed} before that only primed the memory."
    else:
        first = sum(match.day == played.first_day for match in played.matches)
        found = plural(first, "match", "matches")
        more = "; --warm-up 30d would prime the memory of 90 days" if warm_up == 0 else ""
        day = show_day(played.first_day)
        yield f"{found} on the first day ({day}): first sightings, of old apps too{more}."
    for policy in played.idle:
        why = f"it is for {', '.join(policy.reports)}" if policy.enabled else "it is disabled"
        yield f"Not played: {policy.name}, {why}."


def _head(match: Match) -> str:
    who = f" · {match.who}" if match.who else ""
    tags = f" · tags {', '.join(match.policy.tags)}" if match.policy.tags else ""
    return f"{match.policy.name} · {match.app_id}{who} · {match.report} · {show_day(match.day)}{tags}"


def _near(miss: NearMiss) -> str:
    parts = (
        f"{r.what} {figure(r.value, r.is_volume)}, not more than {figure(r.threshold, r.is_volume)}"
        for r in miss.missed
    )
    return f"{miss.policy.name} · {miss.app_id} · {miss.report} · {show_day(miss.day)}: {'; '.join(parts)}"


def _show_lines(console: Console, behind: Behind | None) -> None:
    if behind is None:
        _print(console, "  the lines behind it cannot be read a second time from standard input", "dim")
        return
    for line in behind.lines[:LINES_SHOWN]:
        _print(console, f"  {line.place}: {line.text}", "dim")
    left = behind.transactions - min(len(behind.lines), LINES_SHOWN)
    if left > 0:
        _print(console, f"  and {plural(left, 'more line')}", "dim")


def _print(console: Console, words: str, style: str = "") -> None:
    console.print(_text(words, style), soft_wrap=True)


def _text(words: str, style: str = "") -> Text:
    return Text(plain(words), style)
