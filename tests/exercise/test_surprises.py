"""The 17 surprises of the walkthrough (section 10), each met by commands and on product views alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from sim.base.time import DAY, HOUR, MINUTE
from sim.engine.discovery.streams import SESSION_CONTROL
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    GLOBAL,
    INTEGRATION,
    UNSANCTIONED,
    WIN10,
)
from sim.session.commands import CustomTag, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.session.policy_commands import SavePolicy
from sim.testing import (
    TOGGLES,
    begin,
    first_times,
    machines,
    prompt,
    switch_on,
    tries,
    wait,
    without_built_in,
)
from sim.views import control, discovery, documents, endpoint, policies
from sim.views.alerts import CloudAlertRow, cloud_alerts, endpoint_alerts

SOHU = "news.sohu.com"
MAREK, PRIYA = "HF-LT-07", "HF-LT-11"
EDGE, CHROME, FIREFOX = "MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe"
NEWS = "News and entertainment"
ENABLE = "Set-MpPreference -EnableNetworkProtection enable"
POPULAR = "New popular app"
HOLES = str(Path(__file__).parents[1] / "scenarios" / "surprises-16-17.yaml")
QUIET = str(Path(__file__).parents[1] / "scenarios" / "surprise-13.yaml")


def opens(session: Session, machine: str, process: str, host: str = SOHU) -> bool:
    """Try Sohu News, or another site, in a browser of a machine."""
    return tries(session, machine, process, host)


def with_first_data(seed: int | None = None) -> Session:
    """Return a session in which the feed was switched on and its first data has just arrived."""
    session = begin(seed=seed)
    switch_on(session, INTEGRATION)
    session.skip_to_next()
    return session


def with_pulled_block() -> Session:
    """Return a session at noon: every toggle on since nine, every machine has pulled."""
    session = begin()
    switch_on(session)
    wait(session, 3 * HOUR)
    return session


def policy(session: Session, name: str, users: int, tag: str = "") -> None:
    """Save a New popular app policy on all reports."""
    session.submit(SavePolicy(POPULAR, name, {"Number of users": users}, daily_limit=50, tag=tag))


@pytest.mark.fact("surprise.01", "latency.first-data")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("later", [0, HOUR])
def test_01_data_come_one_to_two_hours_after_enabling(seed: int | None, later: int) -> None:
    """Nothing for an hour, and a promise of two; then the portal says that first data has arrived."""
    session = begin(seed=seed)
    wait(session, later)
    switch_on(session, INTEGRATION)
    saved = session.now
    assert discovery.apps(session, WIN10) == []
    assert "up to 2 hours" in discovery.reach(session, WIN10).note
    wait(session, HOUR)
    assert discovery.apps(session, WIN10) == []
    told = session.skip_to_next()
    assert told is not None
    assert "first data" in told.text
    assert HOUR < told.time - saved <= 2 * HOUR
    assert discovery.apps(session, WIN10)
    assert discovery.reach(session, WIN10).note == ""


@pytest.mark.parametrize("before", [40 * MINUTE, 5 * MINUTE])
def test_01_an_analysis_run_soon_after_enabling_brings_nothing(before: int) -> None:
    """Switching on shortly before one of the two daily runs does not shorten the wait."""
    session = begin()
    due = discovery.reach(session, WIN10).next_analysis
    session.advance(due - before)
    switch_on(session, INTEGRATION)
    session.advance(due + MINUTE)
    assert discovery.apps(session, WIN10) == []
    assert "up to 2 hours" in discovery.reach(session, WIN10).note


@pytest.mark.fact("gate.integration")
def test_01_without_the_toggle_no_data_ever_come() -> None:
    """Analysis runs alone bring nothing; the report says which switch is off."""
    session = begin()
    assert session.skip_to_next() is None
    assert discovery.apps(session, WIN10) == []
    assert f"{INTEGRATION} is off" in discovery.reach(session, WIN10).note


@pytest.mark.fact("surprise.02", "feed.endpoint-not-in-global")
def test_02_endpoint_data_are_in_their_own_report_and_not_in_global() -> None:
    """The selector offers both; Global stays empty for two days and names the other."""
    session = with_first_data()
    assert {WIN10, GLOBAL} <= set(discovery.report_names(session))
    for _ in range(2):
        assert discovery.apps(session, WIN10)
        assert discovery.apps(session, GLOBAL) == []
        assert discovery.dashboard(session, GLOBAL).totals.apps == 0
        assert WIN10 in discovery.reach(session, GLOBAL).note
        session.advance(session.resolved.end)


@pytest.mark.fact("surprise.03", "feed.red-is-unsanctioned")
def test_03_red_is_unsanctioned_and_not_high_risk() -> None:
    """Red is the traffic of tagged apps: tagging the safest app makes it red, and moves no risk level."""
    session = with_first_data()

    def red() -> dict[str, int]:
        return {row.name: row.unsanctioned for row in discovery.categories(session, WIN10)}

    before, risk = red(), discovery.dashboard(session, WIN10).risk
    rows = discovery.apps(session, WIN10)
    assert {row.app_id for row in rows if row.tag == UNSANCTIONED} == {"sohu-news"}
    assert before[NEWS] == sum(row.traffic or 0 for row in rows if row.app_id == "sohu-news") > 0
    assert sum(before.values()) == before[NEWS]
    safest = max((row for row in rows if row.score is not None), key=lambda row: row.score or 0)
    assert safest.risk != "high"
    session.submit(TagApp(safest.app_id, UNSANCTIONED))
    assert red() == before | {safest.category: before[safest.category] + (safest.traffic or 0)}
    assert discovery.dashboard(session, WIN10).risk == risk


@pytest.mark.fact("surprise.04", "gate.block-unsanctioned.2019")
def test_04_an_unsanctioned_app_works_until_the_block_setting_is_on() -> None:
    """Tagged weeks ago, and with both other toggles on, it opens and is used for a day; then it is not."""
    session = begin()
    assert discovery.app_page(session, WIN10, "sohu-news").tag == UNSANCTIONED
    switch_on(session, INTEGRATION, CUSTOM_INDICATORS)
    saved = session.now
    for _ in range(2):
        wait(session, 4 * HOUR)
        assert opens(session, MAREK, EDGE)
        assert endpoint.indicators(session) == []
    wait(session, 16 * HOUR)
    row = discovery.app_page(session, WIN10, "sohu-news").row
    assert row is not None
    assert row.last > saved + 4 * HOUR
    switch_on(session, BLOCK_UNSANCTIONED)
    wait(session, 30 * MINUTE)
    assert {"sohu.com", SOHU} <= {row.value for row in endpoint.indicators(session)}
    wait(session, 2 * HOUR)
    assert not opens(session, MAREK, EDGE)


@pytest.mark.fact("surprise.05", "gate.tag-alone")
def test_05_two_help_articles_disagree_about_unsanctioning() -> None:
    """One says that tagging keeps nobody out, the other that it blocks at once; play shows who is right."""
    session = begin()
    texts = {item.id: item.text for item in documents.articles(session.resolved.scenario.era)}
    assert "does not keep anybody from opening it" in texts["app-tags"]
    assert "as soon as you tag the app as unsanctioned" in texts["govern-apps"]
    assert "blocked for everybody, without any other step" in texts["govern-apps"]
    switch_on(session, INTEGRATION)
    session.submit(TagApp("facebook", UNSANCTIONED))
    wait(session, 4 * HOUR)
    assert opens(session, MAREK, EDGE, "www.facebook.com")


@pytest.mark.fact("surprise.06")
def test_06_the_three_toggles_are_on_two_portals() -> None:
    """Two are on a page of Defender ATP, the third on one of Cloud App Security; all are off at first."""
    rows = {row.name: row for row in control.switches(begin()) if row.name in TOGGLES}
    assert {name: row.portal for name, row in rows.items()} == {
        INTEGRATION: "Defender ATP",
        CUSTOM_INDICATORS: "Defender ATP",
        BLOCK_UNSANCTIONED: "Cloud App Security",
    }
    assert not any(row.on for row in rows.values())


@pytest.mark.fact(
    "surprise.06", "gate.integration", "gate.custom-network-indicators", "gate.block-unsanctioned.2019"
)
@pytest.mark.parametrize("missing", TOGGLES)
def test_06_none_of_the_three_toggles_can_be_left_out(missing: str) -> None:
    """With one off, no machine blocks in three hours; once it is on, every machine does in three more."""
    session = begin()
    switch_on(session, *(name for name in TOGGLES if name != missing))
    wait(session, 3 * HOUR)
    assert all(opens(session, machine, EDGE) for machine in machines(session))
    switch_on(session, missing)
    wait(session, 3 * HOUR)
    assert not any(opens(session, machine, EDGE) for machine in machines(session))


@pytest.mark.fact(
    "surprise.07",
    "engine.edge-smartscreen",
    "engine.other-browsers",
    "gate.network-protection-block",
    "settings.powershell-prefix",
)
def test_07_edge_blocks_and_chrome_and_firefox_wait_for_network_protection() -> None:
    """Only Edge is stopped, anywhere; the prompt shows 0; enabling stops the others there, at once."""
    session = with_pulled_block()
    for machine in machines(session):
        assert [opens(session, machine, p) for p in (EDGE, CHROME, FIREFOX)] == [False, True, True]
    assert re.search(r"EnableNetworkProtection +: 0\b", prompt(session, MAREK, "Get-MpPreference"))
    prompt(session, MAREK, ENABLE)
    assert not opens(session, MAREK, CHROME)
    assert not opens(session, MAREK, FIREFOX)
    assert opens(session, PRIYA, CHROME)


@pytest.mark.fact("bypass.network-protection-audit")
def test_07_audit_mode_writes_down_and_lets_pass() -> None:
    """In audit mode the page opens, and the timeline says what would have been stopped."""
    session = with_pulled_block()
    prompt(session, MAREK, "Set-MpPreference -EnableNetworkProtection AuditMode")
    assert opens(session, MAREK, CHROME)
    tried = session.now
    wait(session, 10 * MINUTE)
    rows = [row for row in endpoint.timeline(session, MAREK, "sohu-news") if row.time == tried]
    assert {row.action for row in rows} == {
        "ConnectionSuccess",
        "ExploitGuardNetworkProtectionAudited",
    }


@pytest.mark.fact("surprise.08", "latency.manual-indicator.2019")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_08_a_manual_indicator_takes_about_an_hour(seed: int | None) -> None:
    """No machine obeys at once, the middle one does after about an hour, the last within two."""
    session = begin(seed=seed)
    switch_on(session, CUSTOM_INDICATORS)
    session.submit(AddIndicator("facebook.com"))
    names = machines(session)
    took = first_times(
        session, lambda name: not opens(session, name, EDGE, "www.facebook.com"), 2 * HOUR, names
    )
    assert set(took) == set(names)
    assert min(took.values()) >= 10 * MINUTE
    assert 30 * MINUTE <= median(took.values()) <= 80 * MINUTE
    assert len(set(took.values())) > 3


@pytest.mark.fact("surprise.09", "engine.connection-success")
def test_09_the_network_log_says_success_for_a_blocked_visit() -> None:
    """A blocked visit has two rows of one moment: ConnectionSuccess, and the row of who blocked it."""
    session = with_pulled_block()
    prompt(session, MAREK, ENABLE)
    tried = {}
    for process in (EDGE, CHROME):
        wait(session, MINUTE)
        tried[session.now] = process
        assert not opens(session, MAREK, process)
    wait(session, 10 * MINUTE)
    rows = endpoint.timeline(session, MAREK, "sohu-news")
    seen = {(row.process, row.action, row.is_block) for row in rows if row.time in tried}
    assert seen == {
        (EDGE, "ConnectionSuccess", False),
        (EDGE, "SmartScreenUrlWarning", True),
        (CHROME, "ConnectionSuccess", False),
        (CHROME, "ExploitGuardNetworkProtectionBlocked", True),
    }


@pytest.mark.fact("surprise.10", "sees.alert-not-blocked")
def test_10_an_alert_about_a_blocked_app_can_say_that_it_was_not_blocked() -> None:
    """The title speaks of a blocked application; on Marek's machine the text says that it was not."""
    session = with_pulled_block()
    assert not opens(session, "HF-PC-05", EDGE)
    wait(session, 10 * MINUTE)
    alerts = {row.machine: row for row in endpoint_alerts(session) if row.app == "Sohu News"}
    assert {row.title for row in alerts.values()} == {
        "Connection to a blocked cloud application was detected"
    }
    assert alerts[MAREK].not_blocked > 0
    assert "Sohu News was not blocked" in alerts[MAREK].text
    assert opens(session, MAREK, CHROME)
    assert alerts["HF-PC-05"].not_blocked == 0
    assert "was not blocked" not in alerts["HF-PC-05"].text


