"""Incidents: which alerts come together.

In 2019 only the endpoint portal has them. Today every alert of either product belongs to one
(XDR/alerts-incidents-correlation.md; documented). By what alerts are correlated is the vendor's own secret;
named are shared entities and a time frame. That the app is that entity here, and that a resolved
incident ends the time frame, is a guess; that a resolved one is not opened again is documented there.
"""

from __future__ import annotations

from collections.abc import Hashable

from sim.engine.policy.handling import Alert


class Incidents:
    """The incidents of a portal, in the order begun."""

    def __init__(self, unified: bool) -> None:
        """`unified` is the one queue of today."""
        self.unified = unified
        self._alerts: dict[str, list[Alert]] = {}
        self._latest: dict[Hashable, str] = {}

    def join(self, alert: Alert, shared: Hashable) -> None:
        """Put an alert into the incident of what it shares with others, or begin one."""
        latest = self._latest.get(shared)
        if latest is None or (self.unified and not any(each.is_open for each in self._alerts[latest])):
            latest = self._latest[shared] = f"INC-{len(self._alerts) + 1:04d}"
            self._alerts[latest] = []
        self._alerts[latest].append(alert)
        alert.incident = latest
