"""Alerts of both portals in both periods: closed in the period's ways, assigned, commented, consolidated."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import DAY, HOUR, from_iso
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.alert_commands import (
    AssignAlert,
    CloseAlert,
    CloseAlerts,
    CommentAlert,
    MarkAlert,
    ResolveAlerts,
    ResolveEndpointAlert,
    SaveSetting,
    SetAlertStatus,
)
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.session.policy_commands import DeletePolicy, SavePolicy
from sim.views import control
from sim.views.alerts import CloudAlertRow, closings, cloud_alerts, endpoint_alerts, one_queue

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


def started(period: str) -> Session:
    """Return a small office in which nothing was done yet."""
    return Session(load_scenario(str(SCENARIOS / f"{period}-office.yaml")))


def blocking(session: Session) -> Session:
    """Switch everything on and tag Sohu News."""
    for name in (INTEGRATION, CUSTOM_INDICATORS, BLOCK_UNSANCTIONED):
        session.submit(SetSwitch(name, True))
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    return session


def office(period: str, hours: int = 30) -> Session:
    """Play a small office with everything on, Sohu News blocked and a policy that finds every app."""
    session = blocking(started(period))
    session.submit(SavePolicy("New popular app", "Popular", {"Number of users": 0}, daily_limit=50))
    session.advance(session.now + hours * HOUR)
    return session


@pytest.fixture
def then() -> Session:
    """The office of 2019."""
    return office("small")


@pytest.fixture
def today() -> Session:
    """The office of 2026."""
    return office("today")


def refused(session: Session, command: Command) -> str:
    """Return the rule that refuses a command, which then changes nothing."""
    before = session.digest()
    with pytest.raises(CommandRefused) as caught:
        session.submit(command)
    assert session.digest() == before
    return caught.value.problems[0].rule


def first(session: Session) -> str:
    """Return the first open alert of a policy."""
    return next(row.id for row in cloud_alerts(session) if row.is_open)


def row(session: Session, alert_id: str) -> CloudAlertRow:
    """Return an alert as its page shows it."""
    return next(row for row in cloud_alerts(session) if row.id == alert_id)


REASONS_2019 = (
    "Actual severity is lower",
    "Not interesting",
    "Alert is not accurate",
    "Too many similar alerts",
)


@pytest.mark.fact("alert.close.2019", "alert.dismiss-reasons.2019")
def test_in_2019_an_alert_is_dismissed_for_one_of_four_reasons_or_resolved(then: Session) -> None:
    """Codes 1 and 2. Resolving takes no reason; the words of today are not there; closed is closed."""
    alert = first(then)
    assert dict(closings(then))["Dismissed"] == REASONS_2019
    assert refused(then, CloseAlerts((alert,), "Dismissed", "Triggered by test")) == "ALERT-REASON"
    assert refused(then, CloseAlerts((alert,), "Dismissed")) == "ALERT-REASON"
    assert refused(then, CloseAlerts((alert,), "Resolved", "Not interesting")) == "ALERT-REASON"
    assert refused(then, CloseAlerts((alert,), "True positive")) == "ALERT-STATUS"
    then.submit(CloseAlerts((alert,), "Dismissed", "Not interesting"))
    shown = row(then, alert)
    assert (shown.status, shown.code, shown.reason) == ("Dismissed", 1, "Not interesting")
    assert refused(then, CloseAlerts((alert,), "Resolved")) == "ALERT-CLOSED"
    other = first(then)
    assert other != alert
    then.submit(CloseAlert(other, True, comment="dealt with"))
    assert (row(then, other).status, row(then, other).code) == ("Resolved", 2)


@pytest.mark.fact(
    "alert.close.today",
    "alert.benign-reasons.today",
    "alert.false-positive-reasons.today",
    "alert.true-positive-no-reason.today",
)
def test_today_an_alert_is_a_true_or_false_positive_or_benign(today: Session) -> None:
    """Codes 5, 3 and 4, each with its own reasons; the older words mean true and false positive."""
    one, two, three = (row.id for row in cloud_alerts(today)[:3])
    assert dict(closings(today)) == {
        "True positive": (),
        "Benign": ("Actual severity is lower", "Other", "Confirmed with end user", "Triggered by test"),
        "False positive": (
            "Not of interest",
            "Too many similar alerts",
            "Alert is not accurate",
            "Other",
        ),
    }
    assert refused(today, CloseAlerts((one,), "True positive", "Other")) == "ALERT-REASON"
    assert refused(today, CloseAlerts((one,), "Benign", "Not of interest")) == "ALERT-REASON"
    assert refused(today, CloseAlerts((one,), "Resolved")) == "ALERT-STATUS"
    today.submit(CloseAlert(one, True))
    today.submit(CloseAlert(two, False, "Not of interest"))
    asked = CloseAlerts((three,), "Benign", "Triggered by test", "ours", True, "soc@small.example")
    today.submit(asked)
    shown = [row(today, each) for each in (one, two, three)]
    assert [(each.classification, each.code) for each in shown] == [
        ("True positive", 5),
        ("False positive", 3),
        ("Informational, expected activity", 4),
    ]
    assert {each.status for each in shown} == {"Resolved"}
    held = today.world.tenant.cloud_alerts.find(three)
    assert (held.feedback, held.contact) == (True, "soc@small.example")


def test_several_are_closed_together_or_not_at_all(today: Session) -> None:
    """One that is closed already keeps the others open."""
    ids = tuple(row.id for row in cloud_alerts(today)[:3])
    today.submit(CloseAlerts(ids[:1], "True positive"))
    assert refused(today, CloseAlerts(ids, "True positive")) == "ALERT-CLOSED"
    assert [row(today, each).status for each in ids] == ["Resolved", "New", "New"]
    assert today.submit(CloseAlerts(ids[1:], "True positive")).data["closed"] == 2


@pytest.mark.fact("alert.read-unread", "alert.two-queues")
def test_an_alert_is_read_assigned_commented_and_logged(then: Session) -> None:
    """The figures that matched are on it; the other queue stays as it is."""
    alert, before = first(then), endpoint_alerts(then)
    assert {a.title for a in cloud_alerts(then)} == {"New service discovered"}
    assert not row(then, alert).read
    then.submit(MarkAlert(alert, True))
    assert row(then, alert).read
    then.submit(MarkAlert(alert, False))
    assert not row(then, alert).read
    then.submit(AssignAlert(alert, "Ines"))
    then.submit(CommentAlert(alert, "asked the [b]owner[/b]"))
    shown = row(then, alert)
    assert (shown.assigned, shown.comments) == ("Ines", ("analyst: asked the [b]owner[/b]",))
    assert any("is more than 0" in figure for figure in shown.evidence)
    assert refused(then, CommentAlert(alert, "  ")) == "ALERT-COMMENT"
    then.submit(CloseAlert(alert, True))
    assert refused(then, MarkAlert(alert, False)) == "ALERT-CLOSED"
    logged = [entry.action for entry in control.governance_log(then, "Alerts") if entry.target == alert]
    done = ["Resolved alert", "Comment on alert", "Assign alert", "Mark alert", "Mark alert"]
    assert logged == done
    assert before
    assert endpoint_alerts(then) == before


@pytest.mark.fact("sees.alert-title.2019")
def test_the_alert_of_2019_is_high(then: Session) -> None:
    """Title and severity are those of the screenshot."""
    found = {(alert.title, alert.severity) for alert in endpoint_alerts(then)}
    assert found == {("Connection to a blocked cloud application was detected", "High")}


@pytest.mark.fact("sees.alert-title.today", "gate.alert-severity")
@pytest.mark.parametrize("severity", ["Informational", "High"])
def test_today_one_setting_gives_the_severity(severity: str) -> None:
    """Saved before the tag's indicators are made."""
    session = started("today")
    session.submit(SaveSetting("Alert severity", severity))
    blocking(session).advance(session.now + 6 * HOUR)
    found = {(alert.title, alert.severity) for alert in endpoint_alerts(session)}
    assert found == {("Unsanctioned cloud app access was blocked", severity)}


