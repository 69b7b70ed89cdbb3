"""Policies as the portal keeps them: what is watched, in which reports, and what a match leads to.

Two kinds are made by people: app discovery policies, and Cloud Discovery anomaly detection policies (the
latter until August 2024). Two detections are built in. How each finds its matches is told in `matching.py`
and `anomalies.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from sim.base.time import DAY
from sim.engine.discovery.filters import MEGABYTE, Filters
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.use import AppDay

DEFAULT_DAILY_LIMIT = 5
"""Daily alert limit shown on the policy form (observed on a documentation screenshot)."""

SEVERITIES = ("Low", "Medium", "High")
"""The three bars of the form (observed on a documentation screenshot)."""

NOVELTY = 90 * DAY
"""How long one app stays known to a policy in one report (CAS/policies-cloud-discovery.md; documented)."""


class PolicyKind(StrEnum):
    """What finds the matches; the words are the product's."""

    DISCOVERY = "App discovery policy"
    ANOMALY = "Cloud Discovery anomaly detection policy"
    EXFILTRATION = "Data exfiltration to unsanctioned apps"
    BREACH = "Discovered app security breach"


class Criterion(StrEnum):
    """A same-day criterion of the form; volumes are in MB."""

    TRAFFIC = "Daily traffic (MB)"
    DOWNLOADED = "Downloaded data (MB)"
    UPLOADED = "Uploaded data (MB)"
    IP_ADDRESSES = "Number of IP addresses"
    TRANSACTIONS = "Number of transactions"
    USERS = "Number of users"

    @property
    def unit(self) -> int:
        """How many bytes, or what count, one of the threshold's units is."""
        return MEGABYTE if self in _VOLUMES else 1

    def figure(self, day: AppDay) -> int | None:
        """Return the day's figure in bytes or counts; None where the source cannot know it."""
        return _FIGURES[self](day)


_VOLUMES = {Criterion.TRAFFIC, Criterion.DOWNLOADED, Criterion.UPLOADED}
_FIGURES: Mapping[Criterion, Callable[[AppDay], int | None]] = {
    Criterion.TRAFFIC: lambda day: day.bytes_total,
    Criterion.DOWNLOADED: lambda day: day.bytes_down,
    Criterion.UPLOADED: lambda day: day.bytes_up,
    Criterion.IP_ADDRESSES: lambda day: day.source_ips,
    Criterion.TRANSACTIONS: lambda day: day.transactions,
    Criterion.USERS: lambda day: day.users,
}

Subject = Literal["user", "source_ip"]
"""Whose behaviour an anomaly detection policy looks at: users, IP addresses, or both."""
SUBJECTS: Mapping[str, Subject] = {"users": "user", "IP addresses": "source_ip"}
"""The same in the form's words."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What is special to an anomaly detection policy (CAS/cloud-discovery-anomaly-detection-policy.md)."""

    subjects: tuple[Subject, ...] = ("user", "source_ip")
    """Both is the form's default (documented); one behaviour may then alert twice."""
    per_thousand: int | None = 5
    """Sensitivity: the top anomalies for 1,000 users and week (documented; 5 is a guess). None raises an
    alert for every matching event."""
    after: int | None = None
    """Only what happens on later days than this one, counted from 1970-01-01 UTC, alerts; what came before
    still teaches. None has no such limit."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """How a policy alerts, as an organisation may keep it for its next policies
    (CAS/cloud-discovery-policies.md; documented)."""

    daily_limit: int
    emails: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as saved. `generation` grows when it is created or its reports change."""

    id: str
    name: str
    template: str
    severity: str
    criteria: tuple[tuple[Criterion, int], ...]
    """All of the following on the same day; without any, first discovery is a match."""
    filters: Filters
    reports: tuple[str, ...]
    """Names of continuous reports; empty is all of them (the form's default)."""
    daily_limit: int
    tags: tuple[str, ...]
    """Governance: at most one built-in tag, and any number of custom ones; empty only alerts."""
    created: int
    enabled: bool = True
    generation: int = 1
    description: str = ""
    emails: tuple[str, ...] = ()
    """Addresses to which each alert is sent."""
    phones: tuple[str, ...] = ()
    """Numbers to which each alert is sent as a text message, where the portal does that."""
    playbook: str = ""
    """Power Automate playbook that each alert runs (CAS/flow-integration.md; documented)."""
    profile: str = ""
    """Scoped profile that its tag holds with (guess: documented for tags by hand); empty is everybody."""
    kind: PolicyKind = PolicyKind.DISCOVERY
    anomaly: Anomaly | None = None
    """Set for the kinds that learn what is usual."""

    def alerting(self, settings: AlertSettings) -> Policy:
        """Return the policy with these alert settings in place of its own."""
        return replace(self, daily_limit=settings.daily_limit, emails=settings.emails, phones=settings.phones)

    @property
    def alert_settings(self) -> AlertSettings:
        """The part of the form that can be the organisation's default."""
        return AlertSettings(self.daily_limit, self.emails, self.phones)

    @property
    def built_in(self) -> bool:
        """Whether it came with the portal: such a policy is edited or disabled, and never deleted."""
        return self.id.startswith(BUILT_IN)

    def watches(self, report: str) -> bool:
        """Tell whether the policy applies to a continuous report."""
        return not self.reports or report in self.reports


BUILT_IN = "builtin-"
"""How the ids of the portal's own policies begin."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One figure of a match, and what it is more than; both in bytes or counts."""

    what: str
    value: int
    threshold: int
    is_volume: bool = False


SeenWith = tuple[tuple[EntityKind, tuple[str, ...]], ...]
"""Names of users, addresses and machines, by kind."""


@dataclass(frozen=True, slots=True)
class Match:
    """One match of a policy on one app, report and day, with the figures that led to it."""

    policy: Policy
    app_id: str
    report: str
    day: int
    """Days since 1970-01-01, UTC (a guess: the documents state the day's boundary for counters only)."""
    users: int
    source_ips: int
    transactions: int
    traffic: int
    reasons: tuple[Reason, ...] = ()
    """Empty where first discovery is the match."""
    who: str = ""
    """The user or IP address whose behaviour it is; empty for a match on the app."""
    note: str = ""
    """What a person is told beside the figures, such as breach news."""
    seen_with: SeenWith = ()
    """Whom it is about: the one whose behaviour it is, or who used an app in the 90 days that a report keeps;
    empty where the figures are an app's of one day."""
