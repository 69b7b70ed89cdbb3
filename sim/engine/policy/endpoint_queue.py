"""The queue of the endpoint portal: attempts become alerts, alerts come together in incidents.

Attempts are consolidated into one alert per machine, indicator and UTC day (WIN/web-protection-response.md;
documented). An alert is part of an incident (CAS/wdatp-integration.md, a screenshot; observed); that the
alerts of one machine on one indicator share theirs is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.errors import CommandRefused, Problem, nearest
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator
from sim.engine.governance import Write
from sim.engine.policy.alerts import EndpointAlert, unknown_alert
from sim.engine.portal import Portal

STATUSES = ("New", "In progress", "Resolved")
"""States of an alert of a machine (MDE/api/alerts.md; documented)."""

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

    def __init__(self, portal: Portal, write: Write) -> None:
        self.alerts: list[EndpointAlert] = []
        self._portal = portal
        self._write = write
        self._today: dict[tuple[int, int, int], EndpointAlert] = {}
        self._incidents: dict[tuple[int, int], str] = {}

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
                self._incident(made.machine, made.indicator),
                made.time,
                made.time,
            )
            self._today[key] = alert
            self.alerts.append(alert)
        alert.last = made.time
        alert.attempts += 1
        alert.blocked += made.blocked
        alert.processes.add(made.process)
        alert.users.add(made.user)
        return raised

    def _incident(self, machine: int, indicator: int) -> str:
        return self._incidents.setdefault((machine, indicator), f"INC-{len(self._incidents) + 1:04d}")

    def find(self, alert_id: str, now: int) -> EndpointAlert:
        """Return the alert with this id that the queue shows by now, or refuse."""
        for alert in self.alerts:
            if alert.id == alert_id and alert.visible_at <= now:
                return alert
        raise unknown_alert(alert_id)

    def set_status(self, now: int, actor: str, alert_id: str, status: str) -> bool:
        """Set the state of an alert, a resolved one too; return whether it changed.

        Resolving goes by `resolve`, which asks for a classification.
        """
        alert = self.find(alert_id, now)
        if status not in STATUSES[:2]:
            advice = f"one of: {', '.join(STATUSES[:2])}; resolve it with a classification"
            raise CommandRefused(Problem("ALERT-STATUS", f"{status!r} cannot be set", advice=advice))
        changed = alert.status != status
        alert.status, alert.closed = status, None
        if changed:
            self._write(now, actor, "Set alert status", alert_id, status)
        return changed

    def resolve(
        self,
        now: int,
        actor: str,
        alert_id: str,
        classification: str,
        determination: str = "",
        comment: str = "",
    ) -> EndpointAlert:
        """Classify and resolve an alert; later attempts of the same day still count on it."""
        known = {kind.name: kind.determinations for kind in self._portal.classifications}
        if classification not in known:
            raise _unknown("ALERT-CLASS", "classification", classification, list(known))
        if determination and determination not in known[classification]:
            raise _unknown("ALERT-DETERMINATION", "determination", determination, list(known[classification]))
        alert = self.find(alert_id, now)
        if alert.status == "Resolved":
            raise CommandRefused(
                Problem("ALERT-CLOSED", f"{alert_id} is already resolved", advice="pick an open one")
            )
        alert.status, alert.classification, alert.determination = "Resolved", classification, determination
        alert.comment, alert.closed = comment, now
        self._write(now, actor, "Resolve alert", alert_id, comment)
        return alert


def _unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    advice = nearest(name, known) if known else "leave it empty"
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=advice))
