"""Everything that happened on the machines, as columns in time order.

Rows on their way are wide: 64-bit columns that anything can reckon with. Rows that are kept are narrow:
blocks in which every column is as wide as its largest value needs, and a column of one value takes no room at
all. Time is kept as the span since the block's first row, the user as the difference from the machine's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import narrow

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
    """Row of the day's sessions; -1 is a test visit by the analyst."""
    place: I64
    bytes_up: I64
    bytes_down: I64
    outcome: I64
    indicator: I64
    """Number of the indicator that decided, or that should have; -1 is none."""
    relay: I64
    """`Relay`: whether it passed the reverse proxy of session control."""
    http: I64
    """HTTP requests that the connection carried."""

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


Kept = NDArray[np.generic] | int
"""A narrow column, or the one value that all its rows have."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as they are kept."""

    first: int
    """Time of the first row, and of the last one."""
    last: int
    size: int
    columns: tuple[Kept, ...]

    @staticmethod
    def of(rows: Rows) -> Block:
        """Return rows as they are kept; there must be one at least, and they are in time order."""
        first, last = int(rows.time[0]), int(rows.time[-1])
        shown = {"time": rows.time - first, "user": rows.user - rows.machine}
        columns = tuple(_kept(shown.get(f.name, getattr(rows, f.name))) for f in fields(Rows))
        return Block(first, last, len(rows), columns)

    def rows(self, start: int = 0, end: int | None = None) -> Rows:
        """Return the rows from place `start` on and before `end`, wide."""
        end = self.size if end is None else end
        wide = [
            np.full(end - start, column, dtype=np.int64)
            if isinstance(column, int)
            else column[start:end].astype(np.int64)
            for column in self.columns
        ]
        found = Rows(*wide)
        np.add(found.time, self.first, out=found.time)
        np.add(found.user, found.machine, out=found.user)
        return found

    def times(self) -> I64:
        """Return the time of each row."""
        column = self.columns[0]
        spans = np.zeros(self.size, np.int64) if isinstance(column, int) else column.astype(np.int64)
        return spans + self.first

    @property
    def nbytes(self) -> int:
        """What the columns take, in bytes."""
        return sum(0 if isinstance(column, int) else column.nbytes for column in self.columns)


def _kept(column: I64) -> Kept:
    low, high = int(column.min()), int(column.max())
    return low if low == high else narrow(column, low, high)


_FULL = 4_096
"""Rows of a block that gets no more: reading many small blocks costs more than keeping fewer large ones."""


class Telemetry:
    """All rows so far, in time order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def __len__(self) -> int:
        return sum(block.size for block in self.blocks)

    def append(self, rows: Rows) -> None:
        """Add rows that lie after every row held."""
        if not len(rows):
            return
        if self.blocks and self.blocks[-1].size < _FULL and len(rows) < _FULL:
            rows = join([self.blocks.pop().rows(), rows])
        self.blocks.append(Block.of(rows))

    def rows(self) -> Rows:
        """Return everything that happened."""
        return join([block.rows() for block in self.blocks])

    def at(self, place: int) -> Rows | None:
        """Return the one row at a place in the total order, from 0; None where there is none."""
        for block in self.blocks if place >= 0 else ():
            if place < block.size:
                return block.rows(place, place + 1)
            place -= block.size
        return None

    def between(self, start: int, end: int) -> Rows:
        """Return what happened from `start` on and before `end`."""
        return join(list(self._parts(start, end)))

    def _parts(self, start: int, end: int) -> Iterable[Rows]:
        for block in self.blocks:
            if block.first < end and start <= block.last:
                if start <= block.first and block.last < end:
                    yield block.rows()
                else:
                    first, last = np.searchsorted(block.times(), [start, end]).tolist()
                    yield block.rows(first, last)
