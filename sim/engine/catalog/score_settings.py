"""The numbers of the risk score, from `data/score_settings.yaml`, where each has its mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.engine.catalog.factors import FACTORS, SECTIONS
from sim.engine.catalog.reading import SCORE_SETTINGS, shipped
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


_RULE = "SCORE-SETTING"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BREACHES = ("none", "at_least_3_years", "at_least_1_year", "newer")
_LEVELS = ("ignored", "low", "medium", "high", "very-high")


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


def load_score_settings(file: Traversable | Path | None = None) -> ScoreSettings:
    """Return the settings in `file`, by default the shipped ones.

    Raise InputError with every problem at once.
    """
    return _shipped() if file is None else _read(Source(file, strict=True))


@lru_cache(maxsize=1)
def _shipped() -> ScoreSettings:
    return _read(Source(shipped() / SCORE_SETTINGS, strict=False))


def _read(source: Source) -> ScoreSettings:
    findings = Findings()
    found: dict[Keys, Setting] = {}
    _leaves(source, source.data, (), found, findings)
    wanted = _wanted()
    for keys, kind in wanted.items():
        name = ".".join(keys)
        if keys not in found:
            findings.add(source, keys, _RULE, f"no {name}", "every setting is needed")
        elif type(found[keys].value) is not kind:
            what = f"{name} cannot be {found[keys].value!r}"
            findings.add(source, keys, _RULE, what, f"write a value of type {kind.__name__}")
    for keys, setting in found.items():
        if keys not in wanted and not _names_a_property(keys):
            findings.add(source, keys, _RULE, f"unknown setting {'.'.join(keys)}", "remove it")
        if keys[0].endswith("_importance") and setting.value not in _LEVELS:
            what, advice = f"unknown importance {setting.value!r}", f"use {', '.join(_LEVELS)}"
            findings.add(source, keys, _RULE, what, advice)
    as_of = found.get(("as_of",))
    if as_of is not None and not _DAY.fullmatch(str(as_of.value)):
        findings.add(source, ("as_of",), _RULE, f"{as_of.value!r} is no day", "write 2019-12-27")
    findings.close()
    return _settings(found)


def _names_a_property(keys: Keys) -> bool:
    match keys:
        case ("factor_importance", name):
            return name == FOUNDED or (name in FACTORS and FACTORS[name].scored)
    return False


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
        if type(value) is int and value < 0:
            findings.add(source, keys, _RULE, f"{name} is below 0", "write 0 or more")
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
        importance={level: whole("importance", level) for level in _LEVELS},
        default_importance=str(found[("default_importance",)].value),
        section_importance=texts("section_importance"),
        factor_importance=texts("factor_importance"),
        true_points=whole("boolean_points", "true"),
        false_points=whole("boolean_points", "false"),
        years_for_ten=max(whole("years_for_ten"), 1),
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
