"""What people do with an alert, whichever product raised it: assign, comment, set its state, resolve it.

The state and the classification are those of the endpoint portal's queue, and today of the one queue that
holds the alerts of both products (XDR/investigate-alerts.md; documented). The queue of Cloud App Security in
2019 knows other states, and closes its alerts by `alerts.CloudQueue`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.text import plain
from sim.engine.governance import Write
from sim.engine.portal import Portal

NEW, IN_PROGRESS, RESOLVED = "New", "In progress", "Resolved"
"""States of an alert (XDR/investigate-alerts.md, MDE/api/alerts.md; documented)."""

NOT_SET = "Not set"
"""Classification of an alert that nobody has classified (XDR/investigate-alerts.md; documented)."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote on an alert."""

    time: int
    by: str
    text: str


@dataclass(slots=True, kw_only=True)
class Alert:
    """What an alert of either product carries of its handling."""

    id: str
    status: str = NEW
    classification: str = NOT_SET
    determination: str = ""
    incident: str = ""
    """Where alerts come together; empty in a queue that has no incidents."""
    assigned: str = ""
    comment: str = ""
    """What was written when it was closed."""
    comments: list[Comment] = field(default_factory=list)
    closed: int | None = None
    code: int = 0
    """`resolutionStatusValue` of the API of Cloud App Security; 0 is open (CAS/api-alerts.md; documented)."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.closed is None


A = TypeVar("A", bound="Alert")

Find = Callable[[str, int], Alert]
"""Returns an alert by the id that its queue shows at a time, or refuses."""


class Handling:
    """The alerts of both portals as people handle them."""

    def __init__(self, portal: Portal, find: Find, managed: Find, write: Write) -> None:
        """`find` knows every alert, `managed` those that have a state and a classification."""
        self._portal = portal
        self._find = find
        self._managed = managed
        self._write = write

    def comment(self, now: int, actor: str, alert_id: str, text: str) -> None:
        """Write a comment on an alert; a closed one takes comments too."""
        said = plain(text.strip())
        if not said:
            raise CommandRefused(Problem("ALERT-COMMENT", "the comment is empty", advice="write something"))
        self._find(alert_id, now).comments.append(Comment(now, actor, said))
        self._write(now, actor, "Comment on alert", alert_id, said)

    def assign(self, now: int, actor: str, alert_id: str, person: str) -> bool:
        """Give an alert to a person, or to nobody; return whether that changed."""
        alert, name = self._find(alert_id, now), plain(person.strip())
        changed = alert.assigned != name
        alert.assigned = name
        if changed:
            self._write(now, actor, "Assign alert", alert_id, name or "nobody")
        return changed

    def set_status(self, now: int, actor: str, alert_id: str, status: str) -> bool:
        """Set the state of an alert, a resolved one too; return whether it changed.

        Resolving goes by `resolve`, which asks for a classification.
        """
        alert = self._managed(alert_id, now)
        if status not in (NEW, IN_PROGRESS):
            advice = f"one of: {NEW}, {IN_PROGRESS}; resolve it with a classification"
            raise CommandRefused(Problem("ALERT-STATUS", f"{status!r} cannot be set", advice=advice))
        changed = alert.status != status
        alert.status, alert.closed, alert.code = status, None, 0
        if changed:
            self._write(now, actor, "Set alert status", alert_id, status)
        return changed

    def resolve(
        self,
        now: int,
        actor: str,
        ids: Iterable[str],
        classification: str,
        determination: str = "",
        comment: str = "",
    ) -> list[Alert]:
        """Classify and resolve alerts alike; refuse all of them where one cannot be resolved.

        A machine's later attempts of the same day still count on its alert.
        """
        known = {kind.name: kind for kind in self._portal.classifications}
        if classification not in known:
            raise _unknown("ALERT-CLASS", "classification", classification, list(known))
        kind = known[classification]
        if determination and determination not in kind.determinations:
            raise _unknown("ALERT-DETERMINATION", "determination", determination, list(kind.determinations))
        found = waiting(self._managed(alert_id, now) for alert_id in dict.fromkeys(ids))
        for alert in found:
            alert.status, alert.classification, alert.determination = RESOLVED, classification, determination
            alert.comment, alert.closed, alert.code = comment, now, kind.code
            self._write(now, actor, "Resolve alert", alert.id, comment)
        return found


def waiting(alerts: Iterable[A]) -> list[A]:
    """Return alerts that are all open; refuse where one is not, or where none is named."""
    found = list(alerts)
    problems = [
        Problem("ALERT-CLOSED", f"{a.id} is already {a.status.lower()}", advice="pick an open one")
        for a in found
        if not a.is_open
    ]
    if problems or not found:
        raise CommandRefused(problems or Problem("ALERT-UNKNOWN", "no alert is named", advice="name one"))
    return found


def unknown_alert(alert_id: str) -> CommandRefused:
    """Return the refusal for an id that no queue shows."""
    return CommandRefused(
        Problem("ALERT-UNKNOWN", f"no alert {alert_id!r} is in the queue", advice="see the alert queues")
    )


def _unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    advice = nearest(name, known) if known else "leave it empty"
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=advice))
