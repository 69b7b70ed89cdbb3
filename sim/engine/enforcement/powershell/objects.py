"""What goes through a pipe, and how the console shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

Scalar = bool | int | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Record:
    """An object with properties, in the order in which the console lists them."""

    properties: dict[str, Scalar]
    is_event: bool = False
    """It has the console's own layout for events."""

    def find(self, name: str) -> str | None:
        """Return the property of this name, in any case."""
        wanted = name.casefold()
        return next((known for known in self.properties if known.casefold() == wanted), None)

    def matching(self, patterns: Iterable[str]) -> list[str]:
        """Return the properties that the names or wildcards choose, in their order; a name need not exist."""
        chosen: dict[str, None] = {}
        for pattern in patterns:
            if any(mark in pattern for mark in "*?["):
                wanted = pattern.casefold()
                found = [n for n in self.properties if fnmatchcase(n.casefold(), wanted)]
            else:
                found = [self.find(pattern) or pattern]
            chosen.update(dict.fromkeys(found))
        return list(chosen)


@dataclass(frozen=True, slots=True)
class Shown:
    """Output that a Format- cmdlet has already laid out."""

    text: str


Thing = Record | Shown | Scalar


def show(value: Scalar) -> str:
    """Return a value as the console prints it in a list or a table."""
    if isinstance(value, tuple):
        return "{" + ", ".join(value) + "}" if value else ""
    return "" if value is None else str(value)


def as_list(record: Record, names: Sequence[str]) -> str:
    """Return `Name : value` lines; further lines of a value stand below its first."""
    width = max((len(name) for name in names), default=0)
    below = "\n" + " " * (width + 3)
    shown = [show(record.properties.get(name)).replace("\n", below) for name in names]
    return "\n".join(f"{name:<{width}} : {value}".rstrip() for name, value in zip(names, shown, strict=True))


def as_table(records: Sequence[Record], names: Sequence[str], headed: bool = True) -> str:
    """Return a table; columns of numbers are aligned right."""
    cells = [[show(record.properties.get(name)) for name in names] for record in records]
    widths = [
        max(len(name), *(len(row[i]) for row in cells)) if cells else len(name)
        for i, name in enumerate(names)
    ]
    right = [
        all(type(record.properties.get(name)) is int for record in records) and bool(records)
        for name in names
    ]

    def line(texts: Iterable[str]) -> str:
        placed = zip(texts, widths, right, strict=True)
        return " ".join(t.rjust(w) if r else t.ljust(w) for t, w, r in placed).rstrip()

    rules = ["-" * len(name) for name in names]
    return "\n".join(line(row) for row in ([names, rules] if headed else []) + cells)


_EVENT_COLUMNS = ("TimeCreated", "Id", "LevelDisplayName", "Message")
_MESSAGE_WIDTH = 31
"""Characters of an event's message that its table has room for."""


def as_events(records: Sequence[Record]) -> str:
    """Return events as Get-WinEvent prints them by itself: under their provider, messages cut."""
    provider = show(records[0].properties["ProviderName"])
    short = []
    for record in records:
        lines = show(record.properties["Message"]).splitlines() or [""]
        cut = lines[0] if len(lines[0]) <= _MESSAGE_WIDTH else lines[0][: _MESSAGE_WIDTH - 3] + "..."
        short.append(Record({**record.properties, "Message": cut}))
    return f"   ProviderName: {provider}\n\n{as_table(short, _EVENT_COLUMNS)}"


def lay_out(things: Sequence[Thing]) -> tuple[str, set[str]]:
    """Return what the console prints for the end of a pipe, and the properties that it shows."""
    parts: list[str] = []
    shown: set[str] = set()
    place = 0
    while place < len(things):
        thing = things[place]
        if not isinstance(thing, Record):
            parts.append(thing.text if isinstance(thing, Shown) else _alone(thing))
            place += 1
            continue
        group = [thing]
        while place + len(group) < len(things):
            following = things[place + len(group)]
            if not isinstance(following, Record) or following.properties.keys() != thing.properties.keys():
                break
            group.append(following)
        parts.append(_records(group))
        shown |= thing.properties.keys()
        place += len(group)
    return "\n".join(parts), shown


def _records(group: Sequence[Record]) -> str:
    if group[0].is_event:
        return as_events(group)
    names = list(group[0].properties)
    if len(names) <= 4:
        return as_table(group, names)
    return "\n\n".join(as_list(record, names) for record in group)


def _alone(value: Scalar) -> str:
    """Return a value that stands by itself: a list has a line for each of its items."""
    return "\n".join(value) if isinstance(value, tuple) else show(value)
