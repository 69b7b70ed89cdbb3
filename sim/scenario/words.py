"""Spellings that a person who writes YAML may expect to work, shared by the models of a scenario."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema


def spelt(pattern: str, *examples: str) -> WithJsonSchema:
    """Return how a person writes a value that is a number in the model, for the JSON Schema."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Off = BeforeValidator(lambda value: "off" if value is False else value)
"""YAML reads off without quotes as false."""


def _several(value: object) -> object:
    return () if value is None else (value,) if isinstance(value, str) else value


_TEXTS = {"type": "array", "items": {"type": "string"}}
Several = Annotated[
    tuple[str, ...], BeforeValidator(_several), WithJsonSchema({"anyOf": [{"type": "string"}, _TEXTS]})
]
"""One name, or a list of names."""
