"""What people intend, one request after the other, written once more.

The program draws it as columns (`sim.world.behaviour`). Here only the random bits come in blocks, by the
rule of what a draw is (`sim.base.rng`); what they mean, how long somebody waits, where they go and what
they send, is reckoned request by request. The tables of sizes and gaps are the program's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draws, fields, further, quantile
from sim.world.behaviour import Kinds

_PURPOSES = ("gap", "gap-fine", "host", "attachment", "attachment-size", "bytes-up", "bytes-down")
Bits = tuple[int, ...]
"""64 random bits for each of these purposes."""


class Shape(NamedTuple):
    """The tables of one kind of session: milliseconds between requests, and bytes."""

    gap_ms: tuple[int, ...]
    up: tuple[int, ...]
    down: tuple[int, ...]
    upload: tuple[int, ...]


class Site(NamedTuple):
    """A host, and the app that a session reaches with it."""

    app: str
    host: str


@dataclass(slots=True, eq=False)
class Session:
    """One session that somebody means to have on a day; `row` is its place among those of the day."""

    day: int
    row: int
    person: int
    machine: int
    process: str
    key: int
    begin: int
    bits: Sequence[Bits]
    """Of each of its requests."""
    uploads: int
    """One request in so many carries an upload; 0: none does."""
    long_lived: bool
    """It is one connection that stays open."""
    sites: Sequence[Site]
    shape: Shape
    turn: int
    """Where its requests stand among all of one instant: person by person, session by session."""


class Wish(NamedTuple):
    """One request that a person intends to make."""

    time: int
    session: Session
    place: int
    """Number of the request within its session, from 0."""
    site: Site
    bytes_up: int
    bytes_down: int


def shapes(kinds: Kinds) -> list[Shape]:
    """Return the program's tables of every kind of session."""
    tables = (kinds.gap_ms.tolist(), kinds.up.tolist(), kinds.down.tolist(), kinds.upload)
    return [Shape(*map(tuple, rows)) for rows in zip(*tables, strict=True)]


def drawn(
    seed: int, key: NDArray[np.uint64], day: int, requests: NDArray[np.signedinteger]
) -> Iterator[Bits]:
    """Yield the random bits of every request of some sessions of a day, session by session."""
    place = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(count) for count in requests.tolist())])
    bits = further(draws(seed, "request", key, day).repeat(requests), place)
    return zip(*(fields(bits, purpose).tolist() for purpose in _PURPOSES), strict=True)


def wishes(session: Session, spans: Sequence[tuple[int, int]]) -> Iterator[Wish]:
    """Yield the requests of a session in their order, as far as its machine is on, in `spans`."""
    shape, sites, uploads, time = session.shape, session.sites, session.uploads, session.begin
    edges = [edge for span in spans for edge in span]
    for place, (gap, fine, where, chance, size, up, down) in enumerate(session.bits):
        if place:
            time += quantile(gap, shape.gap_ms) * 1_000 + fine % 1_000
        if bisect_right(edges, time) % 2 == 0:  # between two spans
            continue
        sent = quantile(size, shape.upload) if uploads and chance % uploads == 0 else quantile(up, shape.up)
        yield Wish(time, session, place, sites[where % len(sites)], sent, quantile(down, shape.down))
