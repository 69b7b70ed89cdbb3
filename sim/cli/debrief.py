"""`unsanctioned debrief`: the after-action review of a run, as text, as one HTML file, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

import sim
from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.base.time import show_clock, to_iso
from sim.cli.errors import DONE, show_problems
from sim.exercise.debrief import QUESTIONS, Debrief, build
from sim.exercise.debrief.compare import told_objectives
from sim.exercise.debrief.curves import Curve
from sim.exercise.debrief.moments import Moment
from sim.exercise.debrief.words import (
    account,
    cited,
    collateral_words,
    exposure_words,
    headline,
    place,
    standing,
)
from sim.exercise.record import read_record, record_path
from sim.session.driver import refuse_open, restore
from sim.session.runfile import Recorded, read_run


def debrief(run: Path, *, output: Path | None, as_json: bool) -> int:
    """Print or write the debrief of a run; return the exit code."""
    recorded = read_run(run)
    check_page(output)
    if recorded.is_foreign:
        return _as_told(recorded, output, as_json)
    refuse_open(recorded)
    print("playing the run again, the oracle, and what could have been ...", file=sys.stderr)
    found, answers = build(restore(recorded).session), _answers(run)
    if output is not None:
        from sim.exercise.debrief.page import debrief_page

        write_page(output, debrief_page(found, answers))
    if as_json:
        print(json.dumps(dump(found), ensure_ascii=False, indent=2))
    elif output is None:
        show(found, answers)
    return DONE


def _answers(run: Path) -> dict[str, str]:
    """Return the trainee's own account of a run, where this user's record has it."""
    try:
        kept = read_record(record_path()).result_of(run.name)
    except InputError as error:
        show_problems(*error.problems)
        return {}
    return dict(kept.answers) if kept else {}


def _as_told(recorded: Recorded, output: Path | None, as_json: bool) -> int:
    """Print what the run file of another version says; return the exit code. No page is made of it."""
    if output is not None:
        recorded.refuse_foreign()
    header, result = recorded.header, recorded.footer["result"] if recorded.footer else {}
    made = f"version {header['engine']} made {recorded.path}, this is {sim.__version__}"
    print(plain(f"{made}: read only, what follows is what the file says"), file=sys.stderr)
    commands = [record for record in recorded.records if record["kind"] == "command"]
    told = {
        "scenario": header["scenario"].get("name", ""),
        "seed": header["seed"],
        "player": header["player"],
        "engine_version": header["engine"],
        "executed": False,
        "score": result.get("score") if isinstance(result, dict) else None,
        "objectives": [asdict(one) for one in told_objectives(result)],
        "commands": [{**one, "time": to_iso(one["time"])} for one in commands],
    }
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return DONE
    print(plain(f"{told['scenario']} · seed {told['seed']} · player {told['player']}"))
    print(plain(f"{'no score' if told['score'] is None else told['score']} of 100 points"))
    for one in told["objectives"]:
        print(plain(f"  {one['score']:>3} %  {one['title']}: {one['because']}"))
    for one in told["commands"]:
        print(plain(f"{one['time']}  {json.dumps(one['command'], ensure_ascii=False)}"))
    return DONE


def check_page(path: Path | None) -> None:
    """Raise InputError where a page is asked for in a file that is none, before anything is played."""
    if path is not None and path.suffix.lower() not in {".html", ".htm"}:
        raise InputError(
            Problem("OUTPUT-KIND", f"{path} is no HTML file", advice="name a file that ends in .html")
        )


def write_page(path: Path, page: str) -> None:
    """Write an HTML page and say so on stderr."""
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(
            Problem("OUTPUT-WRITE", f"cannot write {path}", advice=f"{why}; choose another place")
        ) from None
    print(f"written: {plain(path)}", file=sys.stderr)


def dump(debrief: Debrief) -> dict[str, Any]:
    """Return the debrief as JSON data, times as ISO 8601 in UTC."""
    return {
        "scenario": debrief.scenario,
        "seed": debrief.seed,
        "player": debrief.player,
        "engine_version": debrief.engine,
        "start": to_iso(debrief.start),
        "end": to_iso(debrief.end),
        "finished": debrief.finished,
        **debrief.result.dump(),
        "oracle_score": debrief.oracle_score,
        "strengths": [one.id for one in debrief.strengths],
        "areas": [one.id for one in debrief.areas],
        "moments": [_moment(moment) for moment in debrief.moments],
        "timeline": [{**asdict(entry), "time": to_iso(entry.time)} for entry in debrief.entries],
        "times": [to_iso(time) for time in debrief.at],
        "curves": [asdict(curve) for curve in debrief.curves],
        "suggestion": debrief.suggestion(),
    }


def _moment(moment: Moment) -> dict[str, Any]:
    acted = None if moment.acted is None else to_iso(moment.acted)
    return {**asdict(moment), "time": to_iso(moment.time), "acted": acted}


def show(debrief: Debrief, answers: Mapping[str, str]) -> None:
    """Print the debrief for a person: first the trainee's own answers, or the questions."""
    console = Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        console.print(Text(plain(text), style=style))

    say(f"{debrief.title} · seed {debrief.seed} · player {debrief.player}", "bold")
    say("")
    say("Your own account" if answers else "First your own account, to somebody or in writing", "bold")
    for key, question in QUESTIONS:
        say(f"  {question} {answers.get(key, '')}".rstrip())
    say("")
    say(standing(debrief))
    for title, objectives in (("Strengths", debrief.strengths), ("To work on", debrief.areas)):
        say("")
        say(title, "bold")
        for one in objectives:
            say(f"  {one.score:>3} %  {one.title}: {one.because}")
            for event in cited(one, debrief.tz):
                say(f"           {event}")
    say("")
    say("The moments that mattered", "bold")
    for moment in debrief.moments:
        say(f"  {headline(moment, debrief.tz)}")
        say(f"    {account(moment, debrief.tz)}")
        say(f"    It shows first in: {place(moment)}")
    say("")
    console.print(_curves(debrief.curves))
    say("")
    console.print(_timeline(debrief))
    if debrief.suggestion():
        say("")
        say(f"A commitment for the next run: {debrief.suggestion()}")


def _curves(curves: tuple[Curve, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Run", "Got through", "Collateral"):
        table.add_column(head)
    for curve in curves:
        table.add_row(Text(curve.name), Text(exposure_words(curve)), Text(collateral_words(curve)))
    return table


def _timeline(debrief: Debrief) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("When", "Lane", "What"):
        table.add_column(head)
    lanes = {"truth": "true", "knowable": "to be known", "did": "you"}
    for entry in debrief.entries:
        lane = Text(lanes[entry.lane], style="bold" if entry.lane == "did" else "")
        table.add_row(Text(show_clock(entry.time, debrief.tz)), lane, Text(plain(entry.text)))
    return table
