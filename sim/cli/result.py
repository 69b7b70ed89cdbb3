"""A run's result for a person: score, reasons, ledgers."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.base.time import show_clock
from sim.exercise.score import Result
from sim.session.driver import Session
from sim.views.amounts import plural, size
from sim.world.displacement import Way

_MOST = 5
"""Causes of each ledger that are printed; all are in the JSON."""
_WAYS = {
    Way.RETRY.value: "tried again later",
    Way.BROWSER.value: "another browser",
    Way.DEVICE.value: "a private device",
    Way.PHONE.value: "a phone of their own",
    Way.SIBLING.value: "an app of the same kind",
    Way.MAIL.value: "private mail",
    Way.ALTERNATIVE.value: "the app that was offered",
    Way.CLICK_THROUGH.value: "past the warning",
    Way.TICKET.value: "wrote to the help desk",
    Way.MANAGER.value: "asked the manager to complain",
    Way.GIVE_UP.value: "gave up",
}


def show_result(session: Session, result: Result, path: Path | None) -> None:
    """Print score, reasons and ledgers for a person."""
    console = Console(highlight=False)
    scenario = session.resolved.scenario
    console.print(
        Text(f"{plain(scenario.title)} · seed {session.seed} · player {plain(session.player)} ·"),
        Text(f"until {show_clock(session.now, session.resolved.tz)}"),
        end="\n\n",
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, right in (
        ("Objective", False),
        ("Score", True),
        ("Points", True),
        ("Because", False),
    ):
        table.add_column(title, justify="right" if right else "left")
    for o in result.objectives:
        table.add_row(
            Text(o.title),
            Text(str(o.score)),
            Text(f"{o.score * o.weight / 100:g}/{o.weight}"),
            Text(plain(o.because)),
        )
    for p in result.penalties:
        table.add_row(Text(p.id.capitalize()), Text(""), Text(f"-{p.points}"), Text(plain(p.because)))
    console.print(table)
    console.print(Text(f"\nScore {result.score} of 100", style="bold"))
    apps = session.world.tenant.apps
    for e in result.exposure:
        what = f"{plural(e.connections, 'connection')} of {plural(e.people, 'person', 'people')}"
        console.print(Text(f"Got through to {plain(apps[e.app_id].name)}: {what}"))
    for loss in result.collateral[:8]:
        rules = ", ".join(loss.rules[:3]) + (" ..." if len(loss.rules) > 3 else "")
        kind = "approved" if loss.approved else "not prohibited"
        what = f"{plural(loss.sessions, 'session')} of {plural(loss.people, 'person', 'people')} by {rules}"
        console.print(Text(f"Cut off, {kind}: {plain(apps[loss.app_id].name)}, {what}"))
    if len(result.collateral) > 8:
        console.print(Text(f"and {len(result.collateral) - 8} more apps"))
    _show_reactions(console, session, result)
    console.print(Text(f"digest {session.digest()}"))
    if path is not None:
        console.print(Text(f"run file {plain(path)}"), soft_wrap=True)


def _show_reactions(console: Console, session: Session, result: Result) -> None:
    """Print the work that stood still, and where what was stopped went."""
    apps = session.world.tenant.apps
    for still in result.work[:_MOST]:
        what = f"{plural(still.minutes, 'minute')} of {plural(still.people, 'person', 'people')}"
        why = f"by {plain(still.rule)}, {_WAYS[still.way]}"
        console.print(Text(f"Stood still: {plain(apps[still.app_id].name)}, {what} {why}"))
    for gone in result.displaced[:_MOST]:
        what = f"{size(gone.bytes_up, ' ')} of {plural(gone.people, 'person', 'people')}"
        unseen = "" if gone.seen else ", seen by no source"
        names = f"{plain(apps[gone.app_id].name)} to {plain(apps[gone.target].name)}"
        console.print(Text(f"Went out all the same: {names}, {what}, {_WAYS[gone.way]}{unseen}"))
