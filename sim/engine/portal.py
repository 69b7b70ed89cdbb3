"""What the two portals offer in a period of the products; the rest of the engine asks here, never for a year.

An era profile (`sim/scenario/eras/*.yaml`) names one of these by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SANCTIONED, UNSANCTIONED, MONITORED = "Sanctioned", "Unsanctioned", "Monitored"


@dataclass(frozen=True, slots=True)
class Portal:
    """The vocabulary and the limits of one period."""

    key: str
    tags: tuple[str, ...]
    """Built-in tags, one of which an app carries or none (CAS/governance-discovery.md)."""
    indicator_limit: int
    """Indicators that a tenant may hold."""


PORTALS: Mapping[str, Portal] = {
    portal.key: portal
    for portal in (
        # Limit: WIN/manage-indicators.md of 2019; documented.
        Portal("2019", (SANCTIONED, UNSANCTIONED), 5_000),
        # Monitored: release 207, 8 August 2021. Limit: MDE/indicators-overview.md; documented.
        Portal("today", (SANCTIONED, UNSANCTIONED, MONITORED), 15_000),
    )
}
