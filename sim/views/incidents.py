"""Incidents: the alerts that came together, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.engine.discovery.groups import EntityKind
from sim.engine.enforcement.indicators import SEVERITIES
from sim.session.driver import Session
from sim.views.alerts import AnyAlertRow, CloudAlertRow, EndpointAlertRow, one_queue


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident: its alerts, oldest first, and whom and what they name."""

    id: str
    alerts: tuple[AnyAlertRow, ...]
    severity: str
    """The gravest of its alerts'."""
    status: str
    """`Resolved` once all of its alerts are; `In progress` as soon as somebody is at one of them."""
    apps: tuple[str, ...]
    machines: tuple[str, ...]
    users: tuple[str, ...]

    @property
    def first(self) -> int:
        """When its first alert was raised."""
        return self.alerts[0].time

    @property
    def last(self) -> int:
        """When its newest alert was raised."""
        return self.alerts[-1].time

    @property
    def waiting(self) -> int:
        """How many of its alerts nobody has resolved."""
        return sum(alert.is_open for alert in self.alerts)


def incidents(session: Session) -> tuple[IncidentRow, ...]:
    """Return the incidents that a portal shows by now: those that wait first, then the newest."""
    grouped: dict[str, list[AnyAlertRow]] = {}
    for alert in reversed(one_queue(session, everything=True)):
        if alert.incident:
            grouped.setdefault(alert.incident, []).append(alert)
    rows = [_row(name, alerts) for name, alerts in grouped.items()]
    return tuple(sorted(rows, key=lambda row: (not row.waiting, -row.last, row.id)))


def _row(name: str, alerts: list[AnyAlertRow]) -> IncidentRow:
    waits = [alert for alert in alerts if alert.is_open]
    begun = any(alert.status == "In progress" for alert in waits)
    return IncidentRow(
        name,
        tuple(alerts),
        max((alert.severity for alert in alerts), key=SEVERITIES.index),
        "Resolved" if not waits else "In progress" if begun else "New",
        _distinct(
            alert.app or (alert.domain if isinstance(alert, EndpointAlertRow) else "") for alert in alerts
        ),
        _distinct(name for alert in alerts for name in _named(alert, "machine")),
        _distinct(name for alert in alerts for name in _named(alert, "user")),
    )


def _named(alert: AnyAlertRow, kind: EntityKind) -> tuple[str, ...]:
    """Return the machines or the users that an alert names."""
    if isinstance(alert, CloudAlertRow):
        return dict(alert.seen_with).get(kind, ())
    return (alert.machine,) if kind == "machine" else tuple(alert.user.split(", "))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
