"""What a seed chooses for a draft: who plays each role, which app; and the draft with that filled in.

Casting comes before anything else is resolved. It looks at the organisation, the rules about devices and the
managed settings, and only at those of them in which no role has a place yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sim.base.errors import InputError, Place, Problem
from sim.base.yamlfile import Document
from sim.engine.catalog.app import App
from sim.engine.catalog.model import Catalog
from sim.engine.catalog.own import custom_apps
from sim.scenario.accounts import account
from sim.scenario.casting import Company, cast_apps, cast_people
from sim.scenario.compose import Draft
from sim.scenario.eras import Era, catalog_of, load_era
from sim.scenario.life import load_pack
from sim.scenario.placeholders import Value, fill, names_in
from sim.scenario.schema import CastMember, Organisation
from sim.scenario.standing import Managed
from sim.scenario.traits import Devices
from sim.scenario.tree import Node, rooted

OWN_APPS = "custom_apps"
APP = "app"
"""What begins the placeholder of an app: `{app.drop}`."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that placeholders stand for, and who and what was chosen."""

    values: Mapping[str, Value]
    casting: Mapping[str, str] = field(default_factory=dict)
    """Person id by role, app id by `app.NAME`."""
    whole: bool = True
    """Whether everything was chosen; where not, a placeholder stands for itself."""
    problems: tuple[Problem, ...] = ()


def choices(draft: Draft, seed: int | None) -> Choices:
    """Return what `seed`, or without one the file's own, chooses, or why nobody fits.

    Where the parts that casting looks at are invalid themselves, only the checks of the whole tell why.
    """
    values: dict[str, Value] = {name: variable.default for name, variable in draft.head.vars.items()}
    if not draft.chooses:
        return Choices(values)
    root = fill(draft.root, values, [])
    said = _plain(root)
    own = said.get("seed")
    own = own if isinstance(own, int) else 0
    found = _company(said)
    if found is None:
        return Choices(values | _stand_ins(draft), whole=False)
    company, catalog = found
    by = own if seed is None else seed
    problems: list[Problem] = []
    people = cast_people(draft.head, company, by, own, draft.source, problems)
    elsewhere = {name for name in _scalars(root) if name in catalog.index}
    apps = cast_apps(draft.head, catalog, elsewhere, by, own, draft.source, problems)
    if problems:
        return Choices(values | _stand_ins(draft), whole=False, problems=tuple(problems))
    accounts = _accounts(company.organisation)
    for role, member in people.items():
        values |= _person(role, member)
        values[f"{role}.account"] = accounts[member.id]
        values[f"{role}.program"] = company.era.portals.browsers.get(member.browser, member.browser)
    for role, app_id in apps.items():
        app = catalog.app(app_id)
        name = f"{APP}.{role}"
        values |= {name: app_id, f"{name}.id": app_id, f"{name}.name": app.name}
        values[f"{name}.domain"] = app.domains[0] if app.domains else app_id
    casting = {role: member.id for role, member in people.items()}
    return Choices(values, casting | {f"{APP}.{role}": app_id for role, app_id in apps.items()})


def filled(draft: Draft, chosen: Choices, problems: list[Problem]) -> Document:
    """Return the scenario's own keys with every placeholder filled, as a document."""
    root = fill(draft.root, chosen.values, problems)
    if not chosen.casting:
        return root.document(draft.file)
    casting = rooted(dict(chosen.casting), Place(draft.file))
    return Node({**root.entries, "casting": casting}, root.place).document(draft.file)


def _accounts(organisation: Organisation) -> dict[str, str]:
    """Return the account of each of the cast, by id; they come before everybody who is drawn."""
    taken: set[str] = set()
    return {m.id: account(m.name, organisation.domain, taken, m.id) for m in organisation.cast}


def _stand_ins(draft: Draft) -> dict[str, Value]:
    """Return every placeholder of a role or an app as what stands for itself."""
    parts = [f"{role}{part}" for role in draft.head.roles for part in _OF_A_PERSON]
    parts += [f"{APP}.{role}{part}" for role in draft.head.apps for part in _OF_AN_APP]
    return {name: f"{{{name}}}" for name in parts}


_OF_A_PERSON = ("", ".id", ".name", ".first", ".department", ".browser", ".machine", ".account", ".program")
_OF_AN_APP = ("", ".id", ".name", ".domain")


def _person(role: str, member: CastMember) -> dict[str, Value]:
    said: dict[str, Value] = {
        role: member.id,
        f"{role}.id": member.id,
        f"{role}.name": member.name,
        f"{role}.first": member.name.partition(" ")[0],
        f"{role}.department": member.department,
        f"{role}.browser": member.browser,
    }
    return said if member.machine is None else {**said, f"{role}.machine": member.machine}


def _plain(root: Node) -> dict[str, Any]:
    data = root.plain()
    return data if isinstance(data, dict) else {}


def _company(said: dict[str, Any]) -> tuple[Company, Catalog] | None:
    """Return the parts that casting looks at, None where one of them is invalid."""
    try:
        era = load_era(str(said.get("era")))
        life = said.get("life")
        pack = load_pack(str(life.get("pack"))) if isinstance(life, dict) else None
        company = Company(
            Organisation.model_validate(said.get("organisation")),
            [Devices.model_validate(rule) for rule in _settled(said.get("devices"))],
            [Managed.model_validate(standing) for standing in _settled(said.get("managed"))],
            era,
            pack,
        )
        return company, _catalog(said, era)
    except (ValidationError, InputError):
        return None


def own_apps(said: Sequence[object], source: Document, base: Catalog) -> tuple[App, ...]:
    """Return the apps that the author adds; raise InputError with what is wrong with them."""
    if not said:
        return ()
    return custom_apps(Document({OWN_APPS: said}, source.places, source.file), OWN_APPS, base)


def _catalog(said: dict[str, Any], era: Era) -> Catalog:
    sets = said.get("catalog")
    named = [name for name in sets if isinstance(name, str)] if isinstance(sets, list) else []
    catalog = catalog_of(tuple(named) or ("shipped",), era)
    added = said.get(OWN_APPS)
    own = own_apps(added, Document(None, {}, ""), catalog) if isinstance(added, list) else ()
    return catalog.plus(own) if own else catalog


def _settled(entries: object) -> list[object]:
    """Return the entries of a list in which nothing is left to be chosen."""
    found = entries if isinstance(entries, list) else []
    return [entry for entry in found if not any(names_in(text) for text in _texts(entry))]


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            # `{leaker}` without quotes is a table of one key and no value.
            yield f"{{{key}}}" if value is None and len(data) == 1 else str(key)
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
    elif isinstance(data, str):
        yield data


def _scalars(root: Node) -> Iterator[str]:
    """Yield every key and text of a file."""
    for node in root.walk():
        yield from node.entries
        if isinstance(node.value, str):
            yield node.value