@pytest.mark.fact("surprise.11")
def test_11_yahoo_webmail_stands_among_the_news() -> None:
    """The category holds the three apps of the story, although the catalog has a category for webmail."""
    session = with_first_data()
    assert {row.app_id for row in discovery.apps(session, WIN10, category=NEWS)} == {
        "microsoft-msn",
        "sohu-news",
        "yahoo-webmail",
    }
    assert discovery.app_page(session, WIN10, "gmail").category == "Webmail"


@pytest.mark.fact("surprise.12", "policy.more-than-is-strict")
def test_12_exactly_the_threshold_does_not_match() -> None:
    """Four people use Yahoo Webmail: more than 3 alerts, more than 4 never does."""
    session = begin()
    switch_on(session, INTEGRATION)
    policy(session, "three", 3)
    policy(session, "four", 4)
    session.advance(session.resolved.end)
    alerts = cloud_alerts(session)
    assert [row.users for row in alerts if (row.policy, row.app_id) == ("three", "yahoo-webmail")] == [4]
    assert [row for row in alerts if (row.policy, row.app_id) == ("four", "yahoo-webmail")] == []
    assert min(row.users for row in alerts if row.policy == "three") == 4
    assert min(row.users for row in alerts if row.policy == "four") == 5


@pytest.mark.fact(
    "surprise.13", "novelty.ninety-days", "novelty.new-policy-alerts-again", "novelty.per-report"
)
def test_13_a_new_policy_alerts_on_old_apps_once_per_report_then_is_silent_for_90_days() -> None:
    """An app used every day is new to a policy saved in the second week, once in each report."""
    session = begin(QUIET)
    without_built_in(session)
    switch_on(session, INTEGRATION)
    wait(session, 8 * DAY)
    fed = [name for name in discovery.report_names(session) if name != SESSION_CONTROL]
    first = {name: discovery.reach(session, name).first for name in fed}
    policy(session, "popular", 3)
    saved = session.now
    assert len(first) == 3
    assert all(time is not None and time < saved - 7 * DAY for time in first.values())

    def alerts() -> list[CloudAlertRow]:
        return cloud_alerts(session)

    assert alerts() == []
    wait(session, DAY)
    assert sorted((row.app_id, row.report) for row in alerts()) == sorted(
        ("sohu-news", name) for name in first
    )
    fired = alerts()[0].time
    session.advance(fired + 90 * DAY - HOUR)
    assert len(alerts()) == 3
    users = {row.name for row in discovery.app_page(session, WIN10, "sohu-news").users}
    assert len(users) == 4
    session.advance(fired + 94 * DAY)
    again = [row for row in alerts() if row.time > fired]
    assert sorted(row.report for row in again) == sorted(first)
    assert {row.app_id for row in again} == {"sohu-news"}


