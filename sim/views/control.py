"""Product views of both portals' control pages: settings, policies, alerts, the governance log."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.policy.policies import TEMPLATES, Policy, Template
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    PREVIEW,
    SWITCHES,
)
from sim.session.driver import Session
from sim.world.fleet import LOG_ACTIONS
from sim.world.model import SCENARIO, SERVICE


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch, where it lives, and what the page promises."""

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
    criteria: tuple[tuple[str, int], ...]
    """Criterion as the form words it, and its threshold."""
    report_names: tuple[str, ...]
    """Empty is all continuous reports."""
    apps: str
    """The filters in words."""
    filters: tuple[str, ...]
    """The same as conditions where they are not the template's."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One of the templates, with its filters and criteria in words."""

    name: str
    description: str
    severity: str
    filters: str
    condition: str
    criteria: tuple[tuple[str, int], ...]


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
    INTEGRATION: (
        "Forwards Defender ATP signals to Cloud App Security.",
        "first data may take up to 2 hours",
    ),
    CUSTOM_INDICATORS: (
        "Lets machines allow or block addresses, domains and URLs of custom indicators.",
        "as each machine fetches the indicators, up to 2 hours",
    ),
    PREVIEW: ("Shows features before their release.", ""),
    BLOCK_UNSANCTIONED: (
        "Blocks endpoint access to apps tagged Unsanctioned.",
        "may take up to 30 minutes",
    ),
}


def switches(session: Session) -> list[SwitchRow]:
    """Return the switches of both portals."""
    on = session.world.tenant.switches
    return [SwitchRow(name, page, on[name], *_PROMISE[name]) for name, page in SWITCHES.items()]


def templates() -> list[TemplateRow]:
    """Return the 15 app discovery templates."""
    return [
        TemplateRow(t.name, t.description, t.severity, t.filters.words, condition(t), _criteria(t))
        for t in TEMPLATES
    ]


def _criteria(policy: Policy | Template) -> tuple[tuple[str, int], ...]:
    return tuple((criterion.value, threshold) for criterion, threshold in policy.criteria)


def condition(policy: Policy | Template) -> str:
    """Return a policy's criteria in words."""
    return " and ".join(f"{c.value} is more than {n}" for c, n in policy.criteria) or "first discovery"


def policies(session: Session) -> list[PolicyRow]:
    """Return the saved policies, in the order made."""
    alerts = session.world.tenant.cloud_alerts.alerts
    of_templates = {template.name: template.filters for template in TEMPLATES}
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
            _criteria(p),
            p.reports,
            p.filters.words,
            () if p.filters == of_templates.get(p.template) else p.filters.lines,
        )
        for p in session.world.tenant.policies.saved
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
        for a in session.world.tenant.cloud_alerts.alerts
    ]
    return sorted(rows, key=lambda row: (row.status != "Open", -row.time, row.id))


def governance_log(session: Session) -> list[LogRow]:
    """Return who changed what, newest first.

    Machines' settings and the service's inner steps are not in it.
    """
    rows = [
        LogRow(f"log-{number:05d}", e.time, e.actor, e.action, e.target, e.detail)
        for number, e in enumerate(session.world.tenant.log)
        if e.actor not in {SERVICE, "Defender ATP"} and e.action not in LOG_ACTIONS
    ]
    return [row for row in reversed(rows) if row.actor != SCENARIO or row.action == "Tag app"]
