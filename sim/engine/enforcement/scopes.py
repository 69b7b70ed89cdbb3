"""Whom an indicator reaches: every machine, some device groups, or all but some.

Device groups come from the endpoint portal. Today's Cloud Discovery keeps scoped profiles, of which one may
be chosen when an app is tagged (CAS/mde-govern.md; documented). In 2019 a tag blocks for every machine.
That a profile can be changed, which moves the indicators of its apps, and removed once no tag holds with it,
is a guess: the documents tell how one is added and chosen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sim.base.errors import CommandRefused, Problem, nearest


class ProfileType(StrEnum):
    """What a scoped profile says of its device groups."""

    INCLUDE = "Include"
    EXCLUDE = "Exclude"


@dataclass(frozen=True, slots=True)
class Scope:
    """Device groups that an indicator is for, or that it is not for; with none it is for every machine."""

    groups: tuple[str, ...] = ()
    type: ProfileType = ProfileType.INCLUDE

    def reaches(self, group: str) -> bool:
        """Tell whether a machine of this device group gets the indicator."""
        if not self.groups:
            return True
        return (group in self.groups) == (self.type is ProfileType.INCLUDE)

    def __str__(self) -> str:
        """Return the scope as a person reads it."""
        if not self.groups:
            return "everybody"
        return ("only " if self.type is ProfileType.INCLUDE else "all but ") + ", ".join(self.groups)


EVERYONE = Scope()


@dataclass(frozen=True, slots=True)
class ScopedProfile:
    """A named scope that a tag may be set with."""

    name: str
    scope: Scope
    description: str = ""


class Profiles:
    """The scoped profiles of a tenant, and which of them each tagged app carries."""

    def __init__(self, device_groups: Collection[str]) -> None:
        self.device_groups = tuple(sorted(device_groups))
        self.all: dict[str, ScopedProfile] = {}
        self._chosen: dict[str, str] = {}

    def save(self, profile: ScopedProfile) -> None:
        """Add a profile; refuse a name that is taken, no group, and an unknown group."""
        problems = [] if profile.name.strip() else [Problem("PROFILE-NAME", "a profile needs a name")]
        if profile.name in self.all:
            problems.append(Problem("PROFILE-EXISTS", f"there is a profile {profile.name!r}"))
        self._keep(profile, problems)

    def change(self, profile: ScopedProfile) -> bool:
        """Save a profile that there is again; return whether its scope changed."""
        held = self.find(profile.name)
        self._keep(profile, [])
        return held.scope != profile.scope

    def _keep(self, profile: ScopedProfile, problems: list[Problem]) -> None:
        if not profile.scope.groups:
            problems.append(Problem("PROFILE-EMPTY", "a profile names at least one device group"))
        problems += unknown_groups(profile.scope, self.device_groups)
        if problems:
            raise CommandRefused(problems)
        self.all[profile.name] = profile

    def remove(self, name: str) -> None:
        """Forget a profile; refused while an app's tag holds with it, which would then hold for everybody."""
        self.find(name)
        if apps := self.apps(name):
            what = f"the tag of {', '.join(apps)} holds with the profile {name}"
            raise CommandRefused(Problem("PROFILE-USED", what, advice="take the tag away first"))
        del self.all[name]

    def apps(self, name: str) -> list[str]:
        """Return the ids of the apps whose tag holds with a profile, in alphabetical order."""
        return sorted(app for app, chosen in self._chosen.items() if chosen == name)

    def find(self, name: str) -> ScopedProfile:
        """Return a profile by name, or refuse."""
        if name not in self.all:
            advice = nearest(name, sorted(self.all), "add one first")
            raise CommandRefused(Problem("PROFILE-UNKNOWN", f"no profile {name!r}", advice=advice))
        return self.all[name]

    def choose(self, app_id: str, name: str) -> None:
        """Let an app's tag hold with this profile; "" is every machine."""
        self._chosen[app_id] = name

    def chosen(self, app_id: str) -> str:
        """Return the name of the profile that an app's tag holds with; "" is none."""
        return self._chosen.get(app_id, "")

    def scope(self, app_id: str) -> Scope:
        """Return whom an app's tag reaches."""
        name = self.chosen(app_id)
        return self.all[name].scope if name else EVERYONE


def unknown_groups(scope: Scope, known: Collection[str]) -> list[Problem]:
    """Return a problem for each device group that the tenant does not have."""
    advice = "the tenant has no device groups"
    return [
        Problem(
            "GROUP-UNKNOWN",
            f"no device group {group!r}",
            advice=nearest(group, sorted(known)) if known else advice,
        )
        for group in scope.groups
        if group not in known
    ]
