"""The one error tree, and the shape in which a person reads an error.

UnsanctionedError
├── InputError        something a person wrote or named is wrong (exit code 2)
│   └── ScenarioError a scenario file is wrong, with its places
├── CommandRefused    a command that the session cannot carry out (exit code 2)
└── ReplayDiverged    a run file and its re-execution differ (exit code 1)

Every error carries one or more `Problem`s, so that an author sees all mistakes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from sim.base.text import plain


@dataclass(frozen=True, slots=True)
class Place:
    """Where something a person wrote stands: file, line and column count from 1; 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0
    path: str = field(default="", compare=False)
    """Which part of the file it is: habits.3.app."""

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable rule id, what, where, and what to do about it."""

    rule: str
    what: str
    where: Place | None = None
    advice: str = ""

    def __str__(self) -> str:
        return self.line("error")

    def line(self, kind: str) -> str:
        """Return it as one line that begins with `kind`: error, or warning."""
        parts = [f"{kind}[{self.rule}]: {self.what}"]
        if self.where is not None:
            path = self.where.path
            parts.append(f"{self.where} ({path})" if path and path not in self.what else str(self.where))
        if self.advice:
            parts.append(self.advice)
        return plain("; ".join(parts))

    def dump(self) -> dict[str, str | int]:
        """Return it as a JSON object; a line or column of 0 is unknown."""
        where = self.where or Place("")
        place: dict[str, str | int] = {"file": where.file, "line": where.line, "column": where.column}
        return {"rule": self.rule, "what": self.what, **place, "path": where.path, "advice": self.advice}


class UnsanctionedError(Exception):
    """Base of every error that the project raises on purpose."""

    exit_code = 2

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class InputError(UnsanctionedError):
    """Something a person wrote, named or passed cannot be used."""


class ScenarioError(InputError):
    """A scenario file is invalid."""


class CommandRefused(UnsanctionedError):
    """A well-formed command that the session cannot carry out in its present state."""


class ReplayDiverged(UnsanctionedError):
    """Re-executing a run file gave another digest than the file holds."""

    exit_code = 1


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return advice for an unknown name: the nearest known one, else `otherwise`, else the first few."""
    names = list(known)
    if not names:
        return otherwise or "there is none"
    near = get_close_matches(name, names, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return otherwise or "one of: " + ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
