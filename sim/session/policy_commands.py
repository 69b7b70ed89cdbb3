"""Commands on policies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from sim.base import yamlfile
from sim.base.errors import CommandRefused, InputError, Place, Problem
from sim.base.time import DAY, from_iso
from sim.engine.discovery.filters import Filters
from sim.engine.policy.checks import read_condition, wrong_template
from sim.engine.policy.files import Known
from sim.engine.policy.importing import incoming
from sim.engine.policy.policies import (
    DEFAULT_DAILY_LIMIT,
    SUBJECTS,
    Anomaly,
    Criterion,
    Policy,
    PolicyKind,
)
from sim.engine.policy.templates import find_template
from sim.engine.tenant import Tenant
from sim.session.answer import ADDED_LATER, TEXT_LIMIT, Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.model import World

OWN, DEFAULT, AS_DEFAULT = ALERT_SETTINGS = ("own", "default", "save as default")
"""Whose alert settings a policy gets: those of the command, the organisation's default, or those of the
command, which become the default (CAS/cloud-discovery-policies.md; documented)."""


@dataclass(frozen=True, slots=True)
class SavePolicy:
    """Create an app discovery policy from a template or a search, or save an existing one again by its id."""

    kind: ClassVar[str] = "save-policy"
    template: str
    name: str
    criteria: dict[str, int]
    severity: str = "High"
    reports: tuple[str, ...] = ()
    daily_limit: int = DEFAULT_DAILY_LIMIT
    tag: str = ""
    id: str = ""
    enabled: bool = True
    filters: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    """Conditions that an app must meet, in place of the template's; none of them about usage."""
    more_tags: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    """Tags beside `tag`."""
    description: str = field(default="", metadata=ADDED_LATER)
    emails: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    phones: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    profile: str = field(default="", metadata=ADDED_LATER)
    """Scoped profile that its tag holds with; empty is everybody."""
    playbook: str = field(default="", metadata=ADDED_LATER)
    alert_settings: str = field(default=OWN, metadata=ADDED_LATER)
    """Whose daily limit and addresses count: see `ALERT_SETTINGS`."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; it is evaluated at the next analysis run."""
        return _save(world, actor, self.policy(world.tenant, world.now), self.alert_settings)

    def policy(self, tenant: Tenant, now: int) -> Policy:
        """Return the policy that this makes, which nobody has checked against the portal yet."""
        names = {criterion.value: criterion for criterion in Criterion}
        for name in self.criteria:
            if name not in names:
                raise unknown("POLICY-CRITERION", "criterion", name, list(names))
        tags = dict.fromkeys(tag.strip() for tag in (self.tag, *self.more_tags) if tag.strip())
        return Policy(
            _id(tenant, self.id, PolicyKind.DISCOVERY),
            self.name.strip(),
            self.template,
            self.severity,
            tuple((names[name], threshold) for name, threshold in self.criteria.items()),
            _filters(tenant, self.template, self.filters),
            tuple(map(tenant.portal.report_id, self.reports)),
            self.daily_limit,
            tuple(tags),
            now,
            self.enabled,
            description=self.description.strip(),
            emails=self.emails,
            phones=self.phones,
            playbook=self.playbook.strip(),
            profile=self.profile,
        )


