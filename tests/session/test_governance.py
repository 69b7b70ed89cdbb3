"""The governance log has an entry for every command that changes a portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sim.base.time import HOUR
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
from sim.session.app_commands import AddCustomApp, NoteApp, OverrideScore, ResetScore
from sim.session.commands import Command, CustomTag, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.gateway_commands import DeleteAccessRule, SaveAccessRule
from sim.session.indicator_commands import (
    AddIndicator,
    EditIndicator,
    EditScopedProfile,
    RemoveIndicator,
    RemoveScopedProfile,
    SaveScopedProfile,
)
from sim.session.policy_commands import (
    DeletePolicy,
    ImportPolicies,
    SaveAnomalyPolicy,
    SavePolicy,
    SwitchPolicy,
)
from sim.session.report_commands import (
    Anonymise,
    CreateSnapshot,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
    ResolveNames,
    SaveIpRange,
    SaveReport,
)
from sim.session.wire import COMMANDS
from sim.views import control, discovery, policies
from sim.views.alerts import cloud_alerts, endpoint_alerts
from tests.session.test_alert_commands import SCENARIOS, started

FEED = "Win10 Endpoint Users"
Step = tuple[Command, str]
"""A command, and the area of the log where its entry belongs."""

ELSEWHERE = {
    "powershell": "typed at a machine, which no portal sees",
    "visit": "a browser on a machine",
    "assign-setting": "done in Intune, Configuration Manager or Group Policy; the fleet screen lists it",
    "withdraw-setting": "done in Intune, Configuration Manager or Group Policy; the fleet screen lists it",
    "remove-client": "done in Intune",
    "import-block-script": "done at the appliance, whose administrator imports it",
    "repair-machine": "done by the service desk; the fleet screen lists it",
    "repair-collector": "mostly the server team's work; a data source that is set right has its entry",
    "notify-users": "a mail, sent outside the portals",
    "ask-about": "a mail, sent outside the portals",
    "record-finding": "the trainee's own notes",
    "give-verdict": "the trainee's own notes",
    "add-evidence": "the trainee's own notes",
    "remove-note": "the trainee's own notes",
    "send-message": "a mail, sent outside the portals",
    "open-ticket": "a ticket of another system",
    "grant-exception": "the register of exceptions is outside the portals",
    "finish-shift": "the end of the trainee's shift",
    "take-hint": "the simulator's, not a portal's",
    "back-test-tag": "a look that saves nothing",
    "save-query": "a person's own search, which changes nothing for anybody else",
    "delete-query": "a person's own search, which changes nothing for anybody else",
}
"""Kinds of commands without an entry, and why no portal would log them."""


def fresh() -> Session:
    """Return an office of today in which nothing was done."""
    return started("today")


def settings(_: Session) -> Iterator[Step]:
    """Walk what can be done before there is any data."""
    yield SetSwitch("Preview features", True), "Settings"
    yield SaveSetting("Alert severity", "Low"), "Settings"
    yield TagApp("dropbox", "Monitored"), "Tags"
    yield CustomTag("dropbox", "Watched"), "Tags"
    yield AddIndicator("example.com", "Allow", "By hand"), "Indicators"
    yield EditIndicator("ind-0001", "Allow", "Still by hand"), "Indicators"
    yield RemoveIndicator("ind-0001"), "Indicators"
    yield OverrideScore("dropbox", 3), "Cloud Discovery"
    yield ResetScore("dropbox"), "Cloud Discovery"
    yield NoteApp("dropbox", "asked"), "Cloud Discovery"
    yield AddCustomApp("Wiki", "Collaboration", ("wiki.example",), "Azure", 8), "Cloud Discovery"
    yield SaveReport("Feed", (FEED,)), "Cloud Discovery"
    yield DeleteReport("Feed"), "Cloud Discovery"
    yield SaveIpRange("Hall", ("10.9.0.0/16",)), "Cloud Discovery"
    yield RemoveIpRange("Hall"), "Cloud Discovery"
    yield ExcludeEntity("user", "anna.ahlgren@small.example"), "Cloud Discovery"
    yield EnrichUsers(True), "Settings"
    yield Anonymise(FEED, "user", True), "Settings"


def saved_policies(session: Session) -> Iterator[Step]:
    """Save a policy, save it from its own file, switch it off and delete it."""
    yield SavePolicy("New popular app", "Popular", {"Number of users": 3}), "Policies"
    policy = next(row.id for row in policies.policies(session) if row.name == "Popular")
    lines = tuple(policies.exported(session, policy).splitlines())
    yield ImportPolicies("popular.yaml", lines), "Policies"
    yield SwitchPolicy(policy, False), "Policies"
    yield DeletePolicy(policy), "Policies"


def worked_in() -> Session:
    """Return it after a day with pseudonyms, alerts of a policy, and alerts of machines."""
    session = started("today")
    session.submit(Anonymise(FEED, "user", True))
    for name in (INTEGRATION, CUSTOM_INDICATORS, BLOCK_UNSANCTIONED):
        session.submit(SetSwitch(name, True))
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    session.submit(SavePolicy("New popular app", "Popular", {"Number of users": 0}, daily_limit=50))
    session.advance(session.now + 30 * HOUR)
    return session


def alerts(session: Session) -> Iterator[Step]:
    """Walk what can be done with alerts of both portals, and with a pseudonym."""
    one, two, three, four = (row.id for row in cloud_alerts(session)[:4])
    yield MarkAlert(one, True), "Alerts"
    yield AssignAlert(one, "Ines"), "Alerts"
    yield CommentAlert(one, "asked the owner"), "Alerts"
    yield CloseAlert(two, True), "Alerts"
    yield CloseAlerts((three,), "True positive"), "Alerts"
    yield ResolveAlerts((four,), "False positive", "Clean"), "Alerts"
    machine = endpoint_alerts(session)[0].id
    yield SetAlertStatus(machine, "In progress"), "Alerts"
    yield ResolveEndpointAlert(machine, "True positive"), "Alerts"
    names = sorted(row.name for row in discovery.entities(session, FEED, "user"))
    yield ResolveNames((names[0],), "case 7 needs it"), "Cloud Discovery"


def profiles(_: Session) -> Iterator[Step]:
    """Save a scoped profile, change it and remove it."""
    yield SaveScopedProfile("Field", ("Field laptops",)), "Indicators"
    yield EditScopedProfile("Field", ("Field laptops",), "Exclude"), "Indicators"
    yield RemoveScopedProfile("Field"), "Indicators"


def of_2019() -> Session:
    """Return a company of 2019 with apps that sign people in."""
    return Session(load_scenario(str(SCENARIOS / "two-gateways.yaml")))


def only_2019(session: Session) -> Iterator[Step]:
    """Walk what needs that company."""
    yield SaveAnomalyPolicy("Anomalous behavior in discovered users", "Odd"), "Policies"
    yield SaveAccessRule("salesforce", "native", "Block", ("Desk",)), "Policies"
    yield DeleteAccessRule(session.world.tenant.access.present()[0].id), "Policies"
    session.advance(session.now + 2 * HOUR)
    yield CreateSnapshot("Today", session.world.upstream.gateways[0].name), "Cloud Discovery"


Walk = Callable[[Session], Iterator[Step]]
WALKS: tuple[tuple[Callable[[], Session], Walk], ...] = (
    (fresh, settings),
    (fresh, saved_policies),
    (worked_in, alerts),
    (fresh, profiles),
    (of_2019, only_2019),
)


def test_every_change_of_a_portal_is_in_the_log() -> None:
    """One more entry for each command, by the analyst, and found under its area; no kind is forgotten."""
    logged: set[str] = set()
    for begin, walk in WALKS:
        session = begin()
        for command, area in walk(session):
            before = len(control.governance_log(session, area))
            session.submit(command)
            entries = control.governance_log(session, area)
            assert len(entries) == before + 1, command
            assert entries[0].actor == "analyst"
            logged.add(command.kind)
    assert logged.isdisjoint(ELSEWHERE)
    assert sorted(logged | set(ELSEWHERE)) == sorted(COMMANDS), "log a new kind, or say why no portal would"


@pytest.mark.parametrize("area", ["Tags", "Settings", "Policies", "Indicators", "Alerts", "Cloud Discovery"])
def test_an_area_is_a_part_of_the_log(area: str) -> None:
    """Filtered, the entries are the same ones in the same order."""
    session = worked_in()
    for command, _ in alerts(session):
        session.submit(command)
    whole = control.governance_log(session)
    found = control.governance_log(session, area)
    assert found == [row for row in whole if row.area == area]
    assert found
