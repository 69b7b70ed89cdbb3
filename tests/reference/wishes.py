"""What people intend, one request after the other, written once more.

The program draws it as columns (`sim.world.behaviour`). Here only what chance gives comes in blocks, by
the rule of what a draw is (`sim.base.rng`): random bits, and what they are in a table of quantiles. When
somebody goes on, where they go and what they send is reckoned request by request. The tables of sizes and
gaps are the program's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.base.rng import draws, fields, further, quantile, quantiles_of
from sim.world.behaviour import Kinds
from sim.world.sessions import Sessions

Chance = tuple[int, int, int, int, int, int]
"""Of one request: microseconds since the one before; 64 random bits for where it goes, for whether it carries
an upload and for the size of that; bytes up without one, and bytes down."""


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
    chances: Sequence[Chance]
    """Of each of its requests."""
    uploads: int
    """One request in so many carries an upload; 0: none does."""
    long_lived: bool
    """It is one connection that stays open."""
    sites: Sequence[Site]
    upload: tuple[int, ...]
    """Quantiles of an upload's bytes."""
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


def drawn(seed: int, sessions: Sessions, day: int, kinds: Kinds) -> Iterator[Chance]:
    """Yield what chance gives to every request of some sessions of a day, session by session."""
    counts = sessions.requests
    place = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(count) for count in counts.tolist())])
    bits = further(draws(seed, "request", sessions.key, day).repeat(counts), place)
    kind = sessions.kind.repeat(counts)
    gap = quantiles_of(fields(bits, "gap"), kinds.gap_ms, kind) * 1_000
    columns = (
        gap + (fields(bits, "gap-fine") % np.uint64(1_000)).astype(np.int64),
        *(fields(bits, purpose) for purpose in ("host", "attachment", "attachment-size")),
        quantiles_of(fields(bits, "bytes-up"), kinds.up, kind),
        quantiles_of(fields(bits, "bytes-down"), kinds.down, kind),
    )
    return zip(*(column.tolist() for column in columns), strict=True)


def wishes(session: Session, spans: Sequence[tuple[int, int]]) -> Iterator[Wish]:
    """Yield the requests of a session in their order, as far as its machine is on, in `spans`."""
    sites, uploads, time = session.sites, session.uploads, session.begin
    edges = [edge for span in spans for edge in span]
    for place, (gap, where, chance, size, up, down) in enumerate(session.chances):
        if place:
            time += gap
        if bisect_right(edges, time) % 2 == 0:  # between two spans
            continue
        if uploads and chance % uploads == 0:
            up = quantile(size, session.upload)
        yield Wish(time, session, place, sites[where % len(sites)], up, down)
