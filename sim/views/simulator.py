"""Simulator views: what no portal shows. In play they show only what the trainee tested or looked up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.engine.catalog.app import App
from sim.engine.enforcement.explain import ChainFacts, Explanation, explain
from sim.engine.enforcement.facts import STOPPED, Held, NetworkProtection, Outcome, ProcessTraits
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import covering
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    UNSANCTIONED,
)
from sim.scenario.schema import BROWSERS
from sim.session.driver import Session
from sim.world.machines import NEVER


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one browser on one machine. `state` is blocked, open, audited or unknown."""

    state: str
    time: int | None
    why: str
    host: str = ""
    """The host that was tried; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class PropagationRow:
    """How far a block has come on one machine; None and unknown are not tested, not looked up."""

    machine: str
    user: str
    pulled: bool | None
    last_pull: int | None
    next_pull: int | None
    network_protection: NetworkProtection | None
    cells: tuple[Cell, ...]
    """Edge, Chrome, Firefox."""
    proved_at: int | None = None
    """When a test last proved that the machine holds the indicator."""
    looked_at: int | None = None
    """When the trainee last looked the network protection up."""
    away: bool = False
    """Switched off and out of reach, as a test visit would say."""


@dataclass(frozen=True, slots=True)
class Propagation:
    """The propagation of one app's block over the machines."""

    app_id: str
    app: str
    tag: str
    revealed: bool
    price: int
    """Points that revealing costs; 0 where it is free."""
    rows: tuple[PropagationRow, ...]
    hosts: tuple[str, ...] = ()
    """Where the app can be tried, the best first."""


@dataclass(frozen=True, slots=True)
class Target:
    """An app whose block there is to follow, and its tag."""

    app_id: str
    name: str
    tag: str


def hint_price(session: Session) -> int:
    """Return what a hint costs: nothing in a tutorial, in a sandbox and after the end."""
    free = session.resolved.scenario.mode != "exercise" or session.finished
    return 0 if free else session.resolved.scenario.hint_price


def app_hosts(session: Session, app_id: str) -> list[int]:
    """Return the indices of an app's hosts that people can reach here."""
    staff = session.world.staff
    place = next((n for n, app in enumerate(staff.apps) if app.id == app_id), None)
    return [] if place is None else np.flatnonzero(staff.host_app == place).tolist()


def site_hosts(session: Session, app_id: str) -> tuple[str, ...]:
    """Return the names of an app's hosts that people can reach here."""
    return tuple(session.world.staff.hosts[host] for host in app_hosts(session, app_id))


def targets(session: Session) -> tuple[Target, ...]:
    """Return the apps worth following: tagged Unsanctioned, on the indicator list, or tested."""
    tenant, staff = session.world.tenant, session.world.staff
    wanted = {app_id for app_id, tag in tenant.tags.items() if tag == UNSANCTIONED}
    for indicator in tenant.indicators.present():
        app = tenant.catalog.resolve(indicator.value)
        wanted.update({indicator.app_id or "", app.id if app else ""})
    wanted.update(staff.apps[int(staff.host_app[test.host])].id for test in session.notes.tests)
    found = [Target(a, tenant.apps[a].name, tenant.tags.get(a, "")) for a in wanted if a]
    return tuple(sorted(found, key=lambda target: (target.tag != UNSANCTIONED, target.name)))


def is_revealed(session: Session, app_id: str) -> bool:
    """Return whether the trainee may see the truth about an app's block."""
    return app_id in session.notes.hints or session.finished


def explained(session: Session, app_id: str, machine: str, process: str) -> Explanation | None:
    """Return the chain of one browser on one machine; None where it is not revealed."""
    hosts = app_hosts(session, app_id)
    if not hosts or not is_revealed(session, app_id):
        return None
    index = next(m.index for m in session.world.staff.machines if m.name == machine)
    return explain_host(session, index, process, hosts[0])


def propagation(session: Session, app_id: str) -> Propagation:
    """Return the propagation view of an app."""
    world = session.world
    app = world.tenant.catalog.app(app_id)
    revealed = is_revealed(session, app.id)
    hosts = app_hosts(session, app.id)
    site = _site(session, hosts[0]) if revealed and hosts else None
    rows = [
        _true_row(session, machine.index, site)
        if site is not None
        else _known_row(session, machine.index, hosts)
        for machine in world.staff.machines
    ]
    return Propagation(
        app.id,
        app.name,
        world.tenant.tags.get(app.id, ""),
        revealed,
        hint_price(session),
        tuple(sorted(rows, key=lambda row: row.machine)),
        site_hosts(session, app.id),
    )


