"""Product views of Control > Policies: what is watched, and the templates to start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sim.base import yamlfile
from sim.base.time import show_day
from sim.engine.discovery.filters import MEGABYTE
from sim.engine.discovery.streams import BUILT_IN_REPORTS
from sim.engine.policy.backtest import Backtest, Setting, backtest, backtest_tag
from sim.engine.policy.files import write_policies
from sim.engine.policy.policies import SUBJECTS, AlertSettings, Anomaly, Policy, PolicyKind
from sim.engine.policy.templates import Template
from sim.engine.policy.templates import templates as offered
from sim.session.driver import Session
from sim.session.policy_commands import ImportPolicies, SaveAnomalyPolicy, SavePolicy
from sim.views.reports import continuous_titles


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
    playbook: str
    profile: str
    """Scoped profile of its tag; empty is everybody."""

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


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What the form of a policy offers beside its own fields."""

    reports: tuple[tuple[str, str], ...]
    """Continuous reports: the name that a policy keeps, and what the period calls it."""
    profiles: tuple[str, ...]
    """Scoped profiles; none in 2019."""
    text_messages: bool
    playbooks: bool
    default_alerts: AlertSettings | None
    """The organisation's default alert settings, if somebody has saved some."""


def form_choices(session: Session) -> FormChoices:
    """Return what the form of a policy offers now."""
    tenant = session.world.tenant
    return FormChoices(
        continuous_titles(session),
        tuple(tenant.profiles.all),
        tenant.portal.text_messages,
        tenant.portal.playbooks,
        tenant.policies.default_alerts,
    )


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


def figure(value: int, is_volume: bool) -> str:
    """Return a figure of a match: MB to the byte, so that it can be compared with a threshold."""
    if not is_volume:
        return f"{value:,}"
    whole, rest = divmod(value, MEGABYTE)
    return f"{whole:,}{f'.{rest:06d}'.rstrip('0') if rest else ''} MB"


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
            ", ".join(tenant.portal.report(name) for name in p.reports) or "All continuous reports",
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
            p.playbook,
            p.profile,
        )
        for p in tenant.policies.all
    ]


def setting_of(session: Session) -> Setting:
    """Return what a back-test in this session looks at; the approved apps are those of its documents."""
    tenant = session.world.tenant
    approved = {
        each.app: f"{each.owner}: {each.purpose}" for each in session.resolved.scenario.documents.approved
    }
    return Setting(tenant.portal, tenant.catalog, tenant.streams.reports, tenant.candidate, approved)


def would_have(session: Session, command: SavePolicy | SaveAnomalyPolicy) -> Backtest:
    """Return what the policy of a command would have done to the last 30 days; refuse a wrong one."""
    tenant = session.world.tenant
    policy = command.policy(tenant, session.now)
    tenant.policies.check(policy)
    return backtest([replace(policy, enabled=True)], setting_of(session))


def would_have_tagged(session: Session, app_id: str, tag: str) -> Backtest:
    """Return whom a tag would have touched in the last 30 days."""
    return backtest_tag(session.world.tenant.catalog.app(app_id).id, tag, setting_of(session))


def exported(session: Session, policy_id: str) -> str:
    """Return a saved policy as a YAML file for a repository."""
    tenant = session.world.tenant
    return write_policies([tenant.policies.find(policy_id)], tenant.portal, BUILT_IN_REPORTS)


def policy_file(session: Session, path: Path) -> ImportPolicies:
    """Return the command that saves the policies of a file; raise InputError with every mistake's place."""
    command = ImportPolicies(path.name, tuple(yamlfile.read_text(path).split("\n")))
    command.policies(session.world.tenant)
    return command
