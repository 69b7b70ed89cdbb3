"""Commands as JSON: what a run file and an actions file hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields
from typing import Any, get_args, get_type_hints

from sim.base.errors import InputError, Problem, nearest
from sim.session.answer import ADDED_LATER, TEXT_LIMIT
from sim.session.commands import Command

COMMANDS: dict[str, type[Command]] = {command.kind: command for command in get_args(Command)}


def to_json(command: Command) -> dict[str, Any]:
    """Return the command as JSON data: its kind, then its fields."""
    data = asdict(command)
    for field in fields(command):
        if field.metadata == ADDED_LATER and data[field.name] == field.default:
            del data[field.name]
    return {"kind": command.kind, **data}


def from_json(data: object) -> Command:
    """Build a command from JSON data; raise InputError naming what is wrong and the nearest right name."""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise InputError(Problem("COMMAND-SHAPE", "not a command", advice='write {"kind": "...", ...}'))
    kind = data["kind"]
    if kind not in COMMANDS:
        raise InputError(_unknown("COMMAND-UNKNOWN", "command", kind, COMMANDS))
    shape = COMMANDS[kind]
    hints = get_type_hints(shape)
    known = {field.name: field for field in fields(shape)}
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "kind":
            continue
        if name not in known:
            raise InputError(_unknown("COMMAND-FIELD", f"field of {kind}", name, known))
        values[name] = _typed(kind, name, value, hints[name])
    for name, field in known.items():
        if name not in values and field.default is MISSING:
            raise InputError(Problem("COMMAND-FIELD", f"{kind} lacks {name!r}", advice="add it"))
    return shape(**values)


def _typed(kind: str, name: str, value: Any, hint: Any) -> Any:
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str) and len(value) <= TEXT_LIMIT:
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if (
        hint == tuple[str, ...]
        and isinstance(value, list)
        and all(isinstance(item, str) and len(item) <= TEXT_LIMIT for item in value)
    ):
        return tuple(value)
    if (
        hint == dict[str, int]
        and isinstance(value, dict)
        and all(isinstance(item, int) and not isinstance(item, bool) for item in value.values())
    ):
        return value
    wanted = getattr(hint, "__name__", str(hint))
    raise InputError(Problem("COMMAND-VALUE", f"{kind}: {name} is not {wanted}", advice="correct the value"))


def _unknown(rule: str, what: str, name: str, known: Iterable[str]) -> Problem:
    return Problem(rule, f"unknown {what} {name!r}", advice=nearest(name, known))
