"""The log formats that the product understands, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.squid import SQUID

FORMATS: tuple[Format, ...] = (SQUID,)


def by_name(name: str) -> Format | None:
    """Return the format that a person named, None if there is none."""
    return next((known for known in FORMATS if known.name == name.strip().lower()), None)


def detect(lines: Sequence[str]) -> Format | None:
    """Return the format of most of the lines, the first listed on a tie; None if none reads any."""
    filled = [line for line in lines if line.strip()]
    scores = [known.sniff(filled) for known in FORMATS]
    best = max(scores)
    return FORMATS[scores.index(best)] if best > 0 else None
