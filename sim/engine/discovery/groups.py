"""Sums and distinct counts over groups of cells, in plain Python numbers for the report's rows.

A number that no source of a group's cells could know is None, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import grouped
from sim.engine.discovery.rollup import I32, KNOWS, Cells, pack
from sim.engine.traffic import I64

EntityKind = Literal["user", "source_ip", "machine"]
Usage = tuple[int, int | None, int | None, int | None, int | None, int, int]
"""Transactions, bytes up, bytes down, bytes both ways, blocked, first, last."""


def entity_codes(cells: Cells) -> dict[EntityKind, I32]:
    """Return the columns of (day, app, user, source IP, machine) cells that hold entities."""
    return {"user": cells.key[2], "source_ip": cells.key[3], "machine": cells.key[4]}


def distinct(codes: I64 | I32) -> int:
    """Return how many different codes there are, absent ones left out."""
    return int(np.count_nonzero(np.bincount(codes[codes >= 0])))


class Groups:
    """Cells grouped by one key; every result has one item a group, in ascending key order."""

    def __init__(self, cells: Cells, key: I64) -> None:
        self._cells = cells
        self._order, self._starts = grouped(key)
        self.heads: I64 = self._order[self._starts]
        """One cell of each group."""
        self.keys: list[int] = key[self.heads].tolist()
        sizes = np.diff(self._starts, append=len(key))
        self._group: I64 = np.empty(len(key), dtype=np.int64)
        self._group[self._order] = np.repeat(np.arange(len(sizes)), sizes)
        self._knows = self._reduce(np.bitwise_or, cells.knows)

    def _reduce(self, ufunc: np.ufunc, column: NDArray[Any]) -> list[int]:
        if not len(column):
            return []
        reduced: list[int] = ufunc.reduceat(column[self._order], self._starts).tolist()
        return reduced

    def transactions(self) -> list[int]:
        """Return how many transactions each group has."""
        return self._reduce(np.add, self._cells.transactions)

    def sums(self, name: str) -> list[int | None]:
        """Return the sum of a counter, None for a group whose sources could not know it."""
        return self._where_known(name, self._reduce(np.add, getattr(self._cells, name)))

    def distinct(self, codes: I64 | I32) -> list[int]:
        """Return how many distinct codes each group holds, absent ones left out."""
        present = codes >= 0
        counts = np.zeros(len(self.keys), dtype=np.int64)
        if present.any():
            group = self._group[present]
            order, starts = grouped(pack((group, codes[present])))
            counts += np.bincount(group[order[starts]], minlength=len(counts))
        found: list[int] = counts.tolist()
        return found

    def entity_counts(self) -> Iterator[tuple[int | None, int | None, int | None]]:
        """Return how many users, source addresses and machines each group has."""
        user, source_ip, machine = (
            self._where_known(name, self.distinct(codes)) for name, codes in entity_codes(self._cells).items()
        )
        return zip(user, source_ip, machine, strict=True)

    def usage(self) -> Iterator[Usage]:
        """Return what each group did."""
        return zip(
            self.transactions(),
            self.sums("bytes_up"),
            self.sums("bytes_down"),
            self.sums("bytes_total"),
            self.sums("blocked"),
            self._reduce(np.minimum, self._cells.first),
            self._reduce(np.maximum, self._cells.last),
            strict=True,
        )

    def _where_known(self, name: str, values: list[int]) -> list[int | None]:
        bit = KNOWS[name]
        return [value if knows & bit else None for value, knows in zip(values, self._knows, strict=True)]
