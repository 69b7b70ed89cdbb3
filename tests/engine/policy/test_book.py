"""When a policy alerts and when it is silent: novelty, caps, governance, and the portal's own policies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.base.errors import CommandRefused
from sim.engine.catalog.app import App
from sim.engine.discovery.custom_reports import CustomReport
from sim.engine.discovery.filters import MEGABYTE
from sim.engine.discovery.queries import parse_filters
from sim.engine.discovery.streams import GLOBAL, WIN10
from sim.engine.enforcement.scopes import Scope, ScopedProfile
from sim.engine.policy.built_in import Breach
from sim.engine.policy.notices import CAPS
from sim.engine.policy.policies import Anomaly, Criterion, Policy, PolicyKind
from sim.engine.tenant import BLOCK_UNSANCTIONED, INTEGRATION, Tenant
from tests.engine.policy.logs import MONDAY, Use, people, policy
from tests.engine.policy.portal import PROXY, analyse, at, tenant

HOST, APP = "moonjarfiles.example", "moonjar-files"
USED = policy((Criterion.USERS, 2), id="pol-001", name="Used", daily_limit=99)


def used(day: int = 0, count: int = 3, host: str = HOST) -> list[Use]:
    return people(host, count, day=MONDAY + day)


@pytest.mark.fact("novelty.ninety-days", "policy.evaluated-in-analysis")
def test_an_app_alerts_once_in_90_days_and_then_again() -> None:
    made = tenant("2019", USED)
    (first,) = analyse(made, at(0, 13), used(0))
    assert (first.app_id, first.report, first.title) == (APP, WIN10, "New service discovered")
    for day in (1, 30, 89, 90):
        assert analyse(made, at(day, 12), used(day)) == []
    assert analyse(made, at(90, 13), []) == [], "the same data is not looked at twice"
    (again,) = analyse(made, at(91, 13), used(91))
    assert again.app_id == APP


@pytest.mark.fact("novelty.new-policy-alerts-again")
def test_a_new_policy_alerts_on_what_an_older_one_knows() -> None:
    made = tenant("2019", USED)
    analyse(made, at(0, 13), used(0))
    made.policies.save(at(1), "analyst", replace(USED, id="pol-002", name="Newer", created=at(1)))
    (alert,) = analyse(made, at(1, 13), used(1))
    assert alert.policy == "Newer"


@pytest.mark.fact("novelty.per-report", "policy.all-reports-by-default")
def test_one_app_alerts_once_in_each_continuous_report() -> None:
    made = tenant("2019", USED)
    assert {a.report for a in analyse(made, at(0, 13), used(0), PROXY)} == {GLOBAL, PROXY}
    assert [a.report for a in analyse(made, at(0, 14), used(0))] == [WIN10]


@pytest.mark.fact("novelty.report-change-alerts-again")
def test_a_change_of_reports_makes_every_app_new_and_a_change_of_the_threshold_does_not() -> None:
    made = tenant("2019", USED)
    analyse(made, at(0, 13), used(0))
    made.policies.save(at(1), "analyst", replace(USED, severity="Low"))
    assert analyse(made, at(1, 13), used(1)) == []
    made.policies.save(at(2), "analyst", replace(USED, reports=(WIN10,)))
    assert made.policies.find("pol-001").generation == 2
    assert [a.report for a in analyse(made, at(2, 13), used(2))] == [WIN10]


@pytest.mark.fact("novelty.snapshots-never")
def test_a_policy_cannot_be_for_a_snapshot_report() -> None:
    made = tenant()
    with pytest.raises(CommandRefused, match="no report 'Snapshot report'"):
        made.policies.save(at(0), "analyst", replace(USED, reports=("Snapshot report",)))


def test_an_app_whose_data_is_gone_is_new_again() -> None:
    """A report that was deleted and made anew holds nothing, so what comes is new (policies, section 4)."""
    made = tenant("2019", USED)
    custom = CustomReport("Field", (WIN10,))
    made.streams.save_report(at(0), "analyst", custom)
    assert {a.report for a in analyse(made, at(0, 13), used(0))} == {WIN10, "Field"}
    made.delete_report(at(1), "analyst", "Field")
    made.streams.save_report(at(1), "analyst", custom)
    assert [a.report for a in analyse(made, at(1, 13), used(1))] == ["Field"]


@pytest.mark.fact("policy.same-day", "policy.utc-day")
def test_use_on_two_utc_days_does_not_add_up() -> None:
    made = tenant("2019", policy((Criterion.TRANSACTIONS, 3), id="pol-001"))
    two = [Use(HOST, minute=14 * 60 + 58 + n, day=MONDAY) for n in range(4)]
    assert {use.time // (24 * 3600 * 1_000_000) for use in two} == {MONDAY, MONDAY + 1}
    assert analyse(made, at(1, 13), two) == []
    assert analyse(made, at(1, 14), [Use(HOST, minute=5), Use(HOST, minute=6)])


def test_late_data_of_an_earlier_day_is_looked_at() -> None:
    """A machine that was away hands over days later; its day is evaluated when it comes."""
    made = tenant("2019", USED)
    analyse(made, at(0, 13), used(0, 2))
    analyse(made, at(3, 13), used(3, 1))
    (alert,) = analyse(made, at(4, 13), [Use(HOST, "user9", day=MONDAY)])
    assert alert.day == MONDAY


@pytest.mark.fact("policy.no-criteria-first-sight", "policy.filters-and")
def test_without_criteria_the_first_sight_of_an_app_that_meets_all_filters_matches() -> None:
    filters = parse_filters(["category equals Cloud storage", "app does not equal moonjar-files"])
    made = tenant("2019", policy(id="pol-001", filters=filters))
    uses = [Use(HOST), Use("quillhoard.example"), Use("gongmeet.example")]
    assert [a.app_id for a in analyse(made, at(0, 13), uses)] == ["quillhoard"]


@pytest.mark.fact("policy.disabled-is-silent", "policy.enabled-by-default")
def test_a_disabled_policy_is_silent_and_then_alerts() -> None:
    made = tenant("2019", USED)
    assert made.policies.find("pol-001").enabled
    made.policies.switch(at(0), "analyst", "pol-001", False)
    assert analyse(made, at(0, 13), used(0)) == []
    made.policies.switch(at(1), "analyst", "pol-001", True)
    assert len(analyse(made, at(1, 13), used(1))) == 1


@pytest.mark.fact("governance.after-limit", "governance.logged")
def test_past_the_daily_limit_apps_are_tagged_and_nothing_is_raised() -> None:
    """The limit is for a policy and UTC day; the most users come first."""
    made = tenant("2019", replace(USED, daily_limit=1, tags=("Watched",)))
    uses = used(0, 5) + used(0, 9, "quillhoard.example")
    assert [a.app_id for a in analyse(made, at(0, 13), uses)] == ["quillhoard"]
    assert made.custom_tags[APP] == {"Watched"}
    told = {(entry.action, entry.target) for entry in made.log}
    assert {("Alert over the daily limit", APP), ("Add app tag", APP)} <= told
    (alert,) = analyse(made, at(1, 1), used(0, 9, "snailbackup.example"))
    assert alert.app_id == "snailbackup"


@pytest.mark.fact("governance.last-operation-wins", "governance.built-in-exclusive")
def test_the_last_operation_wins_between_a_person_and_a_policy() -> None:
    made = tenant("2019", replace(USED, tags=("Unsanctioned", "Watched")))
    made.tag(at(0), "analyst", APP, "Sanctioned")
    analyse(made, at(0, 13), used(0))
    assert made.tags[APP] == "Unsanctioned"
    made.tag(at(1), "analyst", APP, "Sanctioned")
    analyse(made, at(1, 13), used(1))
    assert made.tags[APP] == "Sanctioned", "the policy did not fire again"
    analyse(made, at(95, 13), used(95))
    assert made.tags[APP] == "Unsanctioned", "it fired again, and undid the analyst's word"


@pytest.mark.fact("governance.custom-add-up")
def test_custom_tags_of_two_policies_add_up() -> None:
    made = tenant("2019", replace(USED, tags=("One", "Two")), replace(USED, id="pol-002", tags=("Three",)))
    analyse(made, at(0, 13), used(0))
    assert made.custom_tags[APP] == {"One", "Two", "Three"}


@pytest.mark.fact("policy.governance.2019", "policy.governance.today")
def test_monitored_is_a_tag_of_today_only() -> None:
    monitored = replace(USED, tags=("Monitored",))
    with pytest.raises(CommandRefused, match="no tag Monitored in this period"):
        tenant("2019", monitored)
    made = tenant("today", monitored)
    analyse(made, at(0, 13), used(0))
    assert made.tags[APP] == "Monitored"


def test_a_policy_tags_with_a_scoped_profile_today() -> None:
    """It must be there, and goes with a tag that blocks or warns; while a policy names it, it stays."""
    scoped = replace(USED, tags=("Unsanctioned", "Seen"), profile="Field")
    with pytest.raises(CommandRefused, match="everybody in this period"):
        tenant("2019", scoped)
    with pytest.raises(CommandRefused, match="no profile 'Field'"):
        tenant("today", scoped)
    made = tenant("today")
    made.profiles.save(ScopedProfile("Field", Scope(("Field laptops",))))
    with pytest.raises(CommandRefused, match="goes with the tags"):
        made.policies.save(at(0), "analyst", replace(scoped, tags=("Seen",)))
    for switch in (INTEGRATION, BLOCK_UNSANCTIONED):
        made.switch(at(0), "analyst", switch, True)
    made.policies.save(at(0), "analyst", scoped)
    with pytest.raises(CommandRefused, match="the policy Used tags with the profile Field"):
        made.remove_profile(at(0), "analyst", "Field")
    analyse(made, at(0, 13), used(0))
    assert (made.tags[APP], made.profiles.chosen(APP)) == ("Unsanctioned", "Field")
    assert made.custom_tags[APP] == {"Seen"}


@pytest.mark.fact("policy.alert-defaults")
def test_alert_settings_can_be_the_organisations_default() -> None:
    made = tenant("2019")
    with pytest.raises(CommandRefused, match="no default alert settings"):
        made.policies.with_default(USED)
    told = replace(USED, daily_limit=2, emails=("soc@contoso.example",))
    made.policies.save_default(at(0), "analyst", told.alert_settings)
    assert made.policies.with_default(USED) == told
    assert made.log[-1].action == "Save setting"


@pytest.mark.fact("policy.playbook.today")
def test_a_policy_of_today_runs_a_playbook_for_each_alert() -> None:
    played = replace(USED, playbook="Ask the owner")
    with pytest.raises(CommandRefused, match="runs no playbooks"):
        tenant("2019", played)
    made = tenant("today", played)
    (alert,) = analyse(made, at(0, 13), used(0))
    (run,) = (entry for entry in made.log if entry.action == "Run playbook")
    assert (run.actor, run.target, run.detail) == (USED.name, "Ask the owner", alert.id)


def test_a_protected_service_is_never_unsanctioned_by_policy_today() -> None:
    """Microsoft's own services (policies, section 5); the log says why, and the alert is raised."""
    made = tenant("today", replace(USED, tags=("Unsanctioned",)))
    (protected,) = (a for a in [App("microsoft-intune", "Intune", "Security", "", "", ("intune.test",), "")])
    made.catalog = made.catalog.plus((protected,))
    made.apps[protected.id] = protected
    made.streams.follow(made.catalog)
    (alert,) = analyse(made, at(0, 13), used(0, 3, "intune.test"))
    assert (alert.app_id, made.tags) == ("microsoft-intune", {})
    assert ("Tag not set", "microsoft-intune") in {(entry.action, entry.target) for entry in made.log}
    with pytest.raises(CommandRefused, match="cannot be tagged"):
        made.tag(at(1), "analyst", "microsoft-intune", "Unsanctioned")


