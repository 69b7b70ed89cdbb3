"""Era profiles: how long each hop of the products takes and what their catalog knew, as marked data."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from sim.base.errors import InputError, Problem, nearest
from sim.base.located import Strict as Strict
from sim.base.rng import I64, U64, between, betweens, draw, draws, quantile, quantiles
from sim.base.time import DAY, MINUTE, SECOND, parse_duration
from sim.base.yamlfile import load
from sim.engine.catalog.app import CATEGORIES
from sim.engine.catalog.factors import FACTORS
from sim.engine.catalog.model import Catalog, load_sets
from sim.engine.portal import PORTALS, Portal
from sim.scenario.located import validate
from sim.scenario.words import spelt

LONGEST = 366 * DAY
"""No delay or rhythm is longer."""


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_duration(value)
    except InputError as error:
        problem = error.problems[0]
        raise ValueError(f"{problem.what}; {problem.advice}") from None


Span = Annotated[
    int,
    BeforeValidator(_span),
    Field(ge=0, le=LONGEST),
    spelt(r"^(\d{1,12}(us|s|m|h|d))+$", "45m", "1h30m", "2d"),
]
"""A duration in microseconds; a person writes 45m or 1h30m."""


def _minutes(value: object) -> object:
    if isinstance(value, str) and len(value) == 5 and value[2] == ":":
        hours, minutes = value.split(":")
        if hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60:
            return (int(hours) * 60 + int(minutes)) * MINUTE
    # A run file keeps it in microseconds.
    whole = isinstance(value, int) and not isinstance(value, bool) and value % MINUTE == 0
    if whole and isinstance(value, int) and 0 <= value <= DAY:
        return value
    raise ValueError('write a time of day as "09:00"')


TimeOfDay = Annotated[int, BeforeValidator(_minutes), spelt(r"^([01]\d|2[0-3]):[0-5]\d$", "09:00")]
"""Microseconds since local midnight; a person writes "09:00"."""


class Delay(Strict):
    """One hop's delay in one of four shapes, with its mark and source.

    `fixed`, `uniform` [from, to] and `quantiles` are durations. `grid` is the width of a grid of times whose
    phase is drawn once: the hop ends at the next of them.
    """

    fixed: Span | None = None
    uniform: tuple[Span, Span] | None = None
    quantiles: tuple[Span, ...] | None = None
    grid: Span | None = None
    mark: str
    source: str = ""

    @model_validator(mode="after")
    def _one_shape(self) -> Delay:
        shapes = (self.fixed, self.uniform, self.quantiles, self.grid)
        if sum(shape is not None for shape in shapes) != 1:
            raise ValueError("give exactly one of fixed, uniform, quantiles, grid")
        if self.grid is not None and self.grid < MINUTE:
            raise ValueError("a grid is a minute wide or more")
        points = self.uniform or self.quantiles or ()
        if list(points) != sorted(points) or (self.quantiles is not None and len(points) < 2):
            raise ValueError("write the durations in rising order")
        return self

    @property
    def shortest(self) -> int:
        """The least that the hop can take."""
        return self.fixed if self.fixed is not None else min(self.uniform or self.quantiles or (0,))

    @property
    def longest(self) -> int:
        """The most that the hop can take on a machine that is on."""
        return self.fixed or self.grid or max(self.uniform or self.quantiles or (0,))

    def sample(self, seed: int, hop: str, *keys: int | str, now: int = 0) -> int:
        """Return the delay in microseconds for one occurrence of the hop that begins `now`.

        Delays are whole seconds; where the hop waits for a grid, only its times are.
        """
        if self.grid is not None:
            phase = draw(seed, f"grid:{hop}") % (self.grid // SECOND) * SECOND
            return self.grid - (now - phase) % self.grid
        bits = draw(seed, f"hop:{hop}", *keys)
        if self.fixed is not None:
            return self.fixed
        if self.uniform is not None:
            low, high = self.uniform
            return between(bits, low // SECOND, high // SECOND) * SECOND
        assert self.quantiles is not None
        return quantile(bits, tuple(knot // SECOND for knot in self.quantiles)) * SECOND

    def samples(self, seed: int, hop: str, *keys: U64 | I64) -> I64:
        """Return `sample` for each row of the keys, for hops that begin at time 0."""
        bits = draws(seed, f"hop:{hop}", *keys)
        if self.uniform is not None:
            low, high = self.uniform
            return betweens(bits, low // SECOND, high // SECOND) * SECOND
        if self.quantiles is not None:
            return quantiles(bits, tuple(knot // SECOND for knot in self.quantiles)) * SECOND
        return np.full(len(bits), self.sample(seed, hop))


class Poll(Strict):
    """How often a gateway fetches the list of unsanctioned apps, with its mark and source."""

    interval: Annotated[Span, Field(ge=MINUTE)]
    mark: str
    source: str


class Straggler(Delay):
    """The few machines that take much longer: one in so many waits this long beside what others wait."""

    one_in: int = Field(ge=1)


class EraCatalog(Strict):
    """What the cloud app catalog did not have yet in this period."""

    later_categories: tuple[str, ...] = ()
    later_factors: tuple[str, ...] = ()
    mark: str
    source: str = ""

    @field_validator("later_categories", "later_factors")
    @classmethod
    def _known(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = CATEGORIES if info.field_name == "later_categories" else tuple(FACTORS)
        for name in names:
            if name not in known:
                raise ValueError(f"the catalog has no {name!r}: {nearest(name, known)}")
        return names


class Era(Strict):
    """The delays, rhythms and catalog of one period of the products."""

    title: str
    portal: Literal["2019", "today"]
    first_data: Delay
    block_setting: Delay
    tag_to_indicator: Delay
    indicator_offer: Delay
    machine_pull: Delay
    straggler: Straggler | None = None
    sensor_chunk: int
    sensor_interval: Span
    parse: Delay
    log_upload_interval: Span
    analysis_times: tuple[TimeOfDay, ...]
    timeline: Delay
    access_rule: Delay
    client_removal: Delay
    gateway_polls: dict[str, Poll]
    """By kind of secure web gateway: those that are integrated in this period."""
    gpo_refresh: Delay
    sccm_policy: Delay
    intune_checkin: Delay
    fleet_report: Delay
    catalog: EraCatalog

    @model_validator(mode="after")
    def _grids(self) -> Era:
        for name in HOPS:
            if name != "tag_to_indicator" and getattr(self, name).grid is not None:
                raise ValueError(f"{name} cannot wait for a grid; tag_to_indicator can")
        if len(self.analysis_times) != self.portals.analyses_per_day:
            raise ValueError(f"the portal analyses {self.portals.analyses_per_day} times a day")
        return self

    @property
    def portals(self) -> Portal:
        """What the portals of this period offer."""
        return PORTALS[self.portal]


HOPS = tuple(name for name, field in Era.model_fields.items() if field.annotation is Delay)
"""The parts of an era that a scenario may replace by a delay of its own."""


def load_era(name: str, overrides: dict[str, Any] | None = None) -> Era:
    """Return the shipped era profile `name`, with some of its keys replaced."""
    folder = resources.files("sim.scenario").joinpath("eras")
    known = sorted(file.name.removesuffix(".yaml") for file in folder.iterdir())
    if name not in known:
        raise InputError(Problem("ERA-UNKNOWN", f"no era {name!r}", advice="one of: " + ", ".join(known)))
    text = folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    document = load(text, f"eras/{name}.yaml", shipped=True)
    document.data.update(overrides or {})
    return validate(Era, document)


def catalog_of(sets: tuple[str, ...], era: Era) -> Catalog:
    """Return the apps of some sets of the catalog that an era has."""
    return _catalog(sets, era.catalog.later_categories, era.catalog.later_factors)


@lru_cache(maxsize=8)
def _catalog(sets: tuple[str, ...], categories: tuple[str, ...], factors: tuple[str, ...]) -> Catalog:
    """Return the catalog of an era, made once: it has thousands of domains."""
    return load_sets(sets).without(categories, factors)
