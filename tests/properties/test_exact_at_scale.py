"""The order of blocks is exact for ten thousand machines at once, whose sessions meet what changes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from sim.base.time import MINUTE
from sim.engine.enforcement.facts import STOPPED
from sim.scenario.load import Resolved
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.session.gateway_commands import ImportBlockScript, RemoveClient, SaveAccessRule
from sim.session.indicator_commands import AddIndicator, RemoveIndicator
from tests.properties import played
from tests.reference.model import Reference
from tests.reference.portals import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from tests.reference.small import resolved, scenario

MACHINES = 10_000
PROTECTION = "EnableNetworkProtection"
HABITS: list[dict[str, Any]] = [
    {"app": "sohu-news", "browser": "own"},
    {"app": "dropbox", "share": 15, "browser": "dropbox.exe"},
    {"app": "dropbox-paper", "share": 15, "browser": "own"},
    {"app": "yahoo-webmail", "share": 10, "browser": "chrome"},
]
"""What people do in the morning: one session each."""


def office() -> Resolved:
    """Return ten thousand machines of several kinds, half of them behind a gateway, whose people react."""
    found = scenario(rhythm="quick")
    found["organisation"] |= {"people": MACHINES, "browsers": {"chrome": 80, "edge": 10, "firefox": 10}}
    found["end"] = "2019-12-16T12:00"
    found["delays"]["machine_pull"]["fixed"] = "40m"
    when = {"sessions": 1, "between": ["09:00", "11:50"], "requests": [3, 6]}
    found["habits"] = [when | habit for habit in HABITS]
    found["devices"] = [
        {"share": 15, "group": "Pilot", "network_protection": "audit"},
        {"share": 5, "pull_every": "46h"},
        {"share": 5, "offline": [["2019-12-16T10:00", "2019-12-16T11:00"]]},
        {"share": 5, "antivirus": "passive"},
    ]
    found["proxy"] = [{"name": "Gate", "kind": "bluecoat", "departments": ["Desk"]}]
    found["single_sign_on"] = ["dropbox-paper"]
    found["reactions"], found["tags"] = {}, {"box": "Sanctioned", "gmail": "Sanctioned"}
    return resolved(found)


def morning(start: int) -> list[tuple[int, Command]]:
    """Return a script that changes nearly everything while people are in their sessions."""
    commands: list[tuple[int, Command]] = [
        (0, SetSwitch(INTEGRATION, True)),
        (0, SetSwitch(BLOCK_UNSANCTIONED, True)),
        (0, SetSwitch(CUSTOM_INDICATORS, True)),
        (10, AddIndicator("dropbox.com", "Alert and block")),
        (20, AssignSetting(PROTECTION, "Enabled", "Intune", "Pilot")),
        (60, TagApp("sohu-news", "Unsanctioned")),
        (65, PowerShell("SO-02", "Set-MpPreference -EnableNetworkProtection Enabled")),
        (75, SaveAccessRule("dropbox-paper", "browser", "Block", ("Field",))),
        (80, AddIndicator("mail.yahoo.com", "Alert only")),
        (95, RemoveClient("dropbox.exe", ("Desk",))),
        (100, WithdrawSetting("fleet-0000")),
        (110, RemoveIndicator("ind-0001")),
        (135, TagApp("sohu-news", "")),
        (150, TagApp("sohu-news", "Unsanctioned")),
        (165, ImportBlockScript("Gate")),
    ]
    return [(start + minutes * MINUTE, command) for minutes, command in commands]


def met_a_change(session: Session) -> int:
    """Return how many of people's sessions were let through and stopped, first one and then the other."""
    rows = session.world.plane.telemetry.rows()
    stopped = np.isin(rows.outcome, STOPPED)
    return len(np.intersect1d(rows.session[stopped], rows.session[~stopped]))


def test_ten_thousand_machines_equal_the_slow_reference():
    """Every connection of every machine, whatever changes within its session, and wherever time is cut."""
    world, seed = office(), 5
    script = morning(world.start)
    session, refused = played.play(world, seed, script, range(world.start, world.end, 47 * MINUTE))
    reference = Reference(world, seed)
    expected = reference.play(script)
    assert played.rows(session) == expected
    assert refused == reference.refused == [False] * len(script)
    assert len({row.machine for row in expected}) > MACHINES * 98 // 100
    assert len(Counter(row.outcome for row in expected)) == 7
    assert met_a_change(session) > 50
