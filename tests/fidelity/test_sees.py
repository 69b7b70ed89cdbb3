"""What the user and the analyst see of a block, by commands and product views."""

from __future__ import annotations

import json

import pytest

from sim.base.time import HOUR, MINUTE
from sim.engine.hunting.tables import device_events
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.testing import prompt, wait
from sim.views import endpoint
from tests.fidelity.office import CHROME, CLIENT, FIREFOX, SITE, blocking, edge, office, visit

ENABLE = "Set-MpPreference -EnableNetworkProtection Enabled"


def guarded() -> Session:
    """Return a blocking office in which SO-01 has network protection in block mode."""
    session = blocking()
    prompt(session, "SO-01", ENABLE)
    return session


def events(session: Session, machine: str) -> list[tuple[str, str, str]]:
    """Return action, program and category of the DeviceEvents of a machine about the site."""
    wait(session, 10 * MINUTE)
    rows = device_events(endpoint.endpoint_rows(session, machine))
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
    assert "by your IT admin" in text


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
    alerts = [row for row in endpoint.alerts(session) if row.machine == "SO-01"]
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
    (alert,) = [row for row in endpoint.alerts(session) if row.machine == "SO-01" and row.domain in SITE]
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
