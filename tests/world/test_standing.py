"""What stands before play begins: managed settings, prompts without rights, licences, builds."""

from __future__ import annotations

from typing import Any

import pytest

from sim.base.errors import CommandRefused, ScenarioError
from sim.base.time import HOUR
from sim.engine.inventory import NEEDED
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.fleet_commands import WithdrawSetting
from sim.testing import prompt
from sim.views import endpoint, fleet, inventory
from tests.reference.small import resolved, scenario

NP = "EnableNetworkProtection"
GET = f"(Get-MpPreference).{NP}"


def session(**more: Any) -> Session:
    """Return a small world with more said of it."""
    found = scenario(6)
    found.update(more)
    return Session(resolved(found))


@pytest.mark.fact("settings.managed-wins")
def test_a_managed_setting_stands_from_the_first_moment_and_can_be_taken_back():
    """The trainee types, is not contradicted, and finds that it did not hold."""
    play = session(managed=[{"setting": NP, "value": "AuditMode", "departments": ["Field"]}])
    machines = {row.name: row.user for row in endpoint.machines(play)}
    modes = {name: prompt(play, name, GET) for name in machines}
    people = {person.upn: person.department for person in play.world.staff.people}
    assert modes == {n: "2" if people[user] == "Field" else "0" for n, user in machines.items()}
    assert "2" in modes.values()
    managed = next(name for name, mode in modes.items() if mode == "2")
    assert prompt(play, managed, f"Set-MpPreference -{NP} Enabled") == ""
    assert prompt(play, managed, GET) == "2"
    row = next(r for r in fleet.in_force(play, managed) if r.name == NP)
    assert (row.source, row.overridden) == ("Group Policy", ("Enabled by PowerShell",))
    play.submit(WithdrawSetting("fleet-0000"))
    play.advance(play.now + 3 * HOUR)
    assert prompt(play, managed, GET) == "1"


def test_group_policy_is_told_nothing_and_intune_is():
    """A console counts only what machines report to it."""
    play = session(
        managed=[
            {"setting": NP, "value": "AuditMode"},
            {"setting": "SmartScreenEnabled", "value": "Off", "route": "Intune"},
        ]
    )
    told = {row.setting: row.reported for row in fleet.assignments(play)}
    assert told == {NP: None, "SmartScreenEnabled": 6}


def test_who_is_no_administrator_may_look_and_not_set():
    """A scenario names them."""
    person = scenario(6)["organisation"]["cast"][0]["id"]
    play = session(standard_users=[person])
    machine = play.world.staff.machines[0].name
    assert prompt(play, machine, GET) == "0"
    assert "don't have enough permissions" in prompt(play, machine, f"Set-MpPreference -{NP} Enabled")
    assert prompt(play, machine, GET) == "0"


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        ({"managed": [{"setting": "Nonsense", "value": "On"}]}, None, "Nonsense"),
        ({"managed": [{"setting": NP, "value": "block"}]}, None, "Disabled, Enabled, AuditMode"),
        ({"managed": [{"setting": NP, "value": "Enabled", "route": "PowerShell"}]}, None, "is managed by"),
        (
            {"managed": [{"setting": NP, "value": "Enabled", "departments": ["Sal"]}]},
            "SCENARIO-DEPARTMENT",
            "Sal",
        ),
        (
            {"managed": [{"setting": "DisableEncryptedClientHello", "value": "On"}]},
            "SCENARIO-ERA",
            "DisableEncryptedClientHello",
        ),
        ({"standard_users": ["nobody"]}, "SCENARIO-PERSON", "nobody"),
        ({"subscription": {"licences": ["Field"]}}, None, "Microsoft Defender ATP"),
    ],
)
def test_a_mistake_in_what_stands_is_told(said: dict[str, Any], rule: str | None, words: str):
    """With the names that there are."""
    with pytest.raises(ScenarioError) as error:
        session(**said)
    assert any(words in str(problem) for problem in error.value.problems)
    assert rule is None or rule in {problem.rule for problem in error.value.problems}


