"""A newcomer's first insight, by keys that each stood on the screen before they were pressed."""

from __future__ import annotations

import pytest

from sim.scenario.load import load_scenario
from sim.session.driver import Session
from tests.tui.robot import Robot, play
from tui.actions import show_key
from tui.app import PlayApp

LIMIT = 30


class Newcomer:
    """Presses a key only if the screen offers it where keys are offered, and counts."""

    def __init__(self, robot: Robot) -> None:
        self.robot = robot
        self.pressed: list[str] = []

    def offered(self) -> set[str]:
        """Return the words of the hint, the key bar, and of an open panel or dialogue."""
        lines = self.robot.lines()
        places = lines[-2:] + [line for line in lines if "│" in line]
        return {word.strip(".,:;()") for line in places for word in line.replace("│", " ").split()}

    async def press(self, key: str) -> None:
        """Press a key that is offered."""
        await self.robot.until(lambda: show_key(key) in self.offered())
        self.pressed.append(key)
        await self.robot.press(key)

    async def press_until(self, key: str, seen: str) -> None:
        """Press a key again and again until the words are on the screen."""
        while not self.robot.sees(seen):
            await self.press(key)
            assert len(self.pressed) <= LIMIT


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_is_on_sohu_on_which_machine_in_which_browser_in_at_most_30_keys(size):
    async with play(PlayApp(Session(load_scenario("first-block"))), *size) as robot:
        newcomer = Newcomer(robot)
        for key in ("g", "s", "space", "y", "n"):
            await newcomer.press(key)
        await robot.until(lambda: robot.sees("First data"))
        for key in ("g", "o"):
            await newcomer.press(key)
        await robot.until(lambda: robot.sees("App categories"))
        await newcomer.press_until("down", "▸ News and ent")
        await newcomer.press("enter")
        await robot.until(lambda: robot.sees("Sohu News"))
        await newcomer.press_until("down", "▸ Sohu News")
        await newcomer.press("enter")
        await robot.until(lambda: robot.sees("Sohu News › "))
        await newcomer.press_until("]", "Sohu News › Users")
        robot.expect("marek.novak")
        robot.expect("priya.nair")
        await newcomer.press_until("]", "Sohu News › Machines")
        robot.expect("HF-LT-07")
        await newcomer.press("enter")
        await robot.until(lambda: robot.sees("Machine in Win10"))
        await newcomer.press_until("down", "▸ Sohu News")
        await newcomer.press("t")
        await robot.until(lambda: robot.sees("Timeline"))
        robot.expect("sohu.com")
        robot.expect("only Sohu News")
        machine = "HF-LT-07" if robot.sees("HF-LT-07") else "HF-LT-11"
        robot.expect({"HF-LT-07": "chrome.exe", "HF-LT-11": "MicrosoftEdgeCP.exe"}[machine])
        robot.expect({"HF-LT-07": "marek.novak", "HF-LT-11": "priya.nair"}[machine])
        assert len(newcomer.pressed) <= LIMIT, newcomer.pressed
