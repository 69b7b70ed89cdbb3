"""The risk score of an app: 0 to 10, 10 is best.

Documented by Microsoft ("Working with the risk score"): every property gets a sub-score from 0 to
10, a section is the weighted average of its properties, the total the weighted average of the four
sections. Every number is in `data/score_settings.yaml`, with a mark. Averages are fractions of
whole numbers, rounded half up once, so that a score is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sim.engine.catalog.app import App, FactValue
from sim.engine.catalog.factors import FACTORS, NOT_APPLICABLE, SECTIONS, Factor, Section
from sim.engine.catalog.score_settings import (
    FOUNDED,
    ScoreSettings,
    date_parts,
    load_score_settings,
)

RiskLevel = Literal["high", "medium", "low", "not scored"]


@dataclass(frozen=True, slots=True)
class Score:
    """An app's score, that of each section with a known property, and how much is known."""

    total: int
    sections: Mapping[str, int]
    coverage_percent: int
    """Share of the weight of all scored properties for which the value is known."""


@dataclass(frozen=True, slots=True)
class Property:
    """One scored property of an app, as the portal explains it in a tooltip."""

    name: str
    section: Section
    value: FactValue | None
    """None is unknown."""
    points: Fraction | None
    """Sub-score from 0 to 10; None where it does not count: unknown, or N/A and left out."""
    weight: int


def properties(app: App, settings: ScoreSettings | None = None) -> tuple[Property, ...]:
    """Return every property that can count for the score of `app`, unknown ones too."""
    used = settings or load_score_settings()
    year = app.founded
    age = None if year is None else _age_points(used.as_of[0] - year, used)
    found = [Property(FOUNDED, "general", year, age, used.weight(FOUNDED))]
    for factor in FACTORS.values():
        if factor.scored:
            fact = app.factors.get(factor.name)
            value = None if fact is None else fact.value
            points = None if value is None else _points(factor, value, used)
            weight = used.weight(factor.name)
            found.append(Property(factor.name, factor.section, value, points, weight))
    return tuple(found)


def score(app: App, settings: ScoreSettings | None = None) -> Score | None:
    """Return the score of `app`, or None if too little is known of it."""
    used = settings or load_score_settings()
    found = properties(app, used)
    averages: dict[Section, Fraction] = {}
    for section in SECTIONS:
        members = (p for p in found if p.section == section)
        average = _average((p.points, p.weight) for p in members if p.points is not None)
        if average is not None:
            averages[section] = average
    total = _average((value, used.section_weight(section)) for section, value in averages.items())
    known = _coverage(found, used)
    if total is None or known < used.minimum_coverage_percent:
        return None
    return Score(_half_up(total), {s: _half_up(value) for s, value in averages.items()}, known)


def coverage(app: App, settings: ScoreSettings | None = None) -> int:
    """Return the percentage of the weight of all scored properties for which the value is known."""
    used = settings or load_score_settings()
    return _coverage(properties(app, used), used)


def _coverage(found: Sequence[Property], used: ScoreSettings) -> int:
    known = possible = Fraction(0)
    for section in SECTIONS:
        members = [p for p in found if p.section == section]
        weight, all_weights = used.section_weight(section), sum(p.weight for p in members)
        if all_weights:
            known_weights = sum(p.weight for p in members if p.value is not None)
            possible += weight
            known += Fraction(weight * known_weights, all_weights)
    return int(100 * known / possible) if possible else 0


def risk_level(score: int | None, settings: ScoreSettings | None = None) -> RiskLevel:
    """Return the risk level of a score; the bands are settings."""
    if score is None:
        return "not scored"
    used = settings or load_score_settings()
    if score <= used.high_up_to:
        return "high"
    return "medium" if score <= used.medium_up_to else "low"


def _average(weighted: Iterable[tuple[Fraction, int]]) -> Fraction | None:
    pairs = list(weighted)
    weights = sum(weight for _, weight in pairs)
    return sum((value * weight for value, weight in pairs), Fraction(0)) / weights if weights else None


def _points(factor: Factor, value: FactValue, settings: ScoreSettings) -> Fraction | None:
    if value == NOT_APPLICABLE:
        return None if settings.excludes_na(factor.name) else Fraction(0)
    if isinstance(value, bool):
        return Fraction(settings.true_points if value else settings.false_points)
    if isinstance(value, int):
        return Fraction(value)
    text = str(value)
    if factor.kind == "choice":
        return Fraction(settings.choice_points[factor.name][text])
    if text in factor.choices:
        return Fraction(settings.breach_points[text])
    years = _whole_years(date_parts(text), settings.as_of)
    if factor.name == "latest-breach":
        return Fraction(settings.breach_points[_breach_age(years)])
    return _age_points(years, settings)


def _age_points(years: int, settings: ScoreSettings) -> Fraction:
    return min(Fraction(10), Fraction(10 * max(years, 0), settings.years_for_ten))


def _breach_age(years: int) -> str:
    if years >= 3:
        return "at_least_3_years"
    return "at_least_1_year" if years >= 1 else "newer"


def _whole_years(start: tuple[int, int, int], end: tuple[int, int, int]) -> int:
    return end[0] - start[0] - (end[1:] < start[1:])


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
