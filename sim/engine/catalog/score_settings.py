"""The numbers of the risk score, from `data/score_settings.yaml`, where each has its mark."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.base.errors import nearest
from sim.engine.catalog.factors import FACTORS, SECTIONS
from sim.engine.catalog.folder import SCORE_SETTINGS, shipped
from sim.engine.catalog.source import Findings, Source

FOUNDED = "founded"
"""Name of the founding year among the scored properties; it is a field of `App`, not a fact."""

SETTING_MARKS: tuple[str, ...] = ("documented", "observed", "guess")

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One number, word or switch of the score, and its mark."""

    value: int | str | bool
    mark: str


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """What "Score metrics" in the portal lets a tenant change, and the constants behind it."""

    as_of: tuple[int, int, int]
    """Year, month and day on which ages are taken."""
    minimum_coverage_percent: int
    exclude_na: bool
    factor_exclude_na: Mapping[str, bool]
    """The check box of single properties, where it differs from `exclude_na`."""
    importance: Mapping[str, int]
    """Multiplier of each importance."""
    default_importance: str
    section_importance: Mapping[str, str]
    factor_importance: Mapping[str, str]
    true_points: int
    false_points: int
    years_for_ten: int
    breach_points: Mapping[str, int]
    choice_points: Mapping[str, Mapping[str, int]]
    high_up_to: int
    medium_up_to: int
    marks: Mapping[Keys, str]
    """Mark of every setting by its keys in the file."""

    def weight(self, factor: str) -> int:
        """Return the weight of a property, or 0 if it is ignored."""
        return self.importance[self.factor_importance.get(factor, self.default_importance)]

    def section_weight(self, section: str) -> int:
        """Return the weight of a section in the total."""
        return self.importance[self.section_importance.get(section, self.default_importance)]

    def excludes_na(self, factor: str) -> bool:
        """Tell whether an N/A of a property is left out of the average; otherwise it counts as 0."""
        return self.factor_exclude_na.get(factor, self.exclude_na)

    def ignoring(self, factors: Collection[str]) -> ScoreSettings:
        """Return the settings of a time in which these properties are not assessed at all."""
        ignored = dict.fromkeys(factors, "ignored")
        return replace(self, factor_importance={**self.factor_importance, **ignored})


_RULE = "SCORE-SETTING"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BREACHES = ("none", "at_least_3_years", "at_least_1_year", "newer")
_LEVELS = ("ignored", "low", "medium", "high", "very-high")
_MOST = {
    "minimum_coverage_percent": 100,
    "boolean_points": 10,
    "breach_points": 10,
    "choice_points": 10,
    "risk_bands": 10,
}
"""The most that a setting of each part of the file may be."""


def _wanted() -> dict[Keys, type]:
    """Return every setting that the file must hold, and its type."""
    wanted: dict[Keys, type] = {
        ("as_of",): str,
        ("minimum_coverage_percent",): int,
        ("exclude_na",): bool,
        ("default_importance",): str,
        ("years_for_ten",): int,
        ("boolean_points", "true"): int,
        ("boolean_points", "false"): int,
        ("risk_bands", "high"): int,
        ("risk_bands", "medium"): int,
    }
    wanted.update({("importance", level): int for level in _LEVELS})
    wanted.update({("section_importance", section): str for section in SECTIONS})
    wanted.update({("breach_points", age): int for age in _BREACHES})
    for factor in FACTORS.values():
        if factor.kind == "choice":
            wanted.update({("choice_points", factor.name, c): int for c in factor.choices})
    return wanted


def load_score_settings(file: Traversable | Path | None = None, name: str = "") -> ScoreSettings:
    """Return the settings in `file`, by default the shipped ones; errors call the file `name`.

    Raise InputError with every problem at once.
    """
    return _shipped() if file is None else _read(Source(file, strict=True, name=name))


@lru_cache(maxsize=1)
def _shipped() -> ScoreSettings:
    return _read(Source(shipped() / SCORE_SETTINGS, strict=False))


