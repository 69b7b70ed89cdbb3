"""What a prompt sees of the machine it runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from sim.base.time import to_datetime
from sim.engine.enforcement.settings import Value

RunningMode = Literal["Normal", "Passive Mode", "Not running"]
"""AMRunningMode of Get-MpComputerStatus (own knowledge)."""

AUDITED, BLOCKED, CHANGED = 1125, 1126, 5007
"""Event ids of network protection in audit and in block mode, and of a changed setting
(WIN/enable-network-protection.md; documented)."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line of the log Microsoft-Windows-Windows Defender/Operational."""

    time: int
    id: int
    message: str

    @property
    def level(self) -> str:
        """LevelDisplayName (own knowledge: a block is a warning)."""
        return "Warning" if self.id == BLOCKED else "Information"


@dataclass(frozen=True, slots=True)
class Computer:
    """A machine at one moment."""

    name: str
    period: str
    """Period of the products: "2019" or "today"."""
    system: str
    """windows, server, macos, linux."""
    preferences: Mapping[str, Value]
    """What is in force, by name."""
    running_mode: RunningMode
    platform: str
    """Version of the antimalware platform, or of the agent."""
    tampering_barred: bool
    elevated: bool
    """The prompt runs as administrator."""
    tz: ZoneInfo
    events: Callable[[], tuple[LogEvent, ...]] = tuple
    """The event log, oldest first; read when somebody asks for it."""

    def clock(self, time: int) -> str:
        """Return a time as Windows prints it in English (United States): `12/16/2019 9:42:31 AM`."""
        moment = to_datetime(time, self.tz)
        hour = moment.hour % 12 or 12
        half = "AM" if moment.hour < 12 else "PM"
        day = f"{moment.month}/{moment.day}/{moment.year}"
        return f"{day} {hour}:{moment.minute:02d}:{moment.second:02d} {half}"
