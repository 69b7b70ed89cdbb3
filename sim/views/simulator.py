"""Simulator views: what no portal shows. In play they show only what the trainee tested or looked up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine.enforcement.chain import holds_stop
from sim.engine.enforcement.explain import Share
from sim.engine.enforcement.facts import NetworkProtection, Outcome
from sim.engine.enforcement.tag_sync import ASKS
from sim.session.driver import Session
from sim.views.chains import Chains, Explained
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
    """One for each browser that people here use."""
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
    browsers: tuple[str, ...]
    """File names of the browsers, in the order of the cells."""
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


def browsers(session: Session) -> tuple[str, ...]:
    """Return the file names of the browsers that people here use, in the era's order."""
    scenario = session.resolved.scenario
    used = {
        *scenario.organisation.browsers,
        *(member.browser for member in scenario.organisation.cast),
        *(habit.browser for habit in scenario.habits),
    }
    return tuple(name for key, name in session.world.era.portals.browsers.items() if key in used)


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
    wanted = {app_id for app_id, tag in tenant.tags.items() if tag in ASKS}
    for indicator in tenant.indicators.present():
        app = tenant.catalog.resolve(indicator.value)
        wanted.update({indicator.app_id or "", app.id if app else ""})
    wanted.update(staff.apps[int(staff.host_app[test.host])].id for test in session.notes.tests)
    found = [Target(a, tenant.apps[a].name, tenant.tags.get(a, "")) for a in wanted if a]
    return tuple(sorted(found, key=lambda target: (target.tag not in ASKS, target.name)))


def is_revealed(session: Session, app_id: str) -> bool:
    """Return whether the trainee may see the truth about an app's block."""
    return app_id in session.notes.hints or session.finished


def explained(session: Session, app_id: str, machine: str, process: str) -> Explained | None:
    """Return the chain of one browser on one machine; None where it is not revealed."""
    hosts = app_hosts(session, app_id)
    if not hosts or not is_revealed(session, app_id):
        return None
    index = next(m.index for m in session.world.staff.machines if m.name == machine)
    return Chains(session, hosts[0]).explain(index, process)


def shares(session: Session, app_id: str) -> tuple[Share, ...]:
    """Return what all browsers of all machines have in common; nothing where it is not revealed."""
    hosts = app_hosts(session, app_id)
    if not hosts or not is_revealed(session, app_id):
        return ()
    machines = [machine.index for machine in session.world.staff.machines]
    return Chains(session, hosts[0]).shares(machines, browsers(session))


def propagation(session: Session, app_id: str) -> Propagation:
    """Return the propagation view of an app."""
    world = session.world
    app = world.tenant.catalog.app(app_id)
    revealed = is_revealed(session, app.id)
    hosts = app_hosts(session, app.id)
    chains = Chains(session, hosts[0]) if revealed and hosts else None
    rows = [
        _true_row(session, machine.index, chains)
        if chains is not None
        else _known_row(session, machine.index, hosts)
        for machine in world.staff.machines
    ]
    return Propagation(
        app.id,
        app.name,
        world.tenant.tags.get(app.id, ""),
        revealed,
        hint_price(session),
        browsers(session),
        tuple(sorted(rows, key=lambda row: row.machine)),
        site_hosts(session, app.id),
    )


def _known_row(session: Session, machine: int, hosts: list[int]) -> PropagationRow:
    staff, notes = session.world.staff, session.notes
    cells: list[Cell] = []
    proved_at: int | None = None
    for process in browsers(session):
        index = staff.processes.index(process)
        tests = [t for t in notes.tests if (t.machine, t.process) == (machine, index) and t.host in hosts]
        if not tests:
            cells.append(Cell("unknown", None, "not tested"))
            continue
        last = tests[-1]
        state = _shown(last.outcome)
        cells.append(Cell(state, last.time, _SEEN[state], staff.hosts[last.host]))
        held = [t.time for t in tests if t.outcome in {Outcome.BLOCKED, Outcome.WARNED}]
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


_STATES = {
    Outcome.BLOCKED: "blocked",
    Outcome.WARNED: "warned",
    Outcome.GATEWAY_BLOCKED: "elsewhere",
    Outcome.ACCESS_DENIED: "elsewhere",
}
_SEEN = {
    "blocked": "the page did not open",
    "warned": "a warning stands before the page",
    "elsewhere": "a gateway or an access rule refused it",
    "open": "the page opened",
}


def _shown(outcome: Outcome) -> str:
    """Return what a tester can tell: a page that network protection only audits opens like any other."""
    return _STATES.get(outcome, "open")


def _true_row(session: Session, machine: int, chains: Chains) -> PropagationRow:
    world = session.world
    cells = []
    names = browsers(session)
    for outcome, why in chains.answers([machine] * len(names), names):
        state = "audited" if outcome is Outcome.AUDITED else _shown(outcome)
        cells.append(Cell(state, None, why, chains.host))
    facts = chains.facts([machine], [0])
    return PropagationRow(
        world.staff.machines[machine].name,
        world.staff.people[machine].upn,
        bool(holds_stop(facts)[0]),
        _last_pull(session, machine),
        world.machines.next_pull(machine, session.now),
        NetworkProtection(int(facts.network_protection[0])),
        tuple(cells),
        away=bool(world.staff.away[machine]),
    )


def _last_pull(session: Session, machine: int) -> int | None:
    pull = int(session.world.machines.last_pull(np.array([machine]), np.array([session.now]))[0])
    return None if pull == NEVER else pull