@pytest.mark.fact("policy.text-messages.2019")
def test_messages_go_out_up_to_the_caps_of_the_utc_day() -> None:
    """500 e-mails for an address and day, 10 texts for a number and day (policies, section 2)."""
    made = tenant("2019", replace(USED, emails=("soc@contoso.example",), phones=("+44 20 7946 0000",)))
    notices, saved = made.policies.notices, made.policies.find("pol-001")
    for number in range(600):
        notices.tell(at(0, 23), saved, f"CA-{number}")
    count = {channel: sum(n.channel == channel for n in notices.sent) for channel in CAPS}
    assert count == {"email": 500, "text message": 10}
    assert notices.held_back == 600 - 500 + 600 - 10
    notices.tell(at(1), saved, "CA-600")
    assert [n.time for n in notices.sent[-2:]] == [at(1), at(1)]
    with pytest.raises(CommandRefused, match="sends no text messages"):
        tenant("today", replace(USED, phones=("+44 20 7946 0000",)))


@pytest.mark.fact("policy.severities")
def test_everything_wrong_with_a_policy_is_told_at_once() -> None:
    bad = replace(USED, name=" ", severity="Higj", daily_limit=0, tags=("unsanctioned",), emails=("nobody",))
    with pytest.raises(CommandRefused) as caught:
        tenant("2019", bad)
    assert {p.rule for p in caught.value.problems} == {
        "POLICY-NAME",
        "POLICY-SEVERITY",
        "POLICY-LIMIT",
        "POLICY-TAG",
        "POLICY-EMAIL",
    }


