"""The prompt of a machine: PowerShell on Windows, a terminal with mdatp on a Mac or on Linux."""

from __future__ import annotations

import numpy as np

from sim.engine.enforcement import mdatp, powershell
from sim.engine.enforcement.facts import Antivirus, Engine, Outcome, engine_of
from sim.engine.enforcement.fleet import EVERY, Effective
from sim.engine.enforcement.powershell import Change, Computer, LogEvent, Reply
from sim.engine.enforcement.powershell.computer import AUDITED, BLOCKED, CHANGED, RunningMode
from sim.engine.enforcement.settings import TAMPER_PROTECTION, Route
from sim.world.fleet import SettingChange, values
from sim.world.model import World

_RUNNING: dict[Antivirus, RunningMode] = {
    Antivirus.ACTIVE: "Normal",
    Antivirus.PASSIVE: "Passive Mode",
    Antivirus.OFF: "Not running",
}
_LOCAL_KEY = r"HKLM\SOFTWARE\Microsoft\Windows Defender"


def run(world: World, actor: str, machine: int, line: str) -> Reply:
    """Run a line on a machine; what it sets is set at once."""

    def change(wish: Change) -> None:
        world.fleet.set_locally(actor, machine, wish.name, wish.value)

    shell = powershell.run if system(world, machine) in {"windows", "server"} else mdatp.run
    return shell(line, lambda: computer(world, machine), change)


def system(world: World, machine: int) -> str:
    """Return the kind of operating system of a machine."""
    return world.staff.machines[machine].device.system


def computer(world: World, machine: int) -> Computer:
    """Return a machine as a prompt on it sees it now."""
    held = world.fleet.of(machine)
    owner = world.staff.people[world.staff.machines[machine].owner].id
    posture = world.posture(machine)
    return Computer(
        world.staff.machines[machine].name,
        world.tenant.portal.key,
        system(world, machine),
        values(held),
        _RUNNING[posture.antivirus],
        world.staff.machines[machine].device.platform,
        held.effective(TAMPER_PROTECTION.name).value is True,
        owner not in world.resolved.scenario.standard_users,
        world.resolved.tz,
        lambda: events(world, machine),
    )


def events(world: World, machine: int) -> tuple[LogEvent, ...]:
    """Return what Defender has written into the machine's own log, oldest first; nothing delays it."""
    found = [
        LogEvent(change.time, CHANGED, _changed(change))
        for change in world.fleet.changes.get(machine, [])
        if EVERY[change.name].is_preference and change.before.value != change.after.value
    ]
    posture = world.posture(machine)
    rows = world.plane.telemetry.between(0, world.now + 1)
    told = np.isin(rows.outcome, (Outcome.AUDITED, Outcome.BLOCKED, Outcome.WARNED)) & (
        rows.machine == machine
    )
    for row in np.flatnonzero(told).tolist():
        process = world.staff.processes[int(rows.process[row])]
        if engine_of(posture.system, process) is Engine.NETWORK_PROTECTION:
            blocked = int(rows.outcome[row]) != Outcome.AUDITED
            message = _connection(blocked, world.staff.hosts[int(rows.host[row])], process)
            found.append(LogEvent(int(rows.time[row]), BLOCKED if blocked else AUDITED, message))
    return tuple(sorted(found, key=lambda event: (event.time, event.id, event.message)))


def _connection(blocked: bool, host: str, process: str) -> str:
    verb = "blocked a connection." if blocked else "would have blocked a connection."
    return f"Network protection {verb}\nDestination: {host}\nProcess Name: {process}"


def _changed(change: SettingChange) -> str:
    return "\n".join(
        [
            "The configuration of Defender has changed.",
            f"Old value: {_registry(change.name, change.before)}",
            f"New value: {_registry(change.name, change.after)}",
        ]
    )


def _registry(name: str, value: Effective) -> str:
    one = EVERY[name]
    managed = value.route is not None and value.route is not Route.POWERSHELL
    key = one.places[value.route] if managed and value.route is Route.REGISTRY else _LOCAL_KEY
    shown = value.value if isinstance(value.value, tuple) else hex(value.value)
    return rf"{key}\{name} = {shown}"
