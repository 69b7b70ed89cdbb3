"""What people mean to do on one day: sessions in apps, as columns.

A day's sessions are drawn when the day begins (`agenda.py`) and never change; what comes up within the day is
added behind them. A session is named by its row. Its requests are a pure function of its key and the day
(`behaviour.py`), so nothing about them is kept until they are due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64

I64 = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]
"""Whole numbers of any width."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions of one day; indices are those of the staff's dimensions."""

    person: Whole
    machine: Whole
    process: Whole
    app: Whole
    kind: Whole
    """Row of the tables of `behaviour.Kinds`: how large, how fast."""
    key: U64
    """What every draw about the session is keyed by, beside the day."""
    begin: I64
    """Microseconds UTC."""
    requests: Whole
    """How many connections it would make if nothing stopped it."""
    first_host: Whole
    """First of the staff's `choices` that it connects to."""
    host_count: Whole
    uploads: Whole
    """One connection in so many carries an upload; 0: none does."""
    long_lived: Flags
    """The session is one connection that stays open."""

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: I64 | Flags) -> Sessions:
        """Return some sessions in the order asked for."""
        return Sessions(*(getattr(self, f.name)[rows] for f in fields(self)))


def sessions_of(person: Whole, key: U64, begin: I64, **columns: Whole | Flags) -> Sessions:
    """Return sessions in the narrow columns that are kept."""
    narrow = {name: column.astype(np.int32) for name, column in columns.items() if name != "long_lived"}
    long_lived = columns["long_lived"].astype(np.bool_)
    return Sessions(
        person=person.astype(np.int32),
        key=key.astype(np.uint64),
        begin=begin,
        long_lived=long_lived,
        **narrow,
    )


def join_sessions(parts: Sequence[Sessions]) -> Sessions:
    """Return the sessions of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return Sessions(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Sessions)))


def change(sessions: Sessions, person: I64, app: int, **columns: int) -> None:
    """Change some people's sessions of an app in place: to no requests, or to other hosts."""
    mine = (sessions.app == app) & np.isin(sessions.person, person)
    for name, value in columns.items():
        getattr(sessions, name)[mine] = value


NO_SESSIONS = Sessions(
    *(
        np.zeros(0, {"key": np.uint64, "begin": np.int64, "long_lived": np.bool_}.get(f.name, np.int32))
        for f in fields(Sessions)
    )
)
