"""`unsanctioned check`: scenario files are read, checked and played for some minutes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sim.base.errors import InputError, Problem, UnsanctionedError
from sim.base.text import plain
from sim.cli.errors import BAD_INPUT, DONE, show_problems, show_warnings
from sim.exercise.trial import trial
from sim.scenario.load import Resolved, load_scenario


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one scenario; it is resolved where nothing is wrong."""

    name: str
    resolved: Resolved | None
    problems: tuple[Problem, ...]

    def dump(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "scenario": self.name,
            "valid": not self.problems,
            "problems": [problem.dump() for problem in self.problems],
            "warnings": [warning.dump() for warning in self.warnings],
        }

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What should be written otherwise, and still works."""
        return self.resolved.warnings if self.resolved is not None else ()


def check(paths: list[str], *, fast: bool, as_json: bool) -> int:
    """Check scenarios and print what is wrong; return the exit code."""
    found = [structure(name) for path in paths for name in scenarios_at(path)]
    code = BAD_INPUT if any(one.problems for one in found) else DONE
    if as_json:
        document = {"passed": code == DONE, "scenarios": [one.dump() for one in found]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    console = Console(highlight=False)
    for one in found:
        show_problems(*one.problems)
        show_warnings(*one.warnings)
        count = len(one.problems)
        verdict = f"{count} mistake{'s' if count > 1 else ''}" if count else "valid"
        console.print(f"{plain(one.name)}: {verdict}", markup=False)
    return code


def structure(name: str) -> Checked:
    """Check one scenario: structure, meaning, and a trial of its first minutes."""
    try:
        resolved = load_scenario(name)
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
