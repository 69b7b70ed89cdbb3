"""`unsanctioned run` and `replay`: a scenario played headless, and a run file executed again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from sim.base.errors import InputError, Place, Problem, ReplayDiverged, UnsanctionedError
from sim.base.text import plain
from sim.base.time import from_iso, parse_duration, show_clock
from sim.cli.actions import Action, read_actions
from sim.cli.errors import DONE, show_warnings
from sim.cli.result import show_result
from sim.exercise.players import Player, do_nothing, play, player
from sim.exercise.score import judge
from sim.exercise.score.summary import describe
from sim.scenario.load import Resolved, load_scenario
from sim.session.assessed import refuse_assessed
from sim.session.branches import branch
from sim.session.driver import Session, resolved_of, restore
from sim.session.runfile import Recorded, new_run_path, read_run


def run(
    scenario: str | None,
    *,
    seed: int | None,
    given: Sequence[str],
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
    if resume is not None and (seed is not None or given or out is not None):
        raise InputError(
            Problem(
                "USAGE",
                "--resume takes seed, variables and file from the run",
                advice="leave --seed, --set and --out out",
            )
        )
    # Everything that can be wrong is read before the run file is opened: a mistake leaves no file changed.
    recorded = read_run(resume) if resume is not None else None
    cut = None if recorded is None or until is None else _cut(recorded, until)
    if recorded is not None:
        _say_lost(recorded)
        if cut is not None:
            return _branch(recorded, cut, player_name, actions, as_json)
        refuse_assessed(recorded)
        recorded.refuse_foreign()
        if recorded.footer is not None:
            raise InputError(
                Problem("RUN-OVER", f"{resume} was played to its end", advice="replay it instead")
            )
        session = restore(recorded).session
    else:
        assert scenario is not None
        loaded = load_scenario(scenario, seed, given)
        show_warnings(*loaded.warnings)
        session = Session(loaded, seed, "actions" if actions else player_name)
    stop = parse_until(until, session.resolved) if until else session.resolved.end
    script = read_actions(actions, session.now) if actions is not None else []
    who = do_nothing if actions is not None else player(session.player, session.resolved, session.seed)
    if recorded is not None:
        session.continue_file(recorded)
    else:
        session.record_to(_place(out, actions, session.resolved.name))
    return _play(session, who, script if actions is not None else None, stop, as_json)


def _cut(recorded: Recorded, until: str) -> int | None:
    """Return the moment at which a run is to be cut; None where it has not come as far yet."""
    time = parse_until(until, resolved_of(recorded))
    return time if recorded.records and time < int(recorded.records[-1]["time"]) else None


def _branch(recorded: Recorded, cut: int, player_name: str, actions: Path | None, as_json: bool) -> int:
    """Go on from a moment of a run in a file of its own, to the end."""
    resolved = resolved_of(recorded)
    script = read_actions(actions, cut) if actions is not None else None
    who = do_nothing if actions is not None else player(player_name, resolved, int(recorded.header["seed"]))
    path = new_run_path(f"{recorded.path.stem}-from")
    session = branch(recorded, path, cut, resolved=resolved)
    return _play(session, who, script, resolved.end, as_json)


def _play(session: Session, who: Player, script: list[Action] | None, stop: int, as_json: bool) -> int:
    """Play a session that keeps its file, and print the result; return the exit code."""
    path = session.run_path
    with _progress(session, stop) as tick:
        if script is not None:
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


def _play_actions(
    session: Session,
    actions: list[Action],
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
