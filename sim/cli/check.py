"""`unsanctioned check`: scenario files are read, checked, and played by the reference players."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from rich.console import Console

from sim.base.errors import InputError, Problem, UnsanctionedError
from sim.base.text import plain
from sim.cli.errors import BAD_INPUT, DONE, FAILED, show_problems, show_warnings
from sim.cli.playing import Task, parse_seeds, play_tasks
from sim.cli.standings import describe_runs, show_lost, show_standings
from sim.exercise.fairness import players_of, unfair
from sim.exercise.players.solution import check_commands
from sim.exercise.reference import Played
from sim.exercise.trial import trial
from sim.scenario.files import read
from sim.scenario.load import Resolved, load_scenario


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one scenario; it is resolved where nothing is wrong."""

    name: str
    resolved: Resolved | None
    problems: tuple[Problem, ...]
    runs: tuple[Played, ...] = ()
    unfair: tuple[Problem, ...] = ()
    """What the runs of the reference players show."""

    def dump(self) -> dict[str, object]:
        """Return it as a JSON object."""
        found: dict[str, object] = {
            "scenario": self.name,
            "valid": not self.problems,
            "problems": [problem.dump() for problem in self.problems],
            "warnings": [warning.dump() for warning in self.warnings],
        }
        if not self.runs:
            return found
        unfair = [problem.dump() for problem in self.unfair]
        return {**found, "fair": not self.unfair, "unfair": unfair, **describe_runs(self.runs)}

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What should be written otherwise, and still works."""
        return self.resolved.warnings if self.resolved is not None else ()


def check(
    paths: list[str],
    *,
    seeds: str,
    given: tuple[str, ...] = (),
    fast: bool,
    workers: int | None,
    as_json: bool,
) -> int:
    """Check scenarios, with values of their variables, and print what is wrong; return the exit code."""
    numbers = parse_seeds(seeds)
    found = [structure(name, given) for path in paths for name in scenarios_at(path)]
    if not fast:
        found = fairness(found, numbers, workers, given)
    invalid, unfair = any(one.problems for one in found), any(one.unfair for one in found)
    code = BAD_INPUT if invalid else FAILED if unfair else DONE
    if as_json:
        document = {"passed": code == DONE, "scenarios": [one.dump() for one in found]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    console = Console(highlight=False)
    for one in found:
        if one.runs:
            show_standings(console, one.runs)
            show_lost(console, one.runs)
            console.print()
        sys.stdout.flush()
        show_problems(*one.problems, *one.unfair)
        show_warnings(*one.warnings)
        console.print(f"{plain(one.name)}: {_verdict(one)}", markup=False)
    return code


def _verdict(one: Checked) -> str:
    for problems, word in ((one.problems, "mistake"), (one.unfair, "fault")):
        if problems:
            return f"{len(problems)} {word}{'s' if len(problems) > 1 else ''}"
    return "valid and fair" if one.runs else "valid"


def fairness(
    found: list[Checked], seeds: tuple[int, ...], workers: int | None, given: tuple[str, ...] = ()
) -> list[Checked]:
    """Return what was checked, with what the reference players say of each valid scenario but a sandbox."""
    tasks: list[Task] = [
        (one.name, given, seed, players_of(one.resolved), None)
        for one in found
        if one.resolved is not None and one.resolved.scenario.mode == "exercise"
        for seed in seeds
    ]
    # The tasks of a scenario follow each other, so its runs do too.
    runs = iter(play_tasks(tasks, workers))
    judged = []
    for one in found:
        wanted = sum(len(players) for name, _, _, players, _ in tasks if name == one.name)
        own = tuple(islice(runs, wanted))
        if one.resolved is not None and own:
            one = replace(one, runs=own, unfair=tuple(unfair(one.resolved, own, read(one.name))))
        judged.append(one)
    return judged


def structure(name: str, given: tuple[str, ...] = ()) -> Checked:
    """Check one scenario: structure, meaning, and a trial of its first minutes."""
    try:
        resolved = load_scenario(name, given=given)
        check_commands(resolved, resolved.source or read(name))
    except UnsanctionedError as error:
        return Checked(name, None, error.problems)
    problems = trial(resolved)
    return Checked(name, None if problems else resolved, problems)


def scenarios_at(path: str) -> list[str]:
    """Return the scenarios that a path names: itself, or those in a folder."""
    folder = Path(path)
    if not folder.is_dir():
        return [path]
    files = sorted(str(file) for file in folder.glob("*.yaml"))
    if not files:
        advice = "give a folder that holds .yaml files"
        raise InputError(Problem("CHECK-EMPTY", f"no scenario in {path}", advice=advice))
    return files