def test_a_policy_is_deleted_and_its_id_never_comes_again() -> None:
    made = tenant("2019", USED)
    made.policies.delete(at(0), "analyst", "pol-001")
    assert made.policies.saved == []
    assert made.policies.next_id() == "pol-002"
    with pytest.raises(CommandRefused, match="came with the portal"):
        made.policies.delete(at(0), "analyst", "builtin-exfiltration")


# -- the portal's own ------------------------------------------------------------------------------


@pytest.mark.fact("anomaly.default-policy", "anomaly.retired.today")
def test_what_a_portal_begins_with() -> None:
    kinds = {
        period: [p.kind for p in tenant(period).policies.built_in if p.enabled]
        for period in ("2019", "today")
    }
    assert kinds["2019"] == [PolicyKind.ANOMALY, PolicyKind.EXFILTRATION, PolicyKind.BREACH]
    assert PolicyKind.ANOMALY not in kinds["today"]
    with pytest.raises(CommandRefused, match="retired in August 2024"):
        tenant("today", anomaly())


def anomaly(**parts: object) -> Policy:
    made = policy(id="pol-001", name="Odd", kind=PolicyKind.ANOMALY, daily_limit=99)
    return replace(made, anomaly=Anomaly(**parts))  # type: ignore[arg-type]


