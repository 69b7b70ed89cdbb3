"""Commands on policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.engine.discovery.filters import Filters
from sim.engine.discovery.queries import parse_filters
from sim.engine.policy.policies import DEFAULT_DAILY_LIMIT, TEMPLATES, Criterion, Policy
from sim.session.answer import ADDED_LATER, Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.model import World


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

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; it is evaluated at the next analysis run."""
        tenant, filters = world.tenant, self._filters()
        if self.severity not in {"Low", "Medium", "High"}:
            raise unknown("POLICY-SEVERITY", "severity", self.severity, ["Low", "Medium", "High"])
        names = {criterion.value: criterion for criterion in Criterion}
        criteria = []
        for name, threshold in self.criteria.items():
            if name not in names:
                raise unknown("POLICY-CRITERION", "criterion", name, list(names))
            if threshold < 0:
                raise CommandRefused(
                    Problem("POLICY-THRESHOLD", "a threshold is below zero", advice="raise it")
                )
            criteria.append((names[name], threshold))
        if not self.name.strip() or not 1 <= self.daily_limit <= 1000:
            raise CommandRefused(
                Problem(
                    "POLICY-FORM",
                    "a policy needs a name and a daily limit of 1 to 1000",
                    advice="fill them in",
                )
            )
        policy_id = self.id or f"pol-{len(tenant.policies.saved) + 1:03d}"
        if self.id:
            tenant.policies.find(self.id)
        policy = Policy(
            policy_id,
            self.name.strip(),
            self.template,
            self.severity,
            tuple(criteria),
            filters,
            self.reports,
            self.daily_limit,
            self.tag.strip() or None,
            world.now,
            self.enabled,
        )
        tenant.policies.save(world.now, actor, policy)
        return said(f"{policy_id} {policy.name} is saved", id=policy_id)

    def _filters(self) -> Filters:
        """Return what an app must meet: the conditions given, else the template's, if there is one."""
        templates = {template.name: template.filters for template in TEMPLATES} | {"": Filters()}
        if self.template not in templates:
            raise unknown("TEMPLATE-UNKNOWN", "template", self.template, [t.name for t in TEMPLATES])
        filters = parse_filters(self.filters)
        if filters.of_use.conditions:
            what = f"{filters.of_use.words} is about usage"
            raise CommandRefused(Problem("POLICY-FILTER", what, advice="make it a criterion of the same day"))
        return filters if filters.conditions else templates[self.template]
