"""Spellings that a person who writes YAML may expect to work, shared by the models of a scenario."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

Off = BeforeValidator(lambda value: "off" if value is False else value)
"""YAML reads off without quotes as false."""


def _several(value: object) -> object:
    return () if value is None else (value,) if isinstance(value, str) else value


Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One name, or a list of names."""
