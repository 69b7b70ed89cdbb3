"""Text columns as codes, numbered once for a whole file: a name that comes back costs one look.

A log names the same hosts, people and addresses from its first block to its last. What has to be done for
each distinct one - to clean it, to tell a name from an address - is done when it first appears.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
        self._begin()

    def _begin(self) -> None:
        import polars as pl

        self._names: tuple[str, ...] = ()
        self._texts = pl.Series(dtype=pl.String)
        self._hashes = _Hashes()
        self._alike: dict[str, int] = {}

    def encode(self, texts: pl.Series) -> Coded:
        """Return a column as codes; null is absent. Its names begin with those of the blocks before."""
        if len(self._names) > self._most:
            self._begin()
        if not texts.null_count():
            return Coded(self._codes(texts), self._names)
        codes = np.full(len(texts), -1, dtype=np.int64)
        codes[texts.is_not_null().to_numpy()] = self._codes(texts.drop_nulls())
        return Coded(codes, self._names)

    def hashes(self, texts: pl.Series) -> NDArray[np.uint64]:
        """Return a number below 2**63 for each text, nearly always another for another text."""
        return texts.hash().to_numpy() >> np.uint64(1)

    def _codes(self, texts: pl.Series) -> I64:
        hashes = self.hashes(texts)
        codes = self._hashes.look_up(hashes)
        new = np.flatnonzero(codes < 0)
        if len(new):
            first = new[np.sort(np.unique(hashes[new], return_index=True)[1])]
            self._hashes.add(hashes[first], len(self._names))
            # By way of Python, so that no name holds the text of the block that it comes from.
            self._append(texts.gather(first).to_list())
            codes[new] = self._hashes.look_up(hashes[new])
        others = np.flatnonzero((self._texts.gather(codes) != texts).to_numpy())
        if len(others):
            codes[others] = [self._of_like_hash(text) for text in texts.gather(others)]
        return codes

    def _of_like_hash(self, text: str) -> int:
        """Return the code of a text that has the hash of another one."""
        if text not in self._alike:
            self._alike[text] = len(self._names)
            self._append([text])
        return self._alike[text]

    def _append(self, names: list[str]) -> None:
        import polars as pl

        self._names = (*self._names, *names)
        self._texts = self._texts.append(pl.Series(names, dtype=pl.String)).rechunk()


class _Hashes:
    """Numbers for hashes, looked up a column at a time.

    The hashes are kept in order. Since they are spread evenly, the first bits of one tell where it stands
    to a few places.
    """

    def __init__(self) -> None:
        # The last is past every hash.
        self._keys = np.full(1, 1 << 63, dtype=np.uint64)
        self._numbers = np.full(1, -1, dtype=np.int64)
        self._index()

    def look_up(self, hashes: NDArray[np.uint64]) -> I64:
        """Return the number of each hash; -1 is unknown."""
        places = self._starts[hashes >> self._shift]
        behind = np.flatnonzero(self._keys[places] < hashes)
        while len(behind):
            places[behind] += 1
            behind = behind[self._keys[places[behind]] < hashes[behind]]
        return np.where(self._keys[places] == hashes, self._numbers[places], -1)

    def add(self, hashes: NDArray[np.uint64], number: int) -> None:
        """Number hashes that are not known, from `number` on."""
        keys = np.concatenate((self._keys, hashes))
        numbers = np.concatenate((self._numbers, np.arange(number, number + len(hashes))))
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], numbers[order]
        self._index()

    def _index(self) -> None:
        # Four times as many starts as hashes: most hashes stand where their bits say.
        bits = (4 * len(self._keys)).bit_length()
        self._shift = np.uint64(63 - bits)
        starts = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._starts = np.searchsorted(self._keys, starts)


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
        # What is written as it should be needs no text of its own.
        hosts = (
            None if not text or address else name if text == name else text
            for name, text, address in zip(names, cleaned, addresses, strict=True)
        )
        self._hosts.add([*hosts])


class _Places:
    """Which of its names each name of another column stands for."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._codes = np.full(1, -1, dtype=np.int64)
        """One for each name of the other column; the last is where a code of -1 lands."""

    def add(self, names: Sequence[str | None]) -> None:
        index = self._index
        new = [-1 if name is None else index.setdefault(name, len(index)) for name in names]
        self._codes = np.concatenate((self._codes[:-1], np.array([*new, -1], dtype=np.int64)))
        self._names = tuple(index)

    def of(self, codes: I64) -> Coded:
        return Coded(self._codes[codes], self._names)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
