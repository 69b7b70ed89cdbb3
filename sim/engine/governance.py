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


AREAS = {
    "tag": "Tags",
    "setting": "Settings",
    "policy": "Policies",
    "indicator": "Indicators",
    "profile": "Indicators",
    "alert": "Alerts",
}
"""Area of a log entry by a word of its action; what has none of them is of `OTHER`."""
OTHER = "Cloud Discovery"


def area(action: str) -> str:
    """Return the part of the portals that an entry's action belongs to."""
    words = action.lower().split()
    return next((name for word, name in AREAS.items() if word in words), OTHER)


class Write(Protocol):
    """Adds a line to the governance log."""

    def __call__(self, now: int, actor: str, action: str, target: str, detail: str = "") -> None: ...
