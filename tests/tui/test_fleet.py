"""Fleet settings, what is in force on a machine, and the inventory, as an administrator uses them."""

from __future__ import annotations

import pytest

from sim.base.time import HOUR, MINUTE
from sim.session.fleet_commands import AssignSetting, RepairMachine
from tests.tui.robot import play
from tests.tui.stages import app_of, fresh, pass_time, session_of
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.fleet import ARRIVALS, FLEET, ArrivalsScreen, FleetScreen
from tui.screens.inventory import INVENTORY, InventoryScreen
from tui.screens.machine_settings import MACHINE_SETTINGS, MachineSettingsScreen

NP = "EnableNetworkProtection"


@pytest.mark.parametrize("scope", [FLEET, ARRIVALS, MACHINE_SETTINGS, INVENTORY], ids=lambda s: s.name)
def test_no_key_means_two_things(scope):
    assert collisions([PLAY, TABLE, scope]) == []


@pytest.mark.parametrize("screen", [FleetScreen, ArrivalsScreen, MachineSettingsScreen, InventoryScreen])
def test_every_action_has_its_method(screen):
    assert unhandled(screen) == []


async def test_the_service_desk_is_asked_for_a_restart():
    app = PlayApp(fresh())
    async with play(app) as robot:
        app.open("machine_settings", "HF-LT-07")
        await robot.until(lambda: robot.sees("R service desk"))
        await robot.press("R")
        await robot.until(lambda: robot.sees("Restart it"))
        robot.expect("about 45 minutes")
        await robot.press("ctrl+enter")
        await robot.until(lambda: bool(session_of(robot).sent))
        assert session_of(robot).sent[0].command == RepairMachine("HF-LT-07", "restart")


async def test_a_setting_is_assigned_arrives_and_is_taken_back():
    async with play(PlayApp(fresh())) as robot:
        await robot.press("g", "f")
        robot.expect("PRODUCT VIEW – Management tools")
        robot.expect("Nothing is managed")
        await robot.press("N")
        await robot.until(lambda: robot.sees("Assign a setting"))
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("blocks, or logs in audit mode"))
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("Assign this setting?"))
        robot.expect("within 2 h")
        await robot.confirm()
        await robot.until(lambda: bool(robot.rows()))
        assert session_of(robot).world.fleet.assignments[0].value == 0
        robot.expect("not told")
        await robot.press("d")
        await robot.until(lambda: robot.sees("Take this assignment back?"))
        await robot.confirm()
        await robot.until(lambda: robot.sees("taken back"))
        robot.refuse("not told   ")


async def test_a_target_that_is_none_is_said_with_the_nearest():
    async with play(PlayApp(fresh())) as robot:
        await robot.press("g", "f", "N")
        await robot.until(lambda: robot.sees("Assign a setting"))
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("All machines"))
        await robot.press("tab", "tab", "end", *("backspace",) * 12, *"Sale", "ctrl+enter")
        await robot.until(lambda: robot.sees("did you mean 'Sales'?"))


async def test_the_console_counts_what_machines_reported_and_lists_them():
    async with play(PlayApp(fresh())) as robot:
        app_of(robot).submit(AssignSetting(NP, "Enabled", "Intune"), quiet=True)
        await robot.press("g", "f")
        robot.expect("0 of 22")
        await pass_time(robot, 10 * HOUR)
        robot.expect("22 of 22")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("marek.novak"))
        assert all(row.reported is not None for row in robot.rows())


async def test_a_machine_says_what_is_in_force_who_set_it_and_what_waits():
    async with play(PlayApp(fresh()), 100, 30) as robot:
        app_of(robot).submit(AssignSetting(NP, "Enabled", "PowerShell", "HF-LT-07"), quiet=True)
        app_of(robot).submit(AssignSetting(NP, "AuditMode", "Registry", "HF-LT-07"), quiet=True)
        await robot.press("g", "t")
        robot.grid().select("HF-LT-07")
        await robot.press("S")
        await robot.until(lambda: robot.sees("PRODUCT VIEW – Windows"))
        robot.expect("EnableNetworkProtection is AuditMode")
        robot.expect("Overrides   Enabled by PowerShell")
        robot.expect("Windows default")
        await robot.press("x")
        await robot.until(lambda: robot.sees("PS HF-LT-07>"))


async def test_the_inventory_says_what_has_no_documented_effect_and_what_builds_need():
    async with play(PlayApp(fresh()), 120, 30) as robot:
        await robot.press("g", "k")
        robot.expect("Licence: Microsoft Defender ATP")
        robot.expect("Azure ATP integration")
        robot.expect("no effect documented")
        robot.grid().select("Azure ATP integration")
        await robot.settle()
        robot.expect("more detections; observed")
        robot.expect("17763.379 (KB4489899)")
        await robot.press("]")
        robot.expect("takes part")


async def test_cls_empties_the_prompt_and_exit_leaves_it():
    async with play(PlayApp(fresh())) as robot:
        app_of(robot).open("prompt", "HF-LT-07")
        await robot.settle()
        await robot.press(*"dir", "enter")
        await robot.until(lambda: robot.sees("is not recognized"))
        await robot.press(*"cls", "enter")
        await robot.until(lambda: not robot.sees("is not recognized"))
        await robot.press(*"exit", "enter")
        await robot.until(lambda: robot.sees("On which machine?"))


async def test_time_alone_does_not_fill_the_list():
    async with play(PlayApp(fresh())) as robot:
        await robot.press("g", "f")
        await pass_time(robot, 30 * MINUTE)
        assert robot.rows() == []
