"""Gateways, access policies, programs, messages and block scripts, worked at the keyboard."""

from __future__ import annotations

from pathlib import Path

from sim.base.time import HOUR
from sim.engine.tenant import INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from tests.tui.robot import Robot, play
from tests.tui.stages import fresh
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.app_page import APP_PAGE
from tui.screens.apps import APPS
from tui.screens.dashboard import DASHBOARD
from tui.screens.measures import MEASURES, MeasuresScreen

TWO_GATEWAYS = str(Path(__file__).parents[1] / "scenarios" / "two-gateways.yaml")


def session() -> Session:
    """Return a session with data, in which the news are unsanctioned and no appliance knows."""
    found = Session(load_scenario(TWO_GATEWAYS))
    found.submit(SetSwitch(INTEGRATION, True))
    found.submit(TagApp("sohu-news", "Unsanctioned"))
    found.advance(found.now + 4 * HOUR)
    return found


async def form(robot: Robot) -> None:
    """Wait for the form to be on the screen."""
    await robot.until(lambda: robot.sees("esc cancels"))


def test_no_key_means_two_things_and_every_action_has_its_method():
    for scope in (MEASURES, APPS, APP_PAGE, DASHBOARD):
        assert collisions([PLAY, TABLE, scope]) == []
    assert unhandled(MeasuresScreen) == []


async def test_an_appliance_lacks_the_domains_until_its_script_is_imported():
    played = session()
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "w")
        robot.expect("PRODUCT VIEW – Gateways")
        robot.expect("by hand")
        robot.expect("Missing     4 domains of unsanctioned apps")
        await robot.press("N")
        await robot.confirm()
        await robot.until(lambda: not robot.sees("Missing"))
        assert [row.domains for row in robot.rows()] == [4, 4]
        await robot.press("j")
        robot.expect("Its list    fetched ever")
        await robot.press("N")
        robot.expect("It takes no block script")


async def test_an_access_policy_is_saved_shown_and_deleted():
    played = session()
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "w", "]")
        robot.expect("PRODUCT VIEW – Cloud App Security")
        robot.expect("No access or session policy yet")
        await robot.press("N")
        await form(robot)
        await robot.press("tab", "tab", "tab", *"Desk", "enter")
        await robot.until(lambda: robot.sees("access-001"))
        rule = played.world.tenant.access.present()[0]
        assert (rule.app_id, rule.departments) == ("box", ("Desk",))
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: robot.sees("“Box” has left this list"))


async def test_intune_removes_a_program():
    played = session()
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "w", "]", "]")
        robot.expect("PRODUCT VIEW – Intune")
        robot.expect("dropbox.exe")
        await robot.press("enter")
        await form(robot)
        await robot.press("enter")
        await robot.until(lambda: robot.sees("4 machines still to ask Intune"))


async def test_the_users_of_an_app_are_told_why_and_what_to_use_instead():
    played = session()
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "a")
        await robot.until(lambda: robot.grid().selected == "salesforce")
        while robot.grid().selected != "dropbox":
            await robot.press("j")
        await robot.press("y")
        await form(robot)
        await robot.press("enter", "down", "enter", "tab", *"Nobody backs it up.", "enter")
        await robot.until(lambda: bool(played.world.messages.sent))
        await robot.press("g", "w", "]", "]", "]")
        robot.expect("PRODUCT VIEW – Mail")
        robot.expect("Please use Box instead")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("Cloud storage"))


async def test_a_block_script_is_written_from_the_discovery_pages(user_data: Path):
    async with play(PlayApp(session())) as robot:
        await robot.press("g", "a", "B")
        await form(robot)
        robot.expect("4 domains of all unsanctioned apps")
        await robot.press("tab", "enter")
        await robot.until(lambda: robot.sees("Written"))
    written = list((user_data / "reports").iterdir())
    assert [path.name for path in written] == ["2019-12-16_CAS_BlueCoat_block_script-001.txt"]
    assert written[0].read_text(encoding="utf-8").startswith("url.domain=sohu.com deny\n")


async def test_without_an_unsanctioned_app_there_is_no_script_and_without_gateways_the_page_says_so():
    played = fresh()
    played.submit(TagApp("sohu-news", ""))
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "a", "B")
        robot.expect("No app is tagged Unsanctioned")
        await robot.press("g", "w")
        robot.expect("No proxy or gateway stands here")
        await robot.press("]", "N")
        robot.expect("No app here signs people in through the")
