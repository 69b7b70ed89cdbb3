"""What is due: the times at which events will settle something, by what they will settle."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Pending(Generic[Key]):
    """Times that lie ahead, by key; several events may be due for the same one."""

    def __init__(self) -> None:
        self._times: dict[Key, list[int]] = {}

    def add(self, key: Key, due: int) -> None:
        """Note that something is due."""
        self._times.setdefault(key, []).append(due)

    def done(self, key: Key, due: int) -> None:
        """Note that what was due has happened."""
        left = self._times[key]
        left.remove(due)
        if not left:
            del self._times[key]

    def first(self, *keys: Key) -> int | None:
        """Return the earliest time that is due for any of the keys; None where nothing is."""
        return min((time for key in keys for time in self._times.get(key, ())), default=None)

    def in_order(self) -> list[tuple[int, Key]]:
        """Return every time that is due and its key, the earliest first; of equals the first noted."""
        every = [(time, key) for key, times in self._times.items() for time in times]
        return sorted(every, key=lambda item: item[0])
