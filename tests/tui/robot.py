"""A user at the keyboard: a small driver over Textual's Pilot, so that tests read like stories."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from tui.confirm import Confirm
from tui.shell import Shell
from tui.widgets.grid import Grid

PATIENCE = 30.0
"""Seconds after which `until` gives up."""
ROUNDS = 200
"""Rounds of the message loop after which work that makes ever more work, such as a skip, is left alone."""


async def nothing_ready(*_: float) -> None:
    """Let the loop run until nothing in it is ready: what is left waits for time or for a file.

    Textual waits until the processor has been idle for 20 ms, several times for each key.
    """
    ready: Any = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _round in range(ROUNDS):
        await asyncio.sleep(0)
        if not ready:
            return


class Robot:
    """Presses keys and says what is on the screen."""

    def __init__(self, app: Shell, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and let the application settle after each."""
        for key in keys:
            await self.app._press_keys([key])
            await self.settle()

    async def settle(self) -> None:
        """Let every message that is on its way arrive, and paint; twice, because painting sends messages."""
        for _ in range(2):
            await nothing_ready()
            self.app.screen._on_timer_update()
        await nothing_ready()

    async def until(self, what: Callable[[], bool]) -> None:
        """Let the application run until `what` holds."""
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert self.app._exception is None
            assert time.monotonic() < deadline, f"never came true; the screen says:\n{self.text()}"
            await self.settle()
            await asyncio.sleep(0.002)  # for timers and threads

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
        """Return the first table of the screen on top that is not hidden behind a tab or another list."""
        grids = self.app.screen.query(Grid)
        return next((grid for grid in grids if _is_displayed(grid)), grids.first())

    def rows(self) -> list[Any]:
        """Return the rows of the table as shown."""
        return self.grid().shown

    async def confirm(self, yes: bool = True) -> None:
        """Answer the question that must be on the screen."""
        await self.until(lambda: isinstance(self.app.screen, Confirm))
        await self.press("y" if yes else "n")


def _is_displayed(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


@asynccontextmanager
async def play(app: Shell, width: int = 80, height: int = 24) -> AsyncIterator[Robot]:
    """Run `app` headless in a terminal of this size."""
    with pytest.MonkeyPatch.context() as patch:
        for user in ("textual.app", "textual.pilot"):
            patch.setattr(f"{user}.wait_for_idle", nothing_ready)
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            robot = Robot(app, pilot)
            await robot.settle()
            yield robot


def still(app: Shell) -> None:
    """Stop the cursors from blinking, for pictures that are the same every time."""
    for box in app.screen.query(Input):
        box.cursor_blink = False
