"""Questions need a deliberate y, forms say what is wrong, and a prompt remembers."""

from __future__ import annotations

import pytest
from textual.widgets import Checkbox, Input

from tests.tui.gallery import AppsScreen, Gallery, PromptScreen
from tests.tui.robot import Robot, play
from tui.confirm import Confirm
from tui.forms import FormScreen
from tui.widgets.prompt import Prompt


def done(robot: Robot) -> list[str]:
    screen = robot.app.screen
    assert isinstance(screen, AppsScreen)
    return screen.done


async def test_a_question_names_object_consequence_and_delay():
    async with play(Gallery()) as robot:
        await robot.press("u")
        for words in (
            "Tag as unsanctioned?",
            "dropbox, for all machines",
            "its 3 domains become block indicators",
            "up to 3 h",
            "y  Unsanction",
            "n  Cancel",
        ):
            robot.expect(words)


@pytest.mark.parametrize(
    ("keys", "happens"),
    [(["y"], True), (["n"], False), (["escape"], False), (["enter"] * 5 + ["n"], False)],
)
async def test_only_y_confirms_and_enter_does_nothing(keys: list[str], happens: bool):
    async with play(Gallery()) as robot:
        await robot.press("u")
        for key in keys:
            assert isinstance(robot.app.screen, Confirm)
            await robot.press(key)
        await robot.until(lambda: not isinstance(robot.app.screen, Confirm))
        await robot.settle()
        assert done(robot) == (["unsanction dropbox"] if happens else [])


async def test_the_answers_can_be_clicked_and_other_keys_reach_nothing_below():
    async with play(Gallery()) as robot:
        await robot.press("u", "s", "q", "g", "a")
        assert isinstance(robot.app.screen, Confirm)
        line = next(y for y, text in enumerate(robot.lines()) if "y  Unsanction" in text)
        x = robot.lines()[line].index("Unsanction")
        await robot.pilot.click(offset=(x, line))
        await robot.until(lambda: isinstance(robot.app.screen, AppsScreen))
        await robot.until(lambda: done(robot) == ["unsanction dropbox"])


async def test_a_form_says_what_is_wrong_beside_the_field_and_goes_there():
    async with play(Gallery()) as robot:
        await robot.press("I")
        form = robot.app.screen
        assert isinstance(form, FormScreen)
        await robot.press("enter", *["tab"] * 3, "ctrl+enter")
        robot.expect("! this is not a domain")
        assert form.query_one("#field-value", Input).has_focus
        await robot.press(*"sohu.com", "alt+enter")
        await robot.until(lambda: isinstance(robot.app.screen, AppsScreen))
        assert done(robot) == [
            "indicator {'value': 'sohu.com', 'action': 'Alert and block', "
            "'title': 'Custom network indicator', 'alert': True}"
        ]


async def test_fields_are_checked_together_before_anything_is_saved():
    async with play(Gallery()) as robot:
        await robot.press("I", *"sohu.com", "enter")
        form = robot.app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#field-alert", Checkbox).value = False
        await robot.press("down", "down", "enter")
        await robot.settle()
        assert form.values()["action"] == "Alert only"
        form.query_one("#save").focus()
        await robot.press("enter")
        robot.expect("! Alert only without an alert does nothing")
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, AppsScreen))
        assert done(robot) == ["indicator None"]


async def test_a_form_fits_the_smallest_terminal():
    async with play(Gallery(), 60, 16) as robot:
        await robot.press("I")
        robot.expect("Save")
        robot.expect("Domain")


async def test_a_prompt_shows_output_literally_and_recalls_lines():
    async with play(Gallery()) as robot:
        await robot.press("P")
        assert isinstance(robot.app.screen, PromptScreen)
        box = robot.app.screen.query_one(Input)
        await robot.press(*"[/x]", "enter", *"two", "enter", "enter")
        robot.expect("PS C:\\> [/x]")
        robot.expect("[[/x]]")
        await robot.press(*"draft", "up")
        assert box.value == "two"
        await robot.press("up", "up", "up")
        assert box.value == "[/x]"
        await robot.press("down", "down", "down")
        assert box.value == "draft"


async def test_a_prompt_scrolls_and_can_be_cleared():
    async with play(Gallery()) as robot:
        await robot.press("P")
        prompt = robot.app.screen.query_one(Prompt)
        prompt.write("\n".join(f"line {i}" for i in range(100)))
        prompt.lead = "PS D:\\> "
        await robot.settle()
        robot.expect("line 99")
        robot.expect("PS D:\\>")
        await robot.press("pageup", "pageup")
        robot.refuse("line 99")
        prompt.clear()
        await robot.settle()
        robot.refuse("line")
