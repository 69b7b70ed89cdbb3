"""Every template on a log that fires it, and on one that misses by exactly the threshold."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.catalog.app import App
from sim.engine.discovery.filters import CATEGORY, MEGABYTE
from sim.engine.policy.policies import Criterion
from sim.engine.policy.rehearsal import Rehearsal, rehearse
from sim.engine.policy.templates import ANOMALY_TEMPLATES, TEMPLATES, Template, templates
from sim.engine.portal import PORTALS
from tests.engine.policy.logs import (
    FICTIONAL,
    Use,
    candidate_in,
    from_template,
    people,
    report_of,
    squid,
    w3c,
)

FACTS = {
    "New popular app": "template.new-popular-app",
    "New high volume app": "template.new-high-volume-app",
    "New high upload volume app": "template.new-high-upload-volume-app",
    "New risky app": "template.new-risky-app",
    "Cloud storage app compliance check": "template.cloud-storage-compliance",
    "Collaboration app compliance check": "template.collaboration-compliance",
    "CRM app compliance check": "template.crm-compliance",
    "New cloud storage app": "template.new-cloud-storage-app",
    "New collaboration app": "template.new-collaboration-app",
    "New online meeting app": "template.new-online-meeting-app",
    "New CRM app": "template.new-crm-app",
    "New HR management app": "template.new-hr-management-app",
    "New sales app": "template.new-sales-app",
    "New code hosting app": "template.new-code-hosting-app",
    "New vendor management system apps": "template.new-vendor-management-app",
}
THRESHOLDS = {
    "New popular app": {"users": 500},
    "New high volume app": {"traffic": 500},
    "New high upload volume app": {"uploaded": 500},
}
"""As the product's reference states them, written a second time; all others are 50 users and 50 MB."""
FIFTY = {"users": 50, "traffic": 50}


def each(*which: Template):
    return [pytest.param(t, id=t.name, marks=pytest.mark.fact(FACTS[t.name])) for t in which]


def fitting(template: Template) -> App:
    """Return an invented app that meets the template's filters."""
    candidate = candidate_in()
    return next(app for app in FICTIONAL.apps if template.filters.match(candidate(app.id)))


def play(folder: Path, template: Template, log: str) -> Rehearsal:
    report = report_of(folder, log)
    return rehearse([from_template(template)], {"Global": report}, candidate_in(), PORTALS["2019"])


def use(template: Template, host: str, beyond: dict[str, int]) -> list[Use]:
    """Return use that is at each threshold of a template, and beyond it by so much."""
    asked = THRESHOLDS.get(template.name, FIFTY)
    users = asked.get("users", 1) + beyond.get("users", 0)
    up = asked.get("uploaded", 0) * MEGABYTE + beyond.get("uploaded", 0)
    down = asked.get("traffic", 0) * MEGABYTE + beyond.get("traffic", 0)
    return people(host, users, up=up, down=down)


def beyond(template: Template) -> dict[str, int]:
    return dict.fromkeys(THRESHOLDS.get(template.name, FIFTY), 1)


@pytest.mark.parametrize("template", each(*TEMPLATES))
def test_one_more_than_every_threshold_fires(tmp_path: Path, template: Template) -> None:
    app = fitting(template)
    # Squid knows no uploads.
    formats = [w3c] if "uploaded" in beyond(template) else [w3c, squid]
    for write in formats:
        played = play(tmp_path, template, write(use(template, app.domains[0], beyond(template))))
        (match,) = played.alerts
        assert (match.app_id, match.policy.name) == (app.id, template.name)
        assert [r.what for r in match.reasons] == [criterion.value for criterion, _ in template.criteria]
        assert all(reason.value == reason.threshold + 1 for reason in match.reasons)


@pytest.mark.fact("policy.more-than-is-strict", "policy.megabytes")
@pytest.mark.parametrize("template", each(*TEMPLATES))
def test_exactly_a_threshold_misses_and_is_a_near_miss(tmp_path: Path, template: Template) -> None:
    """Each threshold in turn is met exactly while the others are passed."""
    app = fitting(template)
    for name in beyond(template):
        exact = {**beyond(template), name: 0}
        played = play(tmp_path, template, w3c(use(template, app.domains[0], exact)))
        assert played.alerts == []
        (miss,) = played.near
        assert [reason.value for reason in miss.missed] == [reason.threshold for reason in miss.missed]
        assert len(miss.missed) == 1


