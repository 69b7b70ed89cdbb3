"""What a machine holds of each setting from each route, and which of it is in force.

Pure: when something arrives is the world's affair (`sim/world/fleet.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.engine.enforcement.preferences import PREFERENCES
from sim.engine.enforcement.settings import (
    CLOUD_PROTECTION,
    PRECEDENCE,
    REAL_TIME,
    SETTINGS,
    TAMPER_PROOF,
    TAMPER_PROTECTION,
    Route,
    Setting,
    Value,
)

EVERY: Mapping[str, Setting] = {**PREFERENCES, **SETTINGS}
"""Every setting that a machine may hold, by name."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An administrator's order: this value of this setting for these machines by this route."""

    number: int
    setting: str
    value: Value
    route: Route
    target: str
    """Whom it is for, in words."""
    machines: tuple[int, ...]
    created: int

    @property
    def id(self) -> str:
        """How commands name it."""
        return f"fleet-{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Effective:
    """A value in force, and the route that set it; no route is how the machine was found."""

    value: Value
    route: Route | None


@dataclass(slots=True)
class MachineSettings:
    """One machine's settings. `found` is how it stood as play began, where that is not the default."""

    found: Mapping[str, Value] = field(default_factory=dict)
    _held: dict[str, dict[Route, dict[int, Value]]] = field(default_factory=dict)

    def hold(self, name: str, route: Route, number: int, value: Value) -> None:
        """Take in the value of an assignment that has arrived."""
        self._held.setdefault(name, {}).setdefault(route, {})[number] = value

    def drop(self, name: str, route: Route, number: int) -> None:
        """Forget the value of an assignment that was taken back.

        What a script wrote with Set-MpPreference stays written (own knowledge).
        """
        if route is not Route.POWERSHELL:
            self._held.get(name, {}).get(route, {}).pop(number, None)

    def set_locally(self, name: str, value: Value) -> bool:
        """Keep what Set-MpPreference wrote; False where tamper protection ignored it."""
        if self._tampers(name, value):
            return False
        self._held.setdefault(name, {})[Route.POWERSHELL] = {0: value}
        return True

    def holds(self, name: str) -> dict[Route, Value]:
        """Return the value that each route has brought, the strongest route first.

        Of two assignments by one route the later made holds (guess: Intune would report a conflict).
        """
        held = self._held.get(name, {})
        return {route: held[route][max(held[route])] for route in PRECEDENCE if held.get(route)}

    def effective(self, name: str) -> Effective:
        """Return the value in force: a managed one overrides a local one, whatever its value."""
        for route, value in self.holds(name).items():
            return Effective(value, route)
        return Effective(self.found.get(name, EVERY[name].default), None)

    def _tampers(self, name: str, value: Value) -> bool:
        weaker = {REAL_TIME.name: value is True, CLOUD_PROTECTION.name: value == 0}
        return name in TAMPER_PROOF and weaker[name] and self.effective(TAMPER_PROTECTION.name).value is True
