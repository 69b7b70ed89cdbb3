"""Commands about log collectors: what an analyst can set right in the portal, and what others must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.base.text import plain
from sim.base.time import show_clock
from sim.scenario.sources import FaultKind
from sim.session.answer import Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.collector import SILENCING
from sim.world.model import World

REMEDIES: dict[str, tuple[FaultKind, str, str]] = {
    "start": ("stopped", "starts its container again", "its container runs"),
    "free-disk": ("disk-full", "frees its disk", "its disk has room"),
    "log-type": ("wrong-format", "the log type is set right", "the log type was right already"),
    "time-zone": ("wrong-zone", "the time zone is set right", "the time zone was right already"),
}
"""Remedy -> what it cures, what is said of it, and what where there is nothing to cure."""


@dataclass(frozen=True, slots=True)
class RepairCollector:
    """Ask for a remedy of a log collector: of the host's owners, or in the portal's own settings."""

    kind: ClassVar[str] = "repair-collector"
    collector: str
    remedy: str
    """`start`, `free-disk`, `log-type` or `time-zone`."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Do it; a remedy that was not needed changes nothing, and is said."""
        collector = world.collectors.find(self.collector)
        if collector is None:
            known = [each.name for each in world.collectors.all]
            raise unknown("COLLECTOR-UNKNOWN", "log collector", self.collector, known)
        if self.remedy not in REMEDIES:
            advice = "one of: " + ", ".join(REMEDIES)
            raise CommandRefused(Problem("REMEDY-UNKNOWN", f"no remedy {self.remedy!r}", advice=advice))
        cures, done, needless = REMEDIES[self.remedy]
        until = world.repair_collector(collector, cures)
        name = plain(collector.name)
        if cures in SILENCING:
            if until is None:
                return said(f"the server team looked at {name}: {needless}", repaired=False)
            due = show_clock(until, world.resolved.tz)
            return said(f"the server team {done} at {name}, by {due}", repaired=True)
        if until is not None:
            world.tenant.write(world.now, actor, "Edit data source", ", ".join(collector.sources), done)
        return said(f"{name}: {needless if until is None else done}", repaired=until is not None)
