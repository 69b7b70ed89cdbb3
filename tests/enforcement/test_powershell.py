"""The prompt understands what PowerShell would, and never changes a machine on a line that failed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.enforcement.facts import DevicePosture, NetworkProtection
from sim.engine.enforcement.powershell import run

OFF, ON, AUDIT = NetworkProtection.DISABLED, NetworkProtection.ENABLED, NetworkProtection.AUDIT
SET = "Set-MpPreference -EnableNetworkProtection "


@pytest.mark.parametrize(
    ("value", "mode"),
    [
        ("Enabled", ON),
        ("enabled", ON),
        ("enable", ON),  # what the article typed
        ("E", ON),
        ("1", ON),
        ('"Enabled"', ON),
        ("'Enabled'", ON),
        ("AuditMode", AUDIT),
        ("AUDIT", AUDIT),
        ("a", AUDIT),
        ("2", AUDIT),
        ("Disabled", OFF),
        ("dis", OFF),
        ("0", OFF),
    ],
)
def test_a_value_is_a_name_a_prefix_of_it_or_its_number(value, mode):
    """PowerShell takes any unambiguous prefix of an enumeration's name, in any case."""
    reply = run(SET + value, DevicePosture())
    assert (reply.network_protection, reply.failed, reply.output) == (mode, False, "")


@pytest.mark.parametrize(
    "line",
    [
        "set-mppreference -enablenetworkprotection enabled",
        "  SET-MPPREFERENCE   -EnableNetworkProtection   Enabled  ",
        "Set-MpPreference -EnableNetworkProtection:Enabled",
        "Set-MpPreference -EnableN Enabled",
        "Set-MpPreference -EnableNetwork:1",
    ],
)
def test_the_line_may_be_written_in_the_ways_powershell_allows(line):
    """Any case, any blanks, -Name:Value, and an unambiguous prefix of the parameter."""
    assert run(line, DevicePosture()).network_protection is ON


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (SET + "on", "Unable to match 'on'"),
        (SET + "block", "Unable to match 'block'"),
        (SET + "3", "Unable to match '3'"),
        (SET + "-1", "Unable to match '-1'"),
        (SET + "Enabledd", "Unable to match 'Enabledd'"),
        (SET + "''", "Unable to match ''"),
        (SET, "expected one parameter and its value"),
        ("Set-MpPreference", "expected one parameter and its value"),
        ("Set-MpPreference Enabled", "expected one parameter and its value"),
        ("Set-MpPreference -EnableNetworkProtction 1", "parameter name 'EnableNetworkProtction'"),
        ("Set-MpPreference -Enable 1", "parameter name 'Enable'"),  # ambiguous
        ("Set-MpPreference - 1", "parameter name ''"),
        ("Set-MpPreferences -EnableNetworkProtection 1", "'Set-MpPreferences' is not recognized"),
        ("reboot", "'reboot' is not recognized as the name of a cmdlet"),
        (SET + '"Enabled', "missing the terminator"),
        ("Get-MpPreference -Foo", "cannot follow '-Foo'"),
        ("Get-MpPreference | sort", "cannot follow '| sort'"),
    ],
)
def test_a_line_that_powershell_would_refuse_says_why(line, words):
    """The error names what was typed, reads like PowerShell's, and nothing changes."""
    reply = run(line, DevicePosture())
    assert reply.failed
    assert reply.network_protection is None
    assert words in reply.output


def test_the_error_of_a_value_lists_the_values_there_are():
    """A trainee who typed `on` learns the right words."""
    assert "Disabled, Enabled, AuditMode" in run(SET + "on", DevicePosture()).output


@pytest.mark.parametrize("mode", [OFF, ON, AUDIT])
def test_get_shows_the_number(mode):
    """Get-MpPreference prints 0, 1 or 2 (documented)."""
    posture = DevicePosture(network_protection=mode)
    for line in (
        "Get-MpPreference",
        "get-mppreference",
        "Get-MpPreference | select EnableNetworkProtection",
        "Get-MpPreference|fl EnableNetworkProtection",
    ):
        reply = run(line, posture)
        values = dict(line.split(":") for line in reply.output.replace(" ", "").splitlines())
        assert values["EnableNetworkProtection"] == str(int(mode))
        assert (reply.failed, reply.network_protection) == (False, None)


def test_get_shows_whether_the_antivirus_is_active():
    """Without real-time protection network protection cannot work, and the prompt lets one see it."""
    assert (
        "DisableRealtimeMonitoring : True" in run("Get-MpPreference", DevicePosture(real_time=False)).output
    )


def test_an_empty_line_says_nothing():
    """As at a real prompt."""
    assert (run("   ", DevicePosture()).output, run("", DevicePosture()).failed) == ("", False)


near = st.lists(
    st.sampled_from([*"-:|'\"\\ \t\n;$(){}", "Set-MpPreference", "Get-MpPreference", "Enabled"])
    | st.sampled_from(["-EnableNetworkProtection", "1", "select", " ", "\x00", "\u202e", "é"])
).map("".join)


@given(st.text() | near, st.sampled_from([OFF, ON, AUDIT]))
def test_no_text_breaks_the_prompt(line, mode):
    """Whatever is typed gets a reply; a failed one changes nothing and says something."""
    reply = run(line, DevicePosture(network_protection=mode))
    assert isinstance(reply.output, str)
    if reply.failed:
        assert reply.network_protection is None
        assert reply.output
    if reply.network_protection is not None:
        assert line.strip().lower().lstrip("'\"\\").startswith("set-mppreference")


@given(st.text(max_size=12))
def test_only_a_prefix_or_a_number_sets_a_mode(value):
    """No other word slips through."""
    reply = run(f"{SET}{value}", DevicePosture())
    names = {"disabled": OFF, "enabled": ON, "auditmode": AUDIT, "0": OFF, "1": ON, "2": AUDIT}
    if value.isascii() and value.isalnum():
        fits = [mode for name, mode in names.items() if name.startswith(value.lower())]
        assert reply.network_protection == (fits[0] if fits else None)
