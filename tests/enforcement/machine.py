"""A machine to type at: settings, an event log, and what a line of a prompt does to them."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sim.base.time import MINUTE, from_iso
from sim.engine.enforcement import mdatp, powershell
from sim.engine.enforcement.fleet import EVERY, MachineSettings
from sim.engine.enforcement.powershell import Change, Computer, LogEvent, Reply
from sim.engine.enforcement.powershell.computer import RunningMode
from sim.engine.enforcement.settings import TAMPER_PROTECTION, Route, Value

LOG_STARTS = from_iso("2019-12-16T10:10")
EVENTS = (
    LogEvent(LOG_STARTS, 1125, "Network protection would have blocked a connection."),
    LogEvent(LOG_STARTS + MINUTE, 5007, "The configuration of Defender has changed."),
    LogEvent(
        LOG_STARTS + 2 * MINUTE,
        1126,
        "Network protection blocked a connection.\nDestination: www.sohu.com",
    ),
)


class TypedAt:
    """A machine with somebody at its prompt."""

    def __init__(
        self,
        period: str = "2019",
        system: str = "windows",
        running: RunningMode = "Normal",
        elevated: bool = True,
        managed: Mapping[str, Value] | None = None,
    ) -> None:
        self.held = MachineSettings()
        for number, (name, value) in enumerate((managed or {}).items()):
            self.held.hold(name, Route.GPO, number, value)
        self.period, self.system, self.running, self.elevated = period, system, running, elevated

    def look(self) -> Computer:
        """Return what the prompt sees."""
        return Computer(
            "HF-LT-07",
            self.period,
            self.system,
            {name: self.held.effective(name).value for name in EVERY},
            self.running,
            "4.18.1906.3",
            self.held.effective(TAMPER_PROTECTION.name).value is True,
            self.elevated,
            ZoneInfo("UTC"),
            lambda: EVENTS,
        )

    def change(self, change: Change) -> None:
        """Keep what a line sets."""
        self.held.set_locally(change.name, change.value)

    def types(self, line: str) -> Reply:
        """Run a line."""
        shell = powershell.run if self.system in {"windows", "server"} else mdatp.run
        return shell(line, self.look, self.change)

    def values(self) -> dict[str, Value]:
        """Return what is in force."""
        return dict(self.look().preferences)
