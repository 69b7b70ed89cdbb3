"""Alerts of both portals and how an analyst closes them (2019 lifecycles).

Cloud App Security: open, then dismissed with a reason, or resolved (CAS/managing-alerts.md [19]).
Defender ATP: New, In progress, Resolved, with a classification (observed on a documentation screenshot).
Attempts are consolidated into one alert per machine, indicator and UTC day (WIN/web-protection-response.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY
from sim.engine.governance import Write
from sim.engine.policy.policies import Match, PolicyKind


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

SUSPICIOUS_USE = "Suspicious cloud use alert"
"""Type of a Cloud Discovery anomaly detection policy's alert (CAS/monitor-alerts.md; documented)."""

_TITLES = {
    PolicyKind.DISCOVERY: NEW_SERVICE,
    PolicyKind.ANOMALY: SUSPICIOUS_USE,
    PolicyKind.EXFILTRATION: PolicyKind.EXFILTRATION.value,
    PolicyKind.BREACH: PolicyKind.BREACH.value,
}


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


class CloudQueue:
    """The alerts of Cloud App Security, in the order raised."""

    def __init__(self, write: Write) -> None:
        self.alerts: list[CloudAlert] = []
        self._write = write

    def raised_on(self, policy_id: str, day: int) -> int:
        """Return how many alerts a policy raised on a UTC day."""
        return sum(alert.policy_id == policy_id and alert.time // DAY == day for alert in self.alerts)

    def raise_for(self, now: int, match: Match) -> CloudAlert:
        """Raise the alert of a policy's match."""
        policy = match.policy
        alert = CloudAlert(
            f"CA-{len(self.alerts) + 1:04d}",
            now,
            _TITLES[policy.kind],
            policy.severity,
            policy.id,
            policy.name,
            match.app_id,
            match.report,
            match.users,
            match.source_ips,
            match.transactions,
            match.traffic,
            match.day,
        )
        self.alerts.append(alert)
        self._write(now, policy.name, "Raise alert", match.app_id, f"{alert.id} {match.report}")
        return alert

    def find(self, alert_id: str) -> CloudAlert:
        """Return an alert by id, or refuse."""
        for alert in self.alerts:
            if alert.id == alert_id:
                return alert
        raise unknown_alert(alert_id)

    def close(self, now: int, actor: str, alert_id: str, resolve: bool, reason: str, comment: str) -> None:
        """Resolve an alert, or dismiss it with one of the four reasons of 2019."""
        alert = self.find(alert_id)
        if alert.status is not Status.OPEN:
            raise CommandRefused(
                Problem(
                    "ALERT-CLOSED",
                    f"{alert_id} is already {alert.status.lower()}",
                    advice="pick an open one",
                )
            )
        if not resolve and reason not in set(DismissReason):
            raise CommandRefused(
                Problem(
                    "ALERT-REASON",
                    f"{reason!r} is no reason",
                    advice="one of: " + ", ".join(DismissReason),
                )
            )
        alert.status = Status.RESOLVED if resolve else Status.DISMISSED
        alert.reason, alert.comment, alert.closed = "" if resolve else reason, comment, now
        self._write(now, actor, f"{alert.status} alert", alert_id, comment)


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
