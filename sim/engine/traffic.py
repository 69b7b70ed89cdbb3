"""The one traffic schema, from sensor or log line to report.

A `Traffic` is a batch of transactions as columns of equal length n. Text columns are codes into a tuple
of names (a dimension). A column that the source cannot know is None, never zero: a Squid log knows no
uploaded bytes, a proxy knows no machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column: `codes[i]` is the index in `names` of row i's text; -1 is absent in that row."""

    codes: I64
    names: tuple[str, ...]

    def texts(self) -> list[str | None]:
        """Return the column as text, row by row."""
        return [self.names[code] if code >= 0 else None for code in self.codes.tolist()]

    def take(self, rows: I64 | Bool) -> Coded:
        """Return the column of some rows, with the same names."""
        return Coded(self.codes[rows], self.names)

    def series(self, change: Callable[[str], str] = str, absent: str | None = None) -> pl.Series:
        """Return the column as a polars series; each distinct name is changed once."""
        import polars as pl

        # The slot past the last name is where a code of -1 lands.
        known = pl.Series([*map(change, self.names), absent], dtype=pl.String)
        return known.gather(pl.Series(np.where(self.codes < 0, len(self.names), self.codes)))

    def renamed(self, rename: Callable[[str], str]) -> Coded:
        """Return the column with every name rewritten; rows whose names become equal share a code."""
        names = [rename(name) for name in self.names]
        index = {name: code for code, name in enumerate(dict.fromkeys(names))}
        # The slot past the last name is where a code of -1 lands.
        codes = np.array([*(index[name] for name in names), -1], dtype=np.int64)
        return Coded(codes[self.codes], tuple(index))


def absent(size: int) -> I64:
    """Return the codes of a column in which every row is absent."""
    return np.full(size, -1, dtype=np.int64)


def encode(texts: Sequence[str | None]) -> Coded:
    """Return `texts` as a coded column, its names in order of first appearance."""
    index: dict[str, int] = {}
    codes = [-1 if text is None else index.setdefault(text, len(index)) for text in texts]
    return Coded(np.asarray(codes, dtype=np.int64), tuple(index))


@dataclass(frozen=True, slots=True)
class Traffic:
    """Transactions as columns. Times are microseconds UTC, sizes are bytes."""

    time: I64
    host: Coded
    """Host name asked for, lower case; -1 where the line has only an address."""
    user: Coded | None = None
    source_ip: Coded | None = None
    machine: Coded | None = None
    process: Coded | None = None
    """File name of the process that made the connection, for example `chrome.exe`."""
    destination_ip: Coded | None = None
    bytes_up: I64 | None = None
    """-1 where that row does not say; so in `bytes_down` and `bytes_total`."""
    bytes_down: I64 | None = None
    bytes_total: I64 | None = None
    """Only from sources that know one sum for both ways."""
    blocked: Bool | None = None
    bypassed: Bool | None = None
    """Passed because the user clicked through a warning: only endpoints of later periods know."""

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: I64 | Bool) -> Traffic:
        """Return some rows, in the order asked for."""

        def texts(column: Coded | None) -> Coded | None:
            return None if column is None else column.take(rows)

        def sizes(column: I64 | None) -> I64 | None:
            return None if column is None else column[rows]

        def flags(column: Bool | None) -> Bool | None:
            return None if column is None else column[rows]

        return Traffic(
            self.time[rows],
            self.host.take(rows),
            texts(self.user),
            texts(self.source_ip),
            texts(self.machine),
            texts(self.process),
            texts(self.destination_ip),
            sizes(self.bytes_up),
            sizes(self.bytes_down),
            sizes(self.bytes_total),
            flags(self.blocked),
            flags(self.bypassed),
        )


@dataclass(frozen=True, slots=True)
class Bundles:
    """What turns a row of traffic into several transactions of one UTC day, alike but for time and size.

    The row has the first one's time, and the sums of their sizes.
    """

    transactions: I64
    last: I64
    """Time of the last of them."""

    def take(self, rows: I64 | Bool) -> Bundles:
        """Return those of some rows, in the order asked for."""
        return Bundles(self.transactions[rows], self.last[rows])
