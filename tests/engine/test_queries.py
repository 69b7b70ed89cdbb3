"""Filters and queries: what an app must meet, read from text and written back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused, InputError
from sim.engine.catalog.app import App, Fact
from sim.engine.catalog.factors import FACTORS
from sim.engine.catalog.model import load_sets
from sim.engine.discovery.filters import FIELDS, Candidate, Condition, Filters
from sim.engine.discovery.queries import SUGGESTED, SavedQueries, parse_condition, parse_filters
from sim.engine.discovery.use import AppUsage

INVENTED = load_sets(("fictional",))


def app(app_id: str = "acme", category: str = "Cloud storage", **facts: bool | int | str) -> App:
    """Return an app with some facts, underscores for hyphens."""
    known = {name.replace("_", "-"): Fact(value, "invented") for name, value in facts.items()}
    return App(
        app_id,
        app_id.title(),
        category,
        "Acme",
        "",
        ("acme.example", "files.acme.test/up"),
        "",
        factors=known,
    )


def used(
    users: int | None = 60, transactions: int = 500, up: int | None = 0, total: int | None = 0
) -> AppUsage:
    """Return some use."""
    return AppUsage("acme", users, 1, 1, transactions, up, 0, total, 0, 0, 1)


def met(text: str, chosen: App | None = None, **seen: Any) -> bool:
    """Tell whether an app meets a condition."""
    found = replace(Candidate(chosen or app(), frozenset(), 5), **seen)
    return parse_condition(text).met(found)


@pytest.mark.parametrize("name", [n for n, f in FACTORS.items() if f.kind in ("boolean", "choice")])
def test_an_unknown_fact_matches_neither_equals_nor_does_not_equal(name: str) -> None:
    for value in FIELDS[name].choices:
        assert not met(f"{name} equals {value}")
        assert not met(f"{name} does not equal {value}")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("app contains google", True),
        ("app contains Drive, box", True),
        ("app contains google drive", True),
        ("app contains drive google", False),
        ("app contains goo", False),
        ("app contains cme", False),
        ("domain contains files", True),
        ("domain contains acme.test", True),
        ("domain contains file", False),
    ],
)
def test_contains_finds_whole_words_of_names_and_domains(line: str, found: bool) -> None:
    assert met(line, replace(app(), name="Google_Drive (acme)")) is found


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("app contains --", "QUERY-VALUE"),
        ("app contains", "QUERY-VALUE"),
        ("category contains storage", "QUERY-OPERATOR"),
        ("users contains 3", "QUERY-OPERATOR"),
    ],
)
def test_contains_needs_a_word_and_a_text_to_look_in(line: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_condition(line)
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_a_known_fact_matches_exactly_one_of_them() -> None:
    known = app(soc_2=False, data_at_rest_encryption="notSupported", hipaa="n/a")
    assert met("soc-2 equals false", known)
    assert not met("soc-2 does not equal false", known)
    assert met("soc 2 is no", known)
    assert met("data-at-rest-encryption equals aes, notSupported", known)
    assert not met("data-at-rest-encryption does not equal aes, notSupported", known)
    assert met("hipaa does not equal true", known), "N/A is known, and it is not true"
    assert met("hipaa equals n/a", known)


def test_an_app_that_is_not_scored_is_in_no_range() -> None:
    assert met("risk score equals 0 to 5")
    assert met("score is 5")
    assert not met("risk score equals 6 to 10")
    assert not met("risk score equals 0 to 10", score=None)


def test_tags_apps_and_domains() -> None:
    tags = frozenset({"Unsanctioned", "Watched, closely"})
    assert met("app tag equals sanctioned, UNSANCTIONED", tags=tags)
    assert met('tag is "Watched, closely"', tags=tags)
    assert not met("app tag does not equal Unsanctioned", tags=tags)
    assert met("app tag does not equal Unsanctioned"), "an app without a tag has no such tag"
    assert met("app equals acme")
    assert met("domain equals www.acme.example"), "an entry covers its sub-domains"
    assert met("domain equals example"), "and is found by its parent"
    assert not met("domain equals notacme.example")
    assert met("category does not equal CRM")


@pytest.mark.parametrize(
    ("text", "usage", "expected"),
    [
        ("users more than 60", used(users=60), False),
        ("users more than 59", used(users=60), True),
        ("users less than 60", used(users=60), False),
        ("users less than 61", used(users=60), True),
        ("users less than 61", used(users=None), False),
        ("traffic more than 50 MB", used(total=50_000_000), False),
        ("traffic > 50", used(total=50_000_001), True),
        ("upload < 1 MB", used(up=999_999), True),
        ("upload < 1 MB", used(up=None), False),
        ("transactions > 100", None, False),
    ],
)
def test_usage_is_strict_and_what_nobody_knows_matches_nothing(
    text: str, usage: AppUsage | None, expected: bool
) -> None:
    assert met(text, usage=usage) is expected


WORKED = (
    "category equals Cloud storage, Collaboration",
    "soc-2 equals false",
    "users more than 50",
    "transactions more than 100",
    "data-at-rest-encryption equals notSupported",
    "risk score equals 0 to 6",
)


def test_the_worked_example_of_the_documents_finds_what_it_should() -> None:
    """ "Working with discovered apps": risky storage and collaboration apps that many people use."""
    filters = parse_filters(WORKED)
    expected = {
        each.id
        for each in INVENTED.apps
        if each.category in ("Cloud storage", "Collaboration")
        and each.factors["soc-2"].value is False
        and each.factors["data-at-rest-encryption"].value == "notSupported"
        and (score := INVENTED.score(each)) is not None
        and score.total <= 6
    }
    assert expected

    def found(usage: AppUsage) -> set[str]:
        scores = {each.id: INVENTED.score(each) for each in INVENTED.apps}
        candidates = (
            Candidate(each, frozenset(), None if (s := scores[each.id]) is None else s.total, usage)
            for each in INVENTED.apps
        )
        return {candidate.app.id for candidate in candidates if filters.match(candidate)}

    assert found(used(users=51, transactions=101)) == expected
    assert found(used(users=50, transactions=101)) == set()
    assert found(used(users=51, transactions=100)) == set()
    assert filters.of_use.lines == ("users more than 50", "transactions more than 100")
    assert filters.of_apps.lines == tuple(line for line in WORKED if line not in filters.of_use.lines)


def test_the_eight_suggested_queries_each_tell_apps_apart() -> None:
    assert len(SUGGESTED) == 8
    for query in SUGGESTED:
        found = [
            each
            for each in INVENTED.apps
            if (score := INVENTED.score(each)) is not None
            and query.filters.match(Candidate(each, frozenset(), score.total))
        ]
        assert 0 < len(found) < len(INVENTED.apps), query.name


values = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=12)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Draw any condition that there can be."""
    field = FIELDS[draw(st.sampled_from(sorted(FIELDS)))]
    operator = draw(st.sampled_from(field.operators))
    if field.kind == "range":
        low = draw(st.integers(0, 10))
        return Condition(field.name, operator, (low, draw(st.integers(low, 10))))
    if field.is_usage:
        return Condition(field.name, operator, (draw(st.integers(0, 10**12 - 1)),))
    if field.choices:
        chosen = draw(st.lists(st.sampled_from(field.choices), min_size=1, max_size=3))
        known: dict[str, bool] = {}
        if field.factor is not None and field.factor.kind == "boolean":
            known = {"true": True, "false": False}
        return Condition(field.name, operator, tuple(known.get(value, value) for value in chosen))
    if field.factor is not None and field.factor.kind == "integer":
        return Condition(field.name, operator, (draw(st.integers(0, 10**6)),))
    texts = draw(st.lists(values, min_size=1, max_size=3))
    if field.kind in ("app", "domain"):
        texts = ["acme.example"]
    return Condition(field.name, operator, tuple(texts))


