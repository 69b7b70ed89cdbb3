"""Tags of today's portal: Monitored, and the scoped profiles that a tag may hold with."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Select

from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.indicator_commands import SaveScopedProfile
from sim.views import cloud_settings
from tests.tui.robot import Robot, play
from tests.tui.stages import session_of, with_data
from tui.actions import choices
from tui.app import PlayApp
from tui.forms import FormScreen

TODAY = Path(__file__).resolve().parents[1] / "scenarios" / "today-office.yaml"


def today() -> Session:
    """Return the small office of today at its first data, with every switch on."""
    session = Session(load_scenario(str(TODAY)))
    for switch in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
        session.submit(SetSwitch(switch, True))
    session.skip_to_next()
    return session


async def choose_sohu(robot: Robot) -> None:
    """Go to the discovered apps, and to Sohu News there."""
    await robot.press("g", "a")
    assert robot.grid().select("sohu-news")
    await robot.settle()


async def form(robot: Robot) -> None:
    """Wait for the form to be on the screen."""
    await robot.until(lambda: isinstance(robot.app.screen, FormScreen) and robot.sees("esc cancels"))


def tags(robot: Robot) -> dict[str, str]:
    """Return the built-in tags."""
    return session_of(robot).world.tenant.tags


async def test_an_app_is_monitored_after_a_question_that_says_how_long_a_bypass_holds():
    async with play(PlayApp(today())) as robot:
        await choose_sohu(robot)
        await robot.press("m")
        await robot.until(lambda: robot.sees("Tag as monitored?"))
        words = " ".join(robot.text().replace("│", " ").split())
        assert "Defender for Endpoint as indicators that warn, for every device" in words
        assert "let through for 24 hours" in words
        await robot.confirm(False)
        assert tags(robot) == {}
        await robot.press("m")
        await robot.confirm()
        await robot.until(lambda: tags(robot) == {"sohu-news": "Monitored"})
        await robot.press("x")
        await robot.until(lambda: robot.sees("now tagged Monitored"))
        await robot.confirm()
        await robot.until(lambda: tags(robot) == {})


async def test_in_2019_nothing_offers_the_tag_monitored():
    async with play(PlayApp(with_data())) as robot:
        await choose_sohu(robot)
        before = dict(tags(robot))
        await robot.press("m")
        assert tags(robot) == before
        offered = {choice.action.id for choice in choices(robot.app.screen)}
        assert "tag.unsanction" in offered
        assert "tag.monitor" not in offered
        robot.refuse("onitor")


async def test_a_tag_holds_with_the_profile_that_is_chosen():
    session = today()
    session.submit(SaveScopedProfile("Out of office", ("Field laptops",)))
    async with play(PlayApp(session)) as robot:
        await choose_sohu(robot)
        await robot.press("u")
        await form(robot)
        robot.expect("Tag as unsanctioned?")
        robot.expect("Every device")
        await robot.press("enter", "down", "enter", "ctrl+enter")
        await robot.until(lambda: tags(robot) == {"sohu-news": "Unsanctioned"})
        assert session.world.tenant.profiles.chosen("sohu-news") == "Out of office"
        (row,) = cloud_settings.profiles(session)
        assert row.apps == ("Sohu News",)


async def test_without_enforcement_no_profile_is_offered():
    session = today()
    session.submit(SaveScopedProfile("Out of office", ("Field laptops",)))
    session.submit(SetSwitch(BLOCK_UNSANCTIONED, False))
    async with play(PlayApp(session)) as robot:
        await choose_sohu(robot)
        await robot.press("u")
        await robot.confirm()
        await robot.until(lambda: tags(robot) == {"sohu-news": "Unsanctioned"})
        assert session.world.tenant.profiles.chosen("sohu-news") == ""


async def test_a_scoped_profile_is_added_changed_and_removed_in_the_settings():
    session = today()
    async with play(PlayApp(session)) as robot:
        await robot.press("g", "d", "left_square_bracket")
        robot.expect("there is no scoped profile")
        await robot.press("N")
        await form(robot)
        await robot.press(*"But field", "tab", "enter", "down", "enter", "tab", *"Field", "ctrl+enter")
        await robot.until(lambda: robot.sees("one of: Field laptops"))
        await robot.press(*" laptops", "ctrl+enter")
        await robot.until(lambda: bool(cloud_settings.profiles(session)))
        await robot.until(lambda: robot.sees("all but Field laptops"))
        session.submit(TagApp("dropbox", "Unsanctioned", "But field"))
        await robot.press("left_square_bracket", "right_square_bracket")
        robot.expect("Dropbox")
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: robot.sees("The tag of dropbox"))
        await robot.press("enter")
        await form(robot)
        robot.app.screen.query_one("#field-type", Select).value = "Include"
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("only Field laptops"))
        session.submit(TagApp("dropbox", ""))
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: cloud_settings.profiles(session) == [])


async def test_the_settings_of_2019_have_no_scoped_profiles():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "d")
        robot.expect("IP ranges")
        robot.refuse("Profiles")
