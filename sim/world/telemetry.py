"""Everything that happened on the machines, as columns in time order."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Connections as columns: indices into the staff's dimensions, sizes in bytes, and the outcome."""

    time: I64
    machine: I64
    user: I64
    process: I64
    host: I64
    session: I64
    """Row of the plan; -1 is a test visit by the analyst."""
    place: I64
    bytes_up: I64
    bytes_down: I64
    outcome: I64
    indicator: I64
    """Number of the indicator that decided, or that should have; -1 is none."""
    relay: I64
    """`Relay`: whether it passed the reverse proxy of session control."""

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: I64 | NDArray[np.bool_]) -> Rows:
        """Return some rows in the order asked for."""
        return Rows(*(getattr(self, f.name)[rows] for f in fields(self)))


def join(parts: list[Rows]) -> Rows:
    """Return the rows of all parts, one after the other."""
    if not parts:
        return Rows(*(np.zeros(0, dtype=np.int64) for _ in fields(Rows)))
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Rows)))


_JOIN_AT = 64
"""Parts after which reading everything joins them for good."""


class Telemetry:
    """All rows so far; appended in time order, joined when read."""

    def __init__(self) -> None:
        self._parts: list[Rows] = []

    def append(self, rows: Rows) -> None:
        """Add rows that lie after every row held."""
        if len(rows):
            self._parts.append(rows)

    def rows(self) -> Rows:
        """Return everything that happened."""
        joined = join(self._parts)
        self._parts = [joined] if len(joined) else []
        return joined

    def between(self, start: int, end: int) -> Rows:
        """Return what happened from `start` on and before `end`."""
        if len(self._parts) > _JOIN_AT and start <= self._parts[0].time[0]:
            self.rows()
        parts = [part for part in self._parts if part.time[-1] >= start and part.time[0] < end]
        rows = join(parts)
        first, last = np.searchsorted(rows.time, [start, end])
        return rows.take(np.arange(first, last))
