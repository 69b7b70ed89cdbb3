"""What a broken control plane has at a machine can be mended: a stale sync, another antivirus."""

from __future__ import annotations

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import HOUR, MINUTE
from sim.scenario.load import load_scenario
from sim.session.driver import Session, resolved_from
from sim.session.endpoint_commands import PowerShell
from sim.session.fleet_commands import RepairMachine
from sim.session.wire import from_json, to_json

LATE, GUEST = "late", "guest"


def begun() -> Session:
    return Session(load_scenario("broken-control-plane"), 1)


def machine_of(session: Session, role: str) -> tuple[str, int]:
    """Return name and index of the machine of somebody who plays a role."""
    person = session.resolved.scenario.casting[role]
    index = next(p.index for p in session.world.staff.people if p.id == person)
    machine = int(session.world.staff.machine[index])
    return session.world.staff.machines[machine].name, machine


def running_mode(session: Session, name: str) -> str:
    """Return what the machine itself says of its antivirus."""
    return session.submit(PowerShell(name, "(Get-MpComputerStatus).AMRunningMode")).text


def test_a_stale_machine_asks_again_once_it_was_restarted_and_no_sooner_than_its_rhythm() -> None:
    """Left alone it asks after noon; restarted at ten, from then on, at the moments of a healthy machine."""
    pulls = []
    for restarted in (False, True):
        session = begun()
        name, machine = machine_of(session, LATE)
        session.advance(session.resolved.start + HOUR)
        if restarted:
            assert "by Tue 10 Dec 10:45" in session.submit(RepairMachine(name, "restart")).text
        session.advance(session.resolved.start + 2 * HOUR)
        pulls.append(session.world.machines.next_pull(machine, session.now))
    left_alone, mended = pulls
    noon = begun().resolved.start + 3 * HOUR
    assert left_alone is not None
    assert mended is not None
    assert noon <= left_alone
    assert mended < noon
    interval = int(session.world.machines.interval[machine])
    assert (left_alone - mended) % interval == 0


def test_another_antivirus_is_removed_and_defender_is_active_by_itself() -> None:
    """Not at once; whether it was needed shows at the machine and not in the answer."""
    session = begun()
    name, _ = machine_of(session, GUEST)
    assert running_mode(session, name) == "Passive Mode"
    needed = session.submit(RepairMachine(name, "remove-antivirus")).text
    other, _ = machine_of(session, LATE)
    needless = session.submit(RepairMachine(other, "remove-antivirus")).text
    assert needed.replace(name, other) == needless
    session.advance(session.now + 44 * MINUTE)
    assert running_mode(session, name) == "Passive Mode"
    session.advance(session.now + 2 * MINUTE)
    assert running_mode(session, name) == "Normal"
    assert running_mode(session, other) == "Normal"


def test_a_healthy_machine_gains_nothing_by_a_restart() -> None:
    """Else everybody would be restarted to have a block at once."""
    plain, restarted = begun(), begun()
    name, machine = next((m.name, m.index) for m in plain.world.staff.machines if m.name == "OC-OF-01")
    restarted.submit(RepairMachine(name, "restart"))
    for session in (plain, restarted):
        session.advance(session.resolved.start + 2 * HOUR)
    first, second = (session.world.machines.next_pull(machine, session.now) for session in (plain, restarted))
    assert first is not None
    assert first == second


@pytest.mark.parametrize(
    ("machine", "remedy", "rule"),
    [("OC-OF-01", "restrat", "REMEDY-UNKNOWN"), ("OC-OF-99", "restart", "MACHINE-UNKNOWN")],
)
def test_what_cannot_be_asked_for_is_refused(machine: str, remedy: str, rule: str) -> None:
    with pytest.raises(CommandRefused) as told:
        begun().submit(RepairMachine(machine, remedy))
    assert [problem.rule for problem in told.value.problems] == [rule]


def test_it_is_an_administrators_and_goes_into_a_run_file() -> None:
    command = RepairMachine("OC-OF-01", "restart")
    assert from_json(to_json(command)) == command
    kept = begun().resolved.dump() | {"trainee": {"role": "operator"}}
    with pytest.raises(CommandRefused, match="ROLE-NEEDED"):
        Session(resolved_from(kept, "run"), 1).submit(command)
