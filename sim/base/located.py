"""Check a YAML document against a pydantic model; every mistake is told with its line and column.

A validator that knows more than pydantic raises `wrong(...)`: a person reads its rule and its advice. What it
must know beside the file, such as the names of reports, comes as `context`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.base.errors import InputError, Problem, nearest
from sim.base.text import plain
from sim.base.yamlfile import Document

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file in which unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def wrong(rule: str, what: str, advice: str) -> PydanticCustomError:
    """Return the error that a validator raises where it can name the rule and say what to do."""
    return PydanticCustomError(rule, "{what}", {"what": what, "advice": advice})


def validate(
    model: type[Model],
    document: Document,
    area: str,
    error_type: type[InputError] = InputError,
    context: object = None,
) -> Model:
    """Return the document as `model`; raise `error_type` with every problem found.

    `area` begins the rule ids of pydantic's own findings: `SCENARIO` gives `SCENARIO-KEY`.
    """
    try:
        return model.model_validate(document.data, context=context)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [
            Problem(
                _rule(area, item["type"]),
                f"{_where(item['loc'])}{_words(item['msg'])}{_found(item)}",
                document.place(_in_file(item["loc"], document)),
                _advice(model, item),
            )
            for item in found
            if not _follows(item, found)
        ]
        raise error_type(problems) from None


def _follows(item: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Tell whether a list is said to be too short only because what stands in it is wrong itself."""
    loc = item["loc"]
    return item["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in others
    )


def _in_file(loc: Sequence[str | int], document: Document) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for part in loc:
        if (*path, part) in document.places:
            path = (*path, part)
    return path


def _where(loc: Sequence[str | int]) -> str:
    return f"{'.'.join(str(part) for part in loc)}: " if loc else ""


def _found(item: ErrorDetails) -> str:
    """Return what stands there instead, where that is one value and the message does not say it."""
    found = item["input"]
    silent = item["type"] in {"missing", "extra_forbidden", "value_error"} or item["type"].isupper()
    if silent or not isinstance(found, str | int | float):
        return ""
    # Python refuses to write a number of thousands of digits.
    shown = "a huge number" if isinstance(found, int) and found.bit_length() > 999 else repr(found)
    return f", not {plain(shown, 60)}"


def _rule(area: str, kind: str) -> str:
    if kind.isupper():  # one of `wrong`: pydantic's own kinds are lower case
        return kind
    return {"extra_forbidden": f"{area}-KEY", "missing": f"{area}-MISSING"}.get(kind, f"{area}-VALUE")


_ADVICE = {
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "string_type": "write a text; put a number or a word such as on in quotes",
    "tuple_type": "write a list: [a, b], or one entry a line after a hyphen",
    "model_type": "write keys and values: {key: value}, or one a line",
    "dict_type": "write keys and values: {key: value}, or one a line",
}
"""By pydantic's kind of error."""


def _words(message: str) -> str:
    message = re.sub(r" or instance of \w+", "", message)
    message = message.replace(", unable to parse string as an integer", "")
    message = message.replace("Input should be", "should be").replace("a valid tuple", "a list")
    message = message.replace("a valid dictionary", "keys and values").replace("a valid string", "a text")
    return {
        "Extra inputs are not permitted": "unknown key",
        "Field required": "is missing",
    }.get(message, message.removeprefix("Value error, "))


def _advice(model: type[BaseModel], item: ErrorDetails) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if "advice" in context:
        return str(context["advice"])
    match kind:
        case "missing":
            return "add it"
        case "extra_forbidden":
            names = {name for known in _models(model, set()) for name in known.model_fields}
            return nearest(str(item["loc"][-1]), sorted(names), "remove it")
        case "literal_error":
            return nearest(str(item["input"]), re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        case _:
            return _ADVICE.get(kind, "correct the value")


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if model in seen:
        return seen
    seen.add(model)
    for field in model.model_fields.values():
        pending: list[Any] = [field.annotation]
        while pending:
            found = pending.pop()
            if isinstance(found, type) and issubclass(found, BaseModel):
                _models(found, seen)
            pending.extend(getattr(found, "__args__", ()))
    return seen
