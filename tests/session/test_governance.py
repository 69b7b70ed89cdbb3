"""The governance log has an entry for every command that changes a portal."""

from __future__ import annotations

import pytest

from sim.session.alert_commands import SaveSetting
from sim.session.app_commands import AddCustomApp, NoteApp, OverrideScore, ResetScore
from sim.session.commands import Command, CustomTag, SetSwitch, TagApp
from sim.session.indicator_commands import AddIndicator, RemoveIndicator
from sim.session.policy_commands import DeletePolicy, SavePolicy, SwitchPolicy
from sim.session.report_commands import (
    Anonymise,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
    SaveIpRange,
    SaveReport,
)
from sim.views import control
from tests.session.test_alert_commands import started

FEED = "Win10 Endpoint Users"
STEPS: tuple[tuple[Command, str], ...] = (
    (SetSwitch("Preview features", True), "Settings"),
    (SaveSetting("Alert severity", "Low"), "Settings"),
    (TagApp("dropbox", "Monitored"), "Tags"),
    (CustomTag("dropbox", "Watched"), "Tags"),
    (AddIndicator("example.com", "Allow", "By hand"), "Indicators"),
    (RemoveIndicator("ind-0001"), "Indicators"),
    (SavePolicy("New popular app", "Popular", {"Number of users": 3}, id=""), "Policies"),
    (OverrideScore("dropbox", 3), "Cloud Discovery"),
    (ResetScore("dropbox"), "Cloud Discovery"),
    (NoteApp("dropbox", "asked"), "Cloud Discovery"),
    (AddCustomApp("Wiki", "Collaboration", ("wiki.example",), "Azure", 8), "Cloud Discovery"),
    (SaveReport("Feed", (FEED,)), "Cloud Discovery"),
    (DeleteReport("Feed"), "Cloud Discovery"),
    (SaveIpRange("Hall", ("10.9.0.0/16",)), "Cloud Discovery"),
    (RemoveIpRange("Hall"), "Cloud Discovery"),
    (ExcludeEntity("user", "anna.ahlgren@small.example"), "Cloud Discovery"),
    (EnrichUsers(True), "Settings"),
    (Anonymise(FEED, "user", True), "Settings"),
)


def test_every_change_of_a_portal_is_in_the_log() -> None:
    """One more entry for each command, by the analyst, and found under its area."""
    session = started("today")
    for command, area in STEPS:
        before = len(control.governance_log(session, area))
        session.submit(command)
        entries = control.governance_log(session, area)
        assert len(entries) == before + 1, command
        assert entries[0].actor == "analyst"
    policy = next(p.id for p in session.world.tenant.policies.saved if p.name == "Popular")
    for change in (SwitchPolicy(policy, False), DeletePolicy(policy)):
        before = len(control.governance_log(session))
        session.submit(change)
        assert len(control.governance_log(session)) == before + 1, change


@pytest.mark.parametrize("area", ["Tags", "Settings", "Policies", "Indicators", "Alerts", "Cloud Discovery"])
def test_an_area_is_a_part_of_the_log(area: str) -> None:
    """Filtered, the entries are the same ones in the same order."""
    session = started("today")
    for command, _ in STEPS:
        session.submit(command)
    whole = control.governance_log(session)
    assert control.governance_log(session, area) == [row for row in whole if row.area == area]
