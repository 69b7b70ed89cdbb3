"""The commands of a run file, read to be played again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import InputError, Place, Problem, UnsanctionedError
from sim.base.time import to_iso
from sim.session.commands import Command
from sim.session.wire import from_json


@dataclass(frozen=True, slots=True)
class Action:
    """A command to play again: when, by whom (the player by default), and where it stands."""

    time: int
    actor: str | None
    command: Command
    place: Place


def read_actions(path: Path, begin: int) -> list[Action]:
    """Read the command records of a run file, or of lines taken from one, none of them before `begin`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(Problem("ACTIONS-READ", f"cannot read {path}", advice=str(why))) from None
    found: list[Action] = []
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
            found.append(Action(time, actor if isinstance(actor, str) else None, command, place))
        except UnsanctionedError as error:
            problems += [Problem(p.rule, p.what, place, p.advice) for p in error.problems]
    if problems:
        raise InputError(problems)
    return sorted(found, key=lambda action: action.time)
