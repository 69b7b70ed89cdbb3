"""What an organisation says of apps: custom apps, scores of its own, notes, and what follows from them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.base.errors import CommandRefused
from sim.engine.catalog.custom import CUSTOM_APP, CustomForm
from sim.engine.catalog.model import Catalog, load_catalog
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.queries import parse_filters
from sim.engine.policy.templates import TEMPLATES
from sim.engine.portal import PORTALS
from sim.engine.tenant import UNSANCTIONED, Tenant

CATALOG = load_catalog()


def tenant(catalog: Catalog = CATALOG) -> Tenant:
    """Return a portal in which nothing was said yet."""
    return Tenant(PORTALS["2019"], catalog, (), People({}, {}), Pseudonyms(bytes(32)))


def form(**other: Any) -> CustomForm:
    """Return a form without a mistake, but for what is given."""
    right: dict[str, Any] = {
        "name": "Acme Wiki",
        "category": "Collaboration",
        "domains": ("Wiki.Acme.example",),
        "hosting_platform": "Azure",
        "score": 7,
    }
    return CustomForm(**(right | other))


def test_a_custom_app_is_an_app_like_any_other_with_a_tag_that_stays() -> None:
    portal = tenant()
    app = portal.add_custom_app(0, "analyst", form())
    assert (app.id, app.domains) == ("acme-wiki", ("wiki.acme.example",))
    assert portal.catalog.resolve("en.wiki.acme.example") == app
    assert portal.total(app.id) == 7
    assert portal.labels(app.id) == (CUSTOM_APP,)
    for on in (True, False):
        with pytest.raises(CommandRefused):
            portal.custom_tag(0, "analyst", app.id, CUSTOM_APP, on)
    portal.tag(1, "analyst", app.id, UNSANCTIONED)
    assert portal.candidate(app.id).tags == {CUSTOM_APP, UNSANCTIONED}
    assert parse_filters([f"app tag equals {CUSTOM_APP}"]).match(portal.candidate(app.id))
    told = [(line.action, line.target, line.detail) for line in portal.log]
    assert told[0] == ("Add custom app", "acme-wiki", "wiki.acme.example")


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        ({"name": "  "}, ["APP-NAME"]),
        ({"name": "dropbox"}, ["APP-NAME"]),
        ({"category": "Colaboration"}, ["APP-CATEGORY"]),
        ({"domains": (), "ips": ()}, ["APP-DOMAIN"]),
        ({"domains": ("dropbox.com",)}, ["APP-DOMAIN"]),
        ({"domains": ("https://a.example", "co.uk")}, ["APP-DOMAIN", "APP-DOMAIN"]),
        ({"domains": ("a.example", "A.example.")}, ["APP-DOMAIN"]),
        ({"domains": (), "ips": ("10.0.0.300", "10.0.0.1")}, ["APP-ADDRESS"]),
        ({"score": 11}, ["SCORE-RANGE"]),
        ({"hosting_platform": "The cellar"}, ["APP-HOSTING"]),
        (
            {"name": "", "category": "?", "domains": ("x",), "score": -1},
            ["APP-NAME", "APP-CATEGORY", "SCORE-RANGE", "APP-DOMAIN"],
        ),
    ],
)
def test_a_form_is_refused_with_everything_wrong_in_it_and_changes_nothing(
    other: dict[str, Any], rules: list[str]
) -> None:
    portal = tenant()
    with pytest.raises(CommandRefused) as caught:
        portal.add_custom_app(0, "analyst", form(**other))
    assert [problem.rule for problem in caught.value.problems] == rules
    assert all(problem.advice for problem in caught.value.problems)
    assert portal.catalog is CATALOG
    assert portal.log == []


def test_addresses_find_an_app_where_a_log_names_no_host_and_belong_to_one() -> None:
    portal = tenant()
    app = portal.add_custom_app(0, "analyst", form(domains=(), ips=("203.0.113.0/28",)))
    found = portal.catalog.match_ip("203.0.113.7")
    assert found is not None
    assert found[0] == app
    with pytest.raises(CommandRefused) as caught:
        portal.add_custom_app(0, "analyst", form(name="Other", domains=(), ips=("203.0.113.0/28",)))
    assert [problem.rule for problem in caught.value.problems] == ["APP-ADDRESS"]


def test_two_apps_of_one_slug_get_ids_of_their_own_and_any_script_gets_one() -> None:
    portal = tenant()
    names = ("Wiki!", "wiki?", "Вики", "Ächtung", "维基")
    ids = [
        portal.add_custom_app(0, "analyst", form(name=name, domains=(f"w{n}.example",))).id
        for n, name in enumerate(names)
    ]
    assert ids == ["wiki", "wiki-2", "custom-app", "achtung", "custom-app-2"]


def test_an_overridden_score_counts_at_once_and_everywhere() -> None:
    portal = tenant()
    app = portal.catalog.app("dropbox")
    risky = next(template for template in TEMPLATES if template.name == "New risky app")
    worked_out = portal.total(app.id)
    assert worked_out is not None
    assert worked_out > 5
    assert not risky.filters.match(portal.candidate(app.id))
    portal.own.override(5, "analyst", app, 2, "leaked twice")
    assert portal.total(app.id) == 2
    assert risky.filters.match(portal.candidate(app.id))
    score = portal.score(app.id)
    assert score is not None
    assert score.total == worked_out, "weights and the score worked out are untouched"
    portal.own.reset(6, "analyst", app)
    assert portal.total(app.id) == worked_out
    assert [(line.action, line.detail) for line in portal.log] == [
        ("Override app score", "2: leaked twice"),
        ("Reset app score", ""),
    ]


def test_scores_stay_within_0_and_10_and_only_an_override_can_be_taken_back() -> None:
    portal = tenant()
    app = portal.catalog.app("dropbox")
    for score in (-1, 11):
        with pytest.raises(CommandRefused):
            portal.own.override(0, "analyst", app, score, "")
    with pytest.raises(CommandRefused):
        portal.own.reset(0, "analyst", app)
    custom = portal.add_custom_app(0, "analyst", form())
    with pytest.raises(CommandRefused):
        portal.own.reset(0, "analyst", custom)
    assert portal.total(custom.id) == 7


def test_a_note_is_one_bounded_line_and_an_empty_one_takes_it_away() -> None:
    portal = tenant()
    app = portal.catalog.app("dropbox")
    portal.own.note(0, "analyst", app, "  ask\nlegal " + "x" * 5000)
    kept = portal.own.notes[app.id]
    assert kept.startswith("ask legal x")
    assert len(kept) <= 1000
    portal.own.note(1, "analyst", app, " ")
    assert app.id not in portal.own.notes
    assert [line.action for line in portal.log] == ["Note on app", "Remove note on app"]
