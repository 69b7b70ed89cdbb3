"""What the parts of the world that act by themselves need of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The clock, its events and the portals' log; times are microseconds UTC."""

    now: Callable[[], int]
    at: Callable[[int, Callable[[], None]], None]
    """Let something happen then."""
    realise: Callable[[], object]
    """Realise the traffic up to now: before anything changes."""
    delay: Callable[..., int]
    """Draw the next delay of a hop."""
    write: Callable[..., None]