@pytest.mark.fact("gate.licences.2019", "gate.licences.today")
@pytest.mark.parametrize(
    ("era", "period", "which"),
    [(*era, which) for era in (("mcas-2019", "2019"), ("defender-today", "today")) for which in (0, 1)],
)
def test_without_either_licence_no_indicator_is_made(era: str, period: str, which: int):
    """The portal refuses the switches that need it, and says which licence."""
    missing, other = NEEDED[period][which], NEEDED[period][1 - which]
    play = session(era=era, subscription={"licences": [other]})
    for name in (INTEGRATION, BLOCK_UNSANCTIONED):
        with pytest.raises(CommandRefused, match=missing):
            play.submit(SetSwitch(name, True))
    play.submit(SetSwitch(CUSTOM_INDICATORS, True))
    play.submit(TagApp("sohu-news", "Unsanctioned"))
    play.advance(play.now + 5 * HOUR)
    assert endpoint.indicators(play) == []
    states = {row.name: row.value for row in inventory.inventory(play)}
    assert states[f"Licence: {missing}"] == "missing"
    assert list(states.values()).count("present") == 1


def test_a_suite_holds_both_licences():
    """Microsoft 365 E5 does (CAS/mde-govern.md; documented)."""
    play = session(subscription={"licences": ["Microsoft 365 E5"]})
    play.submit(SetSwitch(INTEGRATION, True))
    assert all(row.value != "missing" for row in inventory.inventory(play))


@pytest.mark.parametrize("name", ["Azure ATP integration", "Preview features"])
def test_a_switch_without_a_documented_effect_changes_no_connection(name: str):
    """Two runs that differ in it have the same rows, and the inventory says so."""

    def rows(on: bool) -> Any:
        play = session()
        play.submit(SetSwitch(name, on))
        play.advance(play.now + 6 * HOUR)
        fact = next(row for row in inventory.inventory(play) if row.name == name)
        assert (fact.value, fact.effect) == ("On" if on else "Off", "no effect documented")
        found = play.world.plane.telemetry.between(0, play.now)
        return found.time.tolist(), found.host.tolist(), found.outcome.tolist()

    assert rows(True) == rows(False)


def test_where_forwarded_data_is_kept_is_a_fact():
    """The scenario names it; it decides nothing."""
    play = session(subscription={"data_location": "United States"})
    row = next(r for r in inventory.inventory(play) if r.name == "Forwarded data is stored in")
    assert (row.value, row.has_effect) == ("United States", False)


@pytest.mark.fact("gate.os.1709", "gate.os.1803", "gate.os.1809")
@pytest.mark.parametrize(
    ("build", "needs"),
    [
        ("16299.1084", "16299.1085 (KB4493441)"),
        ("17134.703", "17134.704 (KB4493464)"),
        ("17763.378", "17763.379 (KB4489899)"),
    ],
)
def test_a_machine_below_its_update_is_named_with_what_it_needs(build: str, needs: str):
    """The inventory lists it first; the build that has the update takes part."""
    person = scenario(6)["organisation"]["cast"][0]["id"]
    play = session(devices=[{"people": [person], "os_build": build}])
    first, *others = inventory.builds(play)
    assert (first.os_build, first.needs, first.build_ok) == (build, needs, False)
    assert needs in first.says
    assert all(row.build_ok for row in others)
    fixed = session(devices=[{"people": [person], "os_build": needs.partition(" ")[0]}])
    assert all(row.says == "takes part" for row in inventory.builds(fixed))


@pytest.mark.fact("gate.platform-version")
def test_an_old_platform_is_named():
    """4.18.1906 is the first that takes indicators."""
    person = scenario(6)["organisation"]["cast"][0]["id"]
    play = session(devices=[{"people": [person], "platform": "4.18.1905.4"}])
    assert "older than 4.18.1906" in inventory.builds(play)[0].says
