"""Settings reach machines by their routes, in their time, and decide from the moment they arrive."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused
from sim.base.time import DAY, HOUR, MINUTE
from sim.engine.enforcement.facts import SMARTSCREEN_GUARDED, NetworkProtection, Outcome
from sim.engine.enforcement.fleet import MachineSettings
from sim.engine.enforcement.settings import NETWORK_PROTECTION, PRECEDENCE, SETTINGS, Route
from sim.session.driver import Session, restore
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.session.runfile import read_run
from sim.testing import begin, prompt, switch_on, wait

NAME = NETWORK_PROTECTION.name
LONGEST = {
    Route.POWERSHELL: 0,
    Route.REGISTRY: 0,
    Route.GPO: 2 * HOUR,
    Route.SCCM: HOUR,
    Route.INTUNE: 8 * HOUR,
}
ORDER = (Route.GPO, Route.REGISTRY, Route.SCCM, Route.INTUNE, Route.POWERSHELL)
GET = f"(Get-MpPreference).{NAME}"


def give(session: Session, value: str, route: Route, target: str = "All machines") -> str:
    """Assign network protection; return the assignment's id."""
    answer = session.submit(AssignSetting(NAME, value, route, target))
    return str(answer.data["id"])


def modes(session: Session) -> list[str]:
    """Return what every machine's own prompt prints."""
    return [prompt(session, machine.name, GET) for machine in session.world.staff.machines]


@pytest.mark.fact("settings.registry", "settings.gpo", "settings.intune", "settings.device-wide")
@pytest.mark.parametrize("route", list(Route))
def test_a_route_takes_its_own_time_and_then_every_machine_has_it(route: Route):
    """At once by script or registry; up to 2 h by Group Policy, 8 h by Intune; who is off waits."""
    session = begin()
    give(session, "Enabled", route)
    progress = session.world.fleet.progress[0]
    known = {**progress.arrived, **progress.due}
    on = [m for m, time in known.items() if time - session.now <= LONGEST[route] + MINUTE]
    assert len(known) == 22
    assert len(on) >= (22 if LONGEST[route] == 0 else 15)
    if LONGEST[route]:
        assert not progress.arrived
        assert len(set(known.values())) > 8, "each machine draws its own time"
    wait(session, DAY)
    assert modes(session) == ["1"] * 22


@pytest.mark.fact("settings.default-off")
def test_nobody_set_it_so_it_is_off():
    """Windows ships network protection off."""
    assert modes(begin()) == ["0"] * 22


@pytest.mark.fact("settings.managed-wins")
def test_a_managed_value_overrides_a_local_one_and_get_shows_it():
    """What somebody types is kept, is silent, and comes into force when the managed value is taken back."""
    session = begin()
    given = give(session, "AuditMode", Route.GPO, "HF-LT-07")
    wait(session, 3 * HOUR)
    assert prompt(session, "HF-LT-07", f"Set-MpPreference -{NAME} Enabled; {GET}") == "2"
    assert session.world.posture(_index(session, "HF-LT-07")).network_protection is NetworkProtection.AUDIT
    session.submit(WithdrawSetting(given))
    assert prompt(session, "HF-LT-07", GET) == "2"
    wait(session, 3 * HOUR)
    assert prompt(session, "HF-LT-07", GET) == "1"


@pytest.mark.parametrize(("stronger", "weaker"), list(pairwise(PRECEDENCE)))
def test_the_stronger_route_holds_whichever_comes_first(stronger: Route, weaker: Route):
    """The order of MDE/troubleshoot-settings.md, on one machine."""
    for order in ((stronger, weaker), (weaker, stronger)):
        session = begin()
        for route in order:
            give(session, "Enabled" if route is stronger else "AuditMode", route, "HF-LT-07")
            wait(session, HOUR)
        wait(session, DAY)
        assert prompt(session, "HF-LT-07", GET) == "1"


def test_taking_back_before_arrival_lets_nothing_arrive():
    """An assignment that is withdrawn on its way changes no machine."""
    session = begin()
    session.submit(WithdrawSetting(give(session, "Enabled", Route.INTUNE)))
    wait(session, DAY)
    assert modes(session) == ["0"] * 22


def test_the_later_of_two_assignments_by_one_route_holds():
    """And the earlier one comes back when it goes."""
    session = begin()
    give(session, "Enabled", Route.REGISTRY)
    later = give(session, "AuditMode", Route.REGISTRY, "Sales")
    people, machines = session.world.staff.people, session.world.staff.machines
    sales = [m.index for m in machines if people[m.owner].department == "Sales"]
    assert [m for m, mode in enumerate(modes(session)) if mode == "2"] == sales
    session.submit(WithdrawSetting(later))
    assert modes(session) == ["1"] * 22