@pytest.mark.fact("novelty.report-change-alerts-again")
def test_13_choosing_other_reports_makes_every_app_new_again() -> None:
    """The same policy on one report alone starts from nothing, and then alerts in that report only."""
    session = begin(QUIET)
    switch_on(session, INTEGRATION)
    policy(session, "popular", 3)
    wait(session, 2 * DAY)
    known = {row.id for row in cloud_alerts(session)}
    saved = policies.policies(session)[0]
    criteria = {"Number of users": 3}
    session.submit(SavePolicy(POPULAR, saved.name, criteria, reports=(WIN10,), id=saved.id))
    wait(session, 2 * DAY)
    new = [row for row in cloud_alerts(session) if row.id not in known]
    assert [(row.app_id, row.report) for row in new] == [("sohu-news", WIN10)]


@pytest.mark.fact("surprise.14", "governance.custom-tag-no-effect")
def test_14_a_custom_tag_changes_no_traffic() -> None:
    """Two days with and without custom tags differ in the labels of the app rows and in nothing else."""
    plain, tagged = begin(), begin()
    for session in (plain, tagged):
        switch_on(session)
        policy(session, "popular", 3, "Watched" if session is tagged else "")
    for app in ("facebook", "sohu-news"):
        tagged.submit(CustomTag(app, "Blocked by us"))
    for session in (plain, tagged):
        session.advance(session.resolved.end)
    rows = {session: discovery.apps(session, WIN10) for session in (plain, tagged)}
    assert {tag for row in rows[tagged] for tag in row.custom_tags} == {"Watched", "Blocked by us"}
    assert [replace(row, custom_tags=()) for row in rows[tagged]] == rows[plain]
    assert endpoint.indicators(tagged) == endpoint.indicators(plain)
    assert endpoint_alerts(tagged) == endpoint_alerts(plain)
    assert discovery.categories(tagged, WIN10) == discovery.categories(plain, WIN10)
    for machine in machines(plain):
        for app in ("facebook", "sohu-news"):
            assert endpoint.timeline(tagged, machine, app) == endpoint.timeline(plain, machine, app)


