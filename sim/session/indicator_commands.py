"""Commands on the endpoint portal's list of indicators, and on scoped profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sim.base.errors import CommandRefused, InputError, Problem
from sim.base.time import from_iso
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator, IndicatorForm
from sim.engine.enforcement.scopes import ProfileType, Scope, ScopedProfile
from sim.session.answer import ADDED_LATER, Answer, said
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class AddIndicator:
    """Make an indicator by hand: of a domain, a URL or an address."""

    kind: ClassVar[str] = "add-indicator"
    value: str
    action: str = ""
    """In the portal's words; empty is its block."""
    title: str = "Custom network indicator"
    severity: str = field(default="High", metadata=ADDED_LATER)
    description: str = field(default="", metadata=ADDED_LATER)
    recommended_actions: str = field(default="", metadata=ADDED_LATER)
    expires: str = field(default="", metadata=ADDED_LATER)
    """Local time such as 2020-01-31T18:00; empty is never."""
    device_groups: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
    """Empty is every machine."""
    generate_alert: bool = field(default=True, metadata=ADDED_LATER)
    educate_url: str = field(default="", metadata=ADDED_LATER)

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """List the indicator; machines get it later."""
        indicator = world.indicators.add(actor, form_of(self, self.value, world))
        action = world.tenant.portal.actions[indicator.action]
        return said(f"{indicator.id} lists {indicator.value}: {action}", id=indicator.id)


@dataclass(frozen=True, slots=True)
class EditIndicator:
    """Save the form of a listed indicator again; its value stays."""

    kind: ClassVar[str] = "edit-indicator"
    id: str
    action: str
    title: str
    severity: str = "High"
    description: str = ""
    recommended_actions: str = ""
    expires: str = ""
    device_groups: tuple[str, ...] = ()
    generate_alert: bool = True
    educate_url: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; machines get the change later, and a tag may set its own terms back."""
        held: Indicator = world.tenant.indicators.find(self.id)
        indicator = world.indicators.change(actor, self.id, form_of(self, held.value, world))
        return said(f"{indicator.id} is saved", id=indicator.id)


@dataclass(frozen=True, slots=True)
class RemoveIndicator:
    """Take an indicator off the list."""

    kind: ClassVar[str] = "remove-indicator"
    id: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Remove it; machines drop it later."""
        world.indicators.remove(actor, self.id)
        return said(f"{self.id} is removed")


@dataclass(frozen=True, slots=True)
class SaveScopedProfile:
    """Add a scoped profile, which a tag may be set with."""

    kind: ClassVar[str] = "save-scoped-profile"
    name: str
    device_groups: tuple[str, ...]
    type: str = ProfileType.INCLUDE.value
    description: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Add it; no indicator changes."""
        tenant, profile = world.tenant, self.profile(world)
        tenant.profiles.save(profile)
        tenant.write(world.now, actor, "Add scoped profile", self.name, str(profile.scope))
        return said(f"{self.name} is saved: {profile.scope}")

    def profile(self, world: World) -> ScopedProfile:
        """Return the profile that this describes; refuse an unknown type, or a period without profiles."""
        if self.type not in set(ProfileType):
            advice = "one of: " + ", ".join(ProfileType)
            raise CommandRefused(Problem("PROFILE-TYPE", f"no type {self.type!r}", advice=advice))
        if not world.tenant.portal.scoped_profiles:
            raise CommandRefused(Problem("PROFILE-NONE", "there are no scoped profiles in this period"))
        return ScopedProfile(self.name, Scope(self.device_groups, ProfileType(self.type)), self.description)


@dataclass(frozen=True, slots=True)
class EditScopedProfile(SaveScopedProfile):
    """Save the form of a scoped profile again; its name stays."""

    kind: ClassVar[str] = "edit-scoped-profile"

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; the indicators of the apps whose tag holds with it follow later."""
        profile = self.profile(world)
        apps = world.change_profile(actor, profile)
        follow = f"; the indicators of {', '.join(apps)} follow" if apps else ""
        return said(f"{self.name} is saved: {profile.scope}{follow}", apps=apps)


@dataclass(frozen=True, slots=True)
class RemoveScopedProfile:
    """Remove a scoped profile that no tag holds with and no policy tags with."""

    kind: ClassVar[str] = "remove-scoped-profile"
    name: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Remove it; no indicator changes."""
        world.tenant.remove_profile(world.now, actor, self.name)
        return said(f"{self.name} is removed")


def form_of(said: AddIndicator | EditIndicator, value: str, world: World) -> IndicatorForm:
    """Return the form that a command fills in; refuse an action or a time that cannot be read."""
    try:
        expires = from_iso(said.expires, world.resolved.tz) if said.expires else None
    except InputError as error:
        raise CommandRefused(error.problems) from None
    return IndicatorForm(
        value=value,
        action=world.tenant.portal.action(said.action) if said.action else Held.BLOCK,
        title=said.title,
        severity=said.severity,
        description=said.description,
        recommended_actions=said.recommended_actions,
        expires=expires,
        scope=Scope(said.device_groups),
        generate_alert=said.generate_alert,
        educate_url=said.educate_url,
    )
