"""Everything a trainee can do, as small frozen commands; `sim.session.wire` gives them a JSON form.

`apply` checks a command against the state of the moment and returns what the trainee sees of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sim.base.text import plain
from sim.session.alert_commands import (
    AssignAlert,
    CloseAlert,
    CloseAlerts,
    CommentAlert,
    MarkAlert,
    ResolveAlerts,
    ResolveEndpointAlert,
    SaveSetting,
    SetAlertStatus,
)
from sim.session.answer import ADDED_LATER, Answer, said
from sim.session.app_commands import (
    AddCustomApp,
    BackTestTag,
    DeleteQuery,
    NoteApp,
    OverrideScore,
    ResetScore,
    SaveQuery,
)
from sim.session.case_commands import (
    AddEvidence,
    FinishShift,
    GiveVerdict,
    GrantException,
    OpenTicket,
    RemoveNote,
    SendMessage,
)
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting, RepairMachine, WithdrawSetting
from sim.session.gateway_commands import (
    DeleteAccessRule,
    ImportBlockScript,
    RemoveClient,
    SaveAccessRule,
)
from sim.session.hints import PREFIX, offered
from sim.session.indicator_commands import (
    AddIndicator,
    EditIndicator,
    EditScopedProfile,
    RemoveIndicator,
    RemoveScopedProfile,
    SaveScopedProfile,
)
from sim.session.lookup import index_of, machine_index, process_index
from sim.session.notebook import Notebook
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.session.policy_commands import (
    DeletePolicy,
    ImportPolicies,
    SaveAnomalyPolicy,
    SavePolicy,
    SwitchPolicy,
)
from sim.session.report_commands import (
    Anonymise,
    CreateSnapshot,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
    ResolveNames,
    SaveIpRange,
    SaveReport,
)
from sim.session.source_commands import RepairCollector
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
        name = world.tenant.find_switch(self.name).name
        state = "on" if self.on else "off"
        return said(
            f"{name} is {state}" if changed else f"{name} was already {state}",
            changed=changed,
        )


@dataclass(frozen=True, slots=True)
class TagApp:
    """Tag an app Sanctioned or Unsanctioned; an empty tag clears it."""

    kind: ClassVar[str] = "tag-app"
    app: str
    tag: str
    profile: str = field(default="", metadata=ADDED_LATER)
    """Scoped profile that the tag holds with."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Set the tag; whether it blocks anything is another matter."""
        name = world.tenant.catalog.app(self.app).name
        changed = world.set_tag(actor, self.app, self.tag, self.profile)
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
        user = index_of(world.user_names, self.user, "USER-UNKNOWN", "user")
        machine = machine_index(world, self.machine)
        process = process_index(world, self.process)
        kept = notes.find(world.now, self.app, user, machine, process, self.note)
        return said(f"noted: {self.user} uses {self.app} on {self.machine} in {self.process}", id=kept.id)


@dataclass(frozen=True, slots=True)
class TakeHint:
    """Take a hint of the author's, or reveal what a simulator view hides; in an exercise it has a price."""

    kind: ClassVar[str] = "take-hint"
    subject: str
    """`hint:OBJECTIVE:LEVEL`, or the id of an app."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Say what the author wrote, or reveal the propagation of one app from now on."""
        if self.subject.startswith(PREFIX):
            hint = offered(world, self.subject, notes)
            notes.reveal(world.now, self.subject)
            return said(plain(hint.text), price=hint.price)
        world.tenant.catalog.app(self.subject)
        notes.reveal(world.now, self.subject)
        return said(f"the propagation of {self.subject} is revealed")


Command = (
    SetSwitch
    | TagApp
    | CustomTag
    | AddIndicator
    | EditIndicator
    | RemoveIndicator
    | SaveScopedProfile
    | EditScopedProfile
    | RemoveScopedProfile
    | PowerShell
    | AssignSetting
    | WithdrawSetting
    | RepairMachine
    | VisitSite
    | SavePolicy
    | SaveAnomalyPolicy
    | ImportPolicies
    | SwitchPolicy
    | DeletePolicy
    | CloseAlert
    | CloseAlerts
    | MarkAlert
    | AssignAlert
    | CommentAlert
    | SetAlertStatus
    | ResolveAlerts
    | ResolveEndpointAlert
    | SaveSetting
    | RecordFinding
    | TakeHint
    | AddCustomApp
    | OverrideScore
    | ResetScore
    | NoteApp
    | BackTestTag
    | SaveQuery
    | DeleteQuery
    | SaveReport
    | DeleteReport
    | CreateSnapshot
    | SaveIpRange
    | RemoveIpRange
    | ExcludeEntity
    | EnrichUsers
    | Anonymise
    | ResolveNames
    | ImportBlockScript
    | SaveAccessRule
    | DeleteAccessRule
    | RemoveClient
    | AskAbout
    | RepairCollector
    | NotifyUsers
    | GiveVerdict
    | AddEvidence
    | SendMessage
    | OpenTicket
    | GrantException
    | RemoveNote
    | FinishShift
)
