"""What is costly to make and stays as it was made: the latest few are kept, by all that decides them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Key, Made]):
    """Keeps at most so many; whoever asks while one is being made waits for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Key, Made] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        """Return what is kept under a key, made now if it is not; what was made first goes first."""
        with self._lock:
            if key not in self._made:
                made = make()
                while len(self._made) >= self._most:
                    del self._made[next(iter(self._made))]
                self._made[key] = made
            return self._made[key]
