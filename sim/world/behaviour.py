"""What sessions ask for: a pure function of seed, session and day, drawn when it is due.

Sizes and gaps come from integer quantile tables (`sim.base.rng`), one row of KNOTS knots for each kind of
session. The first two kinds are those of authored habits, the others come from the scenario's pack. A request
is one connection, as a sensor or a proxy logs it, and carries its count of HTTP requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, draws, further, quantiles, quantiles_of
from sim.base.rng import fields as further_bits
from sim.world.sessions import Sessions

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

GIVE_UP = 3
"""Blocked requests after which a person leaves the session (guess)."""

PLAIN, DOCUMENTS = 0, 1
"""The kinds of authored habits: without and with attachments."""
PACKED = 2
"""The first kind of the pack."""

_GAPS_MS = (
    0,
    774,
    1602,
    2491,
    3452,
    4496,
    5640,
    6905,
    8317,
    9920,
    11770,
    13958,
    16636,
    20088,
    24953,
    33271,
    54000,
)
"""Milliseconds between requests: exponential with a mean of 12 s, cut at 54 s (guess)."""

_DOWN = (
    150, 200, 270, 350, 450, 570, 700, 840, 1_000, 1_700, 3_000, 5_000,
    8_500, 14_000, 22_000, 45_000, 900_000,
)  # fmt: skip
"""Bytes received: median 1.0 KB, p90 near 28 KB as measured on one desktop (loghub Proxifier; observed)."""

_UP = (
    200, 260, 320, 390, 460, 550, 650, 760, 899, 1_050, 1_250, 1_550,
    1_950, 2_600, 3_900, 6_500, 35_000,
)  # fmt: skip
"""Bytes sent: median 899 B, p90 near 4.3 KB (loghub Proxifier; observed)."""

_ATTACHMENT = (
    200_000,
    350_000,
    500_000,
    700_000,
    1_000_000,
    1_500_000,
    2_300_000,
    4_000_000,
    8_000_000,
)
"""Bytes of an uploaded document (guess)."""
UPLOADS_IN = 6
"""One request in this many of a session with documents carries one (guess)."""

_HTTP = (1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 13, 18, 28, 48)
"""HTTP requests of a connection: with a day's 300 to 600 connections they come to the median of 1,912 web
transactions a user and day (Zscaler; the spread is a guess)."""

REFUSED_UP = 517
"""Bytes a machine sends before a block cuts the connection: a padded ClientHello (own knowledge)."""


class Shape(Protocol):
    """The tables of one kind of session: KNOTS knots each."""

    @property
    def gap_ms(self) -> tuple[int, ...]:
        """Milliseconds between two connections."""

    @property
    def up(self) -> tuple[int, ...]:
        """Bytes sent by a connection."""

    @property
    def down(self) -> tuple[int, ...]:
        """Bytes received by it."""

    @property
    def requests(self) -> tuple[int, ...]:
        """Its HTTP requests."""

    @property
    def upload(self) -> tuple[int, ...]:
        """Bytes of an upload; empty where none is."""

    @property
    def unnoticed(self) -> bool:
        """Nobody minds when it is stopped."""


class Kinds:
    """The tables of every kind of session: of authored habits, of the pack, and of the story's uses."""

    def __init__(self, kinds: Sequence[Shape] = (), story: Sequence[Shape] = ()) -> None:
        self.first_of_story = PACKED + len(kinds)
        """The kind of the story's first use."""
        kinds = (*kinds, *story)
        self.gap_ms = _table((_GAPS_MS, _GAPS_MS, *(kind.gap_ms for kind in kinds)))
        self.up = _table((_UP, _UP, *(kind.up for kind in kinds)))
        self.down = _table((_DOWN, _DOWN, *(kind.down for kind in kinds)))
        self.http = _table((_HTTP, _HTTP, *(kind.requests for kind in kinds)))
        self.upload = ((), _ATTACHMENT, *(kind.upload for kind in kinds))
        self.unnoticed = frozenset(PACKED + n for n, kind in enumerate(kinds) if kind.unnoticed)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests that wait for their time: when, and the bits that everything else about them follows from."""

    time: I64
    session: NDArray[np.int32]
    """Row of the day's sessions."""
    place: NDArray[np.int16]
    """Number of the request within its session, from 0."""
    bits: U64

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: I64 | Flags) -> Waiting:
        """Return some requests in the order asked for."""
        return Waiting(*(getattr(self, f.name)[rows] for f in fields(self)))