@given(conditions())
def test_what_is_written_is_read_back(condition: Condition) -> None:
    assert parse_condition(str(condition)) == condition


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_an_error_in_words(text: str) -> None:
    try:
        condition = parse_condition(text)
    except InputError as error:
        told = error.problems
    else:
        assert parse_condition(str(condition)) == condition
        return
    assert all(problem.rule.startswith("QUERY-") and problem.advice for problem in told)


def test_every_wrong_line_is_told_at_once_with_the_nearest_right_word() -> None:
    with pytest.raises(InputError) as caught:
        parse_filters(
            ["soc2 is false", "soc-2 is maybe", "users equals 5", "score is 11", "category is Storage"]
        )
    told = [(problem.rule, problem.advice) for problem in caught.value.problems]
    assert [rule for rule, _ in told] == [
        "QUERY-FIELD",
        "QUERY-VALUE",
        "QUERY-OPERATOR",
        "QUERY-VALUE",
        "QUERY-VALUE",
    ]
    assert "'soc-2'" in told[0][1]
    assert "more than" in told[2][1]


def test_saved_queries_are_kept_by_name_whatever_its_case() -> None:
    saved = SavedQueries()
    saved.save("Risky  storage", ["category is Cloud storage"])
    saved.save("risky storage", WORKED)
    saved.save("Anything big", ["traffic > 1000"])
    assert [query.name for query in saved.all()] == ["Anything big", "risky storage"]
    assert saved.all()[1].filters == parse_filters(WORKED)
    saved.delete("RISKY STORAGE")
    with pytest.raises(CommandRefused):
        saved.delete("risky storage")
    assert [query.name for query in saved.all()] == ["Anything big"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("", ["users > 1"]),
        ("x" * 81, ["users > 1"]),
        (SUGGESTED[0].name.upper(), ["users > 1"]),
        ("empty", []),
        ("many", ["users > 1"] * 41),
        ("wrong", ["users"]),
    ],
)
def test_a_query_that_cannot_be_is_refused_and_not_kept(name: str, lines: list[str]) -> None:
    saved = SavedQueries()
    with pytest.raises((CommandRefused, InputError)):
        saved.save(name, lines)
    assert saved.all() == ()


def test_no_filter_is_every_app() -> None:
    assert Filters().match(Candidate(app(), frozenset(), None))
    assert Filters().words == "every app"
