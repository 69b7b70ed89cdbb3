"""App discovery policies, fact by fact, on a portal that is fed by hand."""

from __future__ import annotations

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import DAY
from sim.engine.discovery.filters import FIELDS, Operator
from sim.engine.discovery.streams import GLOBAL
from sim.engine.policy.notices import Notices
from sim.engine.policy.policies import DEFAULT_DAILY_LIMIT, Criterion
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.session.policy_commands import SavePolicy
from tests.fidelity.bench import APPS, BRANCH, MB, PROXY, Bench


@pytest.mark.fact("policy.enabled-by-default", "policy.all-reports-by-default")
def test_a_new_policy_is_enabled_and_for_all_reports():
    """The form's defaults: it alerts in each report that holds the app."""
    form = SavePolicy("New popular app", "popular", {"Number of users": 1})
    assert (form.enabled, form.reports) == (True, ())
    bench = Bench()
    bench.policy()
    bench.use("acme")
    bench.use("acme", source=BRANCH)
    bench.analyse()
    assert bench.fired() == sorted(("acme", report) for report in (GLOBAL, BRANCH, PROXY))


@pytest.mark.fact("policy.disabled-is-silent")
def test_a_disabled_policy_raises_nothing():
    """Until it is enabled again."""
    bench = Bench()
    policy = bench.policy()
    bench.tenant.policies.switch(bench.at(0), "analyst", policy.id, False)
    bench.use("acme")
    bench.analyse()
    assert bench.alerts == []
    bench.tenant.policies.switch(bench.at(1), "analyst", policy.id, True)
    bench.use("acme", day=1)
    bench.analyse(day=1)
    assert bench.alerts


@pytest.mark.fact("policy.evaluated-in-analysis")
def test_policies_are_evaluated_by_an_analysis_and_at_no_other_time():
    """Data alone raises nothing."""
    bench = Bench()
    bench.policy()
    bench.use("acme")
    assert bench.alerts == []
    bench.analyse()
    assert bench.alerts


@pytest.mark.fact("policy.filters-and")
def test_an_app_must_match_all_the_filters():
    """The category and the tag."""
    bench = Bench()
    bench.policy(reports=(PROXY,), where=["category equals CRM, Sales", f"app tag equals {SANCTIONED}"])
    for app in ("acme", "corp", "dots"):
        bench.use(app)
    bench.tenant.tag(bench.at(0), "analyst", "dots", SANCTIONED)
    bench.tenant.tag(bench.at(0), "analyst", "acme", SANCTIONED)
    bench.analyse()
    assert bench.fired() == [("dots", PROXY)]


@pytest.mark.fact("policy.filter-kinds")
def test_a_policy_can_filter_by_what_the_form_offers():
    """Tag, app, domain, category, score, and the factors of all four groups."""
    plain = {name for name, known in FIELDS.items() if not known.is_usage and known.factor is None}
    assert {"app tag", "app", "domain", "category", "risk score"} <= plain
    groups = {known.factor.section for known in FIELDS.values() if known.factor is not None}
    assert groups >= {"general", "security", "compliance", "legal"}


@pytest.mark.fact("policy.filter-operators")
@pytest.mark.parametrize(
    ("operator", "apps"), [(Operator.EQUALS, ["corp"]), (Operator.DIFFERS, ["acme", "dots"])]
)
def test_a_filter_equals_or_does_not_equal(operator: Operator, apps: list[str]):
    """Of three apps, one category and the others."""
    bench = Bench()
    bench.policy(reports=(PROXY,), where=[f"category {operator} CRM"])
    for app in ("acme", "corp", "dots"):
        bench.use(app)
    bench.analyse()
    assert [app for app, _ in bench.fired()] == apps


@pytest.mark.fact("policy.contains-whole-words")
@pytest.mark.parametrize(
    ("line", "apps"),
    [
        ("domain contains acme", ["acme"]),
        ("domain contains acm", []),
        ("app contains ACME, dots", ["acme", "dots"]),
        ("app contains cme", []),
        ("domain contains example", ["acme", "corp", "dots"]),
    ],
)
def test_contains_matches_whole_words_only(line: str, apps: list[str]):
    """A part of a word finds nothing."""
    bench = Bench()
    bench.policy(reports=(PROXY,), where=[line])
    for app in ("acme", "corp", "dots"):
        bench.use(app)
    bench.analyse()
    assert [app for app, _ in bench.fired()] == apps


@pytest.mark.fact("policy.same-day")
def test_all_criteria_must_be_met_on_the_same_day():
    """Many users on one day and much traffic on the next are no match; both on one day are."""
    both = ((Criterion.USERS, 2), (Criterion.TRAFFIC, 2))
    bench = Bench()
    bench.policy(reports=(PROXY,), criteria=both)
    bench.use("acme", day=0, users=3, up=0, down=0)
    bench.use("acme", day=1, users=1, up=3 * MB, down=0)
    bench.analyse(day=1)
    assert bench.alerts == []
    bench.use("acme", day=2, users=3, up=3 * MB, down=0)
    bench.analyse(day=2)
    assert bench.fired() == [("acme", PROXY)]


