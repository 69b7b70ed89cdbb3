"""The compact memory of a report: sorted cells that batches are merged into.

A cell is one (day, host, user, source IP, machine) with what happened in it; its app follows from
the host. Rows of traffic become cells at once and are forgotten. Cells are kept in runs whose sizes
at least double from newest to oldest, so that the cost of a batch hardly depends on how much came
before it; a query merges the runs into one. Only sums, minima, maxima and unions are kept: the same
rows give the same cells in whatever order and batches they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.time import DAY
from sim.engine.traffic import I64, Bool, Traffic

I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

KNOWS = {
    "user": 1,
    "source_ip": 2,
    "machine": 4,
    "bytes_up": 8,
    "bytes_down": 16,
    "blocked": 32,
}
"""The columns a source may lack, each with its bit in `Cells.knows`."""

KEY = ("day", "host", "user", "source_ip", "machine")
"""The columns that tell cells apart, in their order."""

_WIDEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as columns, sorted by (day, host, user, source_ip, machine); a code of -1 is absent."""

    day: I32
    host: I32
    user: I32
    source_ip: I32
    machine: I32
    transactions: I64
    bytes_up: I64
    bytes_down: I64
    blocked: I64
    first: I64
    last: I64
    knows: U8
    """Which columns the sources of the cell's rows could know, as bits of `KNOWS`."""

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: I64 | Bool) -> Cells:
        """Return some cells, in the order asked for."""
        return Cells(
            day=self.day[rows],
            host=self.host[rows],
            user=self.user[rows],
            source_ip=self.source_ip[rows],
            machine=self.machine[rows],
            transactions=self.transactions[rows],
            bytes_up=self.bytes_up[rows],
            bytes_down=self.bytes_down[rows],
            blocked=self.blocked[rows],
            first=self.first[rows],
            last=self.last[rows],
            knows=self.knows[rows],
        )


_NARROW = np.zeros(0, dtype=np.int32)
_WIDE = np.zeros(0, dtype=np.int64)
_EMPTY = Cells(
    day=_NARROW,
    host=_NARROW,
    user=_NARROW,
    source_ip=_NARROW,
    machine=_NARROW,
    transactions=_WIDE,
    bytes_up=_WIDE,
    bytes_down=_WIDE,
    blocked=_WIDE,
    first=_WIDE,
    last=_WIDE,
    knows=np.zeros(0, dtype=np.uint8),
)


def sources_know(traffic: Traffic) -> int:
    """Return the bits of the columns that `traffic` has."""
    return sum(bit for name, bit in KNOWS.items() if getattr(traffic, name) is not None)


def absent(size: int) -> I64:
    """Return the codes of a column in which every row is absent."""
    return np.full(size, -1, dtype=np.int64)


def cells_of(traffic: Traffic, host: I64, user: I64, source_ip: I64, machine: I64) -> Cells:
    """Return the cells of a batch whose text columns are given as the report's own codes."""
    size = len(traffic)
    if not size:
        return _EMPTY
    zeros = np.zeros(size, dtype=np.int64)
    return _merge(
        [
            Cells(
                day=np.floor_divide(traffic.time, DAY).astype(np.int32),
                host=host.astype(np.int32),
                user=user.astype(np.int32),
                source_ip=source_ip.astype(np.int32),
                machine=machine.astype(np.int32),
                transactions=np.ones(size, dtype=np.int64),
                bytes_up=zeros if traffic.bytes_up is None else traffic.bytes_up,
                bytes_down=zeros if traffic.bytes_down is None else traffic.bytes_down,
                blocked=zeros if traffic.blocked is None else traffic.blocked.astype(np.int64),
                first=traffic.time,
                last=traffic.time,
                knows=np.full(size, sources_know(traffic), dtype=np.uint8),
            )
        ]
    )


class Rollup:
    """Cells that grow by batches."""

    def __init__(self) -> None:
        self._runs: list[Cells] = []

    def add(self, cells: Cells) -> None:
        """Merge a batch."""
        if not len(cells):
            return
        self._runs.append(cells)
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            self._runs[-2:] = [_merge(self._runs[-2:])]

    def cells(self) -> Cells:
        """Return everything so far as one sorted set of cells."""
        if not self._runs:
            return _EMPTY
        if len(self._runs) > 1:
            self._runs = [_merge(self._runs)]
        return self._runs[0]


def _merge(runs: Sequence[Cells]) -> Cells:
    """Return the cells of all runs sorted, those of one key as one cell."""

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(run, name) for run in runs])

    order, starts = grouped(pack([joined(name) for name in KEY]))
    heads = order[starts]
    # One column at a time, so that a merge needs little more memory than its result.
    return Cells(
        day=joined("day")[heads],
        host=joined("host")[heads],
        user=joined("user")[heads],
        source_ip=joined("source_ip")[heads],
        machine=joined("machine")[heads],
        transactions=np.add.reduceat(joined("transactions")[order], starts),
        bytes_up=np.add.reduceat(joined("bytes_up")[order], starts),
        bytes_down=np.add.reduceat(joined("bytes_down")[order], starts),
        blocked=np.add.reduceat(joined("blocked")[order], starts),
        first=np.minimum.reduceat(joined("first")[order], starts),
        last=np.maximum.reduceat(joined("last")[order], starts),
        knows=np.bitwise_or.reduceat(joined("knows")[order], starts),
    )


def pack(columns: Sequence[I64 | I32]) -> I64:
    """Return one key a row that sorts as the columns do, the first column first."""
    key: I64 = np.zeros(len(columns[0]), dtype=np.int64)
    if not len(key):
        return key
    size = 1
    for column in columns:
        low = int(column.min())
        span = int(column.max()) - low + 1
        if size * span > _WIDEST:
            names, ranks = np.unique(key, return_inverse=True)
            key, size = ranks.astype(np.int64), len(names)
        key = key * span + (column - np.int64(low))
        size *= span
    return key


def grouped(key: I64) -> tuple[I64, I64]:
    """Return an order in which equal keys stand together, and where in it each group starts."""
    order: I64 = np.argsort(key, kind="stable")
    ordered = key[order]
    starts: I64 = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return order, starts
