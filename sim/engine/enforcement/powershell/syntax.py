"""From a line to statements: quotes, comments, pipes, parameters, lists, blocks and hash tables.

Only as much of the language as somebody needs who looks at a machine; the rest is answered by `not_here`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.engine.enforcement.powershell.errors import ShellError, not_here, syntax

Span = tuple[int, int]

# PowerShell takes the typographer's quotes and dashes that a web page makes of typed ones (own knowledge).
DASHES = "-\u2013\u2014\u2015"
DOUBLE = '"\u201c\u201d\u201e'
SINGLE = "'\u2018\u2019\u201a\u201b"
_BREAKS = "|;,(){}=&"
_DEEPEST = 20
"""Brackets within brackets that a line may have."""


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a quoted text."""

    text: str
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`-Name`, or `-Name:Value` where `bound`."""

    name: str
    span: Span
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """`{ ... }` as it was written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """`@{ Name = value; ... }`: names in lower case."""

    entries: dict[str, Argument]
    span: Span


@dataclass(frozen=True, slots=True)
class Items:
    """`a, b, c`."""

    items: tuple[Text, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Bracket:
    """`( pipeline )` and the properties that are read off it."""

    pipeline: Pipeline
    members: tuple[str, ...]
    span: Span


Argument = Text | Items | Block | Table | Bracket


@dataclass(frozen=True, slots=True)
class Call:
    """A cmdlet and what follows it."""

    name: Text
    arguments: tuple[Parameter | Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages between `|`; only the first may be a value."""

    stages: tuple[Call | Bracket | Text, ...]
    span: Span


@dataclass(slots=True)
class _Reader:
    line: str
    place: int = 0
    depth: int = 0
    _pipelines: list[Pipeline] = field(default_factory=list)

    def statements(self) -> tuple[Pipeline, ...]:
        while True:
            self._skip()
            if self.place >= len(self.line):
                return tuple(self._pipelines)
            if self._here() == ";":
                self.place += 1
                continue
            self._pipelines.append(self._pipeline())
            if self.place < len(self.line) and self._here() != ";":
                raise self._unexpected()

    def _here(self) -> str:
        return self.line[self.place] if self.place < len(self.line) else ""

    def _skip(self) -> None:
        """Pass blanks and a comment, which goes on to the end of the line."""
        while self._here() and (self._here().isspace() or self._here() == "`"):
            self.place += 1
        if self._here() == "#":
            self.place = len(self.line)

    def _unexpected(self) -> ShellError:
        found = self._here()
        span = (self.place, self.place + 1)
        if found == "=":
            return not_here("variables are not kept at this prompt; type the value itself", span)
        if found == "&":
            return syntax("The ampersand (&) character is not allowed.", "AmpersandNotAllowed", span)
        message = f"Unexpected token '{found}' in expression or statement."
        return syntax(message, "UnexpectedToken", span)

    def _pipeline(self) -> Pipeline:
        start = self.place
        stages = [self._stage()]
        self._skip()
        while self._here() == "|":
            bar = self.place
            self.place += 1
            self._skip()
            if self._here() in {"", ";", "|", ")"}:
                raise syntax("An empty pipe element is not allowed.", "EmptyPipeElement", (bar, bar + 1))
            stages.append(self._stage())
            self._skip()
        return Pipeline(tuple(stages), (start, self.place))

    def _stage(self) -> Call | Bracket | Text:
        start = self.place
        if self._here() == "(":
            return self._bracket()
        name = self._text()
        if name.quoted or name.text.startswith("$"):
            return name
        arguments: list[Parameter | Argument] = []
        self._skip()
        while self._here() and self._here() not in "|;)":
            arguments.append(self._argument())
            self._skip()
        return Call(name, tuple(arguments), (start, self._trimmed()))

    def _trimmed(self) -> int:
        return len(self.line[: self.place].rstrip())

    def _argument(self) -> Parameter | Argument:
        following = self.line[self.place + 1 : self.place + 2]
        if self._here() in DASHES and (following.isalpha() or following == "_" or not following.strip()):
            return self._parameter()
        if self._here() == "{":
            return self._block()
        if self.line.startswith("@{", self.place):
            return self._table()
        return self._value()

    def _value(self) -> Argument:
        """Read a value, or several with commas between them."""
        start = self.place
        if self._here() == "(":
            return self._bracket()
        items = [self._text()]
        while self._comma():
            items.append(self._text())
        return items[0] if len(items) == 1 else Items(tuple(items), (start, self.place))

    def _comma(self) -> bool:
        before = self.place
        self._skip()
        if self._here() != ",":
            self.place = before
            return False
        self.place += 1
        self._skip()
        if self._here() in {"", *"|;)}"}:
            message = "Missing argument in parameter list."
            raise syntax(message, "MissingArgument", (self.place - 1, self.place))
        return True

    def _parameter(self) -> Parameter:
        start = self.place
        self.place += 1
        while self._here() and not self._here().isspace() and self._here() not in _BREAKS + ":":
            self.place += 1
        name = self.line[start + 1 : self.place]
        bound = self._here() == ":"
        self.place += bound
        return Parameter(name, (start, self.place), bound)

    def _text(self) -> Text:
        start = self.place
        first = self._here()
        for quotes in (DOUBLE, SINGLE):
            if first and first in quotes:
                return Text(self._quoted(quotes), (start, self.place), quoted=True)
        said: list[str] = []
        while self._here() and not self._here().isspace() and self._here() not in _BREAKS:
            if self._here() == "`":
                self.place += 1
            said.append(self._here())
            self.place += 1
        if self.place == start:
            raise self._unexpected()
        return Text("".join(said), (start, self.place))

    def _quoted(self, quotes: str) -> str:
        """Read up to the closing quote; a doubled quote, or one after a backtick, is a quote."""
        opened = self.place
        self.place += 1
        said: list[str] = []
        while self._here():
            here = self._here()
            self.place += 1
            if here in quotes:
                if self._here() == "" or self._here() not in quotes:
                    return "".join(said)
                self.place += 1
            elif here == "`" and quotes == DOUBLE:
                here = self._here()
                self.place += 1
            said.append(here)
        mark = quotes[0]
        message = f"The string is missing the terminator: {mark}."
        raise syntax(message, "TerminatorExpectedAtEndOfString", (opened, len(self.line)))

    def _block(self) -> Block:
        start = self.place
        depth = 0
        while self._here():
            depth += {"{": 1, "}": -1}.get(self._here(), 0)
            self.place += 1
            if depth == 0:
                return Block(self.line[start + 1 : self.place - 1], (start, self.place))
        message = "Missing closing '}' in statement block or type definition."
        raise syntax(message, "MissingEndCurlyBrace", (start, start + 1))

    def _table(self) -> Table:
        start = self.place
        self.place += 2
        entries: dict[str, Argument] = {}
        while True:
            self._skip()
            if self._here() == "}":
                self.place += 1
                return Table(entries, (start, self.place))
            if self._here() == ";":
                self.place += 1
                continue
            if not self._here():
                message = "The hash literal was incomplete."
                raise syntax(message, "IncompleteHashLiteral", (start, start + 2))
            key = self._text()
            self._skip()
            if self._here() != "=":
                message = "Missing '=' operator after key in hash literal."
                raise syntax(message, "MissingEqualsInHashLiteral", key.span)
            self.place += 1
            self._skip()
            entries[key.text.casefold()] = self._value()

    def _bracket(self) -> Bracket:
        start = self.place
        self.depth += 1
        if self.depth > _DEEPEST:
            raise not_here("that many brackets in one line", (start, start + 1))
        self.place += 1
        self._skip()
        if self._here() in {"", ")"}:
            raise syntax("An expression was expected after '('.", "ExpectedExpression", (start, start + 1))
        inside = self._pipeline()
        self._skip()
        if self._here() != ")":
            message = "Missing closing ')' in expression."
            raise syntax(message, "MissingEndParenthesisInExpression", (start, start + 1))
        self.place += 1
        self.depth -= 1
        members = []
        while self._here() == ".":
            self.place += 1
            members.append(self._member())
        return Bracket(inside, tuple(members), (start, self.place))

    def _member(self) -> str:
        start = self.place
        while self._here().isalnum() or self._here() == "_":
            self.place += 1
        if self.place == start:
            message = "Missing property name after reference operator."
            raise syntax(message, "MissingPropertyName", (start - 1, start))
        return self.line[start : self.place]


def read(line: str) -> tuple[Pipeline, ...]:
    """Return the statements of a line; raise ShellError where PowerShell could not read it."""
    return _Reader(line).statements()
