"""What the user and the analyst see of a block, by commands and product views."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.base.time import HOUR, MINUTE
from sim.engine.discovery.streams import GLOBAL
from sim.engine.enforcement.facts import Outcome, System
from sim.engine.enforcement.pages import shown
from sim.engine.hunting.tables import device_events
from sim.engine.portal import PORTALS
from sim.engine.tenant import UNSANCTIONED, WIN10
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.testing import prompt, switch_on, wait
from sim.views import discovery, endpoint
from sim.views.alerts import endpoint_alerts
from tests.fidelity.office import APP, CHROME, CLIENT, FIREFOX, SITE, blocking, edge, office, visit

ENABLE = "Set-MpPreference -EnableNetworkProtection Enabled"


def guarded() -> Session:
    """Return a blocking office in which SO-01 has network protection in block mode."""
    session = blocking()
    prompt(session, "SO-01", ENABLE)
    return session


def events(session: Session, machine: str) -> list[tuple[str, str, str]]:
    """Return action, program and category of the DeviceEvents of a machine about the site."""
    wait(session, 10 * MINUTE)
    rows = device_events(endpoint.endpoint_rows(session, machine)).to_dicts()
    fields = [(row, json.loads(row["AdditionalFields"])) for row in rows if row["RemoteUrl"] == SITE]
    return [
        (
            row["ActionType"],
            row["InitiatingProcessFileName"],
            more.get("Experience") or more.get("ResponseCategory"),
        )
        for row, more in fields
    ]


@pytest.mark.fact("sees.edge-block.2019")
def test_edge_shows_a_plain_error_page_and_windows_a_notification():
    """No red page yet."""
    session = guarded()
    outcome, text = visit(session, "SO-01", edge(session))
    assert outcome == "BLOCKED"
    assert "error page" in text
    assert "Windows says" in text


@pytest.mark.fact("sees.chrome-block", "sees.firefox-block", "sees.toast-block")
@pytest.mark.parametrize(
    ("process", "code"),
    [(CHROME, "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"), (FIREFOX, "SSL_ERROR_NO_CYPHER_OVERLAP")],
)
def test_other_browsers_show_an_error_of_the_secure_connection(process: str, code: str):
    """And Windows says whose decision it was."""
    outcome, text = visit(guarded(), "SO-01", process)
    assert outcome == "BLOCKED"
    assert code in text
    assert "by your IT admin (OK, Feedback)" in text


@pytest.mark.fact("sees.device-event.edge", "sees.device-event.other")
def test_a_block_by_tag_is_told_as_a_policy_of_the_cloud_app_security():
    """SmartScreen's row for Edge, network protection's for the others; neither for the other."""
    session = guarded()
    for process in (edge(session), CHROME, CLIENT):
        assert visit(session, "SO-01", process)[0] == "BLOCKED"
    found = events(session, "SO-01")
    assert ("SmartScreenUrlWarning", edge(session), "CasbPolicy") in found
    assert ("ExploitGuardNetworkProtectionBlocked", CHROME, "CasbPolicy") in found
    assert ("ExploitGuardNetworkProtectionBlocked", CLIENT, "CasbPolicy") in found
    assert {action for action, process, _ in found if process == edge(session)} == {"SmartScreenUrlWarning"}


@pytest.mark.fact("sees.device-event.custom")
def test_a_block_by_hand_is_told_as_the_custom_list():
    """The same rows with another category."""
    session = office()
    session.submit(SetSwitch("Custom network indicators", True))
    session.submit(AddIndicator("sohu.com"))
    prompt(session, "SO-01", ENABLE)
    wait(session, 3 * HOUR)
    for process in (edge(session), CHROME):
        assert visit(session, "SO-01", process)[0] == "BLOCKED"
    assert {category for _, _, category in events(session, "SO-01")} == {"CustomBlockList"}


@pytest.mark.fact("sees.alert-title.2019", "indicator.severity.2019")
def test_the_alert_has_the_title_and_severity_of_2019():
    """High, and in the words of the screenshot."""
    session = guarded()
    visit(session, "SO-01", CHROME)
    wait(session, 10 * MINUTE)
    alerts = [row for row in endpoint_alerts(session) if row.machine == "SO-01"]
    assert alerts
    assert {(row.title, row.severity) for row in alerts} == {
        ("Connection to a blocked cloud application was detected", "High")
    }


@pytest.mark.fact("sees.alert-consolidated")
def test_attempts_of_a_day_are_one_alert_with_its_first_and_last():
    """Two programs and an hour between them do not make a second alert."""
    session = guarded()
    visit(session, "SO-01", CHROME)
    first = session.now
    wait(session, HOUR)
    visit(session, "SO-01", edge(session))
    last = session.now
    wait(session, 10 * MINUTE)
    (alert,) = [row for row in endpoint_alerts(session) if row.machine == "SO-01" and row.domain in SITE]
    assert alert.first <= first
    assert alert.last >= last
    assert alert.attempts >= 2


@pytest.mark.fact("engine.connection-success")
def test_a_blocked_visit_leaves_a_connection_that_succeeded():
    """The row is written before anything is decided."""
    session = guarded()
    tried = session.now
    assert visit(session, "SO-01", CHROME)[0] == "BLOCKED"
    wait(session, 10 * MINUTE)
    actions = {row.action for row in endpoint.timeline(session, "SO-01", "sohu-news") if row.time == tried}
    assert "ConnectionSuccess" in actions


TODAY = PORTALS["today"]
LINK = "https://intranet.example/why"


@pytest.mark.fact("sees.edge-block.today")
def test_edge_shows_a_red_page_today_with_a_link_where_one_is_set():
    """The link came in July 2024."""
    page = shown(Outcome.BLOCKED, TODAY, System.WINDOWS, "msedge.exe")
    assert "red page" in page
    assert "support page" not in page
    assert f"Visit the support page ({LINK})" in shown(
        Outcome.BLOCKED, TODAY, System.WINDOWS, "msedge.exe", LINK
    )


@pytest.mark.fact("sees.edge-warn")
def test_edge_warns_with_a_button_that_lets_go_on():
    """A page of its own, no notification."""
    assert "button Allow" in shown(Outcome.WARNED, TODAY, System.WINDOWS, "msedge.exe")


@pytest.mark.fact("sees.toast-warn")
def test_the_notification_of_a_warning_can_be_unblocked():
    """And a click opens the education address."""
    page = shown(Outcome.WARNED, TODAY, System.WINDOWS, CHROME, LINK)
    assert "(OK, Unblock, Feedback)" in page
    assert LINK in page


@pytest.mark.fact("sees.macos-linux", "settings.linux")
@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.WARNED])
def test_macos_notifies_by_defender_and_linux_not_at_all(outcome: Outcome):
    """On both the browser says what it says on Windows; Edge too is cut below its page."""
    mac = shown(outcome, TODAY, System.MACOS, CHROME)
    assert "Microsoft Defender" in mac
    assert "Windows" not in mac
    linux = shown(outcome, TODAY, System.LINUX, CHROME)
    assert linux == "This site can't provide a secure connection (ERR_SSL_VERSION_OR_CIPHER_MISMATCH)"
    assert shown(outcome, TODAY, System.LINUX, "msedge") == "connection reset"


@pytest.mark.fact("sees.warn-bypass", "sees.edge-warn", "indicator.action.today")
def test_a_monitored_app_warns_in_play():
    """The tag of today, tried in Edge."""
    session = office("defender-today")
    switch_on(session)
    session.submit(TagApp(APP, "Monitored"))
    wait(session, 4 * HOUR)
    outcome, text = visit(session, "SO-01", edge(session))
    assert outcome == "WARNED"
    assert "warning page" in text


def days_of(tag: str) -> Session:
    """Return two days of today's office in which the app carries a tag from nine o'clock on."""
    session = Session(load_scenario(str(Path(__file__).parents[1] / "scenarios" / "today-office.yaml")))
    switch_on(session)
    session.submit(TagApp(APP, tag))
    session.advance(session.resolved.end)
    return session


@pytest.mark.fact("sees.app-counters")
@pytest.mark.parametrize("tag", ["Monitored", UNSANCTIONED])
def test_the_apps_page_counts_users_blocked_accessed_and_bypassed(tag: str):
    """Users, not visits, of what the report has by then; who clicked through was blocked before."""
    session = days_of(tag)
    page = discovery.app_page(session, WIN10, APP)
    assert page.row is not None
    rows = endpoint.endpoint_rows(session, app_id=APP)
    assert rows.traffic.user is not None
    users: dict[str, set[str | None]] = {"blocked": set(), "accessed": set(), "bypassed": set()}
    for time, user, outcome in zip(
        rows.traffic.time.tolist(), rows.traffic.user.texts(), rows.outcome.tolist(), strict=True
    ):
        stopped = outcome in {Outcome.BLOCKED, Outcome.WARNED}
        what = "blocked" if stopped else "bypassed" if outcome == Outcome.BYPASSED else "accessed"
        if time <= page.row.last:
            users[what].add(user)
    assert page.controls is not None
    assert page.controls.blocked == len(users["blocked"]) > 0
    assert page.controls.accessed == len(users["accessed"]) > page.controls.blocked
    assert page.controls.bypassed == len(users["bypassed"])
    assert (page.controls.bypassed > 0) == (tag == "Monitored")
    assert users["bypassed"] <= users["blocked"]


@pytest.mark.fact("sees.app-counters")
def test_only_todays_page_has_these_counters_and_only_of_endpoints():
    """Not the page of 2019, and not a report of a proxy's log, which knows of no warning."""
    session = blocking()
    assert discovery.app_page(session, WIN10, APP).row is not None
    assert discovery.app_page(session, WIN10, APP).controls is None
    today = office("defender-today", proxy={"name": "Edge proxy"})
    switch_on(today)
    wait(today, 24 * HOUR)
    assert discovery.app_page(today, WIN10, APP).controls is not None
    logged = discovery.app_page(today, GLOBAL, APP)
    assert logged.row is not None
    assert logged.controls is None
