"""What settings decide: connections of the machine, from the moment they are in force."""

from __future__ import annotations

from typing import Any

import pytest

from sim.base.time import HOUR
from sim.engine.enforcement.fleet import MachineSettings
from sim.engine.enforcement.settings import Route, Value
from sim.session.driver import Session
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.testing import TOGGLES, prompt, switch_on, tries
from sim.world import effects
from sim.world.devices import Device
from tests.reference.small import resolved, scenario

SITE, MACHINE = "www.sohu.com", "SO-02"
EDGE = "MicrosoftEdgeCP.exe"
LOG = (
    "Get-WinEvent -FilterHashtable "
    "@{LogName='Microsoft-Windows-Windows Defender/Operational'; Id=%d} | fl Message"
)


def blocking(**more: Any) -> Session:
    """Return a small world in which every machine holds the block and protects every browser."""
    found = scenario(6)
    found["tags"] = {"sohu-news": "Unsanctioned"}
    found.update(more)
    session = Session(resolved(found))
    switch_on(session, *TOGGLES)
    session.submit(AssignSetting("EnableNetworkProtection", "Enabled", "PowerShell"))
    session.advance(session.now + 4 * HOUR)
    return session


@pytest.mark.fact("gate.network-protection-block")
def test_everything_in_order_blocks_in_every_browser():
    """What the other tests take away from."""
    session = blocking()
    assert not any(tries(session, MACHINE, p, SITE) for p in (EDGE, "chrome.exe", "firefox.exe"))


@pytest.mark.fact("gate.real-time", "gate.cloud-protection")
@pytest.mark.parametrize(
    ("off", "on"),
    [
        ("-DisableRealtimeMonitoring $true", "-DisableRealtimeMonitoring $false"),
        ("-MAPSReporting Disabled", "-MAPSReporting Basic"),
        ("-EnableNetworkProtection Disabled", "-EnableNetworkProtection Enabled"),
    ],
)
def test_a_prerequisite_switched_off_opens_every_browser_but_edge_at_once(off: str, on: str):
    """And back again."""
    session = blocking()
    prompt(session, MACHINE, f"Set-MpPreference {off}")
    assert tries(session, MACHINE, "chrome.exe", SITE)
    assert not tries(session, MACHINE, EDGE, SITE)
    assert not tries(session, "SO-03", "chrome.exe", SITE)
    prompt(session, MACHINE, f"Set-MpPreference {on}")
    assert not tries(session, MACHINE, "chrome.exe", SITE)


def test_smartscreen_switched_off_by_policy_opens_edge_alone():
    """SmartScreen guards Edge (MDE/web-protection-overview.md)."""
    session = blocking()
    given = session.submit(AssignSetting("SmartScreenEnabled", "Off", "Registry")).data["id"]
    assert tries(session, MACHINE, EDGE, SITE)
    assert not tries(session, MACHINE, "chrome.exe", SITE)
    session.submit(WithdrawSetting(given))
    assert not tries(session, MACHINE, EDGE, SITE)


@pytest.mark.fact("bypass.remedy-chrome")
def test_chromes_policy_closes_the_hole_that_quic_opens():
    """QuicAllowed off, on the machines that have it and no others."""
    session = blocking(
        programs={"chrome.exe": {"quic": True}}, destinations=[{"app": "sohu-news", "quic": True}]
    )
    assert tries(session, MACHINE, "chrome.exe", SITE)
    given = session.submit(AssignSetting("QuicAllowed", "Off", "Registry", MACHINE)).data["id"]
    assert not tries(session, MACHINE, "chrome.exe", SITE)
    assert tries(session, "SO-03", "chrome.exe", SITE)
    session.submit(WithdrawSetting(given))
    assert tries(session, MACHINE, "chrome.exe", SITE)


@pytest.mark.fact("settings.event-1125", "settings.event-1126")
def test_the_machines_own_log_tells_of_blocks_and_audits_and_not_of_edge():
    """1126 in block mode, 1125 in audit mode; SmartScreen writes none of these."""
    session = blocking()
    before = prompt(session, MACHINE, LOG % 1126).count("Destination: ")
    tries(session, MACHINE, "firefox.exe", SITE)
    assert prompt(session, MACHINE, LOG % 1126).count("Destination: ") == before + 1
    assert f"Destination: {SITE}\n          Process Name: firefox.exe" in prompt(session, MACHINE, LOG % 1126)
    assert "No events were found" in prompt(session, MACHINE, LOG % 1125)
    prompt(session, MACHINE, "Set-MpPreference -EnableNetworkProtection AuditMode")
    assert tries(session, MACHINE, "firefox.exe", SITE)
    assert prompt(session, MACHINE, LOG % 1125).count("would have blocked") == 1
    tries(session, MACHINE, EDGE, SITE)
    assert EDGE not in prompt(session, MACHINE, LOG % 1126)


