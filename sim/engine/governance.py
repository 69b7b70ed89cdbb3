"""The governance log: who did what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the governance log."""

    time: int
    actor: str
    action: str
    target: str
    detail: str = ""


class Write(Protocol):
    """Adds a line to the governance log."""

    def __call__(self, now: int, actor: str, action: str, target: str, detail: str = "") -> None: ...
