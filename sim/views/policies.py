"""Product views of Control > Policies: what is watched, and the templates to start from."""

from __future__ import annotations

from dataclasses import dataclass

from sim.base.time import show_day
from sim.engine.policy.policies import Anomaly, Policy, PolicyKind
from sim.engine.policy.templates import Template
from sim.engine.policy.templates import templates as offered
from sim.session.driver import Session
from sim.session.policy_commands import SUBJECTS


@dataclass(frozen=True, slots=True)
class Learning:
    """What is special to a policy that learns, as its form says it."""

    watch: tuple[str, ...]
    """`users`, `IP addresses` or both."""
    per_thousand: int
    """The top anomalies for 1,000 users and week; 0 is every matching event."""
    after: str
    """A day such as 2019-12-20, or empty."""

    @property
    def words(self) -> str:
        """All of it on one line."""
        top = (
            f"top {self.per_thousand} for 1,000 users and week"
            if self.per_thousand
            else "every matching event"
        )
        return f"unusual use by {' and '.join(self.watch)}, {top}" + (
            f", after {self.after}" if self.after else ""
        )


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy: one that was saved, or one that came with the portal."""

    id: str
    name: str
    kind: PolicyKind
    built_in: bool
    description: str
    template: str
    severity: str
    condition: str
    """What leads to a match, in words."""
    reports: str
    tags: tuple[str, ...]
    daily_limit: int
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    enabled: bool
    created: int
    """0 for the portal's own."""
    alerts: int
    criteria: tuple[tuple[str, int], ...]
    """Criterion as the form words it, and its threshold."""
    report_names: tuple[str, ...]
    """Empty is all continuous reports."""
    apps: str
    """The filters in words."""
    filters: tuple[str, ...]
    """The same as conditions."""
    learning: Learning | None

    @property
    def can_edit(self) -> bool:
        """Whether there is a form for it."""
        return self.kind is not PolicyKind.BREACH


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One of the templates, with its filters and criteria in words."""

    name: str
    description: str
    severity: str
    apps: str
    condition: str
    criteria: tuple[tuple[str, int], ...]
    filters: tuple[str, ...]
    linked: int
    """Policies that were made from it."""
    learning: Learning | None


def templates(session: Session) -> list[TemplateRow]:
    """Return the templates that the portal offers: app discovery ones first."""
    tenant = session.world.tenant
    return [
        TemplateRow(
            t.name,
            t.description,
            t.severity,
            t.filters.words,
            condition(t),
            _criteria(t),
            t.filters.lines,
            sum(policy.template == t.name for policy in tenant.policies.saved),
            _learning(t.anomaly),
        )
        for t in offered(tenant.portal)
    ]


def _criteria(policy: Policy | Template) -> tuple[tuple[str, int], ...]:
    return tuple((criterion.value, threshold) for criterion, threshold in policy.criteria)


def _learning(settings: Anomaly | None) -> Learning | None:
    if settings is None:
        return None
    words = {subject: name for name, subject in SUBJECTS.items()}
    after = "" if settings.after is None else show_day(settings.after)
    return Learning(tuple(words[each] for each in settings.subjects), settings.per_thousand or 0, after)


def condition(policy: Policy | Template) -> str:
    """Return what leads to a match, in words."""
    learning = _learning(policy.anomaly)
    if learning is not None:
        return learning.words
    if isinstance(policy, Policy) and policy.kind is PolicyKind.BREACH:
        return "breach news"
    return " and ".join(f"{c.value} is more than {n}" for c, n in policy.criteria) or "first discovery"


def policies(session: Session) -> list[PolicyRow]:
    """Return the saved policies in the order made, then the portal's own."""
    tenant = session.world.tenant
    alerts = tenant.cloud_alerts.alerts
    return [
        PolicyRow(
            p.id,
            p.name,
            p.kind,
            p.built_in,
            p.description,
            p.template,
            p.severity,
            condition(p),
            ", ".join(p.reports) or "All continuous reports",
            p.tags,
            p.daily_limit,
            p.emails,
            p.phones,
            p.enabled,
            p.created,
            sum(a.policy_id == p.id for a in alerts),
            _criteria(p),
            p.reports,
            p.filters.words,
            p.filters.lines,
            _learning(p.anomaly),
        )
        for p in tenant.policies.all
    ]