def join_waiting(parts: Sequence[Waiting]) -> Waiting:
    """Return the requests of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return Waiting(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Waiting)))


NOTHING_WAITS = Waiting(
    np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0, np.uint64)
)


@dataclass(frozen=True, slots=True)
class Requests:
    """What sessions ask for, as columns; nothing is decided yet."""

    time: I64
    session: I64
    """Row of the day's sessions; -1 is a test visit by the analyst."""
    place: I64
    host: I64
    bytes_up: I64
    bytes_down: I64
    http: I64
    """HTTP requests of the connection."""

    def take(self, rows: I64 | Flags) -> Requests:
        """Return some requests in the order asked for."""
        return Requests(*(getattr(self, f.name)[rows] for f in fields(self)))


def begun(sessions: Sessions, chosen: I64, kinds: Kinds, seed: int, day: int) -> tuple[Waiting, I64]:
    """Return when every request of some sessions is due, session by session, and its place in `chosen`."""
    counts = sessions.requests[chosen].astype(np.int64)
    owner = np.repeat(np.arange(len(chosen)), counts)
    first = np.cumsum(counts) - counts
    place = np.arange(len(owner), dtype=np.int64) - first[owner]
    bits = further(draws(seed, "request", sessions.key[chosen], day)[owner], place)
    kind = sessions.kind[chosen].astype(np.int64)[owner]
    gaps = quantiles_of(further_bits(bits, "gap"), kinds.gap_ms, kind) * 1_000
    gaps += (further_bits(bits, "gap-fine") % np.uint64(1_000)).astype(np.int64)
    gaps[place == 0] = 0
    elapsed = np.cumsum(gaps)
    # Since its first gap is 0, a session's clock starts where the sum stands at its first request.
    elapsed += (sessions.begin[chosen] - elapsed[np.minimum(first, max(len(elapsed) - 1, 0))])[owner]
    return Waiting(elapsed, chosen[owner].astype(np.int32), place.astype(np.int16), bits), owner


def asked(sessions: Sessions, due: Waiting, kinds: Kinds, choices: I64) -> Requests:
    """Return what requests that are due ask for. `choices` are the staff's, in which hosts are counted."""
    session, bits = due.session, due.bits
    kind = sessions.kind[session].astype(np.int64)
    hosts = further_bits(bits, "host") % sessions.host_count[session].astype(np.uint64)
    up = quantiles_of(further_bits(bits, "bytes-up"), kinds.up, kind)
    uploads = sessions.uploads[session]
    sends = np.flatnonzero(uploads)
    chance = further_bits(bits[sends], "attachment") % uploads[sends].astype(np.uint64)
    heavy = sends[chance == 0]
    for number in np.unique(kind[heavy]).tolist():
        rows = heavy[kind[heavy] == number]
        up[rows] = quantiles(further_bits(bits[rows], "attachment-size"), kinds.upload[number])
    return Requests(
        due.time,
        session.astype(np.int64),
        due.place.astype(np.int64),
        choices[sessions.first_host[session] + hosts.astype(np.int64)],
        up,
        quantiles_of(further_bits(bits, "bytes-down"), kinds.down, kind),
        quantiles_of(further_bits(bits, "http"), kinds.http, kind),
    )


def _table(rows: Sequence[tuple[int, ...]]) -> I64:
    return np.array(rows, dtype=np.int64)
