"""Product views of the alerts: the queue of each portal, and the one queue of today that holds both."""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.time import DAY
from sim.engine.policy.alerts import ADVICE, CloudAlert, EndpointAlert
from sim.engine.policy.policies import SeenWith
from sim.session.driver import Session

RECENT = 7 * DAY
"""How far back the one queue looks when it is opened (XDR/investigate-alerts.md; documented)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """What every alert shows."""

    id: str
    source: str
    """The product that raised it: its service source."""
    time: int
    title: str
    severity: str
    status: str
    is_open: bool
    classification: str
    """`Not set` until somebody classifies it; a policy's alert of 2019 stays so."""
    determination: str
    incident: str
    assigned: str
    comment: str
    """What was written when it was closed."""
    comments: tuple[str, ...]
    app_id: str
    """Empty where it names no app."""
    app: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAlertRow(AlertRow):
    """An alert of Cloud App Security."""

    policy: str
    report: str
    report_title: str
    """What the period calls it."""
    users: int
    source_ips: int
    transactions: int
    traffic: int
    reason: str
    code: int
    """`resolutionStatusValue` of the API."""
    read: bool
    evidence: tuple[str, ...]
    """The figures that matched, in bytes or counts."""
    policy_id: str
    note: str
    seen_with: SeenWith
    """Users, addresses and machines that it is about: those of an app whose breach is told, or the one whose
    behaviour is unusual; empty for other alerts."""
    day: int
    """Days since 1970-01-01, UTC: the day whose figures matched."""
    policy_is_there: bool
    """Whether the policy that raised it was not deleted since."""
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAlertRow(AlertRow):
    """An alert of a machine."""

    machine: str
    user: str
    processes: str
    domain: str
    indicator: str
    """Id of the indicator that raised it."""
    indicator_is_listed: bool
    first: int
    last: int
    attempts: int
    blocked: int
    not_blocked: int


AnyAlertRow = CloudAlertRow | EndpointAlertRow


def closings(session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the ways to close a policy's alert: what it is afterwards, and the reasons to choose from."""
    return tuple((c.status, tuple(r.text for r in c.reasons)) for c in session.world.era.portals.closings)


def classifications(session: Session) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what an alert can turn out to be, each with its determinations."""
    return tuple((c.name, c.determinations) for c in session.world.era.portals.classifications)


def cloud_alerts(session: Session) -> list[CloudAlertRow]:
    """Return the alerts of Cloud App Security, open ones first, then the newest."""
    rows = [_cloud_row(session, alert) for alert in session.world.tenant.cloud_alerts.alerts]
    return sorted(rows, key=lambda row: (not row.is_open, -row.time, row.id))


def endpoint_alerts(session: Session) -> list[EndpointAlertRow]:
    """Return the alerts of machines, newest first; an alert says whether the app was blocked."""
    shown = session.world.tenant.endpoint_alerts.shown(session.now)
    rows = [_endpoint_row(session, alert) for alert in shown]
    return sorted(rows, key=lambda row: (-row.time, row.id))


def one_queue(session: Session, everything: bool = False) -> list[AnyAlertRow]:
    """Return the alerts of both products, newest first: those of the last week that wait, or everything.

    What the queue shows when it is opened, and its order: XDR/investigate-alerts.md; documented.
    """
    rows: list[AnyAlertRow] = [*cloud_alerts(session), *endpoint_alerts(session)]
    since = session.now - RECENT
    shown = [row for row in rows if everything or (row.is_open and row.time >= since)]
    return sorted(shown, key=lambda row: (-row.time, row.id))


def waiting(session: Session) -> list[AnyAlertRow]:
    """Return the open alerts of both products, those of Cloud App Security first."""
    rows: list[AnyAlertRow] = [*cloud_alerts(session), *endpoint_alerts(session)]
    return [row for row in rows if row.is_open]


def _cloud_row(session: Session, a: CloudAlert) -> CloudAlertRow:
    tenant = session.world.tenant
    title = tenant.portal.report(a.report)
    if a.app_id:
        app = tenant.apps[a.app_id].name
        span = "in the last 90 days" if _is_breach(a) else "in one day"
        text = f"{app}: {a.users} users {span} in {title}."
        if a.who:
            text = f"{app}: what {a.who} does with it is unusual, in {title}."
    else:
        app, text = a.who, f"No data has come from the log collector {a.who} for 48 hours. It ships: {title}."
    return CloudAlertRow(
        id=a.id,
        source=tenant.portal.cloud,
        time=a.time,
        title=a.title,
        severity=a.severity,
        status=a.status,
        is_open=a.is_open,
        classification=a.classification,
        determination=a.determination,
        incident=a.incident,
        assigned=a.assigned,
        comment=a.comment,
        comments=tuple(f"{c.by}: {c.text}" for c in a.comments),
        app_id=a.app_id,
        app=app,
        text=text,
        policy=a.policy,
        report=a.report,
        report_title=title,
        users=a.users,
        source_ips=a.source_ips,
        transactions=a.transactions,
        traffic=a.traffic,
        reason=a.reason,
        code=a.code,
        read=a.read,
        evidence=tuple(f"{r.what} {r.value:,} is more than {r.threshold:,}" for r in a.reasons)
        or (_first_reason(a) if a.app_id else ()),
        policy_id=a.policy_id,
        note=a.note,
        seen_with=a.seen_with,
        day=a.day,
        policy_is_there=any(policy.id == a.policy_id for policy in tenant.policies.all),
        advice=ADVICE.get(a.title, ()),
    )


def _is_breach(alert: CloudAlert) -> bool:
    return bool(alert.seen_with) and not alert.who


def _first_reason(alert: CloudAlert) -> tuple[str, ...]:
    """Return why an alert without figures was raised."""
    return ("news of a breach" if _is_breach(alert) else "discovered for the first time",)


def _endpoint_row(session: Session, a: EndpointAlert) -> EndpointAlertRow:
    world = session.world
    tenant, indicator = world.tenant, world.tenant.indicators.all[a.indicator]
    app = tenant.apps[indicator.app_id].name if indicator.app_id else ""
    return EndpointAlertRow(
        id=a.id,
        source=tenant.portal.endpoint,
        time=a.visible_at,
        title=a.title,
        severity=a.severity,
        status=a.status,
        is_open=a.is_open,
        classification=a.classification,
        determination=a.determination,
        incident=a.incident,
        assigned=a.assigned,
        comment=a.comment,
        comments=tuple(f"{c.by}: {c.text}" for c in a.comments),
        app_id=indicator.app_id or "",
        app=app,
        text=_told(app or indicator.value, a),
        machine=world.staff.machines[a.machine].name,
        user=", ".join(world.user_names[u] for u in sorted(a.users)),
        processes=", ".join(world.staff.processes[p] for p in sorted(a.processes)),
        domain=indicator.value,
        indicator=indicator.id,
        indicator_is_listed=indicator.removed is None,
        first=a.first,
        last=a.last,
        attempts=a.attempts,
        blocked=a.blocked,
        not_blocked=a.not_blocked,
    )


def _told(what: str, alert: EndpointAlert) -> str:
    """Return what the alert says of the attempts; a portal says so where an app was not blocked."""
    if alert.attempts == 1:
        return f"{what} was {'blocked' if alert.blocked else 'not blocked'} in the one attempt."
    if not alert.not_blocked:
        return f"{what} was blocked in all {alert.attempts} attempts."
    share = "any" if not alert.blocked else str(alert.not_blocked)
    return f"{what} was not blocked in {share} of {alert.attempts} attempts."
