"""What the cmdlets of a line work on: the machine, what they change, and the pipe between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.engine.enforcement.powershell.binding import value
from sim.engine.enforcement.powershell.computer import Computer
from sim.engine.enforcement.powershell.errors import ShellError, not_here
from sim.engine.enforcement.powershell.objects import Record, Scalar, Shown, Thing
from sim.engine.enforcement.powershell.syntax import Bracket, Call, Pipeline, Text
from sim.engine.enforcement.settings import Value


@dataclass(frozen=True, slots=True)
class Change:
    """What a cmdlet writes into the local preferences."""

    name: str
    value: Value


@dataclass(slots=True)
class Console:
    """One line at work. `look` returns the machine as it stands after every change so far."""

    look: Callable[[], Computer]
    change: Callable[[Change], None]
    cmdlets: Mapping[str, Cmdlet]
    """By name and alias in lower case."""
    shown: set[str] = field(default_factory=set)

    def evaluate(self, bracket: Bracket) -> Scalar:
        """Return the one value of `( ... )` as an argument; an object is no value."""
        found = self.things(bracket)
        texts = [_text(thing, bracket) for thing in found]
        if len(texts) == 1:
            return texts[0]
        return tuple(str(text) for text in texts) if texts else None

    def things(self, stage: Call | Bracket | Text) -> list[Thing]:
        """Return what the first stage of a pipe gives."""
        if isinstance(stage, Text):
            return [value(stage, self.evaluate)]
        if isinstance(stage, Call):
            return self.call(stage, [])
        found = self.pipe(stage.pipeline)
        for member in stage.members:
            found = self._member(found, member)
        return found

    def _member(self, things: list[Thing], member: str) -> list[Thing]:
        if member.casefold() in {"count", "length"}:
            return [len(things)]
        found: list[Thing] = []
        for thing in things:
            name = thing.find(member) if isinstance(thing, Record) else None
            if isinstance(thing, Record) and name is not None:
                self.shown.add(name)
                found.append(thing.properties[name])
        return found

    def pipe(self, pipeline: Pipeline) -> list[Thing]:
        """Return what comes out at the end of a pipe."""
        first, *rest = pipeline.stages
        found = self.things(first)
        for stage in rest:
            if not isinstance(stage, Call):
                message = "Expressions are only allowed as the first element of a pipeline."
                raise ShellError(
                    "",
                    message,
                    "ParserError: (:)",
                    "ParentContainsErrorRecordException",
                    "ExpressionsMustBeFirstInPipeline",
                    stage.span,
                )
            found = self.call(stage, found)
        return found

    def call(self, call: Call, given: list[Thing]) -> list[Thing]:
        """Run a cmdlet on what the pipe brings it."""
        cmdlet = self.cmdlets.get(call.name.text.casefold())
        if cmdlet is None:
            message = (
                f"The term '{call.name.text}' is not recognized as the name of a cmdlet, function, script "
                "file, or operable program. Get-Command lists what this prompt knows."
            )
            raise ShellError(
                call.name.text,
                message,
                f"ObjectNotFound: ({call.name.text}:String)",
                "CommandNotFoundException",
                "CommandNotFoundException",
                call.name.span,
            )
        try:
            return cmdlet(self, call, given)
        except ShellError as error:
            raise error.at(call.span) from None


def _text(thing: Thing, bracket: Bracket) -> Scalar:
    if isinstance(thing, Record | Shown):
        raise not_here("an object is no value; read a property off it, as in (...).Name", bracket.span)
    return thing


Cmdlet = Callable[[Console, Call, list[Thing]], list[Thing]]
"""Takes the console, its own call, and what the pipe brings; returns what goes on."""
