"""Alerts of both portals and how an analyst closes them (2019 lifecycles).

Cloud App Security: open, then dismissed with a reason, or resolved (CAS/managing-alerts.md [19]).
Defender ATP: New, In progress, Resolved, with a classification (observed on a documentation screenshot).
Attempts are consolidated into one alert per machine, indicator and UTC day (WIN/web-protection-response.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sim.base.errors import CommandRefused, Problem


class DismissReason(StrEnum):
    """Why an alert of Cloud App Security is dismissed (CAS/managing-alerts.md [19]; documented)."""

    SEVERITY = "Actual severity is lower"
    INTEREST = "Not interesting"
    ACCURACY = "Alert is not accurate"
    SIMILAR = "Too many similar alerts"


class Status(StrEnum):
    """State of an alert of Cloud App Security."""

    OPEN = "Open"
    DISMISSED = "Dismissed"
    RESOLVED = "Resolved"


CLASSIFICATIONS = ("True alert", "False alert")
"""Classifications that Defender ATP offered in 2019 (own knowledge)."""

NEW_SERVICE = "New service discovered"
"""Type of an app discovery policy's alert (CAS/managing-alerts.md [19]; documented)."""

BLOCKED_TITLE = "Connection to a blocked cloud application was detected"
"""Title of the Defender ATP alert in 2019 (observed on a documentation screenshot)."""


@dataclass(slots=True)
class CloudAlert:
    """An alert of Cloud App Security."""

    id: str
    time: int
    title: str
    severity: str
    policy_id: str
    policy: str
    app_id: str
    report: str
    users: int
    source_ips: int
    transactions: int
    traffic: int
    day: int
    status: Status = Status.OPEN
    reason: str = ""
    comment: str = ""
    closed: int | None = None


@dataclass(slots=True)
class EndpointAlert:
    """An alert of Defender ATP. It shows in the queue from `visible_at` on."""

    id: str
    visible_at: int
    title: str
    severity: str
    machine: int
    indicator: int
    day: int
    first: int
    last: int
    attempts: int = 0
    blocked: int = 0
    processes: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)
    status: str = "New"
    classification: str = "Not set"
    comment: str = ""
    closed: int | None = None

    @property
    def not_blocked(self) -> int:
        """Attempts that passed."""
        return self.attempts - self.blocked


class EndpointQueue:
    """The Defender ATP queue: consolidates attempts as they happen."""

    def __init__(self) -> None:
        self.alerts: list[EndpointAlert] = []
        self._open: dict[tuple[int, int, int], EndpointAlert] = {}

    def attempt(
        self,
        time: int,
        visible_at: int,
        machine: int,
        indicator: int,
        day: int,
        title: str,
        severity: str,
        process: int,
        user: int,
        blocked: bool,
    ) -> EndpointAlert | None:
        """Count one attempt; return the alert where this attempt raised a new one."""
        key = (machine, indicator, day)
        alert = self._open.get(key)
        raised = None
        if alert is None:
            alert = raised = EndpointAlert(
                f"DA-{len(self.alerts) + 1:04d}",
                visible_at,
                title,
                severity,
                machine,
                indicator,
                day,
                time,
                time,
            )
            self._open[key] = alert
            self.alerts.append(alert)
        alert.last = time
        alert.attempts += 1
        alert.blocked += blocked
        alert.processes.add(process)
        alert.users.add(user)
        return raised

    def find(self, alert_id: str, now: int) -> EndpointAlert:
        """Return the alert with this id that the queue shows by now, or refuse."""
        for alert in self.alerts:
            if alert.id == alert_id and alert.visible_at <= now:
                return alert
        raise unknown_alert(alert_id)


def unknown_alert(alert_id: str) -> CommandRefused:
    """Return the refusal for an id that no queue shows."""
    return CommandRefused(
        Problem("ALERT-UNKNOWN", f"no alert {alert_id!r} is in the queue", advice="see the alert queues")
    )
