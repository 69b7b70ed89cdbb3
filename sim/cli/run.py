"""`unsanctioned run` and `replay`: a scenario played headless, and a run file executed again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

import sim
from sim.base.errors import InputError, Place, Problem, ReplayDiverged, UnsanctionedError
from sim.base.text import plain
from sim.base.time import SECOND, from_iso, parse_duration, show_clock, to_iso
from sim.cli.errors import DONE
from sim.engine.enforcement.verdict import Outcome
from sim.exercise.players import do_nothing, play, player
from sim.exercise.score import Result, judge
from sim.scenario.load import Resolved, load_scenario
from sim.session.commands import Command, from_json
from sim.session.driver import Session, resolved_of, restore
from sim.session.runfile import Recorded, new_run_path, read_run


def run(
    scenario: str | None,
    *,
    seed: int | None,
    player_name: str,
    actions: Path | None,
    resume: Path | None,
    until: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Play headless and print the result; return the exit code."""
    if (scenario is None) == (resume is None):
        raise InputError(
            Problem("USAGE", "give a scenario, or --resume RUN", advice="see unsanctioned run --help")
        )
    if resume is not None and (seed is not None or out is not None):
        raise InputError(
            Problem("USAGE", "--resume takes seed and file from the run", advice="leave --seed and --out out")
        )
    # Everything that can be wrong is read before the run file is opened: a mistake leaves no file changed.
    recorded = read_run(resume) if resume is not None else None
    if recorded is not None:
        _say_lost(recorded)
        if recorded.footer is not None:
            raise InputError(
                Problem("RUN-OVER", f"{resume} was played to its end", advice="replay it instead")
            )
        session = restore(recorded).session
    else:
        assert scenario is not None
        session = Session(load_scenario(scenario), seed, "actions" if actions else player_name)
    stop = parse_until(until, session.resolved) if until else session.resolved.end
    script = _read_actions(actions, session.now) if actions is not None else []
    who = do_nothing if actions is not None else player(session.player, session.resolved)
    if recorded is not None:
        session.continue_file(recorded)
    else:
        session.record_to(_place(out, actions, session.resolved.name))
    path = session.run_path
    with _progress(session, stop) as tick:
        if actions is not None:
            _play_actions(session, script, stop, tick)
        else:
            play(session, who, stop, tick)
    result = judge(session)
    document = describe(session, result)
    if session.finished:
        session.finish(document)
    else:
        session.leave()
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show_result(session, result, path)
    return DONE


def _place(out: Path | None, actions: Path | None, scenario: str) -> Path:
    """Return where the run is kept; never the file that its commands come from."""
    if out is not None and actions is not None and out.exists() and out.samefile(actions):
        raise InputError(
            Problem("USAGE", "--out is the file of --actions", advice="keep the run in another file")
        )
    return out or new_run_path(scenario)


def replay(path: Path, *, until: str | None, as_json: bool) -> int:
    """Execute a run file again and compare every digest; return the exit code."""
    recorded = read_run(path)
    _say_lost(recorded)
    limit = parse_until(until, resolved_of(recorded)) if until else None
    replayed = restore(recorded, limit)
    session = replayed.session
    agreed = {
        "run": str(path),
        "agrees": True,
        "records": replayed.compared,
        "digest": session.digest(),
        "until": session.now,
    }
    if recorded.footer is not None and limit is None:
        agreed["score"] = _same_score(recorded, judge(session).score)
    if as_json:
        print(json.dumps(agreed, ensure_ascii=False, indent=2))
    else:
        clock = show_clock(session.now, session.resolved.tz)
        print(f"{plain(path)}: {replayed.compared} records agree, up to {clock}")
        print(f"digest {session.digest()}")
    return DONE


def _same_score(recorded: Recorded, found: int) -> int:
    result = recorded.footer["result"] if recorded.footer else None
    said = result.get("score") if isinstance(result, dict) else None
    if said != found:
        place = Place(str(recorded.path), len(recorded.records) + 1)
        what = f"the file says score {said}, the replay {found}"
        raise ReplayDiverged(Problem("REPLAY-SCORE", what, place, "the rules of the score have changed"))
    return found


def parse_until(text: str, resolved: Resolved) -> int:
    """Read a time of the scenario: 2019-12-16T14:00 in its zone, or +5h from its start."""
    if text.startswith("+"):
        return resolved.start + parse_duration(text[1:])
    return from_iso(text, resolved.tz)


