"""The templates of the portal, against `templates.yaml`: what fires each, and what misses it by the least."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.base.yamlfile import load
from sim.engine.catalog.app import App, Fact
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.use import AppDay
from sim.engine.policy.matching import Memory, matches
from sim.engine.policy.policies import Policy
from sim.engine.policy.templates import ANOMALY_TEMPLATES, TEMPLATES, find_template, templates
from sim.engine.portal import PORTALS

_FILE = Path(__file__).with_name("templates.yaml")
ROWS: list[dict[str, Any]] = load(_FILE.read_text(encoding="utf-8"), _FILE.name).data
MB = 1_000_000
PLENTY = {"users": 10_000, "traffic": 10_000 * MB, "uploaded": 10_000 * MB}
ELSEWHERE = "Webmail"
"""A category that no template asks for."""


def fires(row: dict[str, Any], day: dict[str, int] | None = None, **app: Any) -> bool:
    """Tell whether the template of a row matches an app that is as the row says, but for what is given."""
    facts = {name: Fact(value, "invented") for name, value in app.get("facts", row.get("facts", {})).items()}
    category = app.get("category", row.get("category", ELSEWHERE))
    found = App("acme", "Acme", category, "Acme", "", ("acme.example",), "", factors=facts)
    candidate = Candidate(found, frozenset(), app.get("score", row.get("score", 9)))
    figures = PLENTY | (day or {})
    one = AppDay("acme", 7, figures["users"], 1, 1, 1, figures["uploaded"], 0, max(figures["traffic"], 0))
    template = find_template(row["name"])
    assert template is not None
    policy = Policy("p", "p", template.name, "High", template.criteria, template.filters, (), 5, (), 0)
    return bool(list(matches(policy, "report", [one], lambda _: candidate, Memory(), 0)))


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row["name"], marks=pytest.mark.fact(row["fact"])) for row in ROWS]
)
def test_a_template_fires_on_more_than_its_numbers_and_on_its_apps_alone(row: dict[str, Any]):
    """One over every number fires; one number met exactly, or one thing about the app other, does not."""
    exactly = {name: number * (1 if name == "users" else MB) for name, number in row["over"].items()}
    assert fires(row, {name: number + 1 for name, number in exactly.items()})
    for name, number in exactly.items():
        assert not fires(row, {name: number}), name
    if "category" in row:
        assert not fires(row, category=ELSEWHERE)
    if "not-score" in row:
        assert not fires(row, score=row["not-score"])
        assert not fires(row, score=None)
    for name in row.get("facts", {}):
        assert not fires(row, facts=row["facts"] | {name: "v4" if name == "pci-dss" else True}), name


@pytest.mark.fact("template.unknown-is-no-failure")
@pytest.mark.parametrize("row", [row for row in ROWS if "facts" in row], ids=lambda row: row["name"])
def test_what_is_unknown_or_not_applicable_fails_no_compliance_check(row: dict[str, Any]):
    """Our reading: only a standard that is known to be missing counts."""
    for name in row["facts"]:
        known = {other: value for other, value in row["facts"].items() if other != name}
        assert not fires(row, facts=known), name
        if name not in {"soc-2", "iso-27001"}:  # the attestation form takes no N/A for these
            assert not fires(row, facts=known | {name: "n/a"}), name


@pytest.mark.fact("template.severities")
def test_seven_templates_are_high_and_the_others_medium():
    """The first seven of the product's list."""
    assert [template.severity for template in TEMPLATES] == ["High"] * 7 + ["Medium"] * 8


def test_there_are_fifteen_and_each_is_reviewed():
    """In the product's order."""
    assert [template.name for template in TEMPLATES] == [row["name"] for row in ROWS]


@pytest.mark.fact("template.anomaly-users", "template.anomaly-addresses")
def test_two_templates_are_for_anomalies_and_only_in_2019():
    """One watches users, the other addresses."""
    watched = {template.name: template.anomaly for template in ANOMALY_TEMPLATES}
    subjects = {name: anomaly.subjects for name, anomaly in watched.items() if anomaly is not None}
    assert subjects == {
        "Anomalous behavior in discovered users": ("user",),
        "Anomalous behavior of discovered IP addresses": ("source_ip",),
    }
    assert set(ANOMALY_TEMPLATES) <= set(templates(PORTALS["2019"]))
    assert not set(ANOMALY_TEMPLATES) & set(templates(PORTALS["today"]))
