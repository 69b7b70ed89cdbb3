"""Commands on the alerts of both portals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.engine.policy.alerts import CLASSIFICATIONS
from sim.session.answer import Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class CloseAlert:
    """Close an alert of Cloud App Security: resolve it, or dismiss it with a reason."""

    kind: ClassVar[str] = "close-alert"
    id: str
    resolve: bool
    reason: str = ""
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Close it; it leaves the open view."""
        world.tenant.cloud_alerts.close(world.now, actor, self.id, self.resolve, self.reason, self.comment)
        return said(f"{self.id} is {'resolved' if self.resolve else 'dismissed'}")


@dataclass(frozen=True, slots=True)
class ResolveEndpointAlert:
    """Classify and resolve an alert of Defender ATP."""

    kind: ClassVar[str] = "resolve-endpoint-alert"
    id: str
    classification: str = "True alert"
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Resolve it; later attempts of the same day still count on it."""
        if self.classification not in CLASSIFICATIONS:
            raise unknown("ALERT-CLASS", "classification", self.classification, list(CLASSIFICATIONS))
        alert = world.tenant.endpoint_alerts.find(self.id, world.now)
        if alert.status == "Resolved":
            raise CommandRefused(
                Problem("ALERT-CLOSED", f"{self.id} is already resolved", advice="pick an open one")
            )
        alert.status, alert.classification = "Resolved", self.classification
        alert.comment, alert.closed = self.comment, world.now
        world.tenant.write(world.now, actor, "Resolve alert", self.id, self.comment)
        return said(f"{self.id} is resolved as {self.classification.lower()}")
