"""A small office whose people react to what stops them, with other apps to turn to."""

from __future__ import annotations

from typing import Any

from sim.scenario.load import Resolved
from sim.scenario.reactions import Ways
from sim.session.commands import Command, SetSwitch
from tests.reference.portals import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from tests.reference.small import resolved, scenario

ON: tuple[Command, ...] = tuple(
    SetSwitch(name, True) for name in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)
)
"""Every switch that a block needs."""
OTHERS = {"box": "Sanctioned", "google-drive": "Sanctioned", "gmail": "Sanctioned"}
"""Apps that nobody uses before they have to."""


def office(people: int = 8, **changes: Any) -> Resolved:
    """Return the small office with reactions, every machine's network protection blocking."""
    found = scenario(people, rhythm="quick")
    found["reactions"], found["tags"] = {}, OTHERS
    found["devices"] = [{"network_protection": "block"}]
    return resolved(found | changes)


def only(way: str, **more: int) -> dict[str, Any]:
    """Return reactions in which people do one thing alone."""
    none = {name: 0 for name, field in Ways.model_fields.items() if field.annotation is int} | {"clicks": 100}
    return {"ways": none | {way: 1, "accepts": 0} | more}