@pytest.mark.fact("surprise.15", "taking-back.until-next-pull", "latency.untag")
def test_15_untagging_frees_machines_only_after_the_later_hops() -> None:
    """The list loses the domain first; each machine goes on blocking until it next pulls."""
    session = with_pulled_block()
    names = machines(session)
    assert not any(opens(session, name, EDGE) for name in names)
    session.submit(TagApp("sohu-news", ""))
    cleared = session.now
    assert not any(opens(session, name, EDGE) for name in names)
    assert endpoint.indicators(session)
    while endpoint.indicators(session):
        wait(session, MINUTE)
    unlisted = session.now
    assert MINUTE < unlisted - cleared <= 31 * MINUTE
    assert not any(opens(session, name, EDGE) for name in names)
    freed = first_times(session, lambda name: opens(session, name, EDGE), 2 * HOUR, names)
    assert set(freed) == set(names)
    assert min(freed.values()) >= 10 * MINUTE
    assert len(set(freed.values())) > 3


def test_15_a_tag_that_comes_back_in_time_frees_nobody() -> None:
    """Cleared and set again at once, it changes nothing; the last toggle frees machines, late as well."""
    session = with_pulled_block()
    session.submit(TagApp("sohu-news", ""))
    session.submit(TagApp("sohu-news", UNSANCTIONED))
    for _ in range(6):
        wait(session, 30 * MINUTE)
        assert not opens(session, MAREK, EDGE)
    session.submit(SetSwitch(CUSTOM_INDICATORS, False))
    assert not opens(session, MAREK, EDGE)
    wait(session, 95 * MINUTE)
    assert opens(session, MAREK, EDGE)


