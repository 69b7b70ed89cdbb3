"""Product views of both portals' control pages: settings, policies, alerts, the governance log."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.policy.policies import TEMPLATES, Policy, Template
from sim.engine.tenant import INTEGRATION, SWITCHES
from sim.session.driver import Session
from sim.world.model import SCENARIO, SERVICE


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch, where it lives, and what the page promises."""

    name: str
    page: str
    on: bool
    promise: str


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A saved policy."""

    id: str
    name: str
    template: str
    severity: str
    condition: str
    reports: str
    tag: str
    daily_limit: int
    enabled: bool
    created: int
    alerts: int


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
    users: int
    source_ips: int
    transactions: int
    traffic: int
    status: str
    reason: str
    comment: str
    text: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the governance log."""

    id: str
    time: int
    actor: str
    action: str
    target: str
    detail: str


_PROMISE = {
    INTEGRATION: "Forwards Defender ATP signals to Cloud App Security. First data may take up to 2 hours.",
    "Custom network indicators": "Lets machines allow or block addresses, domains and URLs of custom indicators.",
    "Preview features": "Shows features before their release.",
    "Block unsanctioned apps": "Blocks endpoint access to apps tagged Unsanctioned. May take up to 30 minutes.",
}


def switches(session: Session) -> list[SwitchRow]:
    """Return the switches of both portals."""
    on = session.world.tenant.switches
    return [SwitchRow(name, page, on[name], _PROMISE[name]) for name, page in SWITCHES.items()]


def templates() -> tuple[Template, ...]:
    """Return the 15 app discovery templates."""
    return TEMPLATES


def condition(policy: Policy | Template) -> str:
    """Return a policy's criteria in words."""
    return " and ".join(f"{c.value} is more than {n}" for c, n in policy.criteria) or "first discovery"


def policies(session: Session) -> list[PolicyRow]:
    """Return the saved policies, in the order made."""
    alerts = session.world.tenant.cloud_alerts
    return [
        PolicyRow(
            p.id,
            p.name,
            p.template,
            p.severity,
            condition(p),
            ", ".join(p.reports) or "All continuous reports",
            p.tag or "",
            p.daily_limit,
            p.enabled,
            p.created,
            sum(a.policy_id == p.id for a in alerts),
        )
        for p in session.world.tenant.policies
    ]


def cloud_alerts(session: Session) -> list[CloudAlertRow]:
    """Return the alerts of Cloud App Security, open ones first, then the newest."""
    apps = session.world.tenant.apps
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
            a.users,
            a.source_ips,
            a.transactions,
            a.traffic,
            a.status.value,
            a.reason,
            a.comment,
            f"{apps[a.app_id].name}: {a.users} users in one day in {a.report}.",
        )
        for a in session.world.tenant.cloud_alerts
    ]
    return sorted(rows, key=lambda row: (row.status != "Open", -row.time, row.id))


def governance_log(session: Session) -> list[LogRow]:
    """Return who changed what, newest first; machines' settings and the service's inner steps are not in it."""
    rows = [
        LogRow(f"log-{number:05d}", e.time, e.actor, e.action, e.target, e.detail)
        for number, e in enumerate(session.world.tenant.log)
        if e.actor not in {SERVICE, "Defender ATP"} and e.action != "Set network protection"
    ]
    return [row for row in reversed(rows) if row.actor != SCENARIO or row.action == "Tag app"]
