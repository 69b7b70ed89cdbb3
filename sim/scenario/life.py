"""What makes an organisation live: the `life` of a scenario, and the pack of numbers that it names.

A pack is data: who is there when, what people use and how much of it. Its numbers are quantile tables, so a
pack can be read and corrected by somebody who knows offices and no Python.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from sim.base.errors import InputError, Problem, nearest
from sim.base.located import Strict
from sim.base.rng import KNOTS, draw, spread, weighted
from sim.base.yamlfile import load
from sim.engine.catalog.app import CATEGORIES
from sim.engine.enforcement.requirements import SystemName
from sim.scenario.located import validate
from sim.scenario.reactions import Ways
from sim.scenario.spread import Adopted
from sim.scenario.traits import Version, added

Locale = Literal[
    "cs_CZ", "da_DK", "de_AT", "de_CH", "de_DE", "en_AU", "en_CA", "en_GB", "en_IE", "en_US", "es_ES",
    "fi_FI", "fr_CH", "fr_FR", "it_IT", "nl_NL", "no_NO", "pl_PL", "pt_BR", "pt_PT", "sv_SE",
]  # fmt: skip
"""Where names come from: those that Faker has and that an account can be spelt from."""

Percent = Annotated[int, Field(ge=0, le=1000)]
"""How much more or less than the table says; 100 is as it says."""
Share = Annotated[int, Field(ge=0, le=100)]


def _knots(knots: tuple[int, ...]) -> tuple[int, ...]:
    if len(knots) not in {2, 3, 5, 9, KNOTS}:
        raise ValueError(f"a table has 2, 3, 5, 9 or {KNOTS} quantiles")
    if list(knots) != sorted(knots) or not -(2**31) < knots[0] <= knots[-1] < 2**31:
        raise ValueError("write the quantiles in rising order, below 2147483648")
    return spread(knots)


Knots = Annotated[tuple[int, ...], AfterValidator(_knots)]
"""Quantiles at equal steps of probability."""


class Location(Strict):
    """An office in a town: who belongs to it has names as there are there, and works by its clock."""

    name: str = Field(min_length=1, max_length=40)
    share: int = Field(ge=0)
    """Weighs how many of the drawn people belong to it."""
    timezone: str
    locale: Locale = "en_GB"


class Life(Strict):
    """The use of the whole catalog by everybody, beside the habits that the author wrote."""

    pack: str
    activity: Percent = Field(default=100, ge=1)
    """How much people use, in hundredths of what the pack says."""
    locations: tuple[Location, ...] = ()
    """None: one, in the scenario's time zone, with British names."""
    adoption: tuple[Adopted, ...] = added(())
    """Apps that nobody uses before they spread."""


class Marked(Strict):
    """A part of a pack; `mark` and `source` hold for every number in it."""

    mark: str
    source: str = ""


class Presence(Marked):
    """When people are there."""

    leave: int = Field(ge=0, le=1000)
    """Working days in a thousand; they come by weeks."""
    sick: int = Field(ge=0, le=1000)
    weekend: tuple[Share, Share]
    """How many in a hundred use their machine on a Saturday, and on a Sunday."""
    weekend_minutes: Knots
    lunch_after: Knots
    """Minutes from the opening hour to lunch."""
    lunch_minutes: Knots
    evening: Share
    """How many in a hundred sit down once more in the evening."""
    evening_minutes: Knots


class Activity(Marked):
    """How much people differ in what they do."""

    percent: Knots


class Role(Marked):
    """What people of some departments do. The first role that fits counts."""

    name: str
    departments: tuple[str, ...]
    """Words in a department's name; the role without any is everybody else's."""
    arrives: Knots
    """Minutes after the opening hour."""
    stays: Knots
    """Minutes, lunch included."""
    part_time: Share = 0
    """How many in a hundred are off on one or two days of each week."""
    shared: Share = 0
    """How many in a hundred have no machine of their own and use a colleague's."""
    activity: Percent = 100
    kinds: dict[str, Percent] = {}
    categories: dict[str, Percent] = {}


class Persona(Marked):
    """How somebody goes about the cloud: a weight, not a script."""

    name: str
    weight: int = Field(ge=0)
    activity: Percent = 100
    favourites: Knots
    """How many apps of their own choice they use now and then."""
    uploads: Percent = 100
    truthful: int = Field(default=65, ge=0, le=100)
    """Of a hundred questions what an app is for so many get a true answer."""
    evasive: int = Field(default=20, ge=0, le=100)
    """So many get an evasive one; the others get none."""
    curious: Percent = 100
    """How readily they try what they hear of."""
    ways: Ways = Ways()
    """What they do who are stopped."""


class HabitRate(Marked):
    """How often people use the apps of their own choice."""

    daily: Knots
    """In ten thousand."""


