"""The propagation board: what was tested or looked up, nothing more until it is revealed."""

from __future__ import annotations

from sim.base.time import HOUR
from sim.engine.enforcement.facts import NetworkProtection
from sim.session.endpoint_commands import PowerShell
from sim.views.simulator import PropagationRow
from tests.tui.robot import Robot, play
from tests.tui.stages import after_tests, app_of, blocking, fresh, pass_time, session_of, with_data
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.board import STATES, meters, state_tone
from tui.screens.propagation import PROPAGATION, PropagationScreen


def row(robot: Robot, machine: str) -> PropagationRow:
    """Return a machine's row of the board."""
    found: PropagationRow = next(r.row for r in robot.rows() if r.row.machine == machine)
    return found


def states(robot: Robot, machine: str) -> tuple[str, ...]:
    """Return the states of Edge, Chrome and Firefox."""
    return tuple(cell.state for cell in row(robot, machine).cells)


def test_no_key_means_two_things_and_every_action_has_its_method():
    assert collisions([PLAY, TABLE, PROPAGATION]) == []
    assert unhandled(PropagationScreen) == []


def test_states_differ_in_shape_and_letter_not_only_in_colour():
    assert len({shape for shape, _, _ in STATES.values()}) == len(STATES)
    assert len({letter for _, letter, _ in STATES.values()}) == len(STATES)


def test_open_is_bad_only_where_the_app_is_meant_to_be_blocked():
    assert state_tone("open", True) == "high"
    assert state_tone("open", False) == "other"
    assert state_tone("blocked", True) == "sanctioned"


BROWSERS = ("MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe")


def test_a_meter_has_one_mark_for_each_machine_and_fits_its_line():
    lines = meters(BROWSERS, [{"blocked": 2, "open": 1, "unknown": 19}] * 3, 78, True).plain.splitlines()
    assert lines[0].startswith("Edge    ■■□" + "·" * 19 + "  ")
    assert all(len(line) <= 78 for line in lines)
    crowd = meters(BROWSERS, [{"blocked": 900, "open": 1, "unknown": 1100}] * 3, 78, True).plain.splitlines()
    assert "■□·" in crowd[1], "one open machine of 2,001 does not round away"


async def test_before_any_test_nothing_is_known():
    async with play(PlayApp(blocking())) as robot:
        await robot.press("g", "v")
        robot.expect("SIMULATOR VIEW")
        robot.expect("0 of 66 tested; the rest is not known")
        assert states(robot, "HF-LT-02") == ("unknown",) * 3
        assert all(r.row.pulled is None and r.row.next_pull is None for r in robot.rows())
        # Set-MpPreference prints nothing, so the trainee has seen no mode yet.
        assert all(r.row.network_protection is None for r in robot.rows())


async def test_a_test_fills_its_cell_and_proves_that_the_machine_holds_the_indicator():
    async with play(PlayApp(blocking())) as robot:
        await robot.press("g", "v")
        robot.grid().select("HF-LT-07")
        await robot.settle()
        await robot.press("right", "T")
        await robot.until(lambda: states(robot, "HF-LT-07") == ("unknown", "blocked", "unknown"))
        assert row(robot, "HF-LT-07").pulled is True
        robot.expect("‹■ B ")
        robot.expect("1 of 66 tested")
        robot.grid().select("HF-LT-02")
        await robot.settle()
        await robot.press("T")
        await robot.until(lambda: states(robot, "HF-LT-02")[1] == "open")
        assert row(robot, "HF-LT-02").pulled is None


async def test_what_the_prompt_showed_is_on_the_board():
    async with play(PlayApp(blocking())) as robot:
        await robot.press("g", "v")
        app_of(robot).submit(PowerShell("HF-LT-11", "Get-MpPreference"), quiet=True)
        await robot.settle()
        assert row(robot, "HF-LT-11").network_protection is NetworkProtection.AUDIT
        robot.expect("2 audit")


async def test_enter_explains_nothing_before_it_is_revealed():
    async with play(PlayApp(after_tests())) as robot:
        await robot.press("g", "v", "enter")
        await robot.until(lambda: robot.sees("is not revealed"))
        robot.refuse("the reason")


async def test_revealing_says_its_price_and_no_changes_nothing():
    async with play(PlayApp(after_tests())) as robot:
        await robot.press("g", "v", "H")
        await robot.until(lambda: robot.sees("Reveal the propagation?"))
        robot.expect("costs 5 points of the score")
        await robot.confirm(yes=False)
        assert not session_of(robot).notes.hints


async def test_what_is_revealed_is_the_truth_and_enter_tells_the_chain():
    async with play(PlayApp(after_tests()), 120, 40) as robot:
        await robot.press("g", "v", "H")
        await robot.confirm()
        await robot.until(lambda: states(robot, "HF-LT-05") == ("blocked", "open", "open"))
        assert states(robot, "HF-LT-07") == ("blocked", "blocked", "blocked")
        assert states(robot, "HF-LT-11") == ("blocked", "audited", "audited")
        robot.expect("22 blocked")
        robot.grid().select("HF-LT-05")
        await robot.settle()
        await robot.press("right", "enter")
        robot.expect("□ O  OPEN")
        robot.expect("network protection blocks ◂ the reason")
        robot.expect("network protection is off")
        await robot.press("escape")
        assert robot.grid().selected == "HF-LT-05"


async def test_what_all_machines_have_in_common_is_counted_once_it_is_revealed():
    async with play(PlayApp(after_tests())) as robot:
        await robot.press("g", "v", "w")
        robot.refuse("first link that is missing")
        await robot.press("H")
        await robot.confirm()
        await robot.press("w")
        await robot.until(lambda: robot.sees("66 browsers of all machines"))
        robot.expect("Stopped, 24 of 66")
        robot.expect("Open: the first link that is missing, 42 of 66")
        robot.expect("42  ")
        robot.expect("network protection blocks")


async def test_the_cursor_and_the_browser_survive_time():
    async with play(PlayApp(after_tests())) as robot:
        await robot.press("g", "v")
        robot.grid().select("HF-LT-11")
        await robot.settle()
        await robot.press("right")
        robot.expect("‹□ O ")
        await pass_time(robot, HOUR)
        assert robot.grid().selected == "HF-LT-11"
        robot.expect("‹□ O ")


async def test_another_app_is_one_key_away_and_v_brings_any_app():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        robot.grid().select("microsoft-msn")
        await robot.press("v")
        robot.expect("Propagation › Microsoft MSN")
        robot.expect("no tag")
        await robot.press("T")
        await robot.until(lambda: states(robot, "HF-LT-02")[0] == "open")
        await robot.press("]")
        robot.expect("Propagation › Sohu News")


async def test_with_nothing_to_follow_it_says_where_to_begin():
    session = fresh()
    session.world.tenant.tags.clear()
    async with play(PlayApp(session)) as robot:
        await robot.press("g", "v")
        robot.expect("Nothing to follow yet")
        robot.expect("press v there")
        await robot.press("T")
        await robot.until(lambda: robot.sees("no app to follow yet"))
