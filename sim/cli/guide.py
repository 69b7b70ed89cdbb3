"""`unsanctioned guide`: the instructor's sheet of a scenario."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sim.base.text import plain
from sim.cli.errors import DONE
from sim.exercise.debrief.guide import Guide, guide
from sim.scenario.load import load_scenario


def show_guide(scenario: str, *, seed: int | None, as_json: bool) -> int:
    """Print the sheet; return the exit code."""
    resolved = load_scenario(scenario)
    print("the oracle plays the scenario ...", file=sys.stderr)
    found = guide(resolved, seed)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        _show(found)
    return DONE


class _Sheet:
    """Prints lines of untrusted text, some of them indented."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def say(self, text: str, indent: int = 0, style: str = "") -> None:
        """Print a line, wrapped within its indent."""
        self._console.print(Padding(Text(plain(text), style=style), (0, 0, 0, indent)))

    def head(self, text: str) -> None:
        """Print the title of a part."""
        self._console.print()
        self.say(text, style="bold")


def _show(found: Guide) -> None:
    sheet = _Sheet()
    sheet.say(f"{found.title} · instructor's sheet · seed {found.seed}", style="bold")
    sheet.say("For your eyes: it holds the truth.")
    sheet.head("Learning objective")
    sheet.say(found.objective)
    for one in found.objectives:
        sheet.say(f"{one.weight:>3} points  {one.title}", 2)
    sheet.head("Written policy")
    for line, text in found.policy:
        sheet.say(f"{line}  {text}", 2)
    sheet.head("Truth")
    for uses, word in ((found.prohibited, "prohibited"), (found.tolerated, "let be")):
        for use in uses:
            sheet.say(f"{use.app}, {word} ({use.line}): {use.what}", 2)
    sheet.head("Plan for an hour")
    for minutes, what, told in found.plan:
        sheet.say(f"{minutes} minutes: {what}", 2, "bold")
        for line in told:
            sheet.say(line, 4)
    sheet.head(f"Answer key: the oracle's run, {found.score} points")
    for when, what in found.steps:
        sheet.say(f"{when}  {what}", 2)
    sheet.head("Three questions to discuss")
    for number, question in enumerate(found.questions, 1):
        sheet.say(f"{number}. {question}", 2)
