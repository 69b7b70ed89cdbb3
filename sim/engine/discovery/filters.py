"""Filters over apps: conditions that an app must all meet, in searches, saved queries and policies alike.

The fields are the advanced filters of the product's Discovered apps page ("Discovered app filters and
queries"). An unknown fact, an app that is not scored and a figure that no source could know match neither
"equals" nor "does not equal", neither "more than" nor "less than" (our rule; the documents do not say).
`queries.py` reads conditions from text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sim.engine.catalog.app import CATEGORIES, App, FactValue
from sim.engine.catalog.factors import FACTORS, NOT_APPLICABLE, SECTIONS, Factor
from sim.engine.discovery.use import AppUsage

MEGABYTE = 1_000_000
"""Bytes in the MB of a threshold (guess: the documents do not say 10^6 or 2^20)."""

TAG, APP, DOMAIN, CATEGORY, SCORE = "app tag", "app", "domain", "category", "risk score"

Kind = Literal["tag", "app", "domain", "category", "range", "count", "volume", "factor"]

_USAGE: tuple[Kind, ...] = ("count", "volume")


class Operator(StrEnum):
    """How a condition compares; the words are the product's."""

    EQUALS = "equals"
    DIFFERS = "does not equal"
    CONTAINS = "contains"
    MORE = "more than"
    LESS = "less than"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An app as filters look at it: with what the organisation says of it, and its use."""

    app: App
    tags: frozenset[str]
    """Built-in and custom tags."""
    score: int | None
    """The score that counts, an override included; None is not scored."""
    usage: AppUsage | None = None
    """None where no use is looked at: no condition on usage is met then."""


Found = FactValue | frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition can be about; `of` gives its value, None where it is unknown."""

    name: str
    group: str
    """The heading under which a form offers it."""
    kind: Kind
    of: Callable[[Candidate], Found]
    factor: Factor | None = None
    texts: Callable[[Candidate], tuple[str, ...]] | None = None
    """What "contains" looks in; None where it makes no sense."""

    @property
    def is_usage(self) -> bool:
        """Whether it is a figure of use, which only a report knows."""
        return self.kind in _USAGE

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators that make sense here."""
        if self.is_usage:
            return (Operator.MORE, Operator.LESS)
        if self.kind == "range":
            return (Operator.EQUALS,)
        exact = (Operator.EQUALS, Operator.DIFFERS)
        return exact if self.texts is None else (*exact, Operator.CONTAINS)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values there are, as text; empty where any text may be one."""
        if self.kind == "category":
            return CATEGORIES
        factor = self.factor
        if factor is None or factor.kind not in ("boolean", "choice"):
            return ()
        known = ("true", "false") if factor.kind == "boolean" else factor.choices
        return (*known, NOT_APPLICABLE) if factor.na else known


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a filter. Of several values any may be the one; a range has its two ends."""

    field: str
    """One of `FIELDS`."""
    operator: Operator
    values: tuple[FactValue, ...]
    """What `queries.parse_condition` allows for the field: numbers for figures and the score."""

    def __str__(self) -> str:
        kind = FIELDS[self.field].kind
        written = list(map(_written, self.values))
        unit = " MB" if kind == "volume" else ""
        return f"{self.field} {self.operator} {(' to ' if kind == 'range' else ', ').join(written)}{unit}"

    def met(self, candidate: Candidate) -> bool:
        """Tell whether the app meets the condition."""
        field = FIELDS[self.field]
        if self.operator is Operator.CONTAINS:
            texts = () if field.texts is None else map(words_of, field.texts(candidate))
            wanted = [words_of(str(value)) for value in self.values]
            return any(f" {each} " in f" {text} " for text in texts for each in wanted)
        found = field.of(candidate)
        if found is None:
            return False
        if isinstance(found, int) and (field.is_usage or field.kind == "range"):
            return self._within(found, MEGABYTE if field.kind == "volume" else 1)
        held = found if isinstance(found, tuple | frozenset) else (found,)
        same = any(_same(self.field, value, each) for value in self.values for each in held)
        return same == (self.operator is Operator.EQUALS)

    def _within(self, found: int, unit: int) -> bool:
        limits = [value * unit for value in self.values if isinstance(value, int)]
        match self.operator:
            case Operator.MORE:
                return found > limits[0]
            case Operator.LESS:
                return found < limits[0]
            case _:
                return limits[0] <= found <= limits[-1]


@dataclass(frozen=True, slots=True)
class Filters:
    """Apps matching all of the following; without conditions, every app."""

    conditions: tuple[Condition, ...] = ()

    def match(self, candidate: Candidate) -> bool:
        """Tell whether the app meets every condition."""
        return all(condition.met(candidate) for condition in self.conditions)

    @property
    def lines(self) -> tuple[str, ...]:
        """The conditions as text that `queries.parse_filters` reads back."""
        return tuple(map(str, self.conditions))

    @property
    def words(self) -> str:
        """All of it on one line."""
        return "; ".join(self.lines) or "every app"

    @property
    def of_use(self) -> Filters:
        """Only the conditions on usage."""
        return Filters(tuple(c for c in self.conditions if FIELDS[c.field].is_usage))

    @property
    def of_apps(self) -> Filters:
        """All but the conditions on usage."""
        return Filters(tuple(c for c in self.conditions if not FIELDS[c.field].is_usage))


def words_of(text: str) -> str:
    """Return the words of a text in small letters, one space between them.

    "Contains" finds whole words only (CAS/control-cloud-apps-with-policies.md; documented). That anything but
    letters and digits parts words, and that several words must stand in this order, is a guess.
    """
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _same(field: str, value: FactValue, held: FactValue) -> bool:
    if field == DOMAIN:
        # An entry covers its sub-domains; whoever asks for a parent or for one of them means the app.
        ours, theirs = f".{value}", f".{held}"
        return ours.endswith(theirs) or theirs.endswith(ours)
    if isinstance(value, str) and isinstance(held, str):
        return value.casefold() == held.casefold()
    return type(value) is type(held) and value == held


def _written(value: FactValue) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


def _fact(factor: Factor) -> Field:
    def of(candidate: Candidate) -> FactValue | None:
        fact = candidate.app.factors.get(factor.name)
        return None if fact is None else fact.value

    return Field(factor.name, f"{factor.section} risk factor", "factor", of, factor)


def _usage(name: str, kind: Kind, of: Callable[[AppUsage], int | None]) -> Field:
    return Field(name, "usage", kind, lambda c: None if c.usage is None else of(c.usage))


def _general(name: str, kind: Literal["text", "integer"], of: Callable[[App], FactValue | None]) -> Field:
    """Return a field of the app that the portal lists among the general risk factors."""
    factor = Factor(name, "general", kind, scored=False)
    return Field(name, "general risk factor", "factor", lambda c: of(c.app), factor)


def _all_fields() -> Iterable[Field]:
    yield Field(TAG, TAG, "tag", lambda c: c.tags)
    both = "apps and domains"
    yield Field(APP, both, "app", lambda c: c.app.id, texts=lambda c: (c.app.name,))
    yield Field(DOMAIN, both, "domain", lambda c: c.app.domains, texts=lambda c: c.app.domains)
    yield Field(CATEGORY, CATEGORY, "category", lambda c: c.app.category)
    yield Field(SCORE, SCORE, "range", lambda c: c.score)
    yield _usage("traffic", "volume", lambda u: u.bytes_total)
    yield _usage("upload", "volume", lambda u: u.bytes_up)
    yield _usage("transactions", "count", lambda u: u.transactions)
    yield _usage("users", "count", lambda u: u.users)
    yield _general("headquarters", "text", lambda app: app.headquarters)
    yield _general("founded", "integer", lambda app: app.founded)
    yield _general("vendor", "text", lambda app: app.vendor or None)
    for section in SECTIONS:
        for factor in FACTORS.values():
            if factor.section == section:
                yield _fact(factor)


FIELDS: dict[str, Field] = {field.name: field for field in _all_fields()}
"""Everything that a condition can be about, by name, in the order of a form."""
