"""Commands on machines: a PowerShell prompt, a test visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.base.text import plain
from sim.engine.enforcement.access import SUFFIX
from sim.engine.enforcement.facts import STOPPED, Outcome, is_smartscreen_browser
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
                    advice="choose another machine",
                )
            )
        if world.upstream.removed[machine, process] <= world.now:
            what = f"{plain(self.process)} was removed from {self.machine}"
            raise CommandRefused(Problem("CLIENT-REMOVED", what, advice="choose another program"))
        outcome = world.visit(machine, process, host)
        notes.test(world.now, machine, process, host, outcome)
        relayed = world.upstream.is_relayed(world.now, world.staff.analyst, process, host)
        seen = self.host + SUFFIX if relayed and outcome not in STOPPED else self.host
        text = _page(outcome, world.staff.processes[process], seen)
        return said(text, outcome=outcome.name, opened=outcome not in STOPPED)


def _page(outcome: Outcome, process: str, host: str) -> str:
    """Return what the browser shows (enforcement dossier, section 8)."""
    where = f"{plain(host)} in {plain(process)}"
    if outcome is Outcome.GATEWAY_BLOCKED:
        return f"{where}: the gateway's own page: access denied by policy"
    if outcome is Outcome.ACCESS_DENIED:
        return f"{where}: the sign-in is refused: your organisation blocks access from this client"
    if outcome is Outcome.WARNED:
        return f"{where}: a warning by your organisation, with a button to go on"
    if outcome is not Outcome.BLOCKED:
        return f"{where}: the page opens"
    if is_smartscreen_browser(process):
        shown = "an error page: blocked by your organisation"
    else:
        shown = {
            "chrome.exe": "This site can't provide a secure connection (ERR_SSL_VERSION_OR_CIPHER_MISMATCH)",
            "firefox.exe": "Secure Connection Failed (SSL_ERROR_NO_CYPHER_OVERLAP)",
        }.get(process.lower(), "connection reset")
    return f"{where}: {shown}; Windows says the connection was blocked by your IT admin"
