"""Product views of both portals' control pages: settings, alerts, the governance log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.governance import area
from sim.engine.policy.alerts import ADVICE
from sim.session.driver import Session
from sim.world.fleet import LOG_ACTIONS
from sim.world.model import SCENARIO, SERVICE


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch, where it lives, and what the page promises."""

    id: str
    name: str
    page: str
    on: bool
    promise: str
    delay: str
    """When it holds, as the page says; empty where it says nothing."""

    @property
    def portal(self) -> str:
        """The portal whose page the switch is on."""
        return self.page.partition(" > ")[0]


@dataclass(frozen=True, slots=True)
class CloudAlertRow:
    """An alert of Cloud App Security."""

    id: str
    time: int
    title: str
    severity: str
    policy: str
    app_id: str
    app: str
    report: str
    report_title: str
    """What the period calls it."""
    users: int
    source_ips: int
    transactions: int
    traffic: int
    status: str
    reason: str
    comment: str
    text: str
    code: int
    """`resolutionStatusValue` of the API."""
    read: bool
    assigned: str
    comments: tuple[str, ...]
    evidence: tuple[str, ...]
    """The figures that matched, in bytes or counts."""
    policy_id: str
    note: str
    day: int
    """Days since 1970-01-01, UTC: the day whose figures matched."""
    policy_is_there: bool
    """Whether the policy that raised it was not deleted since."""
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the governance log."""

    id: str
    time: int
    actor: str
    action: str
    target: str
    detail: str
    area: str
    """Tags, Settings, Policies, Indicators, Alerts or Cloud Discovery."""


def switches(session: Session) -> list[SwitchRow]:
    """Return the switches of both portals."""
    on = session.world.tenant.switches
    return [
        SwitchRow(s.id, s.name, s.page, on[s.id], s.promise, s.delay)
        for s in session.world.era.portals.switches
    ]


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A setting that holds a value."""

    id: str
    name: str
    page: str
    value: str
    promise: str
    choices: tuple[str, ...]
    unit: str
    wrong: Callable[[str], str]
    """Says what to write instead of a value that the page would not take."""


def settings(session: Session) -> list[ValueRow]:
    """Return the settings that hold a value; there are none in 2019."""
    held = session.world.tenant.settings
    return [
        ValueRow(s.id, s.name, s.page, held[s.id], s.promise, s.choices, s.unit, s.wrong)
        for s in session.world.era.portals.settings
    ]


def closings(session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the ways to close an alert: what it is afterwards, and the reasons to choose from."""
    return tuple((c.status, tuple(r.text for r in c.reasons)) for c in session.world.era.portals.closings)


def cloud_alerts(session: Session) -> list[CloudAlertRow]:
    """Return the alerts of Cloud App Security, open ones first, then the newest."""
    apps, portal = session.world.tenant.apps, session.world.tenant.portal
    saved = {policy.id for policy in session.world.tenant.policies.all}
    rows = [
        CloudAlertRow(
            a.id,
            a.time,
            a.title,
            a.severity,
            a.policy,
            a.app_id,
            apps[a.app_id].name,
            a.report,
            portal.report(a.report),
            a.users,
            a.source_ips,
            a.transactions,
            a.traffic,
            a.status,
            a.reason,
            a.comment,
            f"{apps[a.app_id].name}: {a.users} users in one day in {portal.report(a.report)}.",
            a.code,
            a.read,
            a.assigned,
            tuple(f"{c.by}: {c.text}" for c in a.comments),
            tuple(f"{r.what} {r.value:,} is more than {r.threshold:,}" for r in a.reasons)
            or ("discovered for the first time",),
            a.policy_id,
            a.note,
            a.day,
            a.policy_id in saved,
            ADVICE.get(a.title, ()),
        )
        for a in session.world.tenant.cloud_alerts.alerts
    ]
    return sorted(rows, key=lambda row: (row.status != "Open", -row.time, row.id))


def governance_log(session: Session, only: str = "") -> list[LogRow]:
    """Return who changed what, newest first; of one area where asked.

    Machines' settings and the service's inner steps are not in it.
    """
    rows = [
        LogRow(f"log-{number:05d}", e.time, e.actor, e.action, e.target, e.detail, area(e.action))
        for number, e in enumerate(session.world.tenant.log)
        if e.actor not in {SERVICE, session.world.tenant.portal.endpoint} and e.action not in LOG_ACTIONS
    ]
    told = [row for row in reversed(rows) if row.actor != SCENARIO or row.action == "Tag app"]
    return [row for row in told if only in {"", row.area}]