def describe(session: Session, result: Result) -> dict[str, Any]:
    """Return the run's result as the command contract asks for."""
    world, tenant = session.world, session.world.tenant
    rows = world.plane.telemetry.between(session.resolved.start, session.now + 1)
    outcomes = rows.outcome.tolist()
    return {
        "scenario": session.resolved.name,
        "seed": session.seed,
        "player": session.player,
        "era": session.resolved.scenario.era,
        "engine_version": sim.__version__,
        "digest": session.digest(),
        "simulated_seconds": (session.now - session.resolved.start) // SECOND,
        "finished": session.finished,
        "counts": {
            "people": len(world.staff.people),
            "devices": len(world.staff.machines),
            "requests": len(rows),
            "blocked": outcomes.count(Outcome.BLOCKED),
            "warned": 0,
            "alerts": len(tenant.cloud_alerts) + len(tenant.endpoint_alerts.alerts),
            "indicators": len(tenant.indicators.present()),
            "commands": session.commands,
        },
        **result.dump(),
    }


def show_result(session: Session, result: Result, path: Path | None) -> None:
    """Print score, reasons and ledgers for a person."""
    console = Console(highlight=False)
    scenario = session.resolved.scenario
    console.print(
        Text(f"{plain(scenario.title)} · seed {session.seed} · player {plain(session.player)} · "),
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
        what = f"{_count(e.connections, 'connection')} of {_people(e.people)}"
        console.print(Text(f"Got through to {plain(apps[e.app_id].name)}: {what}"))
    for loss in result.collateral[:8]:
        rules = ", ".join(loss.rules[:3]) + (" ..." if len(loss.rules) > 3 else "")
        kind = "approved" if loss.approved else "not prohibited"
        what = f"{_count(loss.sessions, 'session')} of {_people(loss.people)} by {rules}"
        console.print(Text(f"Cut off, {kind}: {plain(apps[loss.app_id].name)}, {what}"))
    if len(result.collateral) > 8:
        console.print(Text(f"and {len(result.collateral) - 8} more apps"))
    console.print(Text(f"digest {session.digest()}"))
    if path is not None:
        console.print(Text(f"run file {plain(path)}"), soft_wrap=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _say_lost(recorded: Recorded) -> None:
    if recorded.lost:
        print(
            f"{plain(recorded.path)}: the last line was unfinished and is left out "
            f"({len(recorded.lost)} characters); everything before it is kept",
            file=sys.stderr,
        )


@contextmanager
def _progress(session: Session, stop: int) -> Iterator[Callable[[int], None]]:
    begin = session.now
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _now: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=max(1, stop - begin))

        def tick(now: int) -> None:
            bar.update(task, completed=now - begin, description=show_clock(now, session.resolved.tz))

        yield tick


@dataclass(frozen=True, slots=True)
class _Action:
    """A command to play again: when, by whom (the player by default), and where it stands."""

    time: int
    actor: str | None
    command: Command
    place: Place


def _read_actions(path: Path, begin: int) -> list[_Action]:
    """Read the command records of a run file, or of lines taken from one, none of them before `begin`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(Problem("ACTIONS-READ", f"cannot read {path}", advice=str(why))) from None
    found: list[_Action] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        place = Place(str(path), number)
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            problems.append(Problem("ACTIONS-LINE", "not JSON", place, "write one record a line"))
            continue
        if not isinstance(record, dict) or record.get("kind") != "command":
            if not isinstance(record, dict) or record.get("kind") not in {
                "header",
                "checkpoint",
                "mark",
                "footer",
            }:
                problems.append(
                    Problem("ACTIONS-LINE", "not a record of a run file", place, "see the run file")
                )
            continue
        time = record.get("time")
        if not isinstance(time, int) or isinstance(time, bool):
            problems.append(
                Problem("ACTIONS-TIME", "the record's time is no whole number", place, "correct it")
            )
            continue
        if time < begin:
            what = f"the record's time is before {to_iso(begin)}, where play begins"
            problems.append(Problem("ACTIONS-TIME", what, place, "correct it, or leave the line out"))
            continue
        actor = record.get("actor")
        try:
            command = from_json(record.get("command"))
            found.append(_Action(time, actor if isinstance(actor, str) else None, command, place))
        except UnsanctionedError as error:
            problems += [Problem(p.rule, p.what, place, p.advice) for p in error.problems]
    if problems:
        raise InputError(problems)
    return sorted(found, key=lambda action: action.time)


def _play_actions(
    session: Session,
    actions: list[_Action],
    stop: int,
    tick: Callable[[int], None],
) -> None:
    for action in actions:
        if action.time > stop:
            break
        session.advance(action.time)
        try:
            session.submit(action.command, action.actor)
        except UnsanctionedError as error:
            session.leave()
            raise InputError(
                [Problem(p.rule, p.what, action.place, p.advice) for p in error.problems]
            ) from None
        tick(session.now)
    session.advance(stop)
    tick(session.now)
