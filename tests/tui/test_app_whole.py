"""All screens together: keys that do not collide, hostile text, small terminals, the palette."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.base.time import HOUR
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import load_scenario, resolve
from sim.scenario.schema import Scenario
from sim.session.commands import RecordFinding, SetSwitch
from sim.session.driver import Session
from sim.session.policy_commands import SavePolicy
from sim.views import endpoint
from tests.tui.robot import Robot, play
from tests.tui.stages import app_of, session_of
from tests.tui.test_app import playing
from tui.actions import collisions, hosts, unhandled
from tui.app import PlayApp
from tui.destinations import DESTINATIONS

HOSTILE = "a[/b]c [@click=app.quit]\x1b[31mx\u202e" + "å" * 40


def hostile_session() -> Session:
    """Return a session whose author and people mean no good."""
    data = load_scenario("first-block").dump()
    data.pop("name")
    data["title"] = data["summary"] = HOSTILE
    data["organisation"]["name"] = HOSTILE
    data["organisation"]["cast"][0]["name"] = HOSTILE
    data["organisation"]["cast"][0]["machine"] = "HF[/b]-07"
    data["documents"]["briefing"] = HOSTILE
    data["documents"]["policy"][0]["text"] = HOSTILE
    data["documents"]["approved"][0]["owner"] = HOSTILE
    return Session(resolve("hostile[/b]", Scenario.model_validate(data)))


async def everywhere(robot: Robot) -> None:
    """Visit every destination that can be visited."""
    for destination in DESTINATIONS:
        if not destination.when:
            app_of(robot).go(destination.name)
            await robot.settle()
            robot.expect("VIEW")


@pytest.mark.parametrize("destination", [d.name for d in DESTINATIONS if not d.when])
async def test_no_two_keys_collide_on_any_screen(destination):
    async with playing() as robot:
        app_of(robot).go(destination)
        await robot.settle()
        scopes = [host.SCOPE for host in hosts(robot.app.screen)]
        shared = {"reader", "table", "filtered", "pane"}
        own = [
            replace(scope, actions=tuple(action for action in scope if not action.passes))
            for scope in scopes
            if scope.name not in shared
        ]
        assert collisions(own) == []
        for host in hosts(robot.app.screen):
            assert unhandled(type(host)) == []


async def test_hostile_text_is_shown_and_never_obeyed():
    session = hostile_session()
    async with play(PlayApp(session)) as robot:
        app = app_of(robot)
        for name in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
            app.submit(SetSwitch(name, True))
        app.submit(SavePolicy("New popular app", HOSTILE, {"Number of users": 2}, tag="t[/b]"))
        session.advance(session.now + 8 * HOUR)
        machine = next(row for row in endpoint.machines(session) if "[/b]" in row.name.lower())
        app.submit(RecordFinding("sohu-news", machine.user, machine.name, "chrome.exe", HOSTILE))
        await everywhere(robot)
        for kind, name in (("user", machine.user), ("machine", machine.name)):
            app.open(kind, name)
            await robot.settle()
        app.open("timeline", machine.name)
        await robot.settle()
        robot.expect("Timeline")
        session.advance(session.resolved.end)
        app._end_if_over()
        await robot.until(lambda: robot.sees("Before any figure"))
        await robot.press("s")
        robot.expect("of 100 points")


async def test_the_palette_finds_apps_users_and_machines_by_name():
    async with playing() as robot:
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        session_of(robot).advance(session_of(robot).now + 3 * HOUR)
        await robot.press("colon", *"sohu")
        await robot.app.workers.wait_for_complete()
        await robot.until(lambda: robot.sees("Sohu News  app"))
        await robot.press("enter")
        await robot.until(lambda: getattr(robot.app.screen, "PLACE", "") == "app")


async def test_a_key_that_cannot_be_used_is_listed_with_its_reason():
    async with playing(120, 40) as robot:
        await robot.press("question_mark", *"score and its")
        await robot.until(lambda: robot.sees("the result of an exercise is shown when it is over"))