@dataclass(frozen=True, slots=True)
class SaveAnomalyPolicy:
    """Create a Cloud Discovery anomaly detection policy, or save one again by its id.

    The built-in detection of exfiltration is saved by this too.
    """

    kind: ClassVar[str] = "save-anomaly-policy"
    template: str
    name: str
    watch: tuple[str, ...] = tuple(SUBJECTS)
    """`users`, `IP addresses` or both."""
    per_thousand: int = 5
    """The top anomalies for 1,000 users and week; 0 raises an alert for every matching event."""
    after: str = ""
    """A day such as 2019-12-20: only what happens later alerts."""
    severity: str = "Medium"
    reports: tuple[str, ...] = ()
    daily_limit: int = DEFAULT_DAILY_LIMIT
    id: str = ""
    enabled: bool = True
    filters: tuple[str, ...] = ()
    description: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    playbook: str = field(default="", metadata=ADDED_LATER)
    alert_settings: str = field(default=OWN, metadata=ADDED_LATER)

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; it is evaluated at the next analysis run."""
        return _save(world, actor, self.policy(world.tenant, world.now), self.alert_settings)

    def policy(self, tenant: Tenant, now: int) -> Policy:
        """Return the policy that this makes, which nobody has checked against the portal yet."""
        for name in self.watch:
            if name not in SUBJECTS:
                raise unknown("POLICY-ANOMALY", "kind of entity", name, list(SUBJECTS))
        after = from_iso(self.after) // DAY if self.after else None
        return Policy(
            _id(tenant, self.id, PolicyKind.ANOMALY),
            self.name.strip(),
            self.template,
            self.severity,
            (),
            _filters(tenant, self.template, self.filters),
            tuple(map(tenant.portal.report_id, self.reports)),
            self.daily_limit,
            (),
            now,
            self.enabled,
            description=self.description.strip(),
            emails=self.emails,
            phones=self.phones,
            playbook=self.playbook.strip(),
            kind=PolicyKind.ANOMALY,
            anomaly=Anomaly(tuple(SUBJECTS[name] for name in self.watch), self.per_thousand or None, after),
        )


@dataclass(frozen=True, slots=True)
class ImportPolicies:
    """Save the policies of a YAML file: each is new, or replaces the saved one that has its name."""

    kind: ClassVar[str] = "import-policies"
    file: str
    """Its name, for the places of mistakes."""
    lines: tuple[str, ...]
    """Its text: a run replays without the file."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save all of them, or none if anything is wrong; they are evaluated at the next analysis run."""
        book = world.tenant.policies
        told, ids = [], []
        for policy in self.policies(world.tenant):
            told.append(f"{policy.name} ({'changed' if policy.id else 'new'})")
            ids.append(policy.id or book.next_id())
            book.save(world.now, actor, replace(policy, id=ids[-1], created=world.now))
        return said(f"saved from {self.file}: {', '.join(told)}", ids=ids)

    def policies(self, tenant: Tenant) -> list[Policy]:
        """Return what would be saved, without an id where it is new; raise InputError with every mistake."""
        long = [number for number, line in enumerate(self.lines, 1) if len(line) > TEXT_LIMIT]
        if long:
            advice = f"break it: at most {TEXT_LIMIT:,} characters"
            raise InputError(
                [Problem("POLICY-LINE", "the line is long", Place(self.file, n), advice) for n in long]
            )
        document = yamlfile.load("\n".join(self.lines), self.file)
        known = Known(
            tenant.portal,
            tuple(tenant.streams.reports),
            tenant.catalog.index.keys(),
            tenant.profiles.all.keys(),
        )
        return incoming(document, known, tenant.policies.saved)


@dataclass(frozen=True, slots=True)
class SwitchPolicy:
    """Enable or disable a policy."""

    kind: ClassVar[str] = "switch-policy"
    id: str
    on: bool

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Let the next analysis run evaluate it, or not."""
        changed = world.tenant.policies.switch(world.now, actor, self.id, self.on)
        state = "enabled" if self.on else "disabled"
        return said(f"{self.id} is {state}" if changed else f"{self.id} was already {state}", changed=changed)


@dataclass(frozen=True, slots=True)
class DeletePolicy:
    """Delete a policy; its alerts and the tags it set stay."""

    kind: ClassVar[str] = "delete-policy"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Drop it."""
        gone = world.tenant.policies.delete(world.now, actor, self.id)
        return said(f"{gone.name} is deleted; its alerts and tags stay")


def _save(world: World, actor: str, policy: Policy, alert_settings: str) -> Answer:
    """Save a policy with its own alert settings or the organisation's, and keep its own as those if asked."""
    if alert_settings not in ALERT_SETTINGS:
        raise unknown("POLICY-DEFAULT", "choice of alert settings", alert_settings, list(ALERT_SETTINGS))
    book = world.tenant.policies
    if alert_settings == DEFAULT:
        policy = book.with_default(policy)
    book.save(world.now, actor, policy)
    if alert_settings == AS_DEFAULT:
        book.save_default(world.now, actor, policy.alert_settings)
    return said(f"{policy.id} {policy.name} is saved", id=policy.id)


def _id(tenant: Tenant, policy_id: str, kind: PolicyKind) -> str:
    """Return the id of a policy to be saved: its own, which must be one of the kind, or a new one."""
    if not policy_id:
        return tenant.policies.next_id()
    held = tenant.policies.find(policy_id)
    if (held.kind is PolicyKind.DISCOVERY) != (
        kind is PolicyKind.DISCOVERY
    ) or held.kind is PolicyKind.BREACH:
        what = f"{held.name} is a policy of the kind {held.kind}"
        raise CommandRefused(Problem("POLICY-KIND", what, advice="save it as what it is"))
    return policy_id


def _filters(tenant: Tenant, template: str, lines: tuple[str, ...]) -> Filters:
    """Return what an app must meet: the conditions given, else the template's, if there is one."""
    found: list[Problem] = []
    conditions = []
    for line in lines:
        try:
            conditions.append(read_condition(line, tenant.catalog.index.keys()))
        except InputError as error:
            found.extend(error.problems)
    problem = wrong_template(template, tenant.portal)
    if problem is not None:
        found.append(problem)
    if found:
        raise CommandRefused(found)
    known = find_template(template)
    return Filters(tuple(conditions)) if conditions or known is None else known.filters
