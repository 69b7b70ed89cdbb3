"""What every command returns, and how a field that came later is marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDED_LATER: Mapping[str, bool] = {"added_later": True}
"""Metadata of a field that older run files lack: at its default it is not written, so their digests hold."""

TEXT_LIMIT = 2000
"""Characters that one text of a command may have in a run file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the trainee sees after a command: one line, and figures for those who want them."""

    text: str
    data: Mapping[str, Any]


def said(text: str, **data: Any) -> Answer:
    """Return an answer."""
    return Answer(text, data)
