"""The log formats that the product understands, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.cef import CEF
from sim.engine.discovery.formats.firewalls import FIREWALLS
from sim.engine.discovery.formats.leef import LEEF
from sim.engine.discovery.formats.squid import SQUID
from sim.engine.discovery.formats.tabular import TABULAR

FORMATS: tuple[Format, ...] = (*CEF, *LEEF, *TABULAR, SQUID, *FIREWALLS)


_MOST = 0.5


def by_name(name: str) -> Format | None:
    """Return the format that a person named, None if there is none."""
    return next((known for known in FORMATS if known.name == name.strip().lower()), None)


def detect(lines: Sequence[str]) -> Format | None:
    """Return the format of most of the lines, the first listed on a tie; None if none reads any.

    A generic format is asked only where no vendor's own format reads at least half of the lines.
    """
    filled = [line for line in lines if line.strip()]
    for generic in (False, True):
        candidates = [known for known in FORMATS if known.generic == generic]
        best, found = 0.0, None
        for known in candidates:
            score = known.sniff(filled)
            if score > best:
                best, found = score, known
            if best == 1:
                # No other can read more, and on a tie the first counts.
                break
        if best >= _MOST or (generic and best > 0):
            return found
    return None
