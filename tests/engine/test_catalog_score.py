"""The risk score: examples worked by hand, and its settings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import InputError
from sim.engine.catalog.app import App, Fact, FactValue
from sim.engine.catalog.factors import FACTORS, NOT_APPLICABLE, Factor
from sim.engine.catalog.folder import SCORE_SETTINGS, shipped
from sim.engine.catalog.model import load_catalog
from sim.engine.catalog.score import Property, Score, coverage, properties, risk_level, score
from sim.engine.catalog.score_settings import load_score_settings

SETTINGS = load_score_settings()
ALWAYS = replace(SETTINGS, minimum_coverage_percent=0)


def an_app(founded: int | None = None, /, **facts: FactValue) -> App:
    known = {name.replace("_", "-"): Fact(value, "invented") for name, value in facts.items()}
    return App(
        "acme",
        "Acme",
        "CRM",
        "Acme",
        "https://acme.com",
        ("acme.com",),
        "CRM.",
        None,
        founded,
        known,
    )


def test_a_score_by_hand() -> None:
    # General: founded 2012 is 7 years of 15, 4.67, with public holding 10: 7.33. Security 10 and
    # 0: 5. Compliance 10. Nothing legal is known. (7.33 + 5 + 10) / 3 = 7.44.
    # Known: 2 of 4, 2 of 26, 1 of 28, 0 of 16: (50 + 7.69 + 3.57 + 0) / 4 = 15.3 %.
    app = an_app(2012, holding="public", multi_factor_authentication=True, saml=False, soc_2=True)
    assert score(app, ALWAYS) == Score(7, {"general": 7, "security": 5, "compliance": 10}, 15)


def test_a_half_is_rounded_up_once() -> None:
    app = an_app(holding="private", soc_2=True)
    assert score(app, ALWAYS) == Score(8, {"general": 5, "compliance": 10}, 7)
    # 7.5 and 5 average 6.25; rounded section by section, 8 and 5 would average 6.5, hence 7.
    app = an_app(holding="private", consumer_popularity=10, soc_2=True, soc_3=False)
    assert score(app, ALWAYS) == Score(6, {"general": 8, "compliance": 5}, 14)


def test_too_little_known_is_no_score() -> None:
    app = an_app(2012, holding="public", multi_factor_authentication=True, saml=False, soc_2=True)
    assert score(app) is None
    assert score(app, replace(SETTINGS, minimum_coverage_percent=15)) is not None
    assert score(app, replace(SETTINGS, minimum_coverage_percent=16)) is None
    assert score(an_app(), ALWAYS) is None


def test_not_applicable_is_left_out_or_counts_as_nothing() -> None:
    app = an_app(soc_2=True, hipaa=NOT_APPLICABLE)
    left_out = score(app, ALWAYS)
    counted = score(app, replace(ALWAYS, exclude_na=False))
    assert left_out is not None
    assert counted is not None
    assert (left_out.total, counted.total) == (10, 5)
    assert left_out.coverage_percent == counted.coverage_percent


def test_a_property_may_differ_in_what_not_applicable_means() -> None:
    app = an_app(soc_2=True, hipaa=NOT_APPLICABLE, ferpa=NOT_APPLICABLE)
    for settings, expected in (
        (ALWAYS, 10),
        (replace(ALWAYS, factor_exclude_na={"hipaa": False}), 5),
        (replace(ALWAYS, exclude_na=False, factor_exclude_na={"hipaa": True}), 5),
        (replace(ALWAYS, exclude_na=False), 3),
    ):
        found = score(app, settings)
        assert found is not None
        assert found.total == expected


def test_coverage_is_known_of_an_app_without_a_score() -> None:
    app = an_app(2012, holding="public", multi_factor_authentication=True, saml=False, soc_2=True)
    assert score(app) is None
    assert coverage(app) == 15
    assert coverage(an_app()) == 0
    assert coverage(an_app(), replace(SETTINGS, default_importance="ignored")) == 0


def test_importance_multiplies() -> None:
    app = an_app(saml=True, file_sharing=False, soc_2=True, iso_27001=False)
    by_factor = replace(ALWAYS, factor_importance={"saml": "very-high", "iso-27001": "ignored"})
    # Security (10 x 8 + 0) / 9 = 8.9, compliance 10. Known: 9 of 33 and 1 of 27.
    assert score(app, by_factor) == Score(9, {"security": 9, "compliance": 10}, 7)
    by_section = replace(ALWAYS, section_importance={**SETTINGS.section_importance, "compliance": "ignored"})
    assert score(an_app(saml=True, soc_2=False), by_section) == Score(
        10, {"security": 10, "compliance": 0}, 1
    )


def test_everything_ignored_is_no_score() -> None:
    assert score(an_app(saml=True), replace(ALWAYS, default_importance="ignored")) is None


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"latest_breach": "none"}, 10),
        ({"latest_breach": "2016-12-27"}, 6),
        ({"latest_breach": "2016-12-28"}, 3),
        ({"latest_breach": "2019-01"}, 0),
        ({"domain_registration": "1997"}, 10),
        ({"domain_registration": "2016-12-28"}, 1),
        ({"consumer_popularity": 4}, 4),
        ({"encryption_protocol": "tls1_1"}, 5),
        ({"data_at_rest_encryption": "notSupported"}, 0),
        ({"fedramp": "moderate"}, 8),
    ],
)
def test_points_of_single_facts(facts: dict[str, FactValue], points: int) -> None:
    found = score(an_app(**facts), ALWAYS)
    assert found is not None
    assert found.total == points


def test_a_company_of_the_future_earns_nothing_for_age() -> None:
    found = score(an_app(2030), ALWAYS)
    assert found is not None
    assert found.total == 0


def test_properties_explain_a_score() -> None:
    known = {p.name: p for p in properties(an_app(2004, saml=True, hipaa=NOT_APPLICABLE))}
    ten = Fraction(10)
    assert known["founded"] == Property("founded", "general", 2004, ten, 1)
    assert known["saml"] == Property("saml", "security", True, ten, 1)
    assert (known["hipaa"].value, known["hipaa"].points) == (NOT_APPLICABLE, None)
    assert known["soc-2"].value is None
    assert "privacy-policy" not in known


@pytest.mark.parametrize(
    "name", ["microsoft-office-365", "salesforce", "slack", "zoom", "dropbox", "box", "github"]
)
def test_major_apps_are_scored_well(name: str) -> None:
    found = score(load_catalog().app(name))
    assert found is not None
    assert risk_level(found.total) == "low"


@pytest.mark.parametrize("name", ["sohu-news", "yahoo-webmail", "microsoft-msn", "wetransfer"])
def test_apps_of_which_little_is_public_are_not_scored(name: str) -> None:
    assert score(load_catalog().app(name)) is None


@pytest.mark.parametrize(
    ("value", "level"),
    [(0, "high"), (3, "high"), (4, "medium"), (7, "medium"), (8, "low"), (10, "low")],
)
def test_risk_levels(value: int, level: str) -> None:
    assert risk_level(value) == level
    assert risk_level(None) == "not scored"
    strict = replace(SETTINGS, high_up_to=9, medium_up_to=10)
    assert risk_level(value, strict) == ("medium" if value == 10 else "high")


def test_risk_bands_must_follow_each_other(tmp_path: Path) -> None:
    text = (shipped() / SCORE_SETTINGS).read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace("  high: {value: 3,", "  high: {value: 8,"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_score_settings(file)
    (problem,) = caught.value.problems
    assert "medium" in problem.what


@pytest.mark.parametrize("day", ["2019-02-29", "20191227", "2019", "yesterday"])
def test_ages_are_taken_on_a_real_day(tmp_path: Path, day: str) -> None:
    text = (shipped() / SCORE_SETTINGS).read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace("2019-12-27", day), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_score_settings(file)
    assert [problem.rule for problem in caught.value.problems] == ["SCORE-SETTING"]


def values(factor: Factor) -> st.SearchStrategy[FactValue]:
    if factor.kind == "boolean":
        return st.booleans()
    if factor.kind == "integer":
        return st.integers(0, 10)
    return st.sampled_from(factor.choices or ("2001", "2016-09-22"))


SCORED = [factor for factor in FACTORS.values() if factor.scored]


@given(st.fixed_dictionaries({}, optional={f.name: values(f) for f in SCORED}), st.booleans())
def test_a_score_is_from_0_to_10_and_a_better_fact_never_lowers_it(
    facts: dict[str, FactValue], truth: bool
) -> None:
    found = score(an_app(**facts), ALWAYS)
    assert (found is None) == (not facts)
    if found is not None:
        assert all(0 <= part <= 10 for part in (found.total, *found.sections.values()))
        assert 0 <= found.coverage_percent <= 100
    worse = score(an_app(**{**facts, "saml": False}), ALWAYS)
    better = score(an_app(**{**facts, "saml": True}), ALWAYS)
    assert worse is not None
    assert better is not None
    assert worse.total <= better.total


def test_every_number_carries_its_mark() -> None:
    assert SETTINGS.marks[("importance", "medium")] == "observed"
    assert SETTINGS.marks[("importance", "high")] == "guess"
    assert SETTINGS.marks[("risk_bands", "high")] == "guess"
    assert load_score_settings(shipped() / SCORE_SETTINGS) == SETTINGS


def test_broken_settings_are_named_with_their_places(tmp_path: Path) -> None:
    text = (shipped() / SCORE_SETTINGS).read_text(encoding="utf-8")
    for old, new in (
        ("exclude_na: {value: true, mark: observed}", "exclude_na: true"),
        ("  high: {value: 4, mark: guess}", "  high: {value: 4, mark: rumour}"),
        ("years_for_ten: {value: 15,", "years_for_ten: {value: fifteen,"),
        ("factor_importance: {}", "factor_importance: {soc-9: {value: low, mark: guess}}"),
        ("factor_exclude_na: {}", "factor_exclude_na: {hipaa: {value: low, mark: guess}}"),
        ("minimum_coverage_percent: {value: 30,", "minimum_coverage_percent: {value: 101,"),
        ("    aes: {value: 10,", "    aes: {value: 11,"),
        ("  newer: {value: 0, mark: guess}", "  newest: {value: 0, mark: guess}"),
        ('as_of: {value: "2019-12-27"', "as_of: {value: yesterday"),
        ("default_importance: {value: low", "default_importance: {value: some"),
        ("    private: {value: 5,", "    private: {value: -5,"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / SCORE_SETTINGS
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_score_settings(file)
    lines = text.splitlines()
    named = {lines[p.where.line - 1].split(":")[0].strip() for p in caught.value.problems if p.where}
    assert named == {
        "exclude_na",
        "high",
        "years_for_ten",
        "factor_importance",
        "factor_exclude_na",
        "minimum_coverage_percent",
        "aes",
        "newest",
        "breach_points",
        "as_of",
        "default_importance",
        "private",
    }
