"""The compact memory of a report: sorted cells that batches are merged into.

A cell is one value of each key column with what happened there, for example one (day, app, user,
source IP, machine). Rows of traffic become cells at once and are forgotten. Cells are kept in runs
whose sizes at least double from newest to oldest, so that the cost of a batch hardly depends on how
much came before it; a query merges the runs into one. Only sums, minima, maxima and unions are kept:
the same rows give the same cells in whatever order and batches they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import WIDEST, grouped, narrow
from sim.base.time import DAY
from sim.engine.traffic import I64, Bool, Bundles, Traffic

I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

KNOWS = {
    "user": 1,
    "source_ip": 2,
    "machine": 4,
    "bytes_up": 8,
    "bytes_down": 16,
    "bytes_total": 32,
    "blocked": 64,
    "bypassed": 128,
}
"""The columns a source may lack, each with its bit in `Cells.knows`."""

_SUMS = ("transactions", "bytes_up", "bytes_down", "bytes_total", "blocked", "bypassed")


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as columns, sorted by their key columns, the first one first; a code of -1 is absent."""

    key: tuple[I32, ...]
    transactions: I64
    bytes_up: I64
    bytes_down: I64
    bytes_total: I64
    """Bytes both ways, where the source knows one way at least or their sum."""
    blocked: I64
    bypassed: I64
    first: I64
    last: I64
    knows: U8
    """Which columns the sources of the cell's rows could know, as bits of `KNOWS`."""

    def __len__(self) -> int:
        return len(self.knows)

    @property
    def day(self) -> I32:
        """Days since 1970-01-01, UTC: the first key column."""
        return self.key[0]

    def take(self, rows: I64 | Bool | slice) -> Cells:
        """Return some cells, in the order asked for; those of a slice are not copied."""
        return Cells(
            key=tuple(column[rows] for column in self.key),
            transactions=self.transactions[rows],
            bytes_up=self.bytes_up[rows],
            bytes_down=self.bytes_down[rows],
            bytes_total=self.bytes_total[rows],
            blocked=self.blocked[rows],
            bypassed=self.bypassed[rows],
            first=self.first[rows],
            last=self.last[rows],
            knows=self.knows[rows],
        )

    def by_day(self) -> Iterator[tuple[int, Cells]]:
        """Yield each day, and its cells."""
        begins = np.flatnonzero(self.day[1:] != self.day[:-1]) + 1
        for start, end in pairwise(dict.fromkeys((0, *begins.tolist(), len(self)))):
            yield int(self.day[start]), self.take(slice(start, end))

    def known(self) -> int:
        """Return the bits of every column that some cell knows."""
        return int(np.bitwise_or.reduce(self.knows)) if len(self) else 0


def _empty(columns: int) -> Cells:
    narrow, wide = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    return Cells((narrow,) * columns, *(wide,) * 8, np.zeros(0, dtype=np.uint8))


@dataclass(frozen=True, slots=True)
class Counters:
    """What each row of a batch adds to its cell."""

    bytes_up: I64
    bytes_down: I64
    bytes_total: I64
    blocked: I64
    bypassed: I64
    knows: U8

    @classmethod
    def of(cls, traffic: Traffic, bundles: Bundles | None = None) -> Counters:
        """Return the counters of a batch, of which each row may be a bundle."""
        size = len(traffic)
        each = 1 if bundles is None else bundles.transactions
        columns = reduce(
            int.__or__,
            (KNOWS[name] for name in _PRESENCE if getattr(traffic, name) is not None),
            0,
        )
        knows = np.full(size, columns, dtype=np.uint8)
        zeros = np.zeros(size, dtype=np.int64)

        def counted(column: I64 | None, name: str) -> I64:
            if column is None:
                return zeros
            unknown = column < 0
            if unknown.any():
                knows[~unknown] |= np.uint8(KNOWS[name])
                return np.where(unknown, 0, column)
            knows[:] |= np.uint8(KNOWS[name])
            return column

        up, down = counted(traffic.bytes_up, "bytes_up"), counted(traffic.bytes_down, "bytes_down")
        ways = KNOWS["bytes_up"] | KNOWS["bytes_down"]
        some, both = (knows & ways) != 0, (knows & ways) == ways
        stated = counted(traffic.bytes_total, "bytes_total")
        knows[some] |= np.uint8(KNOWS["bytes_total"])
        total = np.where(both, up + down, np.maximum(stated, up + down))
        blocked, bypassed = (
            zeros if column is None else column.astype(np.int64) * each
            for column in (traffic.blocked, traffic.bypassed)
        )
        return cls(up, down, total, blocked, bypassed, knows)

    def take(self, rows: Bool) -> Counters:
        """Return the counters of some rows."""
        return Counters(
            self.bytes_up[rows],
            self.bytes_down[rows],
            self.bytes_total[rows],
            self.blocked[rows],
            self.bypassed[rows],
            self.knows[rows],
        )


_PRESENCE = ("user", "source_ip", "machine", "blocked", "bypassed")


def cells_of(time: I64, counters: Counters, *codes: I64, bundles: Bundles | None = None) -> Cells:
    """Return the cells of a batch, keyed by the day and the given columns of codes.

    Rows that are bundles are each of one UTC day.
    """
    size = len(time)
    if not size:
        return _empty(1 + len(codes))
    day = np.floor_divide(time, DAY).astype(np.int32)
    return _merge(
        [
            Cells(
                key=(day, *(column.astype(np.int32) for column in codes)),
                transactions=np.ones(size, dtype=np.int64) if bundles is None else bundles.transactions,
                bytes_up=counters.bytes_up,
                bytes_down=counters.bytes_down,
                bytes_total=counters.bytes_total,
                blocked=counters.blocked,
                bypassed=counters.bypassed,
                first=time,
                last=time if bundles is None else bundles.last,
                knows=counters.knows,
            )
        ]
    )


