"""Text columns as codes: in whatever blocks a file is read, every row keeps its own text."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.engine.discovery.formats.dictionary import Destinations, Dictionary

WRITTEN = ("www.dropbox.com:443", "BOX.com.", "[2001:DB8::1]:443", "192.0.2.7", "192.0.2.7:80", " a.b ", "")
NAMES = ("www.dropbox.com", "box.com", None, None, None, "a.b", None)
ADDRESSES = (None, None, "2001:db8::1", "192.0.2.7", "192.0.2.7", None, None)

rows = st.lists(st.none() | st.integers(0, len(WRITTEN) - 1), max_size=12)
blocks = st.lists(rows, max_size=6)


def series(block: list[int | None]) -> pl.Series:
    """Return a block of rows as it is written."""
    return pl.Series([None if row is None else WRITTEN[row] for row in block], dtype=pl.String)


class Alike(Dictionary):
    """Texts of the same length have the same hash."""

    def hashes(self, texts: pl.Series) -> NDArray[np.uint64]:
        return texts.str.len_bytes().cast(pl.UInt64).to_numpy()


@pytest.mark.parametrize("kind", [Dictionary, Alike])
@given(blocks, st.integers(0, 8))
def test_every_row_keeps_its_text_in_any_blocks(
    kind: type[Dictionary], given_blocks: list[list[int | None]], most: int
) -> None:
    dictionary = kind(most)
    before: tuple[str, ...] = ()
    for block in given_blocks:
        column = dictionary.encode(series(block))
        assert column.texts() == series(block).to_list()
        if len(before) <= most:
            assert column.names[: len(before)] == before
        before = column.names


@given(blocks, st.integers(0, 8))
def test_names_and_addresses_are_told_apart_in_any_blocks(
    given_blocks: list[list[int | None]], most: int
) -> None:
    destinations = Destinations(most)
    for block in given_blocks:
        hosts, addresses = destinations.encode(series(block))
        assert hosts.texts() == [None if row is None else NAMES[row] for row in block]
        assert addresses.texts() == [None if row is None else ADDRESSES[row] for row in block]
