"""What the two portals offer in a period of the products; the rest of the engine asks here, never for a year.

An era profile (`sim/scenario/eras/*.yaml`) names one of these by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import Held

SANCTIONED, UNSANCTIONED, MONITORED = "Sanctioned", "Unsanctioned", "Monitored"


@dataclass(frozen=True, slots=True)
class Portal:
    """The vocabulary and the limits of one period."""

    key: str
    tags: tuple[str, ...]
    """Built-in tags, one of which an app carries or none (CAS/governance-discovery.md)."""
    indicator_limit: int
    """Indicators that a tenant may hold."""
    tag_severity: str
    """Severity of the indicators that tags make."""
    scoped_profiles: bool
    """Whether a tag can hold for some machine groups only (CAS/mde-govern.md; documented)."""
    actions: Mapping[Held, str]
    """What an indicator may ask of machines, in the portal's words."""
    anomaly_policies: bool = False
    """Cloud Discovery anomaly detection policies exist."""
    text_messages: bool = False
    """A policy may send text messages."""
    never_unsanctioned: tuple[str, ...] = ()
    """Ids of apps that neither a person nor a policy can tag Unsanctioned."""

    def action(self, words: str) -> Held:
        """Return the action that the portal calls `words`, or refuse with those it offers."""
        for action, known in self.actions.items():
            if known == words:
                return action
        raise CommandRefused(
            Problem(
                "INDICATOR-ACTION",
                f"no action {words!r}",
                advice="one of: " + ", ".join(self.actions.values()),
            )
        )


PORTALS: Mapping[str, Portal] = {
    portal.key: portal
    for portal in (
        # Limit and actions: WIN/manage-indicators.md of 2019; documented. Anomaly detection policies and text
        # messages: CAS/cloud-discovery-anomaly-detection-policy.md [19]; documented.
        Portal(
            "2019",
            (SANCTIONED, UNSANCTIONED),
            5_000,
            "High",  # the alert on a documentation screenshot (CAS/wdatp-integration.md; observed)
            False,  # "blocked for all endpoints" (CAS/wdatp-integration.md [19]; documented)
            {Held.BLOCK: "Alert and block", Held.AUDIT: "Alert only", Held.ALLOW: "Allow"},
            anomaly_policies=True,
            text_messages=True,
        ),
        # Monitored: release 207, 8 August 2021. Limit and actions: MDE/indicators-overview.md; documented.
        # Never unsanctioned: since May 2023 (CAS/governance-discovery.md; documented). Of the twelve services
        # named there the catalog has these three.
        Portal(
            "today",
            (SANCTIONED, UNSANCTIONED, MONITORED),
            15_000,
            "Medium",  # a setting since November 2020 (CAS/mde-integration.md); its default: guess
            True,
            {
                Held.BLOCK: "Block execution",
                Held.WARN: "Warn",
                Held.AUDIT: "Audit",
                Held.ALLOW: "Allow",
            },
            never_unsanctioned=(
                "microsoft-cloud-app-security",
                "microsoft-defender-atp",
                "microsoft-intune",
            ),
        ),
    )
}