class Rollup:
    """Cells that grow by batches; `columns` is how many key columns they have, the day included.

    Each day's are kept apart: what comes costs as much as its days hold, however long the past.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._days: dict[int, list[Cells]] = {}
        self._whole: Cells | None = None

    def add(self, cells: Cells) -> None:
        """Merge a batch."""
        for day, part in cells.by_day():
            self._whole = None
            runs = self._days.setdefault(day, [])
            runs.append(part)
            while len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1]):
                runs[-2:] = [_merge(runs[-2:])]

    def drop_before(self, day: int) -> None:
        """Forget the cells of earlier days."""
        kept = {each: runs for each, runs in self._days.items() if each >= day}
        if len(kept) < len(self._days):
            self._days, self._whole = kept, None

    def renumber(self, column: int, numbers: I64) -> None:
        """Give the codes of one key column the new `numbers`, which keep their order."""
        self._whole = None
        for runs in self._days.values():
            for place, run in enumerate(runs):
                key = list(run.key)
                key[column] = _one_value(numbers[key[column]].astype(np.int32))
                runs[place] = replace(run, key=tuple(key))

    def days(self) -> list[int]:
        """Return the days that have cells, in their order."""
        return sorted(self._days)

    def transactions(self) -> dict[int, int]:
        """Return how many transactions each day has."""
        return {day: sum(int(run.transactions.sum()) for run in runs) for day, runs in self._days.items()}

    def codes(self, column: int) -> I64:
        """Return the different codes of one key column, those of what is absent left out, in their order."""
        columns = [run.key[column] for runs in self._days.values() for run in runs]
        seen = np.zeros(1 + max((int(each.max()) for each in columns), default=-1), dtype=np.bool_)
        for each in columns:
            seen[each[each >= 0]] = True
        return np.flatnonzero(seen)

    def cells(self) -> Cells:
        """Return everything so far as one sorted set of cells."""
        if self._whole is None:
            self._whole = self.between(min(self._days, default=0), max(self._days, default=0))
            # What is held twice is held once.
            self._days = {day: [part] for day, part in self._whole.by_day()}
        return self._whole

    def between(self, first: int, last: int) -> Cells:
        """Return the cells of the days from `first` to `last`, both included."""
        held = [self._of(day) for day in self.days() if first <= day <= last]
        return _joined(held) if held else _empty(self._columns)

    def _of(self, day: int) -> Cells:
        runs = self._days[day]
        if len(runs) > 1:
            runs[:] = [_merge(runs)]
        return runs[0]


def _joined(parts: Sequence[Cells]) -> Cells:
    """Return the cells of all parts, one after the other, in columns that can be added."""
    key = (_one_value(np.concatenate(columns)) for columns in zip(*(part.key for part in parts), strict=True))
    others = {f.name: [getattr(part, f.name) for part in parts] for f in fields(Cells) if f.name != "key"}
    wide = {
        name: _one_value(np.concatenate(columns, dtype=np.uint8 if name == "knows" else np.int64))
        for name, columns in others.items()
    }
    return Cells(tuple(key), **wide)


def _merge(runs: Sequence[Cells]) -> Cells:
    """Return the cells of all runs, one at least, sorted, those of one key as one cell.

    Counters are as narrow as they can be.
    """

    # One column at a time, so that a merge needs little more memory than its result.
    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(run, name) for run in runs])

    def keys(column: int) -> I32:
        return np.concatenate([run.key[column] for run in runs])

    columns = range(len(runs[0].key))
    order, starts = grouped(pack([keys(column) for column in columns]))
    heads = order[starts]

    def summed(name: str) -> NDArray[Any]:
        sums = np.add.reduceat(joined(name)[order], starts, dtype=np.int64)
        low, high = int(sums.min()), int(sums.max())
        return _one_value(sums) if low == high else narrow(sums, low, high)

    return Cells(
        key=tuple(_one_value(keys(column)[heads]) for column in columns),
        **{name: summed(name) for name in _SUMS},
        first=np.minimum.reduceat(joined("first")[order], starts),
        last=np.maximum.reduceat(joined("last")[order], starts),
        knows=_one_value(np.bitwise_or.reduceat(joined("knows")[order], starts)),
    )


def _one_value(column: NDArray[Any]) -> NDArray[Any]:
    """Return the column, in the memory of one value where it says the same everywhere.

    Most sources lack some columns, and a long log has a million cells.
    """
    return np.broadcast_to(column[0], column.shape) if (column == column[0]).all() else column


def pack(columns: Sequence[I64 | I32]) -> I64:
    """Return one key a row that sorts as the columns do, the first column first."""
    key: I64 = np.zeros(len(columns[0]), dtype=np.int64)
    if not len(key):
        return key
    size = 1
    for column in columns:
        low = int(column.min())
        span = int(column.max()) - low + 1
        if size * span > WIDEST:
            names, ranks = np.unique(key, return_inverse=True)
            key, size = ranks.astype(np.int64), len(names)
        key *= span
        key += column
        key -= low
        size *= span
    return key
