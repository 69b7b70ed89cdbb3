"""Commands beyond Defender: block scripts for appliances, access rules, and Intune's removal of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.text import plain
from sim.engine.enforcement.gateways import WEB_GATEWAYS, kind_name
from sim.session.answer import Answer, said
from sim.session.lookup import index_of, unknown
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class ImportBlockScript:
    """Import the block script of now into an appliance."""

    kind: ClassVar[str] = "import-block-script"
    gateway: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Let it block what the script names, until another one is imported."""
        gateways = {gateway.name: gateway for gateway in world.upstream.gateways}
        if self.gateway not in gateways:
            raise unknown("GATEWAY-UNKNOWN", "gateway", self.gateway, list(gateways))
        gateway = gateways[self.gateway]
        if gateway.appliance is None:
            fetches = gateway.kind in WEB_GATEWAYS
            what = f"{plain(gateway.name)} takes no block script"
            advice = "it fetches the list by itself" if fetches else "it only writes a log"
            raise CommandRefused(Problem("GATEWAY-SCRIPT", what, advice=advice))
        listed = world.import_script(gateway)
        text = f"{plain(gateway.name)} ({kind_name(gateway.kind)}) blocks {len(listed.domains)} domains now"
        left = f"; {len(listed.left_out)} entries could not be told to it" if listed.left_out else ""
        return said(text + left, domains=len(listed.domains), left_out=len(listed.left_out))


@dataclass(frozen=True, slots=True)
class SaveAccessRule:
    """Make an access policy (Block) or a session policy (Monitor only, Block downloads) for an app."""

    kind: ClassVar[str] = "save-access-rule"
    app: str
    client: str
    """`browser`, `native` or `any`."""
    action: str
    departments: tuple[str, ...] = ()

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; each person meets it when they next sign in."""
        app = world.tenant.catalog.app(self.app)
        rule = world.tenant.access.add(world.now, actor, app.id, self.client, self.action, self.departments)
        world.enforce_access(rule)
        text = f"{rule.policy} {rule.id} is saved: {app.name}, {rule.client} clients, {rule.action}"
        return said(f"{text}; people meet it when they next sign in", id=rule.id)


@dataclass(frozen=True, slots=True)
class DeleteAccessRule:
    """Delete an access or session policy."""

    kind: ClassVar[str] = "delete-access-rule"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Delete it; it holds for nobody any more."""
        rule = world.tenant.access.remove(world.now, actor, self.id)
        world.enforce_access(rule)
        return said(f"{rule.policy} {rule.id} is deleted")


@dataclass(frozen=True, slots=True)
class RemoveClient:
    """Have Intune remove a program from the machines of some departments, or of everybody."""

    kind: ClassVar[str] = "remove-client"
    process: str
    departments: tuple[str, ...] = ()

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Assign the removal; each machine carries it out when it next asks Intune."""
        name = self.process.lower()
        if world.era.portals.is_browser(world.era.portals.browsers.get(name, name)):
            what = f"{name} is a browser, and people need it"
            advice = "name the program of an app"
            raise CommandRefused(Problem("CLIENT-BROWSER", what, advice=advice))
        process = index_of(world.staff.processes, name, "PROCESS-UNKNOWN", "process")
        known = sorted({person.department for person in world.staff.people})
        problems = [
            Problem("DEPARTMENT-UNKNOWN", f"no department {group!r}", advice=nearest(group, known))
            for group in self.departments
            if group not in known
        ]
        if problems:
            raise CommandRefused(problems)
        people = world.staff.people
        wanted = [p.index for p in people if not self.departments or p.department in self.departments]
        due = world.remove_client(process, wanted)
        missed = len(wanted) - len(due)
        machines = world.tenant.portal.words["machines"]
        text = f"Intune removes {plain(name)} from {len(due)} {machines}, as each asks for it"
        rest = f"; {missed} are away, not managed, or were told before" if missed else ""
        return said(text + rest, machines=len(due), missed=missed)
