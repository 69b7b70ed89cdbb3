"""Everything a trainee can do, as small frozen commands; `sim.session.wire` gives them a JSON form.

`apply` checks a command against the state of the moment and returns what the trainee sees of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.text import plain
from sim.engine.discovery.filters import Filters
from sim.engine.discovery.queries import parse_filters
from sim.engine.enforcement import powershell
from sim.engine.enforcement.indicators import Action, domain_value
from sim.engine.enforcement.verdict import Outcome
from sim.engine.policy.alerts import CLASSIFICATIONS
from sim.engine.policy.policies import DEFAULT_DAILY_LIMIT, TEMPLATES, Criterion, Policy
from sim.session.answer import ADDED_LATER, said
from sim.session.answer import Answer as Answer
from sim.session.app_commands import AddCustomApp, DeleteQuery, NoteApp, OverrideScore, ResetScore, SaveQuery
from sim.session.notebook import Notebook
from sim.session.report_commands import (
    Anonymise,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
    ResolveNames,
    SaveIpRange,
    SaveReport,
)
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class SetSwitch:
    """Save a switch of either portal."""

    kind: ClassVar[str] = "set-switch"
    name: str
    on: bool

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save the switch; a switch that already stands so is said, not refused."""
        changed = world.set_switch(actor, self.name, self.on)
        state = "on" if self.on else "off"
        return said(
            f"{self.name} is {state}" if changed else f"{self.name} was already {state}",
            changed=changed,
        )


@dataclass(frozen=True, slots=True)
class TagApp:
    """Tag an app Sanctioned or Unsanctioned; an empty tag clears it."""

    kind: ClassVar[str] = "tag-app"
    app: str
    tag: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Set the tag; whether it blocks anything is another matter."""
        name = world.tenant.catalog.app(self.app).name
        changed = world.set_tag(actor, self.app, self.tag)
        return said(f"{name} is tagged {self.tag or 'with no tag'}", changed=changed)


@dataclass(frozen=True, slots=True)
class CustomTag:
    """Add a custom tag to an app, or take it away."""

    kind: ClassVar[str] = "custom-tag"
    app: str
    tag: str
    on: bool = True

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Set the label; it has no effect on traffic."""
        world.tenant.custom_tag(world.now, actor, self.app, self.tag, self.on)
        return said(f"{self.app} {'carries' if self.on else 'no longer carries'} the tag {self.tag}")


@dataclass(frozen=True, slots=True)
class AddIndicator:
    """Make a domain indicator by hand in Defender ATP."""

    kind: ClassVar[str] = "add-indicator"
    value: str
    action: str = Action.BLOCK.value
    title: str = "Custom network indicator"

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """List the indicator; machines get it later."""
        if self.action not in set(Action):
            raise CommandRefused(
                Problem(
                    "INDICATOR-ACTION",
                    f"no action {self.action!r}",
                    advice="one of: " + ", ".join(Action),
                )
            )
        indicator = world.add_indicator(actor, domain_value(self.value), Action(self.action), self.title)
        return said(f"{indicator.id} lists {indicator.value}: {indicator.action}", id=indicator.id)


@dataclass(frozen=True, slots=True)
class RemoveIndicator:
    """Take an indicator off the list."""

    kind: ClassVar[str] = "remove-indicator"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Remove it; machines drop it later."""
        world.remove_indicator(actor, self.id)
        return said(f"{self.id} is removed")


@dataclass(frozen=True, slots=True)
class PowerShell:
    """Run one line at the PowerShell prompt of a machine."""

    kind: ClassVar[str] = "powershell"
    machine: str
    line: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Run the line; a failed line is an answer too, as at a real prompt."""
        machine = machine_index(world, self.machine)
        reply = powershell.run(self.line, world.posture(machine))
        if reply.network_protection is not None:
            world.set_network_protection(actor, machine, reply.network_protection)
        if reply.shows_mode:
            notes.look_up(world.now, machine, world.posture(machine).network_protection)
        return said(reply.output, failed=reply.failed)


@dataclass(frozen=True, slots=True)
class VisitSite:
    """Try an app's site in a browser of a machine and see whether it opens."""

    kind: ClassVar[str] = "visit"
    machine: str
    process: str
    host: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Make one connection as the analyst; it shows in the telemetry like anybody's."""
        machine = machine_index(world, self.machine)
        process = _index(world.staff.processes, self.process.lower(), "PROCESS-UNKNOWN", "process")
        host = _index(world.staff.hosts, self.host.lower(), "HOST-UNKNOWN", "host")
        if world.staff.away[machine]:
            raise CommandRefused(
                Problem(
                    "MACHINE-OFF",
                    f"{self.machine} is switched off and away",
                    advice="choose another machine",
                )
            )
        outcome = world.visit(machine, process, host)
        notes.test(world.now, machine, process, host, outcome)
        return said(_page(outcome, self.process, self.host), outcome=outcome.name)


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
            raise _unknown("POLICY-SEVERITY", "severity", self.severity, ["Low", "Medium", "High"])
        names = {criterion.value: criterion for criterion in Criterion}
        criteria = []
        for name, threshold in self.criteria.items():
            if name not in names:
                raise _unknown("POLICY-CRITERION", "criterion", name, list(names))
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
        policy_id = self.id or f"pol-{len(tenant.policies) + 1:03d}"
        if self.id:
            tenant.find_policy(self.id)
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
        tenant.save_policy(world.now, actor, policy)
        return said(f"{policy_id} {policy.name} is saved", id=policy_id)

    def _filters(self) -> Filters:
        """Return what an app must meet: the conditions given, else the template's, if there is one."""
        templates = {template.name: template.filters for template in TEMPLATES} | {"": Filters()}
        if self.template not in templates:
            raise _unknown("TEMPLATE-UNKNOWN", "template", self.template, [t.name for t in TEMPLATES])
        filters = parse_filters(self.filters)
        if filters.of_use.conditions:
            what = f"{filters.of_use.words} is about usage"
            raise CommandRefused(Problem("POLICY-FILTER", what, advice="make it a criterion of the same day"))
        return filters if filters.conditions else templates[self.template]


