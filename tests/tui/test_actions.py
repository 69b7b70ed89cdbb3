"""One registry: keys do not collide, every action has its method, and refusals give reasons."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from tests.tui.gallery import GALLERY, AppsScreen, Gallery
from tests.tui.robot import play
from tui.actions import Action, Scope, collisions, show_key, unhandled
from tui.help import HelpScreen
from tui.keys import FILTER_BOX, FILTERED, GLOBAL, TABLE
from tui.shell import Shell
from tui.widgets.grid import Grid
from tui.widgets.keybar import SHOWN, KeyBar
from tui.widgets.table import FilterBox, Table


def apps(robot) -> AppsScreen:
    assert isinstance(robot.app.screen, AppsScreen)
    return robot.app.screen


def test_no_two_actions_that_are_active_together_share_a_key():
    assert collisions([GLOBAL, TABLE, GALLERY]) == []
    assert collisions([FILTER_BOX]) == []


def test_a_shared_key_and_a_prefix_used_alone_are_found():
    twice = Scope("x", "X", "", (Action("x.a", "A", "a", ("a",)), Action("x.b", "B", "b", ("a",))))
    assert collisions([twice]) == ["a: x.a", "a: x.b"]
    prefixed = (Action("y.g", "G", "g", ("g",)), Action("y.t", "T", "t", ("g t",)))
    alone = Scope("y", "Y", "", prefixed)
    assert collisions([alone]) == ["g: y.g"]


@pytest.mark.parametrize("host", [Shell, Grid, Table, FilterBox, AppsScreen])
def test_every_action_and_condition_has_its_method(host):
    assert unhandled(host) == []


def test_a_missing_method_is_named():
    class Half(Shell, scope=Scope("h", "H", "", (Action("h.x", "X", "x", when="y"),))):
        pass

    assert unhandled(Half) == ["do_h_x", "when_y"]


@pytest.mark.parametrize("scope", [GLOBAL, TABLE, FILTERED, FILTER_BOX, GALLERY])
def test_nothing_vital_hangs_on_keys_that_terminals_take(scope: Scope):
    taken = {"ctrl+s", "ctrl+o", "ctrl+j", "ctrl+q", "ctrl+k", "ctrl+e"}
    for action in scope:
        assert not taken & set(action.keys)
        if action.keys:
            assert any(not key.startswith(("ctrl+", "f1")) for key in action.keys) or (
                action.id in {"table.half_down", "table.half_up"}
            )


def test_bindings_have_ids_so_that_a_keymap_can_move_them():
    bindings = [binding for scope in (GLOBAL, TABLE) for binding in scope.bindings()]
    made = [binding.id for binding in bindings if isinstance(binding, Binding)]
    assert len(made) == len(bindings)
    assert all(made)
    assert len(set(made)) == len(made)


def test_keys_are_written_as_people_say_them():
    assert [show_key(key) for key in ("escape", "g a", "pagedown", "?")] == [
        "esc",
        "g a",
        "pgdn",
        "?",
    ]


async def test_a_key_does_its_action_on_the_chosen_entity():
    async with play(Gallery()) as robot:
        await robot.press("j", "s")
        assert apps(robot).done == ["sanction microsoft-exchange-online"]


async def test_an_action_that_is_not_available_says_why_and_does_nothing():
    async with play(Gallery()) as robot:
        await robot.press("y")
        await robot.until(lambda: robot.sees("Sync now: not now"))
        robot.expect("This scenario has no sandbox keys.")
        assert apps(robot).done == []


async def test_a_prefix_lists_what_may_follow_and_the_second_key_does_it():
    async with play(Gallery()) as robot:
        await robot.press("g")
        for words in ("g …", "a  Apps", "q  Alerts", "g  First row", "esc cancels"):
            robot.expect(words)
        await robot.press("q")
        assert apps(robot).done == ["queue"]
        robot.refuse("g …")


@pytest.mark.parametrize("key", ["escape", "s", "u"])
async def test_a_key_that_may_not_follow_ends_the_prefix_and_does_nothing(key: str):
    async with play(Gallery()) as robot:
        await robot.press("g", key)
        robot.refuse("g …")
        assert apps(robot).done == []


async def test_a_prefix_times_out(monkeypatch):
    monkeypatch.setattr(Shell, "PREFIX_SECONDS", 0.01)
    async with play(Gallery()) as robot:
        await robot.press("g")
        await robot.until(lambda: not robot.sees("g …"))
        await robot.press("s")
        assert apps(robot).done == ["sanction dropbox"]


async def test_letters_typed_into_a_box_are_letters():
    async with play(Gallery()) as robot:
        await robot.press("/", "g", "a", "s")
        assert robot.grid().filter_text == "gas"
        assert apps(robot).done == []


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_footer_shows_at_most_six_keys_and_help_and_is_never_cut(width: int):
    async with play(Gallery(), width, 24) as robot:
        bar = robot.app.screen.query_one(KeyBar)
        shown = [choice.action.id for _, choice in bar.entries()]
        assert shown[0] == "table.open"
        assert shown[-1] == "app.help"
        assert len(shown) <= SHOWN + 1
        line = robot.lines()[-1]
        assert line.startswith(" enter open   u unsanction")
        assert line.endswith("? help")


async def test_a_click_in_the_footer_does_what_the_key_does():
    async with play(Gallery()) as robot:
        x = robot.lines()[-1].index("s sanction")
        await robot.pilot.click(KeyBar, offset=(x, 0))
        await robot.until(lambda: apps(robot).done == ["sanction dropbox"])


async def test_the_footer_follows_the_focus_and_the_state():
    async with play(Gallery()) as robot:
        await robot.press("/")
        assert robot.lines()[-1] == " enter keep filter   ctrl+p palette   f1 help"
        await robot.press("b", "enter")
        robot.expect("esc all rows")
        await robot.press("escape")
        robot.refuse("esc all rows")


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_lists_every_key_of_the_moment_and_searches(key: str):
    async with play(Gallery(), 120, 40) as robot:
        await robot.press(key)
        await robot.until(lambda: isinstance(robot.app.screen, HelpScreen))
        robot.expect("Every cloud app that the machines of this report")
        listed = {row.id for row in robot.rows()}
        assert listed >= {a.id for scope in (GALLERY, TABLE) for a in scope}
        await robot.press(*"sandbox")
        assert robot.rows() == []
        await robot.press(*["backspace"] * 7, *"indic")
        await robot.until(lambda: len(robot.rows()) == 2)
        await robot.press("escape")
        assert apps(robot).done == []


async def test_help_carries_the_chosen_action_out():
    async with play(Gallery()) as robot:
        await robot.press("question_mark", *"alerts", "enter")
        await robot.until(lambda: isinstance(robot.app.screen, AppsScreen))
        await robot.until(lambda: apps(robot).done == ["queue"])


async def test_help_says_why_an_action_is_not_available():
    async with play(Gallery()) as robot:
        await robot.press("question_mark", *"now")
        robot.expect("Not now: this scenario has no sandbox keys.")


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_an_action_shows_its_key_and_does_it(key: str):
    async with play(Gallery()) as robot:
        await robot.press(key)
        await robot.until(lambda: robot.sees("tag the app as unsanctioned"))
        await robot.press(*"alerts")
        await robot.until(lambda: robot.sees("g q") and not robot.sees("PowerShell"))
        await robot.until(lambda: not robot.sees("g o"))
        await robot.press("enter")
        await robot.until(lambda: isinstance(robot.app.screen, AppsScreen))
        await robot.until(lambda: apps(robot).done == ["queue"])


async def test_back_leaves_a_page_and_says_when_there_is_nothing_above():
    async with play(Gallery()) as robot:
        await robot.press("g", "o")
        robot.expect("SIMULATOR VIEW")
        await robot.press("escape")
        robot.expect("Discovered apps")
        await robot.press("escape")
        await robot.until(lambda: robot.sees("This is the first screen."))


async def test_quitting_asks_first():
    async with play(Gallery()) as robot:
        await robot.press("q")
        await robot.confirm(yes=False)
        assert robot.app.is_running
        await robot.press("q")
        await robot.confirm()
        await robot.until(lambda: robot.app._exit)