@pytest.mark.fact("settings.event-5007")
def test_an_arrival_and_a_typed_change_write_event_5007():
    """And a change that changes nothing writes none."""
    session = begin()
    log = "(Get-WinEvent 'Microsoft-Windows-Windows Defender/Operational').Count"
    assert "No events were found" in prompt(session, "HF-LT-07", log)
    prompt(session, "HF-LT-07", f"Set-MpPreference -{NAME} Enabled")
    prompt(session, "HF-LT-07", f"Set-MpPreference -{NAME} Enabled")
    assert prompt(session, "HF-LT-07", log) == "1"
    give(session, "AuditMode", Route.GPO)
    wait(session, 3 * HOUR)
    assert prompt(session, "HF-LT-07", log) == "2"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (AssignSetting("EnableNetworkProtektion", "Enabled", "Intune"), "SETTING-UNKNOWN"),
        (AssignSetting(NAME, "block", "Intune"), "SETTING-VALUE"),
        (AssignSetting(NAME, "Enabled", "e-mail"), "SETTING-ROUTE"),
        (AssignSetting(NAME, "Enabled", "Intune", "Sale"), "TARGET-UNKNOWN"),
        (AssignSetting("SmartScreenEnabled", "Off", "PowerShell"), "SETTING-ROUTE"),
        (AssignSetting("AllowNetworkProtectionOnWinServer", "On", "Intune"), "SETTING-UNKNOWN"),
        (WithdrawSetting("fleet-0000"), "FLEET-UNKNOWN"),
    ],
)
def test_what_cannot_be_assigned_is_refused_with_advice(command, rule: str):
    """A refused command changes nothing."""
    session = begin()
    with pytest.raises(CommandRefused) as refusal:
        session.submit(command)
    assert [problem.rule for problem in refusal.value.problems] == [rule]
    assert all(problem.advice for problem in refusal.value.problems)
    assert session.world.fleet.assignments == []


def test_taking_back_twice_is_refused():
    """The second time there is nothing to take back."""
    session = begin()
    given = give(session, "Enabled", Route.INTUNE)
    session.submit(WithdrawSetting(given))
    with pytest.raises(CommandRefused, match="FLEET-WITHDRAWN"):
        session.submit(WithdrawSetting(given))


def test_every_setting_says_where_each_route_keeps_it_and_on_what_it_stands():
    """No fact without its mark."""
    for setting in SETTINGS.values():
        assert setting.places
        assert all(setting.places.values())
        assert any(mark in setting.source for mark in ("documented", "observed", "own knowledge", "guess"))


def test_one_machine_more_changes_nobody_elses_times():
    """Draws are keyed by person, not by place in the fleet."""
    whole, part = begin(), begin()
    give(whole, "Enabled", Route.INTUNE)
    give(part, "Enabled", Route.INTUNE, "Finance")
    due = part.world.fleet.progress[0].due
    assert due
    assert {m: whole.world.fleet.progress[0].due[m] for m in due} == due


def _index(session: Session, name: str) -> int:
    return next(m.index for m in session.world.staff.machines if m.name == name)


def _busy(step: int) -> str:
    """Play a day with assignments on their way, time cut every `step`; return the digest."""
    session = begin()
    give(session, "AuditMode", Route.GPO)
    later = give(session, "Enabled", Route.INTUNE, "Operations")
    stop = session.now + 3 * HOUR
    while session.now < stop:
        session.advance(min(stop, session.now + step))
    session.submit(WithdrawSetting(later))
    session.advance(session.now + 9 * HOUR)
    return session.digest()


@pytest.mark.parametrize("step", [7 * MINUTE, HOUR])
def test_where_time_is_cut_changes_nothing(step: int):
    """Arrivals are events of the world, not of who looks."""
    assert _busy(step) == _busy(3 * HOUR)


def test_a_run_file_plays_again_to_the_same_digest(tmp_path: Path):
    """Assignments are commands like any other."""
    session = begin()
    session.record_to(tmp_path / "run.jsonl")
    given = give(session, "Enabled", Route.INTUNE)
    wait(session, 4 * HOUR)
    session.submit(WithdrawSetting(given))
    prompt(session, "HF-LT-07", f"Set-MpPreference -{NAME} AuditMode; Add-MpPreference -ExclusionPath C:\\x")
    wait(session, 9 * HOUR)
    session.leave()
    again = restore(read_run(tmp_path / "run.jsonl")).session
    assert again.digest() == session.digest()
    assert prompt(again, "HF-LT-07", GET) == prompt(session, "HF-LT-07", GET) == "2"


def test_a_change_counts_for_connections_from_its_own_moment():
    """What was browsed before an arrival was browsed without it."""
    session = begin()
    switch_on(session)
    give(session, "Enabled", Route.GPO)
    arrives = dict(session.world.fleet.progress[0].due)
    wait(session, 8 * HOUR)
    rows = session.world.plane.telemetry.between(0, session.now)
    names = session.world.staff.processes
    others = [place for place, name in enumerate(names) if name.lower() not in SMARTSCREEN_GUARDED]
    blocked = (rows.outcome == Outcome.BLOCKED) & np.isin(rows.process, others)
    assert blocked.any()
    for machine in set(rows.machine[blocked].tolist()):
        assert int(rows.time[blocked & (rows.machine == machine)].min()) >= arrives[machine]


steps = st.tuples(
    st.sampled_from(["hold", "drop", "type"]),
    st.sampled_from(PRECEDENCE),
    st.integers(0, 2),
    st.integers(0, 3),
)


@given(st.lists(steps, max_size=20))
def test_the_strongest_route_that_has_a_value_holds_whatever_happened_before(done: list[Any]):
    """Against the plainest reckoning: what each route last has, and the first of the order."""
    held, has = MachineSettings(), dict[Route, dict[int, int]]()
    for what, route, value, number in done:
        if what == "type":
            held.set_locally(NAME, value)
            has[Route.POWERSHELL] = {0: value}
        elif what == "hold" and route is not Route.POWERSHELL:
            held.hold(NAME, route, number, value)
            has.setdefault(route, {})[number] = value
        elif what == "drop":
            held.drop(NAME, route, number)
            has.get(route, {}).pop(number, None)
    present = [route for route in ORDER if has.get(route)]
    expected = (has[present[0]][max(has[present[0]])], present[0]) if present else (0, None)
    found = held.effective(NAME)
    assert (found.value, found.route) == expected