def test_a_setting_takes_only_what_its_page_takes() -> None:
    """A severity there is, whole hours, an address; in 2019 there is no such setting."""
    session = started("today")
    assert refused(session, SaveSetting("Alert severity", "Severe")) == "SETTING-VALUE"
    assert refused(session, SaveSetting("Bypass duration", "a day")) == "SETTING-VALUE"
    assert refused(session, SaveSetting("Notification URL", "javascript:x")) == "SETTING-VALUE"
    assert refused(started("small"), SaveSetting("Alert severity", "Low")) == "SETTING-UNKNOWN"
    session.submit(SaveSetting("Bypass duration", "8"))
    assert {row.id: row.value for row in control.settings(session)}["Bypass duration"] == "8"
    assert control.governance_log(session, "Settings")[0].detail == "8"


@pytest.mark.fact("sees.alert-consolidated")
def test_attempts_of_a_machine_on_an_indicator_and_day_are_one_alert(today: Session) -> None:
    """First and last activity span them, and the figures go on after the first attempt."""
    alerts = endpoint_alerts(today)
    keys = [(alert.machine, alert.domain, alert.first // DAY) for alert in alerts]
    assert len(keys) == len(set(keys))
    assert any(alert.attempts > 1 and alert.first < alert.last for alert in alerts)
    assert all(alert.first // DAY == alert.last // DAY for alert in alerts)


@pytest.mark.fact("alert.incidents.2019")
def test_in_2019_the_alerts_of_a_machine_on_an_indicator_share_their_incident(then: Session) -> None:
    """Those of several days too; an alert of a policy is in no incident."""
    alerts = endpoint_alerts(then)
    incidents = {(alert.machine, alert.domain): alert.incident for alert in alerts}
    assert len(set(incidents.values())) == len(incidents) < len(alerts)
    assert all(alert.incident == incidents[alert.machine, alert.domain] for alert in alerts)
    assert {alert.incident for alert in cloud_alerts(then)} == {""}


@pytest.mark.fact("alert.incidents.today")
def test_today_the_alerts_of_both_products_on_an_app_come_together(today: Session) -> None:
    """Each is part of an incident, in the words of one queue, newest first."""
    alerts = one_queue(today, everything=True)
    assert {alert.source for alert in alerts} == {"Defender for Cloud Apps", "Defender for Endpoint"}
    assert [alert.time for alert in alerts] == sorted((alert.time for alert in alerts), reverse=True)
    assert {alert.status for alert in alerts} == {"New"}
    assert {alert.classification for alert in alerts} == {"Not set"}
    incidents = {alert.app_id: alert.incident for alert in alerts}
    assert all(alert.incident == incidents[alert.app_id] for alert in alerts)
    assert len(set(incidents.values())) == len(incidents) > 1
    of_news = [alert for alert in alerts if alert.app_id == "sohu-news"]
    assert len({alert.source for alert in of_news}) == 2


@pytest.mark.fact("alert.incident-not-reopened.today")
def test_a_resolved_incident_is_not_opened_again_by_a_later_alert() -> None:
    """All its alerts are resolved; what a machine raises the next day begins another."""
    today = office("today", 12)
    known = {alert.id for alert in endpoint_alerts(today)}
    incident = endpoint_alerts(today)[0].incident
    mine = tuple(alert.id for alert in one_queue(today, everything=True) if alert.incident == incident)
    assert today.submit(ResolveAlerts(mine, "True positive", "Other")).data["resolved"] == len(mine)
    assert refused(today, ResolveAlerts(mine, "False positive")) == "ALERT-CLOSED"
    today.advance(today.now + DAY)
    later = {alert.incident for alert in endpoint_alerts(today) if alert.id not in known}
    assert later
    assert incident not in later


@pytest.mark.fact("alert.queue-opens-on.today")
def test_the_one_queue_opens_on_what_waits_from_the_last_week(today: Session) -> None:
    """A resolved alert leaves it, and so does an old one; both are among all of them."""
    resolved = one_queue(today)[0].id
    today.submit(ResolveAlerts((resolved,), "False positive", "Clean"))
    assert resolved not in {alert.id for alert in one_queue(today)}
    old = today.world.tenant.cloud_alerts.alerts[-1]
    assert old.id in {alert.id for alert in one_queue(today)}
    old.time = today.now - 7 * DAY - 1
    assert old.id not in {alert.id for alert in one_queue(today)}
    assert {resolved, old.id} <= {alert.id for alert in one_queue(today, everything=True)}


@pytest.mark.fact("alert.one-queue.today")
def test_an_alert_of_a_policy_is_in_progress_and_resolved_today_and_not_in_2019(
    today: Session, then: Session
) -> None:
    """Opened again, it has no resolution code; in 2019 it is closed in Cloud App Security's own ways."""
    alert = first(today)
    today.submit(SetAlertStatus(alert, "In progress"))
    assert row(today, alert).status == "In progress"
    today.submit(ResolveAlerts((alert,), "Informational, expected activity", "Confirmed user activity"))
    assert (row(today, alert).status, row(today, alert).code) == ("Resolved", 4)
    today.submit(SetAlertStatus(alert, "New"))
    assert (row(today, alert).is_open, row(today, alert).code) == (True, 0)
    assert refused(then, SetAlertStatus(first(then), "In progress")) == "ALERT-UNKNOWN"
    assert refused(then, ResolveAlerts((first(then),), "True alert")) == "ALERT-UNKNOWN"


@pytest.mark.fact("sees.alert-allow-none")
@pytest.mark.parametrize(
    ("period", "action", "found"),
    [
        ("today", "", {("Connection to a custom network indicator", "Informational")}),
        ("today", "Allow", set()),
        ("small", "", {("News", "High")}),
        ("small", "Allow", set()),
    ],
)
def test_a_hand_made_indicator_alerts_as_its_action_and_period_say(
    period: str, action: str, found: set[tuple[str, str]]
) -> None:
    """Today a block by hand, which is what is meant where none is named, is generic and Informational."""
    session = started(period)
    session.submit(SetSwitch(CUSTOM_INDICATORS, True))
    session.submit(AddIndicator("sohu.com", action, "News"))
    session.advance(session.now + 5 * HOUR)
    assert {(alert.title, alert.severity) for alert in endpoint_alerts(session)} == found


def test_a_machine_alert_is_classified_by_the_words_of_its_period(today: Session) -> None:
    """New, In progress, Resolved, and back; a determination belongs to its classification."""
    alert = endpoint_alerts(today)[0].id
    today.submit(SetAlertStatus(alert, "In progress"))
    assert refused(today, SetAlertStatus(alert, "Resolved")) == "ALERT-STATUS"
    assert refused(today, ResolveEndpointAlert(alert, "True alert")) == "ALERT-CLASS"
    wrong = ResolveEndpointAlert(alert, "False positive", determination="Phishing")
    assert refused(today, wrong) == "ALERT-DETERMINATION"
    today.submit(ResolveEndpointAlert(alert, "True positive", "spoke to her", "Other"))
    shown = next(a for a in endpoint_alerts(today) if a.id == alert)
    assert (shown.status, shown.classification, shown.determination) == ("Resolved", "True positive", "Other")
    today.submit(SetAlertStatus(alert, "New"))
    assert next(a for a in endpoint_alerts(today) if a.id == alert).status == "New"


def test_the_policy_of_an_alert_is_there_until_it_is_deleted(then: Session) -> None:
    """The alert stays, with the advice for a new service; the portal's own policies are there too."""
    shown = cloud_alerts(then)[0]
    assert shown.policy_is_there
    assert len(shown.advice) == 4
    then.submit(DeletePolicy(shown.policy_id))
    assert not row(then, shown.id).policy_is_there
    own = then.world.tenant.policies.built_in[0]
    then.world.tenant.cloud_alerts.find(shown.id).policy_id = own.id
    assert row(then, shown.id).policy_is_there


@pytest.mark.fact("alert.breach-news")
@pytest.mark.parametrize(("period", "day"), [("small", "2019-12-17"), ("today", "2026-11-17")])
def test_breach_news_of_a_scenario_alerts_with_the_next_analysis(
    period: str, day: str, tmp_path: Path
) -> None:
    """For an app that was seen, with who used it; the app that nobody uses stays silent."""
    text = (SCENARIOS / f"{period}-office.yaml").read_text(encoding="utf-8")
    path = tmp_path / "office.yaml"
    news = (f"{{app: {app}, date: {day}, text: Passwords were published.}}" for app in ("sohu-news", "box"))
    path.write_text(f"{text}\nbreaches: [{', '.join(news)}]\n", encoding="utf-8")
    session = Session(load_scenario(str(path)))
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(from_iso(day))
    assert cloud_alerts(session) == []
    session.advance(session.now + 13 * HOUR)
    (alert,) = cloud_alerts(session)
    assert (alert.title, alert.app_id) == ("Discovered app security breach", "sohu-news")
    assert alert.note == "Passwords were published."
    seen = dict(alert.seen_with)
    assert (len(seen["user"]), len(seen["source_ip"])) == (alert.users, alert.source_ips)
    assert seen["machine"]
    assert "in the last 90 days" in alert.text
