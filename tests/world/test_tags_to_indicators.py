"""From tags to the portal's list: what the services make of tags, switches and shared domains."""

from __future__ import annotations

from contextlib import suppress

import pytest

from sim.base.errors import ScenarioError
from sim.base.time import HOUR, MINUTE
from sim.scenario.load import Resolved
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import VisitSite
from tests.reference.portals import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from tests.reference.small import resolved, scenario

ON = [SetSwitch(name, True) for name in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)]


def world(*apps: str, browser: str = "own") -> Resolved:
    """Return a small world whose people use these apps."""
    found = scenario(5, rhythm="quick")
    found["habits"] = [
        {
            "app": app,
            "browser": browser,
            "sessions": 2,
            "between": ["09:00", "16:00"],
            "requests": [2, 4],
        }
        for app in apps
    ]
    return resolved(found)


def listed(session: Session) -> set[str]:
    return {indicator.value for indicator in session.world.tenant.indicators.present()}


def hour(session: Session, *commands: Command) -> Session:
    """Submit commands and let an hour pass."""
    for command in commands:
        session.submit(command)
    session.advance(session.now + HOUR)
    return session


@pytest.mark.fact("indicator.domain-per-host", "taking-back.sanction-removes")
def test_a_tag_lists_the_apps_domains_and_clearing_it_takes_them_back():
    """One indicator for each domain without a path."""
    session = hour(Session(world("dropbox-paper")), *ON, TagApp("dropbox-paper", "Unsanctioned"))
    assert listed(session) == {"paper.dropbox.com", "paper-attachments.dropbox.com"}
    assert listed(hour(session, TagApp("dropbox-paper", ""))) == set()


@pytest.mark.parametrize("name", [INTEGRATION, BLOCK_UNSANCTIONED])
def test_a_switch_of_the_tag_takes_all_its_indicators_back(name: str):
    """And brings them back when it is saved on again."""
    session = hour(Session(world("dropbox")), *ON, TagApp("dropbox", "Unsanctioned"))
    full = listed(session)
    assert full
    assert listed(hour(session, SetSwitch(name, False))) == set()
    assert listed(hour(session, SetSwitch(name, True))) == full


def test_a_switch_saved_off_takes_back_what_a_cleared_tag_still_lists():
    """The switch's own delay counts, though the cleared tag would have taken longer."""
    slow = scenario(5)
    slow["delays"] = {
        "block_setting": {"fixed": "1m", "mark": "made up"},
        "tag_to_indicator": {"fixed": "30m", "mark": "made up"},
    }
    session = hour(Session(resolved(slow)), *ON, TagApp("dropbox", "Unsanctioned"))
    assert listed(session)
    session.submit(TagApp("dropbox", ""))
    session.submit(SetSwitch(BLOCK_UNSANCTIONED, False))
    session.advance(session.now + 2 * MINUTE)
    assert listed(session) == set()


@pytest.mark.fact("bypass.shared-domain")
def test_a_shared_domain_is_listed_once():
    """Two unsanctioned apps that share a domain block it together."""
    session = hour(
        Session(world("atlassian-jira", "atlassian-confluence")),
        *ON,
        TagApp("atlassian-jira", "Unsanctioned"),
        TagApp("atlassian-confluence", "Unsanctioned"),
    )
    values = [indicator.value for indicator in session.world.tenant.indicators.present()]
    assert values.count("atlassian.net") == 1
    assert "confluence.atlassian.com" in values


@pytest.mark.parametrize("cleared", ["atlassian-jira", "atlassian-confluence"])
def test_a_shared_domain_stays_while_an_unsanctioned_app_claims_it(cleared: str):
    """shared_domains.yaml: blocking any claimant blocks the domain for all of them."""
    apps = ["atlassian-jira", "atlassian-confluence"]
    first, second = cleared, next(app for app in apps if app != cleared)
    session = hour(Session(world(*apps)), *ON, TagApp(first, "Unsanctioned"))
    hour(session, TagApp(second, "Unsanctioned"))
    hour(session, TagApp(cleared, "Sanctioned"))
    assert "atlassian.net" in listed(session)


def test_an_app_with_no_plain_domain_is_taken_or_refused():
    """Its entries all have paths: it has no host of its own, and that is no crash."""
    with suppress(ScenarioError):
        Session(world("linkedin-sales-navigator"))


def test_a_native_client_with_capitals_can_be_tested():
    """Windows file names do not distinguish case."""
    session = Session(world("dropbox", browser="Dropbox.exe"))
    host = session.world.staff.hosts[0]
    assert session.submit(VisitSite("SO-01", "Dropbox.exe", host)).data["outcome"] == "OPEN"


def test_edge_is_edge_however_the_scenario_spells_it():
    """The world and the explanation judge the same process by the same engine."""
    session = Session(world("dropbox", browser="MICROSOFTEDGECP.exe"))
    staff = session.world.staff
    assert {staff.processes[p] for p in staff.plan.process.tolist()} == {"MicrosoftEdgeCP.exe"}
    assert set(staff.processes) == {"MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe", "iexplore.exe"}
