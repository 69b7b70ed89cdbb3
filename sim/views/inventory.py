"""Product view of what the organisation has: licences, connections, where data is, builds of machines."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.enforcement.requirements import os_supported, platform_current, version
from sim.engine.inventory import PLATFORM, facts, system_name, wants
from sim.session.driver import Session

NO_EFFECT = "no effect documented"


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact, what it does, and what that stands on."""

    name: str
    value: str
    place: str
    effect: str
    source: str
    has_effect: bool


@dataclass(frozen=True, slots=True)
class BuildRow:
    """A machine's versions, and whether the documents let it take part."""

    machine: str
    user: str
    system: str
    os_build: str
    needs: str
    """The first build of its line that takes part, with its update; empty where the documents name none."""
    build_ok: bool
    platform: str
    platform_ok: bool

    @property
    def says(self) -> str:
        """What follows for the machine."""
        if not self.build_ok:
            return f"feeds no discovery and takes no indicators{': needs ' if self.needs else ''}{self.needs}"
        if not self.platform_ok:
            return f"takes no indicators: its antimalware platform is older than {PLATFORM}"
        return "takes part"


def inventory(session: Session) -> list[FactRow]:
    """Return the facts of the organisation."""
    tenant = session.world.tenant
    location = session.resolved.scenario.subscription.data_location
    found = facts(tenant.portal, tenant.licences, location, tenant.switches)
    return [
        FactRow(fact.name, fact.value, fact.place, fact.effect or NO_EFFECT, fact.source, bool(fact.effect))
        for fact in found
    ]


def builds(session: Session) -> list[BuildRow]:
    """Return the onboarded machines with their versions, those that do not take part first."""
    world = session.world
    period = world.tenant.portal.key
    rows = []
    for machine in world.staff.machines:
        device = machine.device
        if not device.managed:
            continue
        rows.append(
            BuildRow(
                machine.name,
                world.staff.people[machine.owner].upn,
                system_name(device.system, device.os_build),
                device.os_build,
                wants(device.os_build) if period == "2019" and device.system == "windows" else "",
                os_supported(period, device.system, version(device.os_build) or ()),
                device.platform,
                platform_current(device.system, version(device.platform) or ()),
            )
        )
    return sorted(rows, key=lambda row: (row.build_ok and row.platform_ok, row.machine))
