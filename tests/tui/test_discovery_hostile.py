"""Names made to break a terminal are shown literally on every screen, and end nothing."""

from __future__ import annotations

from functools import partial

import pytest

from sim.session.commands import TakeHint
from tests.tui.robot import play
from tests.tui.stages import app_of, hostile, session_of
from tui.app import PlayApp
from tui.screens.apps import AppsScreen
from tui.screens.explain import ExplainScreen


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
async def test_every_screen_survives_a_hostile_organisation(width: int, height: int):
    session = hostile()
    machine = session.world.staff.machines[0].name
    user = session.world.staff.people[2].upn
    async with play(PlayApp(session), width, height) as robot:
        app = app_of(robot)
        for place in ("dashboard", "apps", "users", "machines", "timelines", "indicators"):
            app.go(place)
            await robot.settle()
            assert "\x1b" not in robot.text()
            assert "\u202e" not in robot.text()
        robot.expect("sohu.com")
        app.go("apps")
        await robot.settle()
        robot.expect("a[/b]c [@click")
        for kind, name in (
            ("app", "sohu-news"),
            ("user", user),
            ("machine", machine),
            ("timeline", machine),
            ("prompt", machine),
            ("propagation", "sohu-news"),
        ):
            app.open(kind, name)
            await robot.settle()
            for _ in range(5):
                await robot.press("]")
            assert "\x1b" not in robot.text()
        for screen in (AppsScreen(category=user), AppsScreen(country="[/x]")):
            app.push_screen(screen)
            await robot.settle()
            robot.expect("No discovered app matches")
        app.submit(TakeHint("sohu-news"))
        app.push_screen(ExplainScreen("sohu-news", machine, "chrome.exe"))
        await robot.settle()
        robot.expect("the reason")
        assert app.is_running


async def test_a_question_about_a_hostile_app_is_literal():
    async with play(PlayApp(hostile())) as robot:
        app_of(robot).go("apps")
        await robot.settle()
        robot.grid().select("yahoo-webmail")
        asked = {"u": "unsanctioned?", "c": "no effect on traffic", "i": "Add indicator"}
        for key, title in asked.items():
            await robot.press(key)
            await robot.until(partial(robot.sees, title))
            await robot.press("escape")
        assert session_of(robot).commands == 2