@pytest.mark.fact("policy.criteria", "policy.more-than-is-strict")
@pytest.mark.parametrize(
    ("criterion", "least", "more"),
    [
        (Criterion.TRAFFIC, {"up": 2 * MB, "down": 2 * MB}, {"up": 2 * MB, "down": 2 * MB + 1}),
        (Criterion.DOWNLOADED, {"up": 0, "down": 4 * MB}, {"up": 0, "down": 4 * MB + 1}),
        (Criterion.UPLOADED, {"up": 4 * MB, "down": 0}, {"up": 4 * MB + 1, "down": 0}),
        (Criterion.IP_ADDRESSES, {"users": 4}, {"users": 5}),
        (Criterion.TRANSACTIONS, {"users": 4}, {"users": 5}),
        (Criterion.USERS, {"users": 4}, {"users": 5}),
    ],
)
def test_each_criterion_is_met_by_more_than_its_threshold(criterion: Criterion, least: dict, more: dict):
    """The threshold itself is not enough; the smallest step above it is."""
    for use, expected in ((least, []), (more, [("acme", PROXY)])):
        bench = Bench()
        bench.policy(reports=(PROXY,), criteria=((criterion, 4),))
        bench.use("acme", **use)
        bench.analyse()
        assert bench.fired() == expected


def test_there_are_six_criteria():
    """No more than the form has."""
    assert len(Criterion) == 6


@pytest.mark.fact("policy.no-criteria-first-sight")
def test_without_criteria_the_first_sight_of_an_app_matches():
    """One transaction of one user."""
    bench = Bench()
    bench.policy(reports=(PROXY,), criteria=(), where=["category equals CRM"])
    bench.use("corp", users=1)
    bench.use("acme", users=1)
    bench.analyse()
    assert bench.fired() == [("corp", PROXY)]


@pytest.mark.fact("policy.megabytes")
def test_volumes_are_in_megabytes():
    """A threshold of 3 is three million bytes."""
    for up, expected in ((3_000_000, 0), (3_000_001, 1)):
        bench = Bench()
        bench.policy(reports=(PROXY,), criteria=((Criterion.UPLOADED, 3),))
        bench.use("acme", up=up, down=0)
        bench.analyse()
        assert len(bench.alerts) == expected


@pytest.mark.fact("policy.utc-day")
def test_the_day_of_the_criteria_ends_at_midnight_utc():
    """Two people a minute apart, on two days."""
    for apart, expected in ((-1, 0), (1, 1)):
        bench = Bench()
        bench.policy(reports=(PROXY,), criteria=((Criterion.TRANSACTIONS, 1),))
        midnight = bench.at(1, 0)
        bench.use("acme", users=1, at=midnight)
        bench.use("acme", users=1, at=midnight + apart)
        bench.analyse(day=1)
        assert len(bench.alerts) == expected


@pytest.mark.fact("policy.unknown-volume")
def test_a_volume_that_the_source_cannot_know_meets_nothing():
    """Not even more than none."""
    bench = Bench()
    bench.policy(reports=(PROXY,), criteria=((Criterion.UPLOADED, 0),))
    bench.use("acme", users=9)
    bench.analyse()
    assert bench.alerts == []


@pytest.mark.fact("policy.severities")
def test_a_severity_is_low_medium_or_high():
    """And nothing else."""
    for severity in ("Low", "Medium", "High"):
        Bench().policy(severity=severity)
    with pytest.raises(CommandRefused):
        Bench().policy(severity="Informational")


@pytest.mark.fact("policy.governance.2019", "sees.no-warn.2019")
def test_a_policy_of_2019_tags_sanctioned_unsanctioned_or_custom():
    """Monitored is no built-in tag yet."""
    bench = Bench("2019")
    assert set(bench.tenant.portal.tags) == {SANCTIONED, UNSANCTIONED}
    for tag in (SANCTIONED, UNSANCTIONED):
        bench = Bench("2019")
        bench.policy(tags=(tag, "Watched"))
        bench.use("acme")
        bench.analyse()
        assert (bench.tenant.tags["acme"], bench.tenant.custom_tags["acme"]) == (tag, {"Watched"})


@pytest.mark.fact("policy.governance.today")
def test_a_policy_of_today_tags_monitored_too():
    """It becomes the app's built-in tag."""
    bench = Bench("today")
    bench.policy(tags=("Monitored",))
    bench.use("acme")
    bench.analyse()
    assert bench.tenant.tags["acme"] == "Monitored"


