"""The people who work here: name, account, department, role, persona, whose clock they go by, who leads.

Everything about a person is drawn from (seed, the person's id). Accounts and reporting lines depend on who
was there before and never on who comes after, so one person more changes nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.base.rng import draw, weighted
from sim.scenario.accounts import account
from sim.scenario.life import Location, Pack
from sim.scenario.schema import Organisation

if TYPE_CHECKING:
    from faker import Faker

BRITISH = "en_GB"
"""The locale of names where a scenario says none."""

TEAM = 7
"""People whom one manager leads (guess)."""

NOBODY = -1
"""The manager of who leads the whole organisation."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works here."""

    index: int
    id: str
    name: str
    upn: str
    department: str
    browser: str
    """File name of their usual browser."""
    machine: int
    """Index of the machine that they use: their own, unless they share a colleague's."""
    role: str = ""
    """Name of one of the pack's roles; "" where the scenario has no life. So are the persona and location."""
    persona: str = ""
    location: str = ""
    timezone: str = ""
    """That of the location; "" is the scenario's."""
    manager: int = NOBODY
    """Index of the person who leads them."""


def people(
    organisation: Organisation,
    browsers: Mapping[str, str],
    seed: int,
    pack: Pack | None,
    locations: Sequence[Location],
) -> tuple[Person, ...]:
    """Return everybody: the cast, then those who are drawn. `browsers` are file names by browser id."""
    found: list[Person] = []
    taken: set[str] = set()
    departments = [(d.name, d.share) for d in organisation.departments]
    shares = [(browsers[name], share) for name, share in sorted(organisation.browsers.items())]
    places = [(place.name, place.share) for place in locations]
    at = {place.name: place for place in locations}
    teams: dict[str, list[int]] = {}
    machines: dict[str, int] = {}
    for number in range(organisation.people):
        if number < len(organisation.cast):
            member = organisation.cast[number]
            person_id, name, department = member.id, member.name, member.department
            browser = browsers[member.browser]
            location = places[0][0] if places else ""
        else:
            person_id = f"person-{number - len(organisation.cast) + 1:05d}"
            department = weighted(draw(seed, "department", person_id), departments)
            browser = weighted(draw(seed, "browser", person_id), shares)
            location = weighted(draw(seed, "location", person_id), places) if places else ""
            name = _drawn_name(at[location].locale if location else BRITISH, seed, person_id)
        role, persona, machine = "", "", number
        if pack is not None:
            role = _role(pack, department)
            persona = pack.persona(person_id, seed)
            if number >= len(organisation.cast):
                machine = _machine(pack, role, department, number, seed, person_id, machines)
        found.append(
            Person(
                number,
                person_id,
                name,
                account(name, organisation.domain, taken, person_id),
                department,
                browser,
                machine,
                role,
                persona,
                location,
                at[location].timezone if location else "",
                _manager(teams.setdefault(department, []), number),
            )
        )
    return tuple(found)


def _drawn_name(locale: str, seed: int, person_id: str) -> str:
    fake = _faker(locale)
    fake.seed_instance(draw(seed, "name", person_id))
    return f"{fake.first_name()} {fake.last_name()}"


@lru_cache(maxsize=64)
def _faker(locale: str) -> Faker:
    from faker import Faker

    # The provider of names alone: the others take longer to load than all the names to draw.
    return Faker(locale, ["faker.providers.person"], use_weighting=False)


def _role(pack: Pack, department: str) -> str:
    """Return the first role of which a word stands in the department's name, else everybody's."""
    words = department.casefold().replace("-", " ").split()
    for role in pack.roles:
        if any(word in words for word in role.departments):
            return role.name
    return next(role.name for role in pack.roles if not role.departments)


def _machine(
    pack: Pack, role: str, department: str, number: int, seed: int, person_id: str, machines: dict[str, int]
) -> int:
    """Return whose machine a person uses: their own, or that of who had one before in their department."""
    share = next(each.shared for each in pack.roles if each.name == role)
    if department in machines and draw(seed, "shares-machine", person_id) % 100 < share:
        return machines[department]
    machines[department] = number
    return number


def _manager(team: list[int], number: int) -> int:
    """Return who leads the next person of a department: its first leads TEAM people, and each of them TEAM.

    The first of all leads the first of the other departments.
    """
    team.append(number)
    if len(team) > 1:
        return team[(len(team) - 2) // TEAM]
    return 0 if number else NOBODY
