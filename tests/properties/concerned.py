"""Whom a command may concern: by device scope, by the graph of who works with whom, or by the help desk.

Whatever is not in here must stay as it was, so the answer names no more people than it has to.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Outcome
from sim.engine.enforcement.precedence import covering
from sim.session.alert_commands import SaveSetting
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell
from sim.session.fleet_commands import AssignSetting
from sim.session.gateway_commands import ImportBlockScript, RemoveClient, SaveAccessRule
from sim.session.indicator_commands import AddIndicator, EditScopedProfile, SaveScopedProfile
from sim.session.lookup import fleet_target
from sim.world.collaboration import collaboration
from tests.properties.lively_plays import APPS, SPREADS, Step, Withdraw

Flags = NDArray[np.bool_]


def concerned(runs: Collection[Session], step: Step) -> Flags:
    """Tell by person whom a step may concern that only one of two runs took."""
    people = next(iter(runs)).world.staff.people
    found = np.zeros(len(people), dtype=np.bool_)
    for session in runs:
        found |= _reached(session, step, runs)
    found |= _written_to(runs)
    return _heard_of_it(runs, found)


def _reached(session: Session, step: Step, runs: Collection[Session]) -> Flags:
    """Tell whose connections of one run the step may decide."""
    world = session.world
    staff, rows = world.staff, world.plane.telemetry.rows()
    rows = rows.take(rows.user < len(staff.people))
    hosts, people = np.ones(len(staff.hosts), dtype=np.bool_), np.ones(len(staff.people), dtype=np.bool_)
    mine = np.ones(len(rows), dtype=np.bool_)
    match step:
        case TagApp():
            hosts = _hosts_of(session, (step.app,), ())
        case AddIndicator():
            hosts = _hosts_of(session, (), (step.value,))
            people = _in_groups(session, step.device_groups)
        case Withdraw():
            hosts = _hosts_of(session, (), (step.value,))
        case SaveScopedProfile() | EditScopedProfile():
            hosts = _hosts_of(session, APPS, ())
        case SetSwitch() | ImportBlockScript():
            values = {one.value for run in runs for one in run.world.tenant.indicators.all}
            hosts = _hosts_of(session, APPS, values)
        case PowerShell(machine=machine) | AssignSetting(target=machine):
            people = np.isin(staff.machine, fleet_target(world, machine)[1])
        case SaveAccessRule():
            hosts, people = _hosts_of(session, (step.app,), ()), _in(session, step.departments)
        case RemoveClient():
            people = _in(session, step.departments)
            mine = rows.process == [name.lower() for name in staff.processes].index(step.process)
        case SaveSetting():
            mine = np.isin(rows.outcome, [Outcome.WARNED, Outcome.BYPASSED])
        case _:
            return np.zeros(len(staff.people), dtype=np.bool_)
    mine = mine & hosts[rows.host] & people[rows.user]
    found = np.zeros(len(staff.people), dtype=np.bool_)
    found[rows.user[mine]] = True
    return found


def _hosts_of(session: Session, apps: Collection[str], values: Collection[str]) -> Flags:
    """Tell by host which belong to apps, or are decided by what stands on a list."""
    staff, catalog = session.world.staff, session.resolved.catalog
    listed = {*values, *(domain for app in apps for domain in catalog.app(app).domains)}
    places = [place for place, app in enumerate(staff.apps) if app.id in apps]
    named = [covering(listed, name) is not None for name in staff.names]
    return np.isin(staff.host_app, places) | np.array(named)


def _in_groups(session: Session, groups: Collection[str]) -> Flags:
    staff, guards = session.world.staff, session.world.guards
    return np.array([not groups or guards.group_of(m) in groups for m in staff.machine.tolist()])


def _in(session: Session, departments: Collection[str]) -> Flags:
    people = session.world.staff.people
    return np.array([not departments or person.department in departments for person in people])


def _written_to(runs: Collection[Session]) -> Flags:
    """Tell who got a message in one of the runs that not all of the others sent to the same people."""
    one, other = ({(m.time, m.app_id, m.people) for m in run.world.messages.sent} for run in runs)
    found = np.zeros(len(next(iter(runs)).world.staff.people), dtype=np.bool_)
    for _, _, people in one ^ other:
        found[list(people)] = True
    return found


def _heard_of_it(runs: Collection[Session], found: Flags) -> Flags:
    """Add who works with those who are concerned and use what spreads: a step further with every midnight."""
    first = next(iter(runs))
    begins, whom, _ = collaboration(first.world.staff.people, first.seed).neighbours
    place = next(n for n, app in enumerate(first.world.staff.apps) if app.id == SPREADS)
    uses = np.zeros(len(found), dtype=np.bool_)
    for run in runs:
        rows = run.world.plane.telemetry.rows()
        users = rows.user[run.world.staff.host_app[rows.host] == place]
        uses[users[users < len(found)]] = True
    days = first.world.machines.calendar.day_of(np.array([first.resolved.start, first.resolved.end]))
    for _ in range(int(days[1] - days[0])):
        told = [whom[begins[n] : begins[n + 1]] for n in np.flatnonzero(found & uses).tolist()]
        found = found.copy()
        found[np.concatenate([*told, whom[:0]])] = True
    return found