@pytest.mark.fact("limit.daily-alerts", "governance.after-limit")
def test_past_the_daily_limit_apps_are_tagged_and_alert_no_more():
    """The form offers five; the sixth app is tagged in silence, and a new day has a new limit."""
    assert DEFAULT_DAILY_LIMIT == 5
    bench = Bench()
    bench.policy(reports=(PROXY,), daily_limit=DEFAULT_DAILY_LIMIT, tags=("Watched",))
    for app in APPS:
        bench.use(app.id)
    bench.analyse()
    assert len(bench.alerts) == 5
    assert all(bench.tenant.custom_tags[app.id] == {"Watched"} for app in APPS)


@pytest.mark.fact("limit.emails", "limit.text-messages")
@pytest.mark.parametrize(
    ("channel", "address", "cap"),
    [("emails", "someone@contoso.example", 500), ("phones", "+46 8 000 00 00", 10)],
)
def test_one_address_gets_so_many_messages_until_midnight_utc(channel: str, address: str, cap: int):
    """And the next day as many again."""
    policy = Bench().policy(**{channel: (address,)})
    notices = Notices(lambda *_: None)
    for now in (0, DAY - 1, DAY):
        for _ in range(cap):
            notices.tell(now, policy, "CA-0001")
    assert len(notices.sent) == 2 * cap
    assert notices.held_back == cap


@pytest.mark.fact("policy.text-messages.2019")
def test_text_messages_are_of_2019():
    """Today the form takes no number."""
    Bench("2019").policy(phones=("+46 8 000 00 00",))
    with pytest.raises(CommandRefused):
        Bench("today").policy(phones=("+46 8 000 00 00",))


@pytest.mark.fact("novelty.ninety-days")
def test_an_app_is_new_again_after_ninety_days():
    """Used every day, it alerts on the first and on the ninetieth after it, and never between."""
    bench = Bench()
    bench.policy(reports=(PROXY,))
    alerts = []
    for day in (0, 1, 30, 89, 90):
        bench.use("acme", day=day)
        bench.analyse(day=day)
        alerts.append(len(bench.alerts))
    assert alerts == [1, 1, 1, 1, 2]


@pytest.mark.fact("governance.last-operation-wins", "governance.built-in-exclusive")
def test_the_last_of_hand_and_policy_wins():
    """A policy undoes a sanction that was set by hand before it, and a hand undoes the policy's tag."""
    bench = Bench()
    bench.policy(reports=(PROXY,), tags=(UNSANCTIONED,))
    bench.tenant.tag(bench.at(0), "analyst", "acme", SANCTIONED)
    bench.use("acme")
    bench.analyse()
    assert bench.tenant.tags["acme"] == UNSANCTIONED
    bench.tenant.tag(bench.at(1), "analyst", "acme", SANCTIONED)
    assert bench.tenant.tags["acme"] == SANCTIONED
    bench.use("acme", day=1)
    bench.analyse(day=1)
    assert bench.tenant.tags["acme"] == SANCTIONED


@pytest.mark.fact("governance.custom-add-up")
def test_custom_tags_add_up():
    """Beside each other and beside the built-in one."""
    bench = Bench()
    bench.tenant.tag(bench.at(0), "analyst", "acme", UNSANCTIONED)
    for tag in ("Watched", "Asked legal"):
        bench.tenant.custom_tag(bench.at(0), "analyst", "acme", tag, True)
    assert bench.tenant.custom_tags["acme"] == {"Watched", "Asked legal"}
    assert bench.tenant.tags["acme"] == UNSANCTIONED


@pytest.mark.fact("governance.logged")
def test_every_change_of_a_tag_is_in_the_governance_log():
    """By hand and by policy, set and cleared, built-in and custom."""
    bench = Bench()
    bench.policy(reports=(PROXY,), tags=(UNSANCTIONED, "Watched"))
    bench.use("acme")
    bench.analyse()
    bench.tenant.tag(bench.at(1), "analyst", "acme", "")
    bench.tenant.custom_tag(bench.at(1), "analyst", "acme", "Watched", False)
    lines = [(line.actor, line.detail) for line in bench.tenant.log if "tag" in line.action.lower()]
    assert lines == [
        ("popular", UNSANCTIONED),
        ("popular", "Watched"),
        ("analyst", "no tag"),
        ("analyst", "Watched"),
    ]


@pytest.mark.fact("alert.type-new-service")
def test_the_alert_is_of_a_new_service():
    """The portal's type."""
    bench = Bench()
    bench.policy(reports=(PROXY,))
    bench.use("acme")
    bench.analyse()
    assert [alert.title for alert in bench.alerts] == ["New service discovered"]


@pytest.mark.fact("anomaly.default-policy", "anomaly.retired.today")
def test_an_anomaly_policy_is_there_and_enabled_in_2019_and_gone_today():
    """It comes with the portal."""
    then = [policy for policy in Bench("2019").tenant.policies.built_in if policy.kind.name == "ANOMALY"]
    assert [policy.enabled for policy in then] == [True]
    assert "ANOMALY" not in {policy.kind.name for policy in Bench("today").tenant.policies.built_in}
