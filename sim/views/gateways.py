"""What stops apps beyond Defender: gateways and their lists, block scripts, access rules, removed programs.

Each row is what the console behind it shows: a gateway's own, Cloud App Security's, Intune's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.engine.catalog.app import App
from sim.engine.enforcement.access import SUFFIX
from sim.engine.enforcement.gateways import kind_name
from sim.engine.enforcement.scripts import APPLIANCES, BlockList, block_list, block_script, script_name
from sim.engine.enforcement.scripts import Appliance as Appliance
from sim.engine.enforcement.scripts import LeftOut as LeftOut
from sim.engine.enforcement.scripts import appliance as appliance
from sim.session.driver import Session
from sim.views.export import Sheet
from sim.world.upstream import AFTER_ALL, Gateway


@dataclass(frozen=True, slots=True)
class Script:
    """A block script, ready to be written to a file."""

    appliance: Appliance
    file_name: str
    text: str
    apps: tuple[str, ...]
    """Ids of the apps that have something to block in it."""
    listed: BlockList


def script(apps: Iterable[App], target: Appliance, now: int) -> Script:
    """Return the script that blocks some apps, named by the day of `now`."""
    listed = block_list(apps)
    return Script(
        target,
        script_name(target, now),
        block_script(target, listed.hosts),
        tuple(dict.fromkeys(app_id for app_id, _ in listed.domains)),
        listed,
    )


def domains_sheet(apps: Iterable[App]) -> Sheet:
    """Return the domains of some apps, for appliances that no script is made for.

    Source: CAS/governance-discovery.md; documented.
    """
    known = {app.id: app for app in apps}
    listed = block_list(known.values())
    rows = tuple((known[app_id].name, app_id, domain) for app_id, domain in listed.domains)
    return Sheet(
        "Domains of unsanctioned apps", (("App", "text"), ("App id", "text"), ("Domain", "text")), rows
    )


def scripts(session: Session) -> tuple[Script, ...]:
    """Return the scripts that can be generated now, one for each appliance."""
    apps = session.world.tenant.unsanctioned()
    return tuple(script(apps, target, session.now) for target in APPLIANCES)


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """A proxy or gateway, as its own console shows it."""

    name: str
    kind: str
    """Product, or Proxy where it only writes a log."""
    departments: tuple[str, ...]
    """Empty: everybody."""
    people: int
    """Whose machines are behind it now."""
    source: str
    """How it comes to its list: `fetches`, `script`, or empty where it has none."""
    interval: int | None
    """Microseconds between two fetches."""
    updated: int | None
    """When the list was last fetched or imported; None: never."""
    next_fetch: int | None
    domains: int
    """Domains on the list that it goes by now."""
    behind_portal: int
    """Domains of unsanctioned apps that are not on it yet."""
    to_free: int
    """Domains that it blocks though no unsanctioned app has them any more."""


def gateways(session: Session) -> tuple[GatewayRow, ...]:
    """Return the proxies and gateways, in the scenario's order."""
    wanted = set(block_list(session.world.tenant.unsanctioned()).hosts)
    return tuple(_gateway(session, gateway, wanted) for gateway in session.world.upstream.gateways)


def _gateway(session: Session, gateway: Gateway, wanted: set[str]) -> GatewayRow:
    fetches, takes_script = gateway.interval > 0, gateway.appliance is not None
    held = set(gateway.list_at(session.now))
    updated = gateway.fetched(session.now) if fetches else gateway.imported
    refuses = fetches or takes_script
    every = np.arange(len(session.world.staff.machines))
    return GatewayRow(
        gateway.name,
        kind_name(gateway.kind),
        gateway.departments,
        int(gateway.carries(np.full(len(every), session.now), every).sum()),
        "fetches" if fetches else "script" if takes_script else "",
        gateway.interval or None,
        updated,
        gateway.next_fetch(session.now),
        len(held),
        len(wanted - held) if refuses else 0,
        len(held - wanted) if refuses else 0,
    )


@dataclass(frozen=True, slots=True)
class AccessRow:
    """An access or session policy."""

    id: str
    policy: str
    app_id: str
    app: str
    client: str
    action: str
    departments: tuple[str, ...]
    created: int
    created_by: str
    hosts: tuple[str, ...]
    """Under which names browsers see the app while the policy relays them; empty where it blocks."""


def access_rules(session: Session) -> tuple[AccessRow, ...]:
    """Return the policies of Conditional Access App Control, oldest first."""
    tenant = session.world.tenant
    return tuple(
        AccessRow(
            rule.id,
            rule.policy,
            rule.app_id,
            tenant.apps[rule.app_id].name,
            rule.client.value,
            rule.action.value,
            rule.departments,
            rule.created,
            rule.created_by,
            ()
            if rule.policy == "Access policy"
            else tuple(f"{domain}{SUFFIX}" for domain in tenant.apps[rule.app_id].blockable_domains),
        )
        for rule in tenant.access.present()
    )


def integrated_apps(session: Session) -> tuple[tuple[str, str], ...]:
    """Return id and name of the apps that sign people in through Azure AD, by name."""
    tenant = session.world.tenant
    found = ((app_id, tenant.apps[app_id].name) for app_id in tenant.access.integrated)
    return tuple(sorted(found, key=lambda pair: (pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program beside the browsers, as Intune sees it."""

    process: str
    machines: int
    """Machines that Intune manages."""
    assigned: int
    """Machines that it is to be removed from."""
    removed: int
    """Machines that reported it gone by now."""


def programs(session: Session) -> tuple[ProgramRow, ...]:
    """Return the programs that Intune could remove."""
    staff, removed = session.world.staff, session.world.upstream.removed
    managed = sum(device.managed for device in staff.devices)
    return tuple(
        ProgramRow(
            name,
            managed,
            int((removed[:, place] != AFTER_ALL).sum()),
            int((removed[:, place] <= session.now).sum()),
        )
        for place, name in enumerate(staff.processes)
        if not session.world.era.portals.is_browser(name)
    )


def departments(session: Session) -> tuple[str, ...]:
    """Return the names of the departments, in alphabetical order."""
    return tuple(sorted({person.department for person in session.world.staff.people}))
