"""Commands on the alerts of both portals, and on the settings that decide what alerts say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from sim.base.text import plain
from sim.engine.tenant import Tenant
from sim.session.answer import ADDED_LATER, Answer, said
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class _OneAlert(ABC):
    """A command after which one alert is as it says; one that was so before is said, not refused."""

    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Let the alert be so."""
        changed = self._change(world.tenant, world.now, actor)
        return said(f"{self.id} is {self._state()}", changed=changed)

    @abstractmethod
    def _change(self, tenant: Tenant, now: int, actor: str) -> bool: ...

    @abstractmethod
    def _state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MarkAlert(_OneAlert):
    """Mark an open alert of Cloud App Security as read or unread."""

    kind: ClassVar[str] = "mark-alert"
    read: bool

    def _change(self, tenant: Tenant, now: int, actor: str) -> bool:
        return tenant.cloud_alerts.mark(now, actor, self.id, self.read)

    def _state(self) -> str:
        return "read" if self.read else "unread"


@dataclass(frozen=True, slots=True)
class AssignAlert(_OneAlert):
    """Give an alert of either portal to a person; an empty name takes it back."""

    kind: ClassVar[str] = "assign-alert"
    person: str

    def _change(self, tenant: Tenant, now: int, actor: str) -> bool:
        return tenant.handling.assign(now, actor, self.id, self.person)

    def _state(self) -> str:
        return f"assigned to {plain(self.person.strip()) or 'nobody'}"


@dataclass(frozen=True, slots=True)
class SetAlertStatus(_OneAlert):
    """Set an alert to New or In progress; a resolved one is opened again by it.

    In 2019 only an alert of a machine has these states.
    """

    kind: ClassVar[str] = "set-alert-status"
    status: str

    def _change(self, tenant: Tenant, now: int, actor: str) -> bool:
        return tenant.handling.set_status(now, actor, self.id, self.status)

    def _state(self) -> str:
        return self.status.lower()


@dataclass(frozen=True, slots=True)
class CommentAlert:
    """Write a comment on an alert of either portal."""

    kind: ClassVar[str] = "comment-alert"
    id: str
    text: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Add it to those that are there."""
        world.tenant.handling.comment(world.now, actor, self.id, self.text)
        return said(f"the comment on {self.id} is kept")


@dataclass(frozen=True, slots=True)
class CloseAlerts:
    """Close one or several alerts of Cloud App Security in any of its ways.

    Today these are the ways of its API; the portal resolves alerts (CAS/api-alerts.md; documented).
    """

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
        return CloseAlerts((self.id,), status, reason, self.comment).apply(world, notes, actor)


@dataclass(frozen=True, slots=True)
class ResolveAlerts:
    """Classify and resolve one or several alerts: in 2019 of machines, today of either product."""

    kind: ClassVar[str] = "resolve-alerts"
    ids: tuple[str, ...]
    classification: str
    determination: str = ""
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Resolve them all, or none."""
        resolved = world.tenant.handling.resolve(
            world.now, actor, self.ids, self.classification, self.determination, self.comment
        )
        ids = ", ".join(alert.id for alert in resolved)
        return said(f"{ids} resolved: {self.classification.lower()}", resolved=len(resolved))


@dataclass(frozen=True, slots=True)
class ResolveEndpointAlert:
    """Classify and resolve one alert."""

    kind: ClassVar[str] = "resolve-endpoint-alert"
    id: str
    classification: str = "True alert"
    comment: str = ""
    determination: str = field(default="", metadata=ADDED_LATER)

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Resolve it."""
        made = ResolveAlerts((self.id,), self.classification, self.determination, self.comment)
        return made.apply(world, notes, actor)


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
