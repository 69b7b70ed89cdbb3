"""How long hops take: each occurrence of a hop has a draw of its own, by its count."""

from __future__ import annotations

from sim.scenario.eras import Era


class Hops:
    """The draws of a run so far."""

    def __init__(self, era: Era, seed: int) -> None:
        self._era = era
        self._seed = seed
        self._times_drawn: dict[str, int] = {}

    def draw(self, now: int, hop: str, *keys: int | str) -> int:
        """Draw the next delay of a hop that begins now: its own occurrence count is part of the key."""
        name = ":".join(str(part) for part in (hop, *keys))
        self._times_drawn[name] = self._times_drawn.get(name, 0) + 1
        delay: int = getattr(self._era, hop).sample(self._seed, hop, *keys, self._times_drawn[name], now=now)
        return delay

    def copy(self) -> Hops:
        """Return a copy whose draws leave this one as it is."""
        found = Hops(self._era, self._seed)
        found._times_drawn.update(self._times_drawn)
        return found
