"""The digest of a run: SHA-256 over its canonical event stream.

The stream is fed an hour of simulated time at once: first the rows of the hour in their total order as
little-endian 64-bit integers, then the log lines and commands of the hour as UTF-8. So where a player
cut time changes nothing.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.world.model import World
    from sim.world.telemetry import Rows

_COLUMNS = ("time", "machine", "user", "process", "host", "bytes_up", "bytes_down", "outcome")


def canonical(data: Any) -> str:
    """Return JSON data as the one text that stands for it."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class Digest:
    """The running digest of a world."""

    def __init__(self, world: World, header: str) -> None:
        self._world = world
        self._hash = sha256(header.encode())
        staff = world.staff
        names = [staff.hosts, staff.processes, [m.name for m in staff.machines], world.user_names]
        self._hash.update(canonical([list(part) for part in names]).encode())
        self._closed = int(world.now)
        self._log_read = self._journal_read = 0
        self._commands: list[str] = []

    def command(self, time: int, actor: str, data: dict[str, Any]) -> None:
        """Take a command into the stream."""
        self._commands.append(canonical([time, actor, data]))

    def close(self, until: int) -> str:
        """Feed everything before `until`, which no later event can precede; return the digest so far."""
        self._hash.update(self._open_bytes(until))
        self._closed = until
        self._log_read, self._journal_read = len(self._world.tenant.log), len(self._world.journal)
        self._commands.clear()
        return self._hash.hexdigest()

    def so_far(self) -> str:
        """Return the digest with the open hour as far as it has come, without closing it."""
        peek = self._hash.copy()
        peek.update(self._open_bytes(self._world.now))
        return peek.hexdigest()

    def _open_bytes(self, until: int) -> bytes:
        rows = self._world.plane.telemetry.between(self._closed, until + (until == self._world.now))
        lines = [
            canonical([entry.time, entry.actor, entry.action, entry.target, entry.detail])
            for entry in (
                *self._world.tenant.log[self._log_read :],
                *self._world.journal[self._journal_read :],
            )
        ]
        return _row_bytes(rows) + "\n".join([*lines, *self._commands, ""]).encode()


def _row_bytes(rows: Rows) -> bytes:
    columns = np.stack([getattr(rows, name) for name in _COLUMNS], axis=1) if len(rows) else np.zeros((0, 8))
    return columns.astype("<i8").tobytes()
