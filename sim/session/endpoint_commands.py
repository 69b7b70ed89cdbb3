"""Commands on machines: a PowerShell prompt, a test visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.base.text import plain
from sim.engine.enforcement.access import SUFFIX
from sim.engine.enforcement.facts import STOPPED
from sim.engine.enforcement.pages import shown
from sim.engine.enforcement.settings import NETWORK_PROTECTION
from sim.session import console
from sim.session.answer import Answer, said
from sim.session.lookup import index_of, machine_index, process_index
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class PowerShell:
    """Run one line at the prompt of a machine: PowerShell, or a terminal on a Mac or on Linux."""

    kind: ClassVar[str] = "powershell"
    machine: str
    line: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Run the line; a failed line is an answer too, as at a real prompt."""
        machine = machine_index(world, self.machine)
        reply = console.run(world, actor, machine, self.line)
        if NETWORK_PROTECTION.name in reply.shown:
            notes.look_up(world.now, machine, world.posture(machine).network_protection)
        parts = [[part.text, part.failed] for part in reply.parts]
        return said(reply.output, failed=reply.failed, parts=parts)


@dataclass(frozen=True, slots=True)
class VisitSite:
    """Try an app's site in a browser of a machine and see whether it opens."""

    kind: ClassVar[str] = "visit"
    machine: str
    process: str
    host: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Make one connection as the analyst; it shows in the telemetry like anybody's."""
        machine = machine_index(world, self.machine)
        process = process_index(world, self.process)
        host = index_of(world.staff.hosts, self.host.lower(), "HOST-UNKNOWN", "host")
        if world.staff.away[machine]:
            raise CommandRefused(
                Problem(
                    "MACHINE-OFF",
                    f"{self.machine} is switched off and away",
                    advice="choose another one",
                )
            )
        if world.staff.machines[machine].device.is_offline(world.now):
            raise CommandRefused(
                Problem(
                    "MACHINE-OFFLINE",
                    f"{self.machine} is offline",
                    advice="choose another one, or wait until it is back",
                )
            )
        if world.upstream.removed[machine, process] <= world.now:
            what = f"{plain(self.process)} was removed from {self.machine}"
            raise CommandRefused(Problem("CLIENT-REMOVED", what, advice="choose another program"))
        outcome, indicator = world.visit(machine, process, host)
        notes.test(world.now, machine, process, host, outcome)
        posture = world.posture(machine)
        relayed = world.upstream.is_relayed(world.now, world.staff.analyst, process, host)
        seen = self.host + SUFFIX if relayed and outcome not in STOPPED else self.host
        link = "" if indicator is None else plain(world.tenant.link(indicator))
        page = shown(outcome, world.tenant.portal, posture.system, world.staff.processes[process], link)
        text = f"{plain(seen)} in {plain(world.staff.processes[process])}: {page}"
        return said(text, outcome=outcome.name, opened=outcome not in STOPPED)