def quiet(made: Tenant, days: int, people: int = 6) -> None:
    """Let people use an app alike for so many days, in one analysis."""
    for kind in ("anomaly", "exfiltration"):
        made.policies.switch(at(0), "analyst", f"builtin-{kind}", False)
    uses = [Use(HOST, f"user{n}", 1000, 1000, MONDAY + day) for day in range(days) for n in range(people)]
    assert analyse(made, at(days - 1, 20), uses) == []


def upload(day: int, user: str = "user3", size: int = 200) -> list[Use]:
    return [Use(HOST, user, size * MEGABYTE, 0, MONDAY + day)]


@pytest.mark.fact("anomaly.learning", "alert.type-suspicious-use")
def test_seven_days_only_teach_and_the_eighth_alerts() -> None:
    for day, fires in ((6, False), (7, True)):
        made = tenant("2019", anomaly(subjects=("user",)))
        quiet(made, day)
        alerts = analyse(made, at(day, 13), upload(day))
        assert bool(alerts) == fires
        assert {alert.title for alert in alerts} <= {"Suspicious cloud use alert"}


@pytest.mark.fact("anomaly.sensitivity")
def test_the_top_anomalies_for_1000_users_and_week() -> None:
    """Of 8 users, 250 for a thousand are two a week: the two farthest off, and none for six days more."""
    made = tenant("2019", anomaly(subjects=("user",), per_thousand=250))
    quiet(made, 8, 8)
    odd = [use for n in range(5) for use in upload(8, f"user{n}", 100 * (n + 1))]
    figures = sorted(alert.traffic for alert in analyse(made, at(8, 13), odd))
    assert len(figures) == 2
    assert analyse(made, at(14, 13), upload(14, "user1", 9000)) == []
    assert len(analyse(made, at(15, 13), upload(15, "user2", 90_000))) == 1
    every = tenant("2019", anomaly(subjects=("user",), per_thousand=None))
    quiet(every, 8, 8)
    assert len(analyse(every, at(8, 13), odd)) == 5


