"""What is foretold of indicators and links comes true where nobody commands anything more."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.base.time import HOUR, MINUTE
from sim.engine.enforcement.chain import Link
from sim.engine.enforcement.explain import Told
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.session.indicator_commands import AddIndicator, EditIndicator
from sim.testing import TOGGLES, switch_on
from sim.views.chains import Chains
from sim.world.outlook import outlook
from tests.reference.small import resolved, scenario


def today(**more: Any) -> Session:
    """Return a small world of today with every switch on and every machine in block mode."""
    found = scenario(6)
    found["devices"] = [{"network_protection": "block"}]
    session = Session(resolved({**found, "era": "defender-today", **more}), 3)
    switch_on(session, *TOGGLES)
    return session


def first_open(session: Session, machine: int, process: str, host: str) -> Told:
    """Return the first open link of a program on a machine at a host."""
    found = Chains(session, session.world.staff.hosts.index(host)).explain(machine, process)
    assert found.explanation.first_open is not None
    return found.explanation.first_open


def test_every_stage_that_is_foretold_comes_true():
    """Through a tag, its replacement by another, an expiry and an edit, whose synchronisation is due."""
    session = today()
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    session.submit(AddIndicator("dropbox.com", "Warn", expires="2019-12-16T11:00"))
    session.advance(session.now + 2 * HOUR)
    session.submit(TagApp("sohu-news", "Monitored"))
    held = next(one for one in session.world.tenant.indicators.present() if one.by_tag)
    session.submit(EditIndicator(held.id, "Block execution", "Again", generate_alert=False))
    session.submit(SetSwitch("Block unsanctioned apps", False))
    foretold = outlook(session.world)
    assert len(foretold) > 6
    for stage, after in pairwise(foretold):
        if stage.since < after.since:
            session.advance(stage.since + 1)
            now = outlook(session.world)[0]
            assert (now.present, now.offered) == (stage.present, stage.offered)


@pytest.mark.parametrize(
    ("traits", "setting", "value", "link"),
    [
        ({"cloud_protection": False}, "MAPSReporting", "Basic", Link.CLOUD_PROTECTION),
        ({"real_time": False}, "DisableRealtimeMonitoring", "Off", Link.REAL_TIME),
        ({"system": "server"}, "AllowNetworkProtectionOnWinServer", "On", Link.SERVER_ALLOWED),
        ({"network_protection": "audit"}, "EnableNetworkProtection", "Enabled", Link.MODE),
    ],
    ids=["cloud protection", "real-time protection", "server", "mode"],
)
def test_a_setting_on_its_way_says_when_its_link_closes(traits, setting, value, link):
    """At the moment when it arrives, and not before."""
    session = today(devices=[{"network_protection": "block"} | traits], tags={"sohu-news": "Unsanctioned"})
    session.advance(session.now + 5 * HOUR)
    assert first_open(session, 1, "chrome.exe", "sohu.com").expected_at is None
    session.submit(AssignSetting(setting, value, "Group Policy"))
    told = first_open(session, 1, "chrome.exe", "sohu.com")
    assert told.link is link
    assert told.expected_at is not None
    session.advance(told.expected_at)
    assert first_open(session, 1, "chrome.exe", "sohu.com").link is link
    session.advance(told.expected_at + 1)
    found = Chains(session, session.world.staff.hosts.index("sohu.com")).explain(1, "chrome.exe").explanation
    assert found.first_open is None


def test_quic_says_when_a_browser_policy_ends_it():
    """The remedy on its way closes the link (MDE/indicator-ip-domain.md)."""
    session = today(
        programs={"chrome.exe": {"quic": True}},
        destinations=[{"app": "sohu-news", "quic": True}],
        tags={"sohu-news": "Unsanctioned"},
    )
    session.advance(session.now + 5 * HOUR)
    session.submit(AssignSetting("QuicAllowed", "Off", "Intune"))
    told = first_open(session, 1, "chrome.exe", "sohu.com")
    assert told.link is Link.QUIC
    assert told.expected_at is not None


def test_a_host_under_another_apps_tag_is_explained_by_that_tag():
    """Paper itself has no tag, and Dropbox's domain covers its host."""
    session = today()
    session.submit(TagApp("dropbox", "Unsanctioned"))
    told = first_open(session, 1, "chrome.exe", "paper.dropbox.com")
    assert told.link is Link.LISTED
    assert told.expected_at is not None
    session.advance(told.expected_at + MINUTE)
    assert first_open(session, 1, "chrome.exe", "paper.dropbox.com").link is Link.OFFERED


def test_what_a_script_wrote_stays_when_its_assignment_is_taken_back():
    """Nothing undoes a line of PowerShell but another line."""
    session = today(devices=[])
    given = session.submit(AssignSetting("EnableNetworkProtection", "Enabled", "PowerShell")).data["id"]
    session.submit(WithdrawSetting(given))
    session.advance(session.now + HOUR)
    assert session.world.posture(1).network_protection == 1