def with_holes() -> Session:
    """Return a session whose trainee blocked two apps in every browser, and waited till the next morning."""
    session = begin(HOLES)
    switch_on(session)
    for app in ("linkedin-sales-navigator", "dropbox"):
        session.submit(TagApp(app, UNSANCTIONED))
    wait(session, 26 * HOUR)
    return session


@pytest.mark.fact("surprise.16", "bypass.full-url")
def test_16_an_app_that_is_known_by_full_urls_is_never_blocked() -> None:
    """Tagged as the other one, it has no indicator and opens everywhere; its page lists full URLs."""
    session = with_holes()
    page = discovery.app_page(session, WIN10, "linkedin-sales-navigator")
    assert page.tag == UNSANCTIONED
    assert page.domains
    assert all("/" in domain for domain in page.domains)
    assert page.row is not None
    before = page.row.transactions
    assert not [row for row in endpoint.indicators(session) if "linkedin" in row.value]
    for machine in machines(session):
        for process in (EDGE, CHROME, FIREFOX):
            assert opens(session, machine, process, "linkedin.com/sales")
            assert not opens(session, machine, process, "www.dropbox.com")
    session.advance(session.resolved.end)
    row = discovery.app_page(session, WIN10, "linkedin-sales-navigator").row
    assert row is not None
    assert row.transactions > before
    assert not [row for row in endpoint_alerts(session) if "linkedin" in row.domain]


@pytest.mark.fact("surprise.17", "bypass.missing-domain")
def test_17_a_domain_missing_from_the_catalog_leaves_a_hole() -> None:
    """The client is stopped at the hosts that the catalog knows, and goes on over one that it does not."""
    session = with_holes()
    hole, known = "edge.dropbox-sync.example", "client.dropbox.com"
    assert {"dropbox.com", "dropboxapi.com"} <= {row.value for row in endpoint.indicators(session)}
    assert not opens(session, "SH-02", "dropbox.exe", known)
    assert opens(session, "SH-02", "dropbox.exe", hole)
    wait(session, 8 * HOUR)
    rows = [row for row in endpoint.timeline(session, "SH-02") if row.time > session.now - 8 * HOUR]
    mine = [row for row in rows if row.process == "dropbox.exe"]
    assert {row.url for row in mine if row.is_block} == {known}
    assert {row.app_id for row in mine if row.url == hole} == {""}
    assert [row for row in mine if row.url == hole]
    assert hole not in {host.host for host in discovery.app_page(session, WIN10, "dropbox").hosts}
