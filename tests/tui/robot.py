"""A user at the keyboard: a small driver over Textual's Pilot, so that tests read like stories."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from tui.confirm import Confirm
from tui.shell import Shell
from tui.widgets.grid import Grid

PATIENCE = 200
"""Rounds of the message loop that `until` waits; a round is not a stretch of time."""


class Robot:
    """Presses keys and says what is on the screen."""

    def __init__(self, app: Shell, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and let the application settle."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def settle(self) -> None:
        """Let every message that is on its way arrive."""
        await self.pilot.pause()

    async def until(self, what: Callable[[], bool]) -> None:
        """Let the application run until `what` holds."""
        for _ in range(PATIENCE):
            if what():
                return
            await self.pilot.pause()
        raise AssertionError(f"never came true; the screen says:\n{self.text()}")

    def lines(self) -> list[str]:
        """Return what the terminal shows, line by line."""
        compositor = self.app.screen._compositor
        strips = compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        """Return what the terminal shows."""
        return "\n".join(self.lines())

    def sees(self, words: str) -> bool:
        """Return whether the words are on the screen."""
        return words in self.text()

    def expect(self, words: str) -> None:
        """Fail, with the screen, unless the words are on it."""
        assert self.sees(words), f"{words!r} is not on the screen:\n{self.text()}"

    def refuse(self, words: str) -> None:
        """Fail, with the screen, if the words are on it."""
        assert not self.sees(words), f"{words!r} is on the screen:\n{self.text()}"

    def grid(self) -> Grid[Any]:
        """Return the table of the screen on top."""
        return self.app.screen.query_one(Grid)

    def rows(self) -> list[Any]:
        """Return the rows of the table as shown."""
        return self.grid().shown

    async def confirm(self, yes: bool = True) -> None:
        """Answer the question that must be on the screen."""
        await self.until(lambda: isinstance(self.app.screen, Confirm))
        await self.press("y" if yes else "n")


@asynccontextmanager
async def play(app: Shell, width: int = 80, height: int = 24) -> AsyncIterator[Robot]:
    """Run `app` headless in a terminal of this size."""
    async with app.run_test(size=(width, height), notifications=True) as pilot:
        await pilot.pause()
        yield Robot(app, pilot)


def still(app: Shell) -> None:
    """Stop the cursors from blinking, for pictures that are the same every time."""
    for box in app.screen.query(Input):
        box.cursor_blink = False