def _known_row(session: Session, machine: int, hosts: list[int]) -> PropagationRow:
    staff, notes = session.world.staff, session.notes
    cells: list[Cell] = []
    proved_at: int | None = None
    for process in BROWSERS:
        index = staff.processes.index(process)
        tests = [t for t in notes.tests if (t.machine, t.process) == (machine, index) and t.host in hosts]
        if not tests:
            cells.append(Cell("unknown", None, "not tested"))
            continue
        last = tests[-1]
        cells.append(Cell(_shown(last.outcome), last.time, _seen(last.outcome), staff.hosts[last.host]))
        held = [t.time for t in tests if t.outcome in STOPPED]
        proved_at = max([*held, *([] if proved_at is None else [proved_at])], default=None)
    looked = notes.lookups.get(machine)
    return PropagationRow(
        staff.machines[machine].name,
        staff.people[machine].upn,
        None if proved_at is None else True,
        None,
        None,
        looked.mode if looked else None,
        tuple(cells),
        proved_at,
        looked.time if looked else None,
        bool(staff.away[machine]),
    )


def _shown(outcome: Outcome) -> str:
    """Return what a tester can tell: a page that network protection only audits opens like any other."""
    return "blocked" if outcome in STOPPED else "open"


def _seen(outcome: Outcome) -> str:
    return "the page did not open" if outcome in STOPPED else "the page opened"


def _state(outcome: Outcome) -> str:
    return {Outcome.BLOCKED: "blocked", Outcome.AUDITED: "audited"}.get(outcome, "open")


def _true_row(session: Session, machine: int, site: _Site) -> PropagationRow:
    world = session.world
    facts = _facts(session, machine, BROWSERS[0], site)
    cells = []
    for process in BROWSERS:
        explanation = explain(replace(facts, process=ProcessTraits(process)))
        first = explanation.first_open
        why = "the chain is whole"
        if first and explanation.verdict is not Outcome.BLOCKED:
            why = first.reason
        cells.append(Cell(_state(explanation.verdict), None, why, world.staff.hosts[site.host]))
    return PropagationRow(
        world.staff.machines[machine].name,
        world.staff.people[machine].upn,
        facts.device_holds is Held.BLOCK,
        facts.last_pull,
        facts.next_pull,
        facts.posture.network_protection,
        tuple(cells),
        away=bool(world.staff.away[machine]),
    )


def _last_pull(session: Session, machine: int) -> int | None:
    pull = int(session.world.machines.last_pull(np.array([machine]), np.array([session.now]))[0])
    return None if pull == NEVER else pull


@dataclass(frozen=True, slots=True)
class _Site:
    """What the portals have for a host now: the same for every machine, so looked up once."""

    host: int
    app: App
    indicator: Indicator | None
    is_domain: bool
    """Whether the host is below a domain of the app that can become an indicator."""


def _site(session: Session, host: int) -> _Site:
    staff, tenant = session.world.staff, session.world.tenant
    name, app = staff.hosts[host], staff.apps[int(staff.host_app[host])]
    indicator = tenant.listed().decides(name)
    return _Site(host, app, indicator, covering(app.blockable_domains, name) is not None)


def explain_host(session: Session, machine: int, process: str, host: int) -> Explanation:
    """Return why a process of a machine is blocked at a host now, or not, link by link."""
    return explain(_facts(session, machine, process, _site(session, host)))


def _facts(session: Session, machine: int, process: str, site: _Site) -> ChainFacts:
    world, tenant = session.world, session.world.tenant
    indicator = site.indicator
    pull = _last_pull(session, machine)
    pulled = np.array([NEVER if pull is None else pull])
    held = int(world.channel.held(pulled, np.array([site.host]))[0])
    deciding = indicator or (tenant.indicators.all[held] if held >= 0 else None)
    return ChainFacts(
        posture=world.posture(machine),
        process=ProcessTraits(process),
        device_holds=Held(int(world.channel.actions[held])),
        portal_lists=indicator.action if indicator else Held.NONE,
        manual=deciding is not None and not deciding.by_tag,
        tag=tenant.tags.get(site.app.id, ""),
        integration=tenant.switches[INTEGRATION],
        block_setting=tenant.switches[BLOCK_UNSANCTIONED],
        custom_indicators=tenant.switches[CUSTOM_INDICATORS],
        published=indicator is not None and indicator.number in world.channel.offered,
        listed_at=indicator.created if indicator else None,
        sync_expected=world.syncs_expected.get(site.app.id) if site.is_domain else None,
        publish_expected=world.offers_expected.get(indicator.number) if indicator else None,
        last_pull=pull,
        next_pull=world.machines.next_pull(machine, session.now),
    )