def test_tamper_protection_by_intune_keeps_real_time_protection_on():
    """What somebody types is ignored; the block goes on."""
    session = blocking(managed=[{"setting": "TamperProtection", "value": "On", "route": "Intune"}])
    assert prompt(session, MACHINE, "Set-MpPreference -DisableRealtimeMonitoring $true") == ""
    assert prompt(session, MACHINE, "(Get-MpPreference).DisableRealtimeMonitoring") == "False"
    assert not tries(session, MACHINE, "chrome.exe", SITE)


def test_an_antivirus_that_is_off_answers_with_its_error_and_a_passive_one_says_so():
    """The prompt shows the machine's own state."""
    session = blocking(
        devices=[{"people": ["ben"], "antivirus": "off"}, {"people": ["cora"], "antivirus": "passive"}]
    )
    assert "0x800106ba" in prompt(session, "SO-02", "Get-MpPreference")
    assert prompt(session, "SO-03", "(Get-MpComputerStatus).AMRunningMode") == "Passive Mode"


@pytest.mark.fact("settings.macos")
def test_a_mac_has_its_own_prompt_and_the_windows_routes_do_not_reach_it():
    """Off by default, set by mdatp."""
    session = blocking(devices=[{"people": ["ben"], "system": "macos"}])
    level = "mdatp health --field network_protection_enforcement_level"
    assert prompt(session, MACHINE, level) == "disabled"
    prompt(session, MACHINE, "sudo mdatp config network-protection enforcement-level --value block")
    assert prompt(session, MACHINE, level) == "block"
    assert session.world.posture(1).network_protection == 1
    assert session.world.fleet.assignments[0].machines == (0, 2, 3, 4, 5)


def held(**values: Value) -> MachineSettings:
    """Return settings that group policy has brought."""
    settings = MachineSettings()
    for number, (name, value) in enumerate(values.items()):
        settings.hold(name, Route.GPO, number, value)
    return settings


@pytest.mark.fact("settings.servers")
@pytest.mark.parametrize(
    ("build", "on", "down", "works"),
    [
        ("17763.379", False, False, False),
        ("17763.379", True, False, True),
        ("14393.1", True, False, False),
        ("14393.1", True, True, True),
        ("9600.1", False, True, False),
        ("9600.1", True, True, True),
    ],
)
def test_a_server_needs_its_switches_and_an_old_one_both(build: str, on: bool, down: bool, works: bool):
    """AllowNetworkProtectionOnWinServer, and ...DownLevel on Server 2012 R2 and 2016."""
    guards = blocking().world.guards
    device = Device(system="server", os_build=build)
    settings = held(AllowNetworkProtectionOnWinServer=on, AllowNetworkProtectionDownLevel=down)
    effects.put(guards, device, 1, "AllowNetworkProtectionOnWinServer", settings)
    assert bool(guards.np_allowed[1]) is works


@pytest.mark.fact("bypass.remedy-chrome", "bypass.remedy-firefox")
@pytest.mark.parametrize(
    ("name", "value", "process", "trait"),
    [
        ("QuicAllowed", False, "chrome.exe", "quic"),
        ("EncryptedClientHelloEnabled", False, "chrome.exe", "ech"),
        ("network.http.http3.enable", False, "firefox.exe", "quic"),
        ("DisableEncryptedClientHello", True, "firefox.exe", "ech"),
    ],
)
def test_a_browser_policy_takes_one_trait_from_one_browser(name: str, value: bool, process: str, trait: str):
    """Nothing of another browser or another machine changes."""
    both = {"quic": True, "ech": True}
    world = blocking(programs={"chrome.exe": both, "firefox.exe": both}).world
    wide = [(machine, place) for machine in (1, 2) for place in range(len(world.staff.processes))]

    def traits() -> dict[tuple[int, str, str], bool]:
        found = {at: world.guards.program(*at) for at in wide}
        return {(m, p.file_name, t): getattr(p, t) for (m, _), p in found.items() for t in ("quic", "ech")}

    before = traits()
    effects.put(world.guards, Device(), 1, name, held(**{name: value}))
    after = traits()
    assert [key for key in before if before[key] != after[key]] == [(1, process, trait)]
