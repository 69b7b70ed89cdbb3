"""The JSON Schema of scenario files, from the models that check them: an editor completes and explains by it.

Descriptions are the docstrings of the models and of their fields.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from textwrap import dedent
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sim.scenario.head import NAME, Head
from sim.scenario.schema import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLACEHOLDER = {"$ref": "#/$defs/Placeholder"}
_HIDDEN = ("casting",)
"""Keys that a run file keeps and no author writes."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, of a scenario or a pack."""
    _, whole = models_json_schema([(Scenario, "validation"), (Head, "validation")])
    parts: dict[str, Any] = whole["$defs"]
    for model in _models():
        if model.__name__ in parts:
            _describe(model, parts[model.__name__])
    scenario, head = parts.pop("Scenario"), parts.pop("Head")
    properties = {**head["properties"], **scenario["properties"]}
    found: dict[str, Any] = {
        "$schema": DIALECT,
        "title": "A scenario of Unsanctioned, or a pack of parts for scenarios",
        "type": "object",
        "properties": {name: part for name, part in properties.items() if name not in _HIDDEN},
        "additionalProperties": False,
        # A pack, and a file that uses one, need not say everything.
        "anyOf": [
            {"required": scenario["required"]},
            {"required": ["use"]},
            {"required": ["kind"], "properties": {"kind": {"const": "pack"}}},
            {"required": ["sealed"]},
        ],
        "$defs": parts,
    }
    found["properties"]["sealed"] = {"type": "string", "description": "What `unsanctioned seal` packed."}
    for name in ("Organisation", "Documents"):
        parts[name].pop("required", None)  # a pack may say it
    bare = {"type": ["integer", "string"], "description": "Its value."}
    found["properties"]["vars"]["patternProperties"] = {NAME: {"anyOf": [{"$ref": "#/$defs/Variable"}, bare]}}
    days = {"type": "string", "pattern": r"^\d{1,2}d$", "description": "How many days before play it begins."}
    parts["Past"]["properties"]["days"] = days
    past = found["properties"]["history"]
    past["anyOf"] = [*past.pop("anyOf", [{"$ref": past.pop("$ref", "")}]), days]
    opened: dict[str, Any] = _opened(found)
    opened["$defs"]["Placeholder"] = {
        "type": "string",
        "pattern": r"^\{[A-Za-z][\w.-]*\}$",
        "description": "What was chosen: {limit}, {leaker.id} or {app.drop}.",
    }
    opened["$defs"]["TextFile"] = {
        "type": "object",
        "description": "A text that stands in a file of its own.",
        "properties": {"file": {"type": "string", "description": "A file beside the scenario."}},
        "required": ["file"],
        "additionalProperties": False,
    }
    return opened


def _opened(part: Any) -> Any:
    """Return a schema in which any value but a free text may be a placeholder, and prose may be a file."""
    if isinstance(part, list):
        return [_opened(child) for child in part]
    if not isinstance(part, dict):
        return part
    found = {key: _values(value) if key in _NAMED else _opened(value) for key, value in part.items()}
    if found.get("type") not in ("integer", "boolean") and "pattern" not in found and "enum" not in found:
        return found
    told = {key: found.pop(key) for key in ("title", "description", "default") if key in found}
    return {**told, "anyOf": [found, _PLACEHOLDER]}


_NAMED = ("properties", "$defs", "patternProperties")
"""Keywords below which the keys are names, and no keywords."""


def _values(named: dict[str, Any]) -> dict[str, Any]:
    return {name: _text_file(part) if name in _PROSE else _opened(part) for name, part in named.items()}


_PROSE = ("summary", "briefing", "exceptions", "text", "says", "why")
"""Keys whose value is a text that may be long."""


def _text_file(part: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in part.items() if key in ("title", "description", "default")}
    said = {key: value for key, value in part.items() if key not in told}
    return {**told, "anyOf": [said, {"$ref": "#/$defs/TextFile"}]}


@cache
def _models() -> tuple[type[BaseModel], ...]:
    """Return every model that the two name, in a fixed order."""
    found: dict[str, type[BaseModel]] = {}
    pending: list[Any] = [Scenario, Head]
    while pending:
        part = pending.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            if part.__name__ not in found:
                found[part.__name__] = part
                pending.extend(field.annotation for field in part.model_fields.values())
        pending.extend(getattr(part, "__args__", ()))
    return tuple(found[name] for name in sorted(found))


def _describe(model: type[BaseModel], part: dict[str, Any]) -> None:
    """Put the docstrings of a model and of its fields into its schema."""
    if model.__doc__:
        part["description"] = _one_line(model.__doc__)
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            for name, text in _field_docs(base).items():
                if name in part.get("properties", {}):
                    part["properties"][name]["description"] = text


def _field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring that stands below each field in the source."""
    try:
        source = dedent(inspect.getsource(model))
    except (OSError, TypeError):
        return {}
    body = ast.parse(source).body[0]
    found: dict[str, str] = {}
    field = ""
    for line in body.body if isinstance(body, ast.ClassDef) else []:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            field = line.target.id
        elif field and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            found[field] = _one_line(str(line.value.value))
            field = ""
        else:
            field = ""
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
