"""Casting: the seed chooses who of the cast plays a role, and which app, among those who fit.

It is a pure function of the scenario and the seed. Each candidate's turn is a draw of its own, so one person
more in the cast changes a choice only where it is they who are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.base.errors import Problem, nearest
from sim.base.rng import draw, word
from sim.base.yamlfile import Document
from sim.engine.catalog.model import Catalog
from sim.scenario.device_rules import device_traits
from sim.scenario.eras import Era
from sim.scenario.head import AppRole, Head, Role
from sim.scenario.life import Pack
from sim.scenario.schema import CastMember, Organisation
from sim.scenario.standing import Managed
from sim.scenario.traits import Devices

RULE = "SCENARIO-CAST"
_PROTECTION = {"Disabled": "off", "Enabled": "block", "AuditMode": "audit"}


@dataclass(frozen=True, slots=True)
class Company:
    """The parts of a scenario that casting looks at; roles have no place in them yet."""

    organisation: Organisation
    devices: Sequence[Devices]
    managed: Sequence[Managed]
    era: Era
    pack: Pack | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the cast, as play begins."""

    member: CastMember
    traits: Mapping[str, Any]
    """What is not ordinary in their device."""
    protection: str
    persona: str


def candidates(company: Company, seed: int) -> list[Candidate]:
    """Return the cast with what casting may ask of them, in the order of the file."""
    cast = company.organisation.cast
    shares = () if company.pack is None else company.pack.devices.get(company.era.portals.key, ())
    ids = [member.id for member in cast]
    keys = np.array([word(name) for name in ids], dtype=np.uint64)
    departments = [member.department for member in cast]
    # Nobody of the cast shares a colleague's machine.
    traits = device_traits(company.devices, shares, ids, departments, [False] * len(cast), keys, seed)
    return [
        Candidate(
            member,
            own,
            _protection(member, own, company.managed),
            "" if company.pack is None else company.pack.persona(member.id, seed),
        )
        for member, own in zip(cast, traits, strict=True)
    ]


def _protection(member: CastMember, traits: Mapping[str, Any], managed: Sequence[Managed]) -> str:
    """Return the mode of network protection; a managed one overrides what is set at the device."""
    found = str(traits.get("network_protection", "off"))
    for standing in managed:
        about = not standing.departments or member.department in standing.departments
        if standing.setting == "EnableNetworkProtection" and about and traits.get("managed", True):
            found = _PROTECTION.get(standing.value, found)
    return found


_ASKS: Mapping[str, Callable[[Candidate], object]] = {
    "people": lambda one: one.member.id,
    "department": lambda one: one.member.department,
    "browser": lambda one: one.member.browser,
    "managed": lambda one: one.traits.get("managed", True),
    "group": lambda one: one.traits.get("group", ""),
    "antivirus": lambda one: one.traits.get("antivirus", "active"),
    "protection": lambda one: one.protection,
    "persona": lambda one: one.persona,
}


def cast_people(
    head: Head, company: Company, seed: int, own: int, source: Document, problems: list[Problem]
) -> dict[str, CastMember]:
    """Return who plays each role; the constraint that nobody meets goes to `problems`.

    `own` is the file's own seed, by which fixed roles are cast.
    """
    before = len(problems)
    order: dict[str, list[CastMember]] = {}
    for name, role in head.roles.items():
        by = own if head.fixed or role.fixed else seed
        fitting = _fitting(name, role, candidates(company, by), source, problems)
        turn = {member.id: draw(by, "casting", name, member.id) for member in fitting}
        order[name] = sorted(fitting, key=lambda member: (turn[member.id], member.id))
    found = _distinct(order) if len(problems) == before else {}
    if found is None:
        what = f"fewer people fit {', '.join(order)} than there are roles"
        advice = "let one of them be somebody of another kind"
        problems.append(Problem(RULE, what, source.place(["roles"]), advice))
    return found or {}


def _fitting(
    name: str, role: Role, cast: list[Candidate], source: Document, problems: list[Problem]
) -> list[CastMember]:
    left = cast
    if not left:
        advice = "name people under organisation.cast, or use a pack that does"
        problems.append(
            Problem(
                RULE, f"nobody can be the {name}: there is no cast", source.place(("roles", name)), advice
            )
        )
    for key, ask in _ASKS.items():
        wanted = getattr(role, key)
        if not left or wanted in (None, ()):
            continue
        wants = wanted if isinstance(wanted, tuple) else (wanted,)
        there = [one for one in left if ask(one) in wants]
        if not there:
            shown = " or ".join(_shown(each) for each in wants)
            known = list(dict.fromkeys(_shown(ask(one)) for one in left))
            what = f"nobody can be the {name}: of {len(left)} people none has {key} {shown}"
            advice = nearest(_shown(wants[0]), known, f"those left have {', '.join(known[:8])}")
            problems.append(Problem(RULE, what, source.place(("roles", name, key)), advice))
        left = there
    return [one.member for one in left]


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or "none"


def _distinct(order: Mapping[str, Sequence[CastMember]]) -> dict[str, CastMember] | None:
    """Return somebody of their own for every role, None if that cannot be.

    The first of those who fit, unless they play a role already; one who does gives it up only where nobody
    else is left and somebody else can play theirs.
    """
    playing: dict[str, str] = {}

    def seat(role: str, asked: set[str]) -> bool:
        for member in order[role]:
            if member.id not in playing:
                playing[member.id] = role
                return True
        for member in order[role]:
            if member.id not in asked:
                asked.add(member.id)
                if seat(playing[member.id], asked):
                    playing[member.id] = role
                    return True
        return False

    if not all(seat(role, set()) for role in order):
        return None
    return {role: next(m for m in order[role] if playing.get(m.id) == role) for role in order}


def cast_apps(
    head: Head,
    catalog: Catalog,
    elsewhere: Collection[str],
    seed: int,
    own: int,
    source: Document,
    problems: list[Problem],
) -> dict[str, str]:
    """Return the id of each app that is chosen; `elsewhere` are the apps that the file names otherwise."""
    found: dict[str, str] = {}
    for name, role in head.apps.items():
        by = own if head.fixed or role.fixed else seed
        fitting = _fitting_apps(name, role, catalog, elsewhere, [*found.values()], source, problems)
        if fitting:
            found[name] = min((draw(by, "casting-app", name, app), app) for app in fitting)[1]
    return found


def _fitting_apps(
    name: str,
    role: AppRole,
    catalog: Catalog,
    elsewhere: Collection[str],
    taken: Collection[str],
    source: Document,
    problems: list[Problem],
) -> list[str]:
    for place, app_id in enumerate(role.one_of):
        if app_id not in catalog.index:
            what = f"unknown app {app_id!r}, or one that the era does not have"
            where = source.place(("apps", name, "one_of", place))
            problems.append(Problem("SCENARIO-APP", what, where, nearest(app_id, catalog.index)))
            return []
    if role.one_of:
        left = list(role.one_of)
    else:
        left = [app.id for app in catalog.apps if app.blockable_domains and app.id not in elsewhere]
    if role.category:
        left = [app_id for app_id in left if catalog.app(app_id).category in role.category]
    if role.score is not None:
        low, high = role.score
        scored = {app_id: catalog.score(catalog.app(app_id)) for app_id in left}
        left = [app_id for app_id, score in scored.items() if score and low <= score.total <= high]
    left = [app_id for app_id in left if app_id not in taken]
    if not left:
        key = "score" if role.score is not None else "category" if role.category else "one_of"
        what = f"no app can be the {name}: none has this {key}"
        problems.append(Problem(RULE, what, source.place(("apps", name, key)), "ask for less"))
    return left
