"""Commands on the fleet: give a setting to machines by a route, and take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement import settings
from sim.session.answer import Answer, said
from sim.session.lookup import fleet_target
from sim.session.notebook import Notebook
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


@dataclass(frozen=True, slots=True)
class WithdrawSetting:
    """Take an assignment back."""

    kind: ClassVar[str] = "withdraw-setting"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Take it back; each machine forgets it in the route's own time."""
        found = world.fleet.withdraw(actor, self.id)
        return said(f"{found.id} is taken back from {found.target}")
