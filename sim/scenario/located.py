"""Check a YAML document against a pydantic model; every mistake is told with its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sim.base.errors import Problem, ScenarioError, nearest
from sim.base.yamlfile import Document

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], document: Document) -> Model:
    """Return the document as `model`; raise ScenarioError with every problem found."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = [
            Problem(
                _rule(item["type"]),
                f"{_where(item['loc'])}{_words(item['msg'])}",
                document.place(_in_file(item["loc"], document)),
                _advice(model, item["type"], item["loc"]),
            )
            for item in error.errors(include_url=False)
        ]
        raise ScenarioError(problems) from None


def _in_file(loc: Sequence[str | int], document: Document) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for part in loc:
        if (*path, part) in document.places:
            path = (*path, part)
    return path


def _where(loc: Sequence[str | int]) -> str:
    return f"{'.'.join(str(part) for part in loc)}: " if loc else ""


def _rule(kind: str) -> str:
    return {"extra_forbidden": "SCENARIO-KEY", "missing": "SCENARIO-MISSING"}.get(kind, "SCENARIO-VALUE")


def _words(message: str) -> str:
    return {
        "Extra inputs are not permitted": "unknown key",
        "Field required": "is missing",
    }.get(message, message.removeprefix("Value error, "))


def _advice(model: type[BaseModel], kind: str, loc: Sequence[str | int]) -> str:
    if kind == "missing":
        return "add it"
    if kind != "extra_forbidden":
        return "correct the value"
    names = {name for known in _models(model, set()) for name in known.model_fields}
    return nearest(str(loc[-1]), sorted(names), "remove it")


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model in seen:
        return seen
    seen.add(model)
    for field in model.model_fields.values():
        pending = [field.annotation]
        while pending:
            found = pending.pop()
            if isinstance(found, type) and issubclass(found, BaseModel):
                _models(found, seen)
            pending.extend(getattr(found, "__args__", ()))
    return seen
