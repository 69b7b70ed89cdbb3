"""The alerts that policies raise, those of machines, and how the first are closed in each period.

An alert of a policy is open, read or unread, until it is closed in one of the ways of Cloud App Security
(`closings.py`), which its API still takes today. That one closed in 2019 cannot be opened again is a
guess: no page offers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY
from sim.engine.governance import Write
from sim.engine.policy.closings import Closing
from sim.engine.policy.handling import NEW, NOT_SET, RESOLVED, Alert, unknown_alert, waiting
from sim.engine.policy.incidents import Incidents
from sim.engine.policy.policies import Match, PolicyKind, Reason, SeenWith
from sim.engine.portal import Portal

OPEN = "Open"
"""Status of a policy's alert that waits in a queue of its own (CAS/managing-alerts.md [19]; documented)."""

NEW_SERVICE = "New service discovered"
"""Type of an app discovery policy's alert (CAS/managing-alerts.md [19]; documented)."""

SUSPICIOUS_USE = "Suspicious cloud use alert"
"""Type of a Cloud Discovery anomaly detection policy's alert (CAS/monitor-alerts.md; documented)."""

SILENT_COLLECTOR = "Log collector is silent"
"""Our title of the alert after 48 hours without data; its severity is a guess
(CAS/discovery-docker.md; documented that there is one)."""

SYSTEM = "System alert"
"""Stands where other alerts name their policy (own knowledge)."""

ADVICE = {
    SILENT_COLLECTOR: (
        "see its status and its last data in the settings of automatic log upload",
        "have its host looked at: is the container running, is the disk full",
        "do not take the gap in its report for a drop in use",
    ),
    NEW_SERVICE: (
        "look up its risk in the catalog",
        "see who uses it, and how much",
        "sanction it, or tag it as unsanctioned and have it blocked at the proxy or firewall",
        "where its category has a sanctioned app, export its users and lead them there",
    ),
}
"""What the portal suggests, by type of alert (CAS/monitor-alerts.md; documented, in our own words)."""

_TITLES = {
    PolicyKind.DISCOVERY: NEW_SERVICE,
    PolicyKind.ANOMALY: SUSPICIOUS_USE,
    PolicyKind.EXFILTRATION: PolicyKind.EXFILTRATION.value,
    PolicyKind.BREACH: PolicyKind.BREACH.value,
}


@dataclass(slots=True)
class CloudAlert(Alert):
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
    reasons: tuple[Reason, ...] = ()
    """The figures that matched; empty where first discovery is the match."""
    who: str = ""
    note: str = ""
    seen_with: SeenWith = ()
    reason: str = ""
    read: bool = False
    feedback: bool = False
    """Whether the analyst sent feedback about the detection to the vendor."""
    contact: str = ""
    """Address under which the vendor may ask back."""


class CloudQueue:
    """The alerts of Cloud App Security, in the order raised."""

    def __init__(self, portal: Portal, incidents: Incidents, write: Write) -> None:
        self.alerts: list[CloudAlert] = []
        self._portal = portal
        self._incidents = incidents
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
            match.reasons,
            match.who,
            match.note,
            match.seen_with,
            status=NEW if self._portal.one_queue else OPEN,
        )
        if self._portal.one_queue:
            self._incidents.join(alert, match.app_id)
        self.alerts.append(alert)
        self._write(now, policy.name, "Raise alert", match.app_id, f"{alert.id} {match.report}")
        return alert

    def raise_system(self, now: int, collector: str, logs: str) -> CloudAlert:
        """Raise the portal's alert that a log collector has been silent; it is about no app and no policy."""
        alert = CloudAlert(
            id=f"CA-{len(self.alerts) + 1:04d}",
            time=now,
            title=SILENT_COLLECTOR,
            severity="Medium",
            policy_id="",
            policy=SYSTEM,
            app_id="",
            report=logs,
            users=0,
            source_ips=0,
            transactions=0,
            traffic=0,
            day=now // DAY,
            who=collector,
            status=NEW if self._portal.one_queue else OPEN,
        )
        if self._portal.one_queue:
            self._incidents.join(alert, ("collector", collector))
        self.alerts.append(alert)
        self._write(now, SYSTEM, "Raise alert", collector, f"{alert.id} {logs}")
        return alert

    def find(self, alert_id: str) -> CloudAlert:
        """Return an alert by id, or refuse."""
        for alert in self.alerts:
            if alert.id == alert_id:
                return alert
        raise unknown_alert(alert_id)

    def closing(self, status: str, reason: str) -> Closing:
        """Return a way to close by what the alert is afterwards; refuse another, or a wrong reason."""
        found = next((c for c in self._portal.closings if c.status == status), None)
        if found is None:
            names = ", ".join(c.status for c in self._portal.closings)
            raise CommandRefused(
                Problem("ALERT-STATUS", f"no alert is closed as {status!r}", advice=f"one of: {names}")
            )
        reasons = [r.text for r in found.reasons]
        if reasons and reason not in reasons:
            raise CommandRefused(
                Problem("ALERT-REASON", f"{reason!r} is no reason", advice="one of: " + ", ".join(reasons))
            )
        if reason and not reasons:
            what = f"{status} takes no reason"
            raise CommandRefused(Problem("ALERT-REASON", what, advice="write a comment instead"))
        return found

    def close(
        self,
        now: int,
        actor: str,
        ids: Iterable[str],
        status: str,
        reason: str = "",
        comment: str = "",
        *,
        feedback: bool = False,
        contact: str = "",
    ) -> list[CloudAlert]:
        """Close alerts in one of the portal's ways; refuse all of them where one cannot be closed."""
        closing = self.closing(status, reason)
        found = waiting(self.find(alert_id) for alert_id in dict.fromkeys(ids))
        for alert in found:
            alert.status = RESOLVED if self._portal.one_queue else closing.status
            alert.classification = closing.classification or NOT_SET
            alert.code, alert.reason = closing.code, reason
            alert.comment, alert.feedback, alert.contact = comment, feedback, contact
            alert.closed, alert.read = now, True
            detail = ": ".join(part for part in (reason, comment) if part)
            self._write(now, actor, f"{closing.status} alert", alert.id, detail)
        return found

    def mark(self, now: int, actor: str, alert_id: str, read: bool) -> bool:
        """Mark an open alert read or unread; return whether it changed."""
        (alert,) = waiting([self.find(alert_id)])
        changed = alert.read is not read
        alert.read = read
        if changed:
            self._write(now, actor, "Mark alert", alert_id, "read" if read else "unread")
        return changed


@dataclass(slots=True)
class EndpointAlert(Alert):
    """An alert of a machine. It shows in the queue from `visible_at` on."""

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
    """Attempts after which the person did not reach the site."""
    processes: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)

    @property
    def not_blocked(self) -> int:
        """Attempts that passed."""
        return self.attempts - self.blocked