@pytest.mark.parametrize("template", each(*(t for t in TEMPLATES if t.filters.conditions)))
def test_an_app_that_meets_all_filters_but_one_misses(tmp_path: Path, template: Template) -> None:
    candidate = candidate_in()
    for condition in template.filters.conditions:
        rest = [other for other in template.filters.conditions if other is not condition]
        for app in FICTIONAL.apps:
            found = candidate(app.id)
            if condition.met(found) or not all(other.met(found) for other in rest):
                continue
            played = play(tmp_path, template, w3c(use(template, app.domains[0], beyond(template))))
            assert played.matches == []
            break
        else:
            # Such an app is not invented for every single standard; one of another category always is.
            assert condition.field != CATEGORY


@pytest.mark.fact("template.new-risky-app")
def test_a_score_of_exactly_6_is_not_risky(tmp_path: Path) -> None:
    template = next(t for t in TEMPLATES if t.name == "New risky app")
    candidate = candidate_in()
    scores = {candidate(app.id).score: app for app in FICTIONAL.apps}
    for score, fires in ((5, True), (6, False)):
        log = w3c(use(template, scores[score].domains[0], beyond(template)))
        assert bool(play(tmp_path, template, log).alerts) == fires


@pytest.mark.fact("policy.unknown-volume")
def test_a_volume_that_the_source_cannot_know_meets_nothing(tmp_path: Path) -> None:
    template = next(t for t in TEMPLATES if t.name == "New high upload volume app")
    played = play(tmp_path, template, squid(people("moonjarfiles.example", 1, down=900 * MEGABYTE)))
    assert played.matches == []


@pytest.mark.fact("template.severities")
def test_severities_are_those_of_the_screenshot() -> None:
    assert [template.severity for template in TEMPLATES] == ["High"] * 7 + ["Medium"] * 8


@pytest.mark.fact("anomaly.retired.today")
def test_the_two_anomaly_templates_went_with_their_policy() -> None:
    assert templates(PORTALS["2019"]) == (*TEMPLATES, *ANOMALY_TEMPLATES)
    assert templates(PORTALS["today"]) == TEMPLATES
    assert len(TEMPLATES) == 15


def history(host: str, users: int, days: int, up: int = 1000, times: int = 3) -> list[Use]:
    """Let people use a host alike, day after day."""
    return [
        Use(host, f"user{number}", up, 1000, day=Use(host).day + day, minute=minute)
        for day in range(days)
        for number in range(users)
        for minute in range(times)
    ]


@pytest.mark.parametrize(
    ("template", "who"),
    [
        pytest.param(ANOMALY_TEMPLATES[0], "user3", marks=pytest.mark.fact("template.anomaly-users")),
        pytest.param(ANOMALY_TEMPLATES[1], "10.1.0.3", marks=pytest.mark.fact("template.anomaly-addresses")),
    ],
)
def test_an_anomaly_template_finds_a_large_upload_and_a_burst_of_transactions(
    tmp_path: Path, template: Template, who: str
) -> None:
    host = "moonjarfiles.example"
    usual = history(host, 6, 12)
    last = usual[-1].day
    upload = [Use(host, "user3", 200 * MEGABYTE, 0, last)]
    burst = [Use(host, "user3", 10, 10, last, minute=minute % 60) for minute in range(1200)]
    assert play(tmp_path, template, w3c(usual)).alerts == []
    for odd, figure in ((upload, "Uploaded data"), (burst, "Number of transactions")):
        (match,) = play(tmp_path, template, w3c([*usual, *odd])).alerts
        assert (match.app_id, match.who, match.day) == ("moonjar-files", who, last)
        assert match.reasons[0].what.startswith(figure)
        assert match.reasons[0].value > match.reasons[0].threshold


def test_every_criterion_of_the_form_has_a_template_or_a_test_of_its_own() -> None:
    used = {criterion for template in TEMPLATES for criterion, _ in template.criteria}
    assert set(Criterion) - used == {Criterion.DOWNLOADED, Criterion.IP_ADDRESSES, Criterion.TRANSACTIONS}
