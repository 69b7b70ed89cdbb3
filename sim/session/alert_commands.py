"""Commands on the alerts of both portals, and on the settings that decide what alerts say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sim.engine.policy.alerts import CloudAlert, EndpointAlert, assign, comment_on
from sim.session.answer import ADDED_LATER, Answer, said
from sim.session.notebook import Notebook
from sim.world.model import World


def _alert(world: World, alert_id: str) -> CloudAlert | EndpointAlert:
    tenant = world.tenant
    if alert_id.startswith("DA-"):
        return tenant.endpoint_alerts.find(alert_id, world.now)
    return tenant.cloud_alerts.find(alert_id)


@dataclass(frozen=True, slots=True)
class CloseAlert:
    """Close an alert of Cloud App Security: resolve it, or dismiss it with a reason.

    Today these are the older words for closing as true or as false positive (CAS/api-alerts.md; documented).
    """

    kind: ClassVar[str] = "close-alert"
    id: str
    resolve: bool
    reason: str = ""
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Close it; it leaves the open view."""
        closings = world.tenant.portal.closings
        status = (closings[0] if self.resolve else closings[-1]).status
        reason = "" if self.resolve else self.reason
        world.tenant.cloud_alerts.close(world.now, actor, [self.id], status, reason, self.comment)
        return said(f"{self.id} is {status.lower()}")


@dataclass(frozen=True, slots=True)
class CloseAlerts:
    """Close one or several alerts of Cloud App Security in any of the portal's ways."""

    kind: ClassVar[str] = "close-alerts"
    ids: tuple[str, ...]
    status: str
    """What they are afterwards: Resolved or Dismissed; today True positive, Benign or False positive."""
    reason: str = ""
    comment: str = ""
    feedback: bool = False
    """Send feedback about the detection to the vendor."""
    contact: str = ""
    """Address under which the vendor may ask back."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Close them all, or none."""
        closed = world.tenant.cloud_alerts.close(
            world.now,
            actor,
            self.ids,
            self.status,
            self.reason,
            self.comment,
            feedback=self.feedback,
            contact=self.contact,
        )
        return said(f"{', '.join(a.id for a in closed)} closed: {self.status.lower()}", closed=len(closed))


@dataclass(frozen=True, slots=True)
class MarkAlert:
    """Mark an open alert of Cloud App Security as read or unread."""

    kind: ClassVar[str] = "mark-alert"
    id: str
    read: bool

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Mark it; it stays open."""
        changed = world.tenant.cloud_alerts.mark(world.now, actor, self.id, self.read)
        return said(f"{self.id} is {'read' if self.read else 'unread'}", changed=changed)


@dataclass(frozen=True, slots=True)
class AssignAlert:
    """Give an alert of either portal to a person; an empty name takes it back."""

    kind: ClassVar[str] = "assign-alert"
    id: str
    person: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the name on the alert."""
        alert = _alert(world, self.id)
        changed = assign(alert, world.now, actor, self.person, world.tenant.write)
        return said(f"{self.id} is assigned to {alert.assigned or 'nobody'}", changed=changed)


@dataclass(frozen=True, slots=True)
class CommentAlert:
    """Write a comment on an alert of either portal."""

    kind: ClassVar[str] = "comment-alert"
    id: str
    text: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Add it to those that are there."""
        comment_on(_alert(world, self.id), world.now, actor, self.text, world.tenant.write)
        return said(f"the comment on {self.id} is kept")


@dataclass(frozen=True, slots=True)
class SetAlertStatus:
    """Set an alert of a machine to New or In progress; a resolved one is opened again by it."""

    kind: ClassVar[str] = "set-alert-status"
    id: str
    status: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Set it."""
        changed = world.tenant.endpoint_alerts.set_status(world.now, actor, self.id, self.status)
        return said(f"{self.id} is {self.status.lower()}", changed=changed)


@dataclass(frozen=True, slots=True)
class ResolveEndpointAlert:
    """Classify and resolve an alert of Defender ATP."""

    kind: ClassVar[str] = "resolve-endpoint-alert"
    id: str
    classification: str = "True alert"
    comment: str = ""
    determination: str = field(default="", metadata=ADDED_LATER)

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Resolve it; later attempts of the same day still count on it."""
        world.tenant.endpoint_alerts.resolve(
            world.now, actor, self.id, self.classification, self.determination, self.comment
        )
        return said(f"{self.id} is resolved as {self.classification.lower()}")


@dataclass(frozen=True, slots=True)
class SaveSetting:
    """Save a setting that holds a value, such as the severity of alerts."""

    kind: ClassVar[str] = "save-setting"
    name: str
    value: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; a value that already stands so is said, not refused."""
        changed = world.save_setting(actor, self.name, self.value)
        shown = self.value or "empty"
        text = f"{self.name} is {shown}" if changed else f"{self.name} was already {shown}"
        return said(text, changed=changed)
