"""Simulator views: what no portal shows. In play they show only what the trainee tested or looked up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine.enforcement.indicators import covering
from sim.engine.enforcement.verdict import (
    HELD,
    ChainFacts,
    Explanation,
    Held,
    NetworkProtection,
    Outcome,
    ProcessTraits,
    explain,
)
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.schema import BROWSERS
from sim.session.driver import Session
from sim.world.machines import NEVER


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one browser on one machine. `state` is blocked, open, audited or unknown."""

    state: str
    time: int | None
    why: str


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


def hint_price(session: Session) -> int:
    """Return what a hint costs: nothing in a tutorial, in a sandbox and after the end."""
    free = session.resolved.scenario.mode != "exercise" or session.finished
    return 0 if free else session.resolved.scenario.hint_price


def app_hosts(session: Session, app_id: str) -> list[int]:
    """Return the indices of an app's hosts that people can reach here."""
    staff = session.world.staff
    place = next((n for n, app in enumerate(staff.apps) if app.id == app_id), None)
    return [] if place is None else np.flatnonzero(staff.host_app == place).tolist()


def propagation(session: Session, app_id: str) -> Propagation:
    """Return the propagation view of an app."""
    world = session.world
    app = world.tenant.catalog.app(app_id)
    revealed = app.id in session.notes.hints or session.finished
    hosts = app_hosts(session, app.id)
    rows = [
        _true_row(session, machine.index, hosts) if revealed and hosts else _known_row(session, machine.index, hosts)
        for machine in world.staff.machines
    ]
    return Propagation(
        app.id,
        app.name,
        world.tenant.tags.get(app.id, ""),
        revealed,
        hint_price(session),
        tuple(sorted(rows, key=lambda row: row.machine)),
    )


def _known_row(session: Session, machine: int, hosts: list[int]) -> PropagationRow:
    staff, notes = session.world.staff, session.notes
    cells: list[Cell] = []
    pulled: bool | None = None
    for process in BROWSERS:
        index = staff.processes.index(process)
        tests = [t for t in notes.tests if (t.machine, t.process) == (machine, index) and t.host in hosts]
        if not tests:
            cells.append(Cell("unknown", None, "not tested"))
            continue
        last = tests[-1]
        cells.append(Cell(_state(last.outcome), last.time, "tested"))
        if last.outcome is Outcome.BLOCKED:
            pulled = True
    looked = notes.lookups.get(machine)
    return PropagationRow(
        staff.machines[machine].name,
        staff.people[machine].upn,
        pulled,
        None,
        None,
        looked.mode if looked else None,
        tuple(cells),
    )


def _state(outcome: Outcome) -> str:
    return {Outcome.BLOCKED: "blocked", Outcome.AUDITED: "audited"}.get(outcome, "open")


def _true_row(session: Session, machine: int, hosts: list[int]) -> PropagationRow:
    world = session.world
    told = [explain_host(session, machine, process, hosts[0]) for process in BROWSERS]
    pull = _last_pull(session, machine)
    held = world.channel.held(np.array([NEVER if pull is None else pull]), np.array([hosts[0]]))
    cells = []
    for explanation in told:
        first = explanation.first_open
        why = first.reason if first and explanation.verdict is not Outcome.BLOCKED else "the chain is whole"
        cells.append(Cell(_state(explanation.verdict), session.now, why))
    return PropagationRow(
        world.staff.machines[machine].name,
        world.staff.people[machine].upn,
        bool(world.channel.actions[held][0] == Held.BLOCK),
        pull,
        world.machines.next_pull(machine, session.now),
        world.posture(machine).network_protection,
        tuple(cells),
    )


def _last_pull(session: Session, machine: int) -> int | None:
    pull = int(session.world.machines.last_pull(np.array([machine]), np.array([session.now]))[0])
    return None if pull == NEVER else pull


def explain_host(session: Session, machine: int, process: str, host: int) -> Explanation:
    """Return why a process of a machine is blocked at a host now, or not, link by link."""
    world, tenant = session.world, session.world.tenant
    name = world.staff.hosts[host]
    app = world.staff.apps[int(world.staff.host_app[host])]
    listed = tenant.listed()
    value = covering(listed, name)
    indicator = listed[value] if value is not None else None
    pull = _last_pull(session, machine)
    held = int(world.channel.held(np.array([NEVER if pull is None else pull]), np.array([host]))[0])
    offered = indicator is not None and indicator.number in world.channel.offered
    holding = tenant.indicators.all[held] if held >= 0 else None
    deciding = indicator or holding
    domain = covering(app.blockable_domains, name)
    return explain(
        ChainFacts(
            posture=world.posture(machine),
            process=ProcessTraits(process),
            device_holds=Held(int(world.channel.actions[held])),
            portal_lists=HELD[indicator.action] if indicator else Held.NONE,
            manual=deciding is not None and not deciding.by_tag,
            tag=tenant.tags.get(app.id, ""),
            integration=tenant.switches[INTEGRATION],
            block_setting=tenant.switches[BLOCK_UNSANCTIONED],
            custom_indicators=tenant.switches[CUSTOM_INDICATORS],
            published=offered,
            listed_at=indicator.created if indicator else None,
            sync_expected=world.syncs_expected.get(app.id) if domain else None,
            publish_expected=world.offers_expected.get(indicator.number) if indicator else None,
            last_pull=pull,
            next_pull=world.machines.next_pull(machine, session.now),
        )
    )
