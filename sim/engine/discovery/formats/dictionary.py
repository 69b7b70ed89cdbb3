"""Text columns as codes, numbered once for a whole file: a name that comes back costs one look.

A log names the same hosts, people and addresses from its first block to its last. What has to be done for
each distinct one - to clean it, to tell a name from an address - is done when it first appears.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.traffic import I64, Coded

if TYPE_CHECKING:
    import polars as pl

_MOST = 500_000
"""Names of one column that are kept at most: made-up ones must not fill the memory (guess)."""


class Dictionary:
    """The distinct texts of one column, in order of first appearance, from block to block."""

    def __init__(self, most: int = _MOST) -> None:
        """With more than `most` names it starts afresh."""
        self._most = most
        self._names: tuple[str, ...] = ()
        self._begin()

    def encode(self, texts: pl.Series) -> Coded:
        """Return a column as codes; null is absent. Its names begin with those of the blocks before."""
        import polars as pl

        if len(self._names) > self._most:
            self._begin()
        column = texts.cast(pl.Categorical(self._kinds))
        # Polars forgets the names of categories that no column has.
        self._kept = column.clear()
        codes = column.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
        last = int(codes.max()) if len(codes) else -1
        if last >= len(self._names):
            new = (str(self._kinds[code]) for code in range(len(self._names), last + 1))
            self._names = (*self._names, *new)
        return Coded(codes, self._names)

    def _begin(self) -> None:
        import polars as pl

        # Categories of its own, since those that polars shares by default would hold every text for ever.
        self._kinds = pl.Categories.random()
        self._kept = pl.Series(dtype=pl.String)
        self._names = ()


class Destinations:
    """Host names and addresses apart: a destination is the one or the other.

    A host is written in lower case, without port, brackets and the dots at its end, which are the
    root of the tree of names.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._written = Dictionary(most)
        self._known: tuple[str, ...] = ()
        self._hosts, self._addresses = _Places(), _Places()

    def encode(self, written: pl.Series) -> tuple[Coded, Coded]:
        """Return the hosts and the addresses of a column; each is absent where the other stands."""
        column = self._written.encode(written)
        if column.names is not self._known:
            if column.names[: len(self._known)] != self._known:
                self._known, self._hosts, self._addresses = (), _Places(), _Places()
            self._learn(column.names[len(self._known) :])
            self._known = column.names
        return self._hosts.of(column.codes), self._addresses.of(column.codes)

    def _learn(self, names: Sequence[str]) -> None:
        """Clean names that are new, and tell which of them are addresses."""
        import polars as pl

        # A port stands behind a name or an address in brackets; an IPv6 address has more than one colon.
        cleaned = (
            pl.Series(names, dtype=pl.String)
            .str.strip_chars()
            .str.to_lowercase()
            .str.replace(r"^\[([^\]]*)\].*$", "$1")
            .str.replace(r"^([^:]*):[0-9]*$", "$1")
            .str.strip_chars_end(".")
        )
        like = cleaned.str.contains(r"[0-9]$|:")
        addresses = [_address(text) if may_be else None for text, may_be in zip(cleaned, like, strict=True)]
        self._addresses.add(addresses)
        pairs = zip(cleaned, addresses, strict=True)
        self._hosts.add([text if text and address is None else None for text, address in pairs])


class _Places:
    """Which of its names each name of another column stands for."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._codes = [-1]
        """One for each name of the other column; the last is where a code of -1 lands."""
        self._now: tuple[I64, tuple[str, ...]] = (np.full(1, -1, dtype=np.int64), ())

    def add(self, names: Sequence[str | None]) -> None:
        index = self._index
        self._codes[-1:] = [-1 if name is None else index.setdefault(name, len(index)) for name in names]
        self._codes.append(-1)
        self._now = (np.asarray(self._codes, dtype=np.int64), tuple(index))

    def of(self, codes: I64) -> Coded:
        places, names = self._now
        return Coded(places[codes], names)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
