"""Select-Object, Where-Object, Format-List, Format-Table and Measure-Object: what one pipes settings into."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from sim.engine.enforcement.powershell.binding import Bound, Formal, Takes, bind
from sim.engine.enforcement.powershell.console import Console
from sim.engine.enforcement.powershell.errors import ShellError, not_here
from sim.engine.enforcement.powershell.objects import (
    Record,
    Scalar,
    Shown,
    Thing,
    as_list,
    as_table,
    lay_out,
    show,
)
from sim.engine.enforcement.powershell.syntax import Block, Call

SELECT = (
    Formal("Property", Takes.TEXTS, position=0),
    Formal("ExpandProperty", Takes.TEXT),
    Formal("ExcludeProperty", Takes.TEXTS),
    Formal("First", Takes.NUMBER),
    Formal("Last", Takes.NUMBER),
    Formal("Unique", Takes.ABSENT),
)
FORMAT = (
    Formal("Property", Takes.TEXTS, position=0),
    Formal("AutoSize", Takes.FLAG),
    Formal("HideTableHeaders", Takes.FLAG),
    Formal("Wrap", Takes.FLAG),
    Formal("GroupBy", Takes.ABSENT),
)
_OPERATORS = ("EQ", "NE", "GT", "GE", "LT", "LE", "Like", "NotLike", "Match", "NotMatch")
WHERE = (
    Formal("Property", Takes.TEXT, position=0),
    Formal("Value", Takes.TEXT, position=1),
    *(Formal(name, Takes.FLAG) for name in _OPERATORS),
)
_CONDITION = re.compile(r"\s*\$_\.(\w+)\s*(?:-(\w+)\s+(.+?))?\s*", re.DOTALL)
_JOINED = re.compile(r"\s-(and|or)\s", re.IGNORECASE)
Test = Callable[[Record], bool]


def select(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Select-Object: keep some properties, or some of the objects, or the value of one property."""
    bound = bind(call.name.text, SELECT, call.arguments, console.evaluate)
    things = given
    if "First" in bound:
        things = things[: _number(bound["First"])]
    if "Last" in bound:
        things = things[max(0, len(things) - _number(bound["Last"])) :]
    if "ExpandProperty" in bound:
        return _expand(console, call, things, str(bound["ExpandProperty"]))
    left_out = _texts(bound.get("ExcludeProperty", ()))
    if "Property" not in bound and not left_out:
        return things
    wanted = _texts(bound.get("Property", ("*",)))
    found: list[Thing] = []
    for thing in things:
        if not isinstance(thing, Record):
            found.append(Record(dict.fromkeys(wanted)))
            continue
        names = thing.matching(wanted)
        gone = set(thing.matching(left_out))
        found.append(Record({name: thing.properties.get(name) for name in names if name not in gone}))
    return found


def _expand(console: Console, call: Call, things: list[Thing], wanted: str) -> list[Thing]:
    found: list[Thing] = []
    for thing in things:
        name = thing.find(wanted) if isinstance(thing, Record) else None
        if not isinstance(thing, Record) or name is None:
            message = f'Property "{wanted}" cannot be found.'
            raise ShellError(
                call.name.text,
                message,
                "InvalidArgument: (:)",
                "PSArgumentException",
                "ExpandPropertyNotFound",
            )
        console.shown.add(name)
        found.append(thing.properties[name])
    return found


