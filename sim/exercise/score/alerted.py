"""The alert stream as the score sees it: which alerts are trouble, and what the trainee called them."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from sim.engine.policy.alerts import CloudAlert, EndpointAlert
from sim.engine.policy.policies import BUILT_IN
from sim.session.driver import Session

UNSAID = 75
"""Confidence of an alert that was classified in its portal, where none is asked for (ours)."""

_CALLED = {
    "true-positive": True,
    "false-positive": False,
    "benign": False,
    "True alert": True,
    "False alert": False,
    "True positive": True,
    "Informational, expected activity": False,
    "False positive": False,
}
"""What verdicts and classifications of either period say: trouble, or none."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert about an app."""

    id: str
    time: int
    """When its queue showed it."""
    app_id: str
    machine: int | None
    """Of an alert of a machine."""
    standing: bool
    """Whether it came of what stood when play began: not of a policy or an indicator of the trainee's."""
    bad: bool
    """Whether it is about something prohibited."""
    called: bool | None
    """Whether the trainee called it trouble; None without a verdict."""
    called_at: int
    confidence: int


def told(session: Session, bad_apps: Set[str]) -> list[Told]:
    """Return the alerts about apps, of both queues, that somebody but the analyst caused.

    One is trouble where its app is prohibited, or where it is about somebody whose use of the app is.
    """
    world, scenario = session.world, session.resolved.scenario
    upns = {person.id: person.upn for person in world.staff.people}
    accused = {(item.app, upns[p]) for item in scenario.truth.prohibited for p in item.people}

    def one(
        alert: CloudAlert | EndpointAlert,
        time: int,
        app_id: str,
        users: Set[str],
        machine: int | None,
        standing: bool,
    ) -> Told:
        bad = app_id in bad_apps or any((app_id, user) in accused for user in users)
        verdict = session.notes.verdicts.get(f"alert:{alert.id}")
        called = _CALLED.get(alert.classification) if alert.closed is not None else None
        when, sure = alert.closed or time, UNSAID
        if verdict is not None:
            called, when, sure = _CALLED.get(verdict.verdict), verdict.time, verdict.confidence
        return Told(alert.id, time, app_id, machine, standing, bad, called, when, sure)

    found = [
        one(a, a.time, a.app_id, {a.who}, None, a.policy_id.startswith(BUILT_IN))
        for a in world.tenant.cloud_alerts.alerts
        if a.app_id
    ]
    for alert in world.tenant.endpoint_alerts.shown(session.now):
        users = {world.user_names[user] for user in alert.users if user != world.staff.analyst}
        app_id = app_of(session, alert.indicator)
        if users and app_id:
            standing = world.tenant.indicators.all[alert.indicator].created < session.resolved.start
            found.append(one(alert, alert.visible_at, app_id, users, alert.machine, standing))
    return found


def app_of(session: Session, number: int) -> str:
    """Return the app that an indicator is about; empty where it is about none."""
    indicator = session.world.tenant.indicators.all[number]
    app = session.world.tenant.catalog.resolve(indicator.value)
    return indicator.app_id or (app.id if app else "")