@dataclass(frozen=True, slots=True)
class CloseAlert:
    """Close an alert of Cloud App Security: resolve it, or dismiss it with a reason."""

    kind: ClassVar[str] = "close-alert"
    id: str
    resolve: bool
    reason: str = ""
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Close it; it leaves the open view."""
        world.tenant.close_cloud_alert(world.now, actor, self.id, self.resolve, self.reason, self.comment)
        return said(f"{self.id} is {'resolved' if self.resolve else 'dismissed'}")


@dataclass(frozen=True, slots=True)
class ResolveEndpointAlert:
    """Classify and resolve an alert of Defender ATP."""

    kind: ClassVar[str] = "resolve-endpoint-alert"
    id: str
    classification: str = "True alert"
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Resolve it; later attempts of the same day still count on it."""
        if self.classification not in CLASSIFICATIONS:
            raise _unknown("ALERT-CLASS", "classification", self.classification, list(CLASSIFICATIONS))
        alert = world.tenant.endpoint_alerts.find(self.id, world.now)
        if alert.status == "Resolved":
            raise CommandRefused(
                Problem("ALERT-CLOSED", f"{self.id} is already resolved", advice="pick an open one")
            )
        alert.status, alert.classification = "Resolved", self.classification
        alert.comment, alert.closed = self.comment, world.now
        world.tenant.write(world.now, actor, "Resolve alert", self.id, self.comment)
        return said(f"{self.id} is resolved as {self.classification.lower()}")


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """Write down who uses an app against the written policy, on which machine, with which program."""

    kind: ClassVar[str] = "record-finding"
    app: str
    user: str
    machine: str
    process: str
    note: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the finding in the case notes; it is judged at the end."""
        world.tenant.catalog.app(self.app)
        user = _index(world.user_names, self.user, "USER-UNKNOWN", "user")
        machine = machine_index(world, self.machine)
        process = _index(world.staff.processes, self.process.lower(), "PROCESS-UNKNOWN", "process")
        notes.find(world.now, self.app, user, machine, process, self.note)
        return said(f"noted: {self.user} uses {self.app} on {self.machine} in {self.process}")


@dataclass(frozen=True, slots=True)
class TakeHint:
    """Reveal what a simulator view hides; a recorded hint with a price."""

    kind: ClassVar[str] = "take-hint"
    subject: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Reveal the propagation of one app from now on."""
        world.tenant.catalog.app(self.subject)
        notes.reveal(world.now, self.subject)
        return said(f"the propagation of {self.subject} is revealed")


Command = (
    SetSwitch
    | TagApp
    | CustomTag
    | AddIndicator
    | RemoveIndicator
    | PowerShell
    | VisitSite
    | SavePolicy
    | CloseAlert
    | ResolveEndpointAlert
    | RecordFinding
    | TakeHint
    | AddCustomApp
    | OverrideScore
    | ResetScore
    | NoteApp
    | SaveQuery
    | DeleteQuery
    | SaveReport
    | DeleteReport
    | SaveIpRange
    | RemoveIpRange
    | ExcludeEntity
    | EnrichUsers
    | Anonymise
    | ResolveNames
)


def machine_index(world: World, name: str) -> int:
    """Return the index of a machine by name, or refuse with the nearest."""
    names = [machine.name for machine in world.staff.machines]
    return _index(names, name.upper(), "MACHINE-UNKNOWN", "machine")


def _index(names: list[str] | tuple[str, ...], name: str, rule: str, what: str) -> int:
    try:
        return list(names).index(name)
    except ValueError:
        raise _unknown(rule, what, name, list(names)) from None


def _unknown(rule: str, what: str, name: str, known: list[str]) -> CommandRefused:
    return CommandRefused(Problem(rule, f"unknown {what} {name!r}", advice=nearest(name, known)))


def _page(outcome: Outcome, process: str, host: str) -> str:
    """Return what the browser shows (enforcement dossier, section 8)."""
    where = f"{plain(host)} in {plain(process)}"
    if outcome is not Outcome.BLOCKED:
        return f"{where}: the page opens"
    shown = {
        "chrome.exe": "This site can't provide a secure connection (ERR_SSL_VERSION_OR_CIPHER_MISMATCH)",
        "firefox.exe": "Secure Connection Failed (SSL_ERROR_NO_CYPHER_OVERLAP)",
        "msedge.exe": "an error page: blocked by your organisation",
    }.get(process.lower(), "connection reset")
    return f"{where}: {shown}; Windows says the connection was blocked by your IT admin"