class AppKind(Marked):
    """How the apps of some categories are used."""

    name: str
    categories: tuple[str, ...]
    when: tuple[int, int, int, int]
    """Weights of the morning, lunch, afternoon and evening."""
    weekend: Percent
    sessions: Knots
    """A day, by those who work with such an app."""
    connections: Knots
    """In a session."""
    gap_ms: Knots
    """Between two connections."""
    up: Knots
    """Bytes of a connection; so is `down`."""
    down: Knots
    requests: Knots
    """HTTP requests of a connection."""
    upload_in: int = Field(default=0, ge=0)
    """One connection in so many carries an upload; 0: none does."""
    upload: Knots = ()
    """Bytes of an upload."""
    together: bool = False
    """A team does it at the same time, on the half hour."""
    hourly: bool = False
    """A client does it by itself in every hour that the machine is used."""
    unnoticed: bool = False
    """Nobody minds when it is stopped."""

    @model_validator(mode="after")
    def _uploads(self) -> AppKind:
        if bool(self.upload_in) != bool(self.upload):
            raise ValueError("upload_in and upload go together")
        return self


class Standard(Marked):
    """What the organisation gives its people: named apps, or each department's choice in a category."""

    apps: tuple[str, ...] = ()
    category: str = ""
    kind: str
    share: Share
    departments: tuple[str, ...] = ()
    """Words in a department's name; empty is everybody."""
    sessions: Percent = 100
    client: str = ""
    """The program that uses it on Windows; elsewhere, and without one, the browser does."""

    @model_validator(mode="after")
    def _one(self) -> Standard:
        if bool(self.apps) == bool(self.category):
            raise ValueError("name apps or a category")
        return self


class Favourites(Marked):
    """Which apps of their own choice people use."""

    weights: dict[str, int]
    """By category."""
    flatness: int = Field(ge=1)
    drift: int = Field(ge=0)
    regions: tuple[str, ...]


class DeviceShare(Strict):
    """A trait that some devices have; what a scenario's own rules say counts more."""

    share: Share
    system: SystemName | None = None
    os_build: Version | None = None
    managed: bool | None = None

    @property
    def said(self) -> frozenset[str]:
        """The traits that this rule speaks of."""
        return frozenset(
            name for name in ("system", "os_build", "managed") if getattr(self, name) is not None
        )


class Pack(Strict):
    """The numbers of a life."""

    format: Literal[1]
    title: str
    presence: Presence
    activity: Activity
    roles: tuple[Role, ...] = Field(min_length=1)
    personas: tuple[Persona, ...] = Field(min_length=1)
    habit_rate: HabitRate
    kinds: tuple[AppKind, ...] = Field(min_length=1)
    standard: tuple[Standard, ...]
    favourites: Favourites
    popular: dict[str, tuple[str, ...]] = {}
    devices: dict[str, tuple[DeviceShare, ...]]
    """By the period of the portals; later rules count."""

    def persona(self, person: str, seed: int) -> str:
        """Return the persona of a person by their id."""
        return weighted(draw(seed, "persona", person), [(each.name, each.weight) for each in self.personas])

    @field_validator("roles")
    @classmethod
    def _for_all(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        if sum(not role.departments for role in roles) != 1:
            raise ValueError("one role, and no other, is without departments")
        return roles

    @model_validator(mode="after")
    def _whole(self) -> Pack:
        kinds = {kind.name for kind in self.kinds}
        held = [category for kind in self.kinds for category in kind.categories]
        if sorted(held) != sorted(CATEGORIES):
            raise ValueError("every category belongs to one kind")
        named = {*(s.kind for s in self.standard), *(name for role in self.roles for name in role.kinds)}
        if unknown := sorted(named - kinds):
            raise ValueError(f"no kind {unknown[0]!r}: {nearest(unknown[0], sorted(kinds))}")
        categories = {
            *self.favourites.weights,
            *self.popular,
            *(s.category for s in self.standard if s.category),
            *(name for role in self.roles for name in role.categories),
        }
        if unknown := sorted(categories - set(CATEGORIES)):
            raise ValueError(f"no category {unknown[0]!r}: {nearest(unknown[0], CATEGORIES)}")
        return self


def packs() -> list[str]:
    """Return the names of the packs of a life that come with the program, sorted."""
    files = resources.files("scenarios").joinpath("packs").iterdir()
    # Beside them stand packs that a scenario uses, which say so in a line of their own.
    return sorted(
        file.name.removesuffix(".yaml")
        for file in files
        if file.name.endswith(".yaml") and "kind: pack" not in file.read_text(encoding="utf-8").splitlines()
    )


@lru_cache(maxsize=8)
def load_pack(name: str) -> Pack:
    """Return a pack by name; raise InputError that names the nearest one otherwise."""
    known = packs()
    if name not in known:
        advice = nearest(name, known, f"one of: {', '.join(known)}")
        raise InputError(Problem("SCENARIO-PACK", f"no pack {name!r}", advice=advice))
    text = resources.files("scenarios").joinpath("packs", f"{name}.yaml").read_text(encoding="utf-8")
    return validate(Pack, load(text, f"scenarios/packs/{name}.yaml", shipped=True))
