"""What a planned session asks for on one day: a pure function of seed, session and day.

Sizes and gaps come from integer quantile tables (`sim.base.rng`): 17 knots at equal steps of probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import betweens, draws, fields, quantiles
from sim.world.organisation import Plan

I64 = NDArray[np.int64]

GIVE_UP = 3
"""Blocked requests after which a person leaves the session (guess)."""

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
_ATTACHMENT_IN = 6
"""One request in this many of a session with documents carries one (guess)."""

REFUSED_UP = 517
"""Bytes a machine sends before a block cuts the connection: a padded ClientHello (own knowledge)."""


@dataclass(frozen=True, slots=True)
class Requests:
    """What sessions ask for, as columns ordered by session and place; nothing is decided yet."""

    time: I64
    session: I64
    """Row of the plan."""
    place: I64
    """Number of the request within its session, from 0."""
    host: I64
    bytes_up: I64
    bytes_down: I64


def starts(plan: Plan, seed: int, day: int, midnight: int) -> I64:
    """Return when each planned session begins on a working day."""
    bits = draws(seed, "session-start", plan.key, day)
    return midnight + betweens(bits, plan.earliest, plan.latest)


def requests(plan: Plan, seed: int, day: int, sessions: I64, begins: I64) -> Requests:
    """Return every request of some sessions on a day. `begins` is the start of each."""
    keys = plan.key[sessions]
    counts = betweens(
        draws(seed, "session-length", keys, day),
        plan.requests_low[sessions],
        plan.requests_high[sessions],
    )
    owner = np.repeat(np.arange(len(sessions)), counts)
    first = np.cumsum(counts) - counts
    place = np.arange(len(owner), dtype=np.int64) - first[owner]
    session = sessions[owner]
    drawn = draws(seed, "request", keys[owner], day, place)
    gaps = quantiles(fields(drawn, "gap"), _GAPS_MS) * 1_000
    gaps += (fields(drawn, "gap-fine") % np.uint64(1_000)).astype(np.int64)
    gaps[place == 0] = 0
    elapsed = np.cumsum(gaps)
    elapsed -= elapsed[first[owner]] if len(owner) else 0
    hosts = fields(drawn, "host") % plan.host_count[session].astype(np.uint64)
    up = quantiles(fields(drawn, "bytes-up"), _UP)
    sends = np.flatnonzero(plan.documents[session])
    heavy = sends[fields(drawn[sends], "attachment") % np.uint64(_ATTACHMENT_IN) == 0]
    up[heavy] = quantiles(fields(drawn[heavy], "attachment-size"), _ATTACHMENT)
    return Requests(
        begins[owner] + elapsed,
        session,
        place,
        plan.choices[plan.first_host[session] + hosts.astype(np.int64)],
        up,
        quantiles(fields(drawn, "bytes-down"), _DOWN),
    )
