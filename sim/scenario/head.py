"""What a scenario file says before it is a scenario: the packs it uses, its variables, its roles.

    use: [packs/harbour]
    vars:
      limit: {type: count, default: 5, says: users above which an app is looked at}
    roles:
      leaker: {department: Sales, browser: chrome, protection: audit}
    apps:
      drop: {category: Cloud storage, score: [0, 5]}

`{limit}`, `{leaker.name}` and `{app.drop}` then stand for what was chosen, anywhere in the file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from sim.base.errors import InputError, nearest
from sim.base.located import Strict, wrong
from sim.base.time import from_iso
from sim.engine.catalog.app import CATEGORIES
from sim.scenario.eras import Span, TimeOfDay
from sim.scenario.story import Size
from sim.scenario.traits import added
from sim.scenario.words import Off, Several

Kind = Literal["scenario", "pack"]
NAME = r"^[a-z][a-z0-9_-]{0,39}$"
Name = Annotated[str, Field(pattern=NAME)]
"""What a variable, a role or an app is called in its placeholder."""

VarType = Literal["count", "share", "text", "time", "moment", "duration", "size", "app", "choice"]


def _moment(value: object) -> object:
    try:
        from_iso(str(value))
    except InputError as error:
        raise ValueError(f"{error.problems[0].what}; {error.problems[0].advice}") from None
    return value


_TYPES: dict[str, Any] = {
    "count": Annotated[int, Field(strict=True, ge=0)],
    "share": Annotated[int, Field(strict=True, ge=0, le=100)],
    "text": str,
    "time": TimeOfDay,
    "moment": Annotated[str, BeforeValidator(_moment)],
    "duration": Span,
    "size": Size,
    "app": str,
    "choice": str,
}


def _declared(value: object) -> object:
    """Read a bare value as a variable: a whole number is a count, anything else a text."""
    if isinstance(value, dict):
        return value
    number = isinstance(value, int) and not isinstance(value, bool)
    return {"type": "count" if number else "text", "default": value}


class Variable(Strict):
    """A value that stands in many places, or that a user of a pack may choose."""

    type: VarType
    default: int | str
    """Its value, unless the file that uses a pack, or whoever plays, sets another."""
    least: int | None = None
    """For a count or a share."""
    most: int | None = None
    one_of: tuple[str, ...] = ()
    """For a choice: what it may be."""
    says: str = ""
    """What it is for."""

    @model_validator(mode="after")
    def _fits(self) -> Variable:
        try:
            found = TypeAdapter(_TYPES[self.type]).validate_python(self.default)
        except ValidationError as error:
            why = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            what = f"{self.default!r} is not a {self.type}"
            raise wrong("SCENARIO-VAR", what, why) from None
        if self.type == "choice" and self.default not in self.one_of:
            what = f"{self.default!r} is not one of the choices"
            raise wrong("SCENARIO-VAR", what, nearest(str(self.default), self.one_of, "add it to one_of"))
        if isinstance(found, int) and not (self.least or 0) <= found <= (
            found if self.most is None else self.most
        ):
            limits = f"from {self.least or 0}" + (f" to {self.most}" if self.most is not None else "")
            raise wrong("SCENARIO-VAR", f"{self.default} is out of range", f"write a number {limits}")
        return self


class Role(Strict):
    """Somebody of the cast, chosen by the seed among those who fit; two roles are never one person."""

    people: Several = ()
    """Only these of the cast."""
    department: Several = ()
    """One, or several to choose from; so are the others."""
    browser: Several = ()
    managed: bool | None = None
    """Whether their device is onboarded to Defender."""
    group: Several = ()
    """Its device group."""
    antivirus: Annotated[Literal["active", "passive", "off"], Off] | None = None
    protection: Annotated[Literal["off", "audit", "block"], Off] | None = None
    """Network protection on it as play begins."""
    persona: Several = ()
    """One of those of the life's pack."""
    fixed: bool = False
    """Whatever seed is played, it is the one whom the file's own seed chooses."""


class AppRole(Strict):
    """An app of the catalog, chosen by the seed; never one that the file names otherwise."""

    one_of: Several = ()
    """Only these."""
    category: Several = ()
    score: tuple[int, int] | None = None
    """Lowest and highest; an app that is not scored does not fit."""
    fixed: bool = False

    @model_validator(mode="after")
    def _known(self) -> AppRole:
        if not (self.one_of or self.category or self.score):
            raise wrong("SCENARIO-CAST", "any app would fit", "write one_of, category or score")
        for name in self.category:
            if name not in CATEGORIES:
                raise wrong("SCENARIO-CAST", f"no category {name!r}", nearest(name, CATEGORIES))
        return self


class Head(Strict):
    """What is read, and gone, before the rest of a file is checked."""

    kind: Kind = "scenario"
    """`pack` is a file that scenarios use, and cannot be played itself."""
    use: Several = ()
    """Packs whose keys lie beneath those of this file, the last one uppermost: files beside it, or shipped
    ones."""
    vars: dict[Name, Annotated[Variable, BeforeValidator(_declared)]] = added({})
    """Values with a name; `{name}` stands for one."""
    roles: dict[Name, Role] = added({})
    """People whom the seed chooses: `{name.id}`, `{name.name}`, `{name.first}`, `{name.department}`."""
    apps: dict[Name, AppRole] = added({})
    """Apps that the seed chooses: `{app.NAME}` is the id, `{app.NAME.name}` what the catalog calls it."""
    fixed: bool = False
    """All roles and apps are those that the file's own seed chooses."""
    level: Literal["", "easy", "medium", "hard"] = ""
    """How difficult it is, for whoever chooses in the library."""
    minutes: int | None = Field(default=None, ge=1, le=240)
    """How long it takes to play, in real minutes."""

    @property
    def without_roles(self) -> Head:
        """The same with nobody and no app to be chosen."""
        return self.model_copy(update={"roles": {}, "apps": {}})
