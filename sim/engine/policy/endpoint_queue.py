"""The alerts of machines: attempts become alerts, alerts come together in incidents.

Attempts are consolidated into one alert per machine, indicator and UTC day (WIN/web-protection-response.md;
documented). An alert is part of an incident (CAS/wdatp-integration.md, a screenshot; observed); that the
alerts of one machine on one indicator share theirs is a guess, and today those on an app share the app's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.policy.alerts import EndpointAlert
from sim.engine.policy.handling import unknown_alert
from sim.engine.policy.incidents import Incidents
from sim.engine.portal import Portal

GENERIC_TITLE = "Connection to a custom network indicator"
"""Title of the alert that a hand-made block raises today (guess: the documents call it generic)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One connection that an indicator answered, and how the portal calls it."""

    time: int
    visible_at: int
    machine: int
    user: int
    process: int
    indicator: int
    day: int
    title: str
    severity: str
    blocked: bool
    app_id: str | None = None
    """The app whose tag made the indicator."""


def heading(portal: Portal, indicator: Indicator) -> tuple[str, str]:
    """Return title and severity of the alert that an indicator raises.

    A tag's indicator has the portal's own title. A block that was made by hand gives generic Informational
    alerts today, whatever it says (MDE/indicators-overview.md; documented).
    """
    if indicator.by_tag:
        return portal.alert_title, indicator.severity
    if portal.generic_block_alerts and indicator.action is Held.BLOCK:
        return GENERIC_TITLE, "Informational"
    return indicator.title, indicator.severity


class EndpointQueue:
    """The alerts of machines: consolidates attempts as they happen."""

    def __init__(self, incidents: Incidents) -> None:
        self.alerts: list[EndpointAlert] = []
        self._incidents = incidents
        self._today: dict[tuple[int, int, int], EndpointAlert] = {}

    def attempt(self, made: Attempt) -> EndpointAlert | None:
        """Count one attempt; return the alert where this attempt raised a new one."""
        key = (made.machine, made.indicator, made.day)
        alert = self._today.get(key)
        raised = None
        if alert is None:
            alert = raised = EndpointAlert(
                f"DA-{len(self.alerts) + 1:04d}",
                made.visible_at,
                made.title,
                made.severity,
                made.machine,
                made.indicator,
                made.day,
                made.time,
                made.time,
            )
            by_app = made.app_id if self._incidents.unified else None
            self._incidents.join(alert, by_app or (made.machine, made.indicator))
            self._today[key] = alert
            self.alerts.append(alert)
        alert.last = made.time
        alert.attempts += 1
        alert.blocked += made.blocked
        alert.processes.add(made.process)
        alert.users.add(made.user)
        return raised

    def shown(self, now: int) -> list[EndpointAlert]:
        """Return the alerts that the queue shows by now."""
        return [alert for alert in self.alerts if alert.visible_at <= now]

    def find(self, alert_id: str, now: int) -> EndpointAlert:
        """Return the alert with this id that the queue shows by now, or refuse."""
        for alert in self.shown(now):
            if alert.id == alert_id:
                return alert
        raise unknown_alert(alert_id)
