"""Runs a line: statement by statement, stage by stage; an error ends its statement only.

A line that cannot be read runs nothing of it, as in PowerShell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.enforcement.powershell.cmdlets import CMDLETS
from sim.engine.enforcement.powershell.computer import Computer
from sim.engine.enforcement.powershell.console import Change, Console
from sim.engine.enforcement.powershell.errors import ShellError
from sim.engine.enforcement.powershell.objects import lay_out
from sim.engine.enforcement.powershell.syntax import read


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of output; an error is red at a real console."""

    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What the prompt prints, and which preferences it showed by name."""

    parts: tuple[Part, ...]
    shown: frozenset[str] = frozenset()

    @property
    def output(self) -> str:
        """Everything that is printed."""
        return "\n".join(part.text for part in self.parts)

    @property
    def failed(self) -> bool:
        """True where a statement ended in an error."""
        return any(part.failed for part in self.parts)


def run(line: str, look: Callable[[], Computer], change: Callable[[Change], None]) -> Reply:
    """Run a line on the machine that `look` returns; `change` keeps what a cmdlet writes."""
    try:
        statements = read(line)
    except ShellError as error:
        return Reply((Part(error.show(line), failed=True),))
    console = Console(look, change, CMDLETS)
    parts: list[Part] = []
    for statement in statements:
        try:
            text, shown = lay_out(console.pipe(statement))
        except ShellError as error:
            parts.append(Part(error.show(line), failed=True))
            continue
        console.shown |= shown
        if text:
            parts.append(Part(text))
    return Reply(tuple(parts), frozenset(console.shown))