@pytest.mark.fact("anomaly.after-date")
def test_what_comes_before_the_date_teaches_and_raises_nothing() -> None:
    made = tenant("2019", anomaly(subjects=("user",), after=MONDAY + 9))
    quiet(made, 8)
    assert analyse(made, at(9, 13), upload(9)) == []
    assert len(analyse(made, at(10, 13), upload(10, size=900))) == 1


@pytest.mark.fact("anomaly.entities")
def test_both_users_and_addresses_alert_twice_for_one_behaviour() -> None:
    made = tenant("2019", anomaly(per_thousand=None))
    quiet(made, 8)
    assert len(analyse(made, at(8, 13), upload(8))) == 2


@pytest.mark.fact("anomaly.increases")
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param([Use(HOST, "user3", 200 * MEGABYTE, 0, MONDAY + 8)], id="uploads"),
        pytest.param([Use(HOST, "user3", 0, 200 * MEGABYTE, MONDAY + 8)], id="downloads"),
        pytest.param([Use(HOST, "user3", 1, 1, MONDAY + 8, n % 60) for n in range(1100)], id="transactions"),
        pytest.param([Use(HOST, f"user{n}", 1, 1, MONDAY + 8) for n in range(60)], id="users"),
    ],
)
def test_each_increase_is_seen_and_a_day_as_usual_is_not(odd: list[Use]) -> None:
    made = tenant("2019", anomaly(subjects=("user",)))
    quiet(made, 8)
    usual = [Use(HOST, f"user{n}", 1000, 1000, MONDAY + 8) for n in range(6)]
    assert analyse(made, at(8, 12), usual) == []
    assert [alert.app_id for alert in analyse(made, at(8, 13), odd)] == [APP]


@pytest.mark.fact("anomaly.exfiltration")
def test_exfiltration_is_to_an_app_that_is_not_sanctioned() -> None:
    for tag, fires in (("", True), ("Unsanctioned", True), ("Sanctioned", False)):
        made = tenant("2019")
        quiet(made, 8)
        made.policies.switch(at(8), "analyst", "builtin-exfiltration", True)
        made.tag(at(8), "analyst", APP, tag)
        alerts = analyse(made, at(8, 13), upload(8))
        assert bool(alerts) == fires
        assert {alert.policy for alert in alerts} <= {"Data exfiltration to unsanctioned apps"}


@pytest.mark.fact("anomaly.breach")
def test_breach_news_about_a_discovered_app_alerts_once() -> None:
    made = tenant("2019")
    made.policies.breaches = (
        Breach(APP, MONDAY + 2, "Passwords were published."),
        Breach("quillhoard", MONDAY, "x"),
    )
    assert analyse(made, at(1, 13), used(1, 4)) == [], "no news yet, and nobody uses the other app"
    (alert,) = analyse(made, at(2, 13), used(2, 2))
    assert (alert.app_id, alert.users, alert.policy) == (APP, 4, "Discovered app security breach")
    seen = dict(alert.seen_with)
    assert (len(seen["user"]), len(seen["source_ip"]), seen["machine"]) == (4, alert.source_ips, ())
    assert analyse(made, at(3, 13), used(3)) == []
