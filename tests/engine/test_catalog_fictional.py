"""The invented apps: unmistakably invented, fully known, and enough of them for every template."""

from __future__ import annotations

import pytest

from sim.engine.catalog.app import App
from sim.engine.catalog.factors import FACTORS
from sim.engine.catalog.folder import shipped
from sim.engine.catalog.model import load_catalog, load_sets
from sim.engine.discovery.filters import CATEGORY, Candidate
from sim.engine.policy.templates import TEMPLATES

CATALOG = load_sets(("fictional",))
RESERVED = (".example", ".test")


def of(category: str) -> list[App]:
    return [app for app in CATALOG.apps if app.category == category]


def total(app: App) -> int:
    found = CATALOG.score(app)
    assert found is not None
    return found.total


CATEGORIES = sorted(
    {
        str(value)
        for template in TEMPLATES
        for condition in template.filters.conditions
        if condition.field == CATEGORY
        for value in condition.values
    }
)


def test_they_stand_up_to_strict_reading() -> None:
    assert load_catalog(shipped("fictional")) == CATALOG


def test_nobody_can_take_them_for_real() -> None:
    """Hosts are under names that are reserved (RFC 2606), vendors say what they are, so do the marks."""
    for app in CATALOG.apps:
        assert app.vendor.endswith("(fictional)")
        hosts = [domain.partition("/")[0] for domain in app.domains]
        assert all(host.endswith(RESERVED) for host in hosts)
        assert app.homepage.endswith(RESERVED)
        assert {fact.mark for fact in app.factors.values()} == {"invented"}


def test_every_fact_of_them_is_known() -> None:
    for app in CATALOG.apps:
        assert app.factors.keys() == FACTORS.keys()
        assert app.headquarters
        assert app.founded
        found = CATALOG.score(app)
        assert found is not None
        assert found.coverage_percent == 100


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_of_a_template_has_apps_from_bad_to_good(category: str) -> None:
    scores = sorted(total(app) for app in of(category))
    assert len(scores) >= 4
    assert scores[0] <= 2
    assert scores[-1] >= 9
    assert any(3 <= score <= 5 for score in scores)
    assert any(6 <= score <= 8 for score in scores)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_each_template_tells_some_of_them_from_others(template) -> None:
    """No filter of a template lets all of a category through, or none, unless it has no other filter."""
    passing = [app for app in CATALOG.apps if template.filters.match(Candidate(app, frozenset(), total(app)))]
    assert passing
    names = {app.category for app in passing}
    rest = [app for app in CATALOG.apps if app.category in names and app not in passing]
    filtered = [condition for condition in template.filters.conditions if condition.field != CATEGORY]
    assert bool(rest) == bool(filtered)


def test_they_and_the_real_ones_can_stand_in_one_catalog() -> None:
    both = load_sets(("shipped", "fictional"))
    assert both.index.keys() == CATALOG.index.keys() | load_catalog().index.keys()
    for host, app_id in (("login.turnipdrive.example", "turnip-drive"), ("www.dropbox.com", "dropbox")):
        found = both.resolve(host)
        assert found is not None
        assert found.id == app_id


def test_two_of_them_share_a_domain() -> None:
    """Blocking one then blocks part of the other, which is worth a scenario."""
    claimants = [app.id for app in CATALOG.apps if "gaggle-static.example" in app.blockable_domains]
    assert claimants == ["gaggleboard", "yodelroom"]
    found = CATALOG.resolve("a.gaggle-static.example")
    assert found is not None
    assert found.id == "gaggleboard"
