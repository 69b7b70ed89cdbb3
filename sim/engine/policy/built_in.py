"""The policies that come with the portal, and the breach news that one of them waits for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.discovery.filters import Filters
from sim.engine.policy.policies import (
    BUILT_IN,
    DEFAULT_DAILY_LIMIT,
    Anomaly,
    Policy,
    PolicyKind,
)
from sim.engine.portal import Portal


@dataclass(frozen=True, slots=True)
class Breach:
    """News that an app was breached."""

    app_id: str
    day: int
    """Days since 1970-01-01 UTC on which the news came out."""
    text: str


def built_in(portal: Portal) -> list[Policy]:
    """Return the policies that a portal begins with, all of them enabled.

    A default anomaly detection policy (CAS/cloud-discovery-policies.md [19]; documented), and the two
    detections that touch discovery: exfiltration, enabled by itself since October 2018, and breaches, since
    release 124 of May 2018 (CAS/release-notes.md; documented). Severities are guesses.
    """
    found = [
        _policy(PolicyKind.EXFILTRATION, "exfiltration", "High", Anomaly(per_thousand=None)),
        _policy(PolicyKind.BREACH, "breach", "High", None),
    ]
    if portal.anomaly_policies:
        found.insert(0, _policy(PolicyKind.ANOMALY, "anomaly", "Medium", Anomaly()))
    return found


_ABOUT = {
    PolicyKind.ANOMALY: "The default policy: unusual use of any app, by users and IP addresses.",
    PolicyKind.EXFILTRATION: "Someone sends unusually much to an app that is not sanctioned.",
    PolicyKind.BREACH: "There is news that a discovered app was breached.",
}


def _policy(kind: PolicyKind, name: str, severity: str, anomaly: Anomaly | None) -> Policy:
    return Policy(
        BUILT_IN + name,
        "Cloud Discovery anomaly detection" if kind is PolicyKind.ANOMALY else kind.value,
        "",
        severity,
        (),
        Filters(),
        (),
        DEFAULT_DAILY_LIMIT,
        (),
        0,
        description=_ABOUT[kind],
        kind=kind,
        anomaly=anomaly,
    )
