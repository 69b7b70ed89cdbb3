"""The alerts that policies raise, and how an analyst closes them in each period.

An alert is open, read or unread, until it is closed in one of the portal's ways (`closings.py`). That a
closed one cannot be opened again is a guess: no page of either period offers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sim.base.errors import CommandRefused, Problem
from sim.base.text import plain
from sim.base.time import DAY
from sim.engine.governance import Write
from sim.engine.policy.closings import Closing
from sim.engine.policy.policies import Match, PolicyKind, Reason
from sim.engine.portal import Portal

OPEN = "Open"
"""Status of an alert that waits; its code is 0 (CAS/api-alerts.md; documented)."""

NEW_SERVICE = "New service discovered"
"""Type of an app discovery policy's alert (CAS/managing-alerts.md [19]; documented)."""

SUSPICIOUS_USE = "Suspicious cloud use alert"
"""Type of a Cloud Discovery anomaly detection policy's alert (CAS/monitor-alerts.md; documented)."""

ADVICE = {
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


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote on an alert."""

    time: int
    by: str
    text: str


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
    reasons: tuple[Reason, ...] = ()
    """The figures that matched; empty where first discovery is the match."""
    who: str = ""
    note: str = ""
    status: str = OPEN
    code: int = 0
    """`resolutionStatusValue` of the API."""
    reason: str = ""
    comment: str = ""
    """What was written when it was closed."""
    comments: list[Comment] = field(default_factory=list)
    read: bool = False
    assigned: str = ""
    feedback: bool = False
    """Whether the analyst sent feedback about the detection to the vendor."""
    contact: str = ""
    """Address under which the vendor may ask back."""
    closed: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.status == OPEN


class CloudQueue:
    """The alerts of Cloud App Security, in the order raised."""

    def __init__(self, portal: Portal, write: Write) -> None:
        self.alerts: list[CloudAlert] = []
        self._portal = portal
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
        found = [self.find(alert_id) for alert_id in dict.fromkeys(ids)]
        problems = [
            Problem("ALERT-CLOSED", f"{a.id} is already {a.status.lower()}", advice="pick an open one")
            for a in found
            if not a.is_open
        ]
        if problems or not found:
            raise CommandRefused(problems or Problem("ALERT-UNKNOWN", "no alert is named", advice="name one"))
        for alert in found:
            alert.status, alert.code, alert.reason = closing.status, closing.code, reason
            alert.comment, alert.feedback, alert.contact = comment, feedback, contact
            alert.closed, alert.read = now, True
            detail = ": ".join(part for part in (reason, comment) if part)
            self._write(now, actor, f"{closing.status} alert", alert.id, detail)
        return found

    def mark(self, now: int, actor: str, alert_id: str, read: bool) -> bool:
        """Mark an open alert read or unread; return whether it changed."""
        alert = self.find(alert_id)
        if not alert.is_open:
            raise CommandRefused(
                Problem("ALERT-CLOSED", f"{alert_id} is {alert.status.lower()}", advice="pick an open one")
            )
        changed = alert.read is not read
        alert.read = read
        if changed:
            self._write(now, actor, "Mark alert", alert_id, "read" if read else "unread")
        return changed


def comment_on(alert: CloudAlert | EndpointAlert, now: int, actor: str, text: str, write: Write) -> None:
    """Write a comment on an alert of either queue; a closed one takes comments too."""
    said = plain(text.strip())
    if not said:
        raise CommandRefused(Problem("ALERT-COMMENT", "the comment is empty", advice="write something"))
    alert.comments.append(Comment(now, actor, said))
    write(now, actor, "Comment on alert", alert.id, said)


def assign(alert: CloudAlert | EndpointAlert, now: int, actor: str, person: str, write: Write) -> bool:
    """Give an alert to a person, or to nobody; return whether that changed."""
    name = plain(person.strip())
    changed = alert.assigned != name
    alert.assigned = name
    if changed:
        write(now, actor, "Assign alert", alert.id, name or "nobody")
    return changed


@dataclass(slots=True)
class EndpointAlert:
    """An alert of a machine. It shows in the queue from `visible_at` on."""

    id: str
    visible_at: int
    title: str
    severity: str
    machine: int
    indicator: int
    day: int
    incident: str
    first: int
    last: int
    attempts: int = 0
    blocked: int = 0
    """Attempts after which the person did not reach the site."""
    processes: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)
    status: str = "New"
    classification: str = "Not set"
    determination: str = ""
    assigned: str = ""
    comment: str = ""
    """What was written when it was resolved."""
    comments: list[Comment] = field(default_factory=list)
    closed: int | None = None

    @property
    def not_blocked(self) -> int:
        """Attempts that passed."""
        return self.attempts - self.blocked


def unknown_alert(alert_id: str) -> CommandRefused:
    """Return the refusal for an id that no queue shows."""
    return CommandRefused(
        Problem("ALERT-UNKNOWN", f"no alert {alert_id!r} is in the queue", advice="see the alert queues")
    )
