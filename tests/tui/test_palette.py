"""The palette finds entities by name, few at a time, whatever their names hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.command import CommandPalette
from textual.widgets import OptionList

from tests.tui.gallery import Gallery
from tests.tui.robot import play
from tui.palette import CAP, Named, NameProvider

opened: list[str] = []
NAMES = ["[/]evil[@click=app.quit] app", *(f"app {i:05}" for i in range(10_000))]


class Apps(NameProvider):
    def names(self) -> Sequence[Named]:
        return [Named(name, "app", lambda name=name: opened.append(name)) for name in NAMES]  # type: ignore[misc]


class Finder(Gallery):
    COMMANDS: ClassVar[set[Any]] = {Apps}


async def test_hits_are_capped_and_names_are_literal():
    async with play(Finder()) as robot:
        await robot.press("colon", *"app")
        options = robot.app.screen.query_one(OptionList)
        await robot.until(lambda: options.option_count == CAP)
        await robot.press(*["backspace"] * 3, *"evil")
        await robot.until(lambda: robot.sees("[/]evil[@click=app.quit] app  app"))
        opened.clear()
        await robot.press("enter")
        await robot.until(lambda: not isinstance(robot.app.screen, CommandPalette))
        await robot.until(lambda: opened == [NAMES[0]])
