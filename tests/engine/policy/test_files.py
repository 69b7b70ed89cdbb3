"""Policy files: every mistake at once with its place, and what is written reads back to the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.base.errors import InputError
from sim.base.yamlfile import load
from sim.engine.discovery.queries import parse_filters
from sim.engine.discovery.streams import BUILT_IN_REPORTS
from sim.engine.policy.files import Known, read_policies, write_policies
from sim.engine.policy.policies import Anomaly, Criterion, Policy, PolicyKind
from sim.engine.policy.templates import ANOMALY_TEMPLATES, TEMPLATES
from sim.engine.portal import PORTALS
from tests.engine.policy.logs import FICTIONAL, from_template, policy


def known(period: str = "2019") -> Known:
    return Known(PORTALS[period], BUILT_IN_REPORTS, FICTIONAL.index.keys())


def read(text: str, period: str = "2019") -> list[Policy]:
    return read_policies(load(text, "p.yaml"), known(period))


BAD = """\
policies:
  - name: First
    template: New risky ap
    severity: Hihg
    apps:
      - categry equals Cloud storage
      - category equals Cloud storag
      - soc-2 eq false
      - soc-22 equals false
      - app equals moonjar-file
      - users more than 5
    same_day: {user: 50, traffic_mb: -1, transactions: many}
    reports: [Globl]
    daily_limit: 0
    governance: {tag: Unsanctiond, custom_tags: [sanctioned]}
  - nam: Second
"""

MISTAKES = [
    ("TEMPLATE-UNKNOWN", 3, 5, "New risky app"),
    ("POLICY-SEVERITY", 4, 5, "High"),
    ("QUERY-FIELD", 6, 9, "category"),
    ("QUERY-VALUE", 7, 9, "Cloud storage"),
    ("QUERY-OPERATOR", 8, 9, "soc-2 equals"),
    ("QUERY-FIELD", 9, 9, "soc-2"),
    ("APP-UNKNOWN", 10, 9, "moonjar-files"),
    ("POLICY-FILTER", 11, 9, "criterion of the same day"),
    ("POLICY-KEY", 12, 16, "users"),
    ("POLICY-THRESHOLD", 12, 26, "write 0"),
    ("POLICY-VALUE", 12, 42, "write a whole number"),
    ("REPORT-UNKNOWN", 13, 15, "Global"),
    ("POLICY-LIMIT", 14, 5, "1000"),
    ("POLICY-TAG", 15, 18, "Unsanctioned"),
    ("POLICY-TAG", 15, 50, "Sanctioned"),
    ("POLICY-MISSING", 16, 5, "add it"),
    ("POLICY-KEY", 16, 5, "name"),
]


def test_every_mistake_is_told_at_once_with_line_column_and_the_nearest_spelling() -> None:
    with pytest.raises(InputError) as caught:
        read(BAD)
    found = []
    for problem in caught.value.problems:
        assert problem.where is not None
        found.append((problem.rule, problem.where.line, problem.where.column, problem.advice))
    for rule, line, column, advice in MISTAKES:
        assert any(f[:3] == (rule, line, column) and advice in f[3] for f in found), (
            rule,
            line,
            column,
            found,
        )
    assert len(found) == len(MISTAKES)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("policies: []", "POLICY-EMPTY"),
        ("policies: [{name: A}, {name: A}]", "POLICY-NAME"),
        ("policies: [{name: A, anomaly: {}, same_day: {users: 1}}]", "POLICY-KIND"),
        ("policies: [{name: A, anomaly: {watch: [user]}}]", "POLICY-VALUE"),
        ("policies: [{name: A, governance: {tag: Monitored}}]", "POLICY-TAG"),
        ("policies: [{name: A, emails: [nobody]}]", "POLICY-EMAIL"),
        ("[1, 2]", "POLICY-VALUE"),
    ],
)
def test_mistakes_that_span_more_than_one_part(text: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert [problem.rule for problem in caught.value.problems] == [rule]
    assert caught.value.problems[0].where is not None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("policies: [{name: A, anomaly: {}}]", "POLICY-KIND"),
        ("policies: [{name: A, template: Anomalous behavior in discovered users}]", "TEMPLATE-UNKNOWN"),
        ("policies: [{name: A, phones: ['+44 20 7946 0000']}]", "POLICY-PHONE"),
    ],
)
def test_what_today_has_no_more(text: str, rule: str) -> None:
    assert read(text)[0].name == "A"
    with pytest.raises(InputError) as caught:
        read(text, "today")
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_a_template_gives_what_is_left_out_and_a_part_that_is_given_replaces_it() -> None:
    (first, second) = read(
        "policies:\n  - {name: A, template: New risky app}\n"
        "  - {name: B, template: New risky app, apps: [], same_day: {users: 3}, severity: Low}\n"
    )
    risky = next(t for t in TEMPLATES if t.name == "New risky app")
    assert (first.filters, first.criteria, first.severity) == (risky.filters, risky.criteria, "High")
    assert (second.filters.conditions, second.criteria, second.severity) == (
        (),
        ((Criterion.USERS, 3),),
        "Low",
    )


def test_a_custom_report_can_be_named_once_the_file_says_that_it_is_there() -> None:
    (made,) = read("reports: [EMEA proxies]\npolicies: [{name: A, reports: [EMEA proxies]}]\n")
    assert made.reports == ("EMEA proxies",)


def test_a_file_may_ask_for_words_of_names_that_are_no_ids() -> None:
    (made,) = read("policies: [{name: A, apps: [app contains drive, domain contains files]}]\n")
    assert made.filters.lines == ("app contains drive", "domain contains files")


ROUND = [
    *(from_template(template) for template in (*TEMPLATES, *ANOMALY_TEMPLATES)),
    policy(
        *((criterion, number) for number, criterion in enumerate(Criterion)),
        name='Quotes "and: colons"',
        description="# no comment",
        severity="Low",
        filters=parse_filters(
            ['app contains drive, "a ""b"" c"', 'app tag equals "a, b", Watched', "soc-2 does not equal true"]
        ),
        reports=("Global", "EMEA proxies"),
        daily_limit=7,
        tags=("Unsanctioned", "One", "yes"),
        emails=("soc@contoso.example",),
        phones=("+44 20 7946 0000",),
        enabled=False,
    ),
    policy(
        name="Odd", kind=PolicyKind.ANOMALY, anomaly=Anomaly(("source_ip",), None, 18246), severity="Medium"
    ),
]


@pytest.mark.parametrize("made", ROUND, ids=lambda made: made.name)
def test_what_is_written_reads_back_to_the_same(made: Policy) -> None:
    text = write_policies([made], PORTALS["2019"], BUILT_IN_REPORTS)
    (again,) = read(text)

    def plain(one: Policy) -> Policy:
        # A file lists criteria in its own order, which means nothing.
        return replace(one, criteria=tuple(sorted(one.criteria)))

    assert plain(again) == plain(made)