def where(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Where-Object: keep the objects of which something is true."""
    blocks = [argument for argument in call.arguments if isinstance(argument, Block)]
    if len(blocks) == 1 and len(call.arguments) == 1:
        test = _block_test(blocks[0])
    else:
        bound = bind(call.name.text, WHERE, call.arguments, console.evaluate)
        chosen = [name for name in _OPERATORS if bound.get(name)]
        if "Property" not in bound or len(chosen) > 1:
            what = "write the condition as Where-Object Id -eq 1126, or as { $_.Id -eq 1126 }"
            raise not_here(what, call.span)
        operator = chosen[0] if chosen else ""
        test = _comparison(str(bound["Property"]), operator, str(bound.get("Value", "")))
    return [thing for thing in given if isinstance(thing, Record) and test(thing)]


def _block_test(block: Block) -> Test:
    """Return the test of comparisons joined by -and and -or, from left to right."""
    pieces = _JOINED.split(block.text)
    tests = []
    for piece in pieces[::2]:
        match = _CONDITION.fullmatch(piece)
        if match is None:
            what = "a condition is written as { $_.Id -eq 1126 }, joined by -and or -or"
            raise not_here(what, block.span)
        name, operator, text = match.groups()
        tests.append(_comparison(name, operator or "", (text or "").strip("'\"")))
    words = [word.casefold() for word in pieces[1::2]]

    def test(record: Record) -> bool:
        holds = tests[0](record)
        for word, another in zip(words, tests[1:], strict=True):
            holds = (holds and another(record)) if word == "and" else (holds or another(record))
        return holds

    return test


def _comparison(name: str, operator: str, text: str) -> Test:
    wanted = text.casefold().removeprefix("$")
    compare = _COMPARE.get(operator.casefold())
    if operator and compare is None:
        raise not_here(f"the operator -{operator}")

    def test(record: Record) -> bool:
        value = record.properties.get(record.find(name) or name)
        if compare is None:
            return bool(value)
        return compare(value, wanted)

    return test


def _order(value: Scalar, wanted: str) -> int | None:
    """Return how a value stands to a text: below, equal, above; None where they cannot be compared."""
    text = show(value).casefold()
    if type(value) is int and wanted.lstrip("-").isascii() and wanted.lstrip("-").isdigit():
        number = int(wanted[:20])
        return (value > number) - (value < number)
    return (text > wanted) - (text < wanted)


_COMPARE: dict[str, Callable[[Scalar, str], bool]] = {
    "eq": lambda value, wanted: _order(value, wanted) == 0,
    "ne": lambda value, wanted: _order(value, wanted) != 0,
    "gt": lambda value, wanted: (_order(value, wanted) or 0) > 0,
    "ge": lambda value, wanted: (_order(value, wanted) or 0) >= 0,
    "lt": lambda value, wanted: (_order(value, wanted) or 0) < 0,
    "le": lambda value, wanted: (_order(value, wanted) or 0) <= 0,
    "like": lambda value, wanted: fnmatchcase(show(value).casefold(), wanted),
    "notlike": lambda value, wanted: not fnmatchcase(show(value).casefold(), wanted),
    # A pattern that a person types may be any; only its plain text is looked for.
    "match": lambda value, wanted: wanted in show(value).casefold(),
    "notmatch": lambda value, wanted: wanted not in show(value).casefold(),
}


def format_list(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Format-List: a line for each property."""
    bound = bind(call.name.text, FORMAT, call.arguments, console.evaluate)

    def lay(records: list[Record], names: list[str]) -> str:
        return "\n\n".join(as_list(record, names) for record in records)

    return _format(console, bound, given, lay)


def format_table(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Format-Table: a line for each object."""
    bound = bind(call.name.text, FORMAT, call.arguments, console.evaluate)
    headed = not bound.get("HideTableHeaders")
    return _format(console, bound, given, lambda records, names: as_table(records, names, headed))


def _format(
    console: Console,
    bound: dict[str, Bound],
    given: list[Thing],
    lay: Callable[[list[Record], list[str]], str],
) -> list[Thing]:
    records = [thing for thing in given if isinstance(thing, Record)]
    if not records:
        return given
    wanted = _texts(bound.get("Property", ("*",)))
    names = [name for name in records[0].matching(wanted) if name in records[0].properties]
    console.shown |= set(names)
    rest: list[Thing] = [thing for thing in given if not isinstance(thing, Record)]
    return [Shown(lay(records, names)), *rest] if names else rest


def measure(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Measure-Object: how many there are."""
    bind(call.name.text, (), call.arguments, console.evaluate)
    return [Record({"Count": len(given)})]


def out_string(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Out-String and Out-Host: what the console would print."""
    bind(call.name.text, (), call.arguments, console.evaluate)
    text, shown = lay_out(given)
    console.shown |= shown
    return [Shown(text)] if text else []


def _number(value: Bound) -> int:
    assert isinstance(value, int)
    return value


def _texts(value: Bound) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value
