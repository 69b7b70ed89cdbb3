"""Commands on the fleet: give a setting to machines by a route, and take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.text import plain
from sim.base.time import show_clock
from sim.engine.enforcement import settings
from sim.session.answer import Answer, said
from sim.session.lookup import fleet_target, machine_index
from sim.session.notebook import Notebook
from sim.world.fleet import REPAIR
from sim.world.machines import RESTART
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class AssignSetting:
    """Give a value of a setting to machines by a route.

    `target` is `All machines`, a machine's name, a department's or a device group's.
    """

    kind: ClassVar[str] = "assign-setting"
    setting: str
    value: str
    route: str
    target: str = "All machines"

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Assign it; it arrives at each machine in the route's own time."""
        setting = settings.setting(self.setting, world.tenant.portal.key)
        value = setting.read(self.value)
        route = settings.route(self.route, setting)
        target, machines = fleet_target(world, self.target)
        reached = world.fleet.reachable(setting, route, machines, world.tenant.portal.key)
        if not reached:
            what = f"{route} reaches nothing of {target}"
            raise CommandRefused(Problem("FLEET-REACH", what, advice="choose another route or target"))
        made = world.fleet.assign(actor, setting.name, value, route, target, reached)
        return said(
            f"{made.id} gives {setting.name} {setting.say(value)} to {target} by {route}",
            id=made.id,
            machines=len(reached),
        )


MACHINE_REMEDIES = {
    RESTART: "restarts {name}",
    "remove-antivirus": "removes other antivirus products from {name}",
}
"""What the service desk can be asked for at a machine, and what is said of it.

Network protection needs Defender Antivirus active, and another product makes it passive
(CAS/wdatp-integration.md, MDE/indicators-overview.md; documented). That it becomes active by itself once the
other is gone is own knowledge.
"""


@dataclass(frozen=True, slots=True)
class RepairMachine:
    """Ask the service desk to restart a machine, or to remove another antivirus from it."""

    kind: ClassVar[str] = "repair-machine"
    machine: str
    remedy: str
    """`restart` or `remove-antivirus`."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Ask; whether it was needed shows at the machine, and not in the answer."""
        if self.remedy not in MACHINE_REMEDIES:
            advice = nearest(self.remedy, MACHINE_REMEDIES, "one of: " + ", ".join(MACHINE_REMEDIES))
            raise CommandRefused(Problem("REMEDY-UNKNOWN", f"no remedy {self.remedy!r}", advice=advice))
        machine = machine_index(world, self.machine)
        name = world.staff.machines[machine].name
        if world.staff.away[machine] or not world.staff.devices[machine].managed:
            what = f"{name} is away, or not the company's to manage"
            raise CommandRefused(Problem("FLEET-REACH", what, advice="choose another one"))
        due = show_clock(world.repair_machine(machine, self.remedy), world.resolved.tz)
        world.tenant.write(world.now, actor, REPAIR, name, self.remedy)
        return said(f"the service desk {MACHINE_REMEDIES[self.remedy].format(name=plain(name))}, by {due}")


@dataclass(frozen=True, slots=True)
class WithdrawSetting:
    """Take an assignment back."""

    kind: ClassVar[str] = "withdraw-setting"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Take it back; each machine forgets it in the route's own time."""
        found = world.fleet.withdraw(actor, self.id)
        return said(f"{found.id} is taken back from {found.target}")