def _read(source: Source) -> ScoreSettings:
    findings = Findings()
    found: dict[Keys, Setting] = {}
    _leaves(source, source.data, (), found, findings)
    wanted = _wanted()
    for keys in (keys for keys in wanted if keys not in found):
        findings.add(source, keys, _RULE, f"no {'.'.join(keys)}", "every setting is needed")
    for keys, setting in found.items():
        name = ".".join(keys)
        kind = wanted.get(keys) or _of_a_property(keys)
        if kind is None:
            advice = nearest(name, [".".join(known) for known in wanted], "remove it")
            findings.add(source, keys, _RULE, f"unknown setting {name}", advice)
        elif (wish := _reject(keys, setting.value, kind)) is not None:
            findings.add(source, keys, _RULE, f"{name} cannot be {setting.value!r}", f"write {wish}")
    findings.close()
    settings = _settings(found)
    if settings.medium_up_to < settings.high_up_to:
        what = "the medium risk band ends below the high one"
        findings.add(source, ("risk_bands", "medium"), _RULE, what, "write the higher score for medium")
    findings.close()
    return settings


def _reject(keys: Keys, value: object, kind: type) -> str | None:
    """Return what a setting wants instead of `value`, or None if it can take it."""
    if kind is str and keys == ("as_of",):
        fits, wanted = _is_day(value), 'a day such as "2019-12-27"'
    elif kind is str:
        fits, wanted = value in _LEVELS, "one of " + ", ".join(_LEVELS)
    elif kind is bool:
        fits, wanted = isinstance(value, bool), "true or false"
    else:
        least, most = int(keys == ("years_for_ten",)), _MOST.get(keys[0])
        fits = type(value) is int and least <= value and (most is None or value <= most)
        wanted = f"a whole number from {least}" + ("" if most is None else f" to {most}")
    return None if fits else wanted


def _is_day(value: object) -> bool:
    # Other forms of ISO 8601, such as 20191227, have no place here.
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _of_a_property(keys: Keys) -> type | None:
    """Return the type of a setting that one property may have, None if it is no such setting."""
    match keys:
        case ("factor_importance" | "factor_exclude_na" as part, name):
            if name == FOUNDED or (name in FACTORS and FACTORS[name].scored):
                return str if part == "factor_importance" else bool
    return None


def _leaves(source: Source, data: object, keys: Keys, found: dict[Keys, Setting], findings: Findings) -> None:
    """Collect `{value: …, mark: …}` pairs at any depth."""
    name = ".".join(keys) or "the file"
    if not isinstance(data, dict):
        advice = "write {value: 1, mark: guess}"
        findings.add(source, keys, _RULE, f"{name} has no mark", advice)
    elif data.keys() == {"value", "mark"}:
        value, mark = data["value"], data["mark"]
        if mark not in SETTING_MARKS:
            advice = f"use {', '.join(SETTING_MARKS)}"
            findings.add(source, (*keys, "mark"), _RULE, f"unknown mark {mark!r}", advice)
        found[keys] = Setting(value, str(mark))
    else:
        for key, value in data.items():
            _leaves(source, value, (*keys, str(key)), found, findings)


def _settings(found: Mapping[Keys, Setting]) -> ScoreSettings:
    def whole(*keys: str) -> int:
        return int(found[keys].value)

    def texts(head: str) -> dict[str, str]:
        return {keys[1]: str(s.value) for keys, s in found.items() if keys[0] == head}

    return ScoreSettings(
        as_of=date_parts(str(found[("as_of",)].value)),
        minimum_coverage_percent=whole("minimum_coverage_percent"),
        exclude_na=found[("exclude_na",)].value is True,
        factor_exclude_na={
            keys[1]: s.value is True for keys, s in found.items() if keys[0] == "factor_exclude_na"
        },
        importance={level: whole("importance", level) for level in _LEVELS},
        default_importance=str(found[("default_importance",)].value),
        section_importance=texts("section_importance"),
        factor_importance=texts("factor_importance"),
        true_points=whole("boolean_points", "true"),
        false_points=whole("boolean_points", "false"),
        years_for_ten=whole("years_for_ten"),
        breach_points={age: whole("breach_points", age) for age in _BREACHES},
        choice_points={
            name: {choice: whole("choice_points", name, choice) for choice in factor.choices}
            for name, factor in FACTORS.items()
            if factor.kind == "choice"
        },
        high_up_to=whole("risk_bands", "high"),
        medium_up_to=whole("risk_bands", "medium"),
        marks={keys: setting.mark for keys, setting in found.items()},
    )


def date_parts(text: str) -> tuple[int, int, int]:
    """Return year, month and day of a date of which month and day may be missing."""
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return year, month, day
