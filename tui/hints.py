"""The next useful step, from what the views show: the line that lets nobody get lost.

It reads views only, so it never says more than the trainee could see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import PlayApp


def next_step(play: PlayApp, place: str) -> str:
    """Return the next step for the screen `place`, its keys between backticks, or nothing."""
    return ""
