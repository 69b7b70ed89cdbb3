"""Era profiles: how long each hop of the products takes, as data with a mark beside each number."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from sim.base.errors import InputError, Problem
from sim.base.rng import between, draw, quantile
from sim.base.time import MINUTE, SECOND, parse_duration
from sim.base.yamlfile import load
from sim.scenario.located import validate


def _span(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Span = Annotated[int, BeforeValidator(_span)]
"""A duration in microseconds; a person writes 45m or 1h30m."""


def _minutes(value: object) -> object:
    if isinstance(value, str) and len(value) == 5 and value[2] == ":":
        hours, minutes = value.split(":")
        if hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60:
            return (int(hours) * 60 + int(minutes)) * MINUTE
    raise (
        ValueError('write a time of day as "09:00"') if isinstance(value, str) else ValueError("not a time")
    )


TimeOfDay = Annotated[int, BeforeValidator(lambda v: v if isinstance(v, int) else _minutes(v))]
"""Microseconds since local midnight; a person writes "09:00"."""


class Strict(BaseModel):
    """A part of a file in which unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Delay(Strict):
    """One hop's delay: exactly one of fixed, uniform [from, to] or quantiles, with its mark and source."""

    fixed: Span | None = None
    uniform: tuple[Span, Span] | None = None
    quantiles: tuple[Span, ...] | None = None
    mark: str
    source: str = ""

    @model_validator(mode="after")
    def _one_shape(self) -> Delay:
        given = [shape for shape in (self.fixed, self.uniform, self.quantiles) if shape is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of fixed, uniform, quantiles")
        points = self.uniform or self.quantiles or ()
        if list(points) != sorted(points) or (self.quantiles is not None and len(points) < 2):
            raise ValueError("write the durations in rising order")
        return self

    def sample(self, seed: int, hop: str, *keys: int | str) -> int:
        """Return the delay in microseconds (whole seconds) for one occurrence of the hop."""
        bits = draw(seed, f"hop:{hop}", *keys)
        if self.fixed is not None:
            return self.fixed
        if self.uniform is not None:
            low, high = self.uniform
            return between(bits, low // SECOND, high // SECOND) * SECOND
        assert self.quantiles is not None
        return quantile(bits, tuple(knot // SECOND for knot in self.quantiles)) * SECOND


class Era(Strict):
    """The delays and rhythms of one period of the products."""

    title: str
    first_data: Delay
    block_setting: Delay
    tag_to_indicator: Delay
    indicator_offer: Delay
    machine_pull: Delay
    sensor_chunk: int
    sensor_interval: Span
    parse: Delay
    log_upload_interval: Span
    analysis_times: tuple[TimeOfDay, ...]
    timeline: Delay


def load_era(name: str, overrides: dict[str, Any] | None = None) -> Era:
    """Return the shipped era profile `name`, with some of its keys replaced."""
    file = resources.files("sim.scenario").joinpath("eras", f"{name}.yaml")
    if not file.is_file():
        known = sorted(
            f.name.removesuffix(".yaml") for f in resources.files("sim.scenario").joinpath("eras").iterdir()
        )
        raise InputError(Problem("ERA-UNKNOWN", f"no era {name!r}", advice="one of: " + ", ".join(known)))
    document = load(file.read_text(encoding="utf-8"), f"eras/{name}.yaml")
    document.data.update(overrides or {})
    return validate(Era, document)
