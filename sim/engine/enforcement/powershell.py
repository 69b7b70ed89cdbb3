"""The PowerShell prompt of a machine: `Get-MpPreference` and `Set-MpPreference -EnableNetworkProtection`.

Documented values are Disabled, Enabled and AuditMode, shown as 0, 1 and 2 (MDE/enable-network-protection.md).
PowerShell takes a number or any unambiguous prefix of a name for an enumeration, which is why the
article's `enable` works (own knowledge).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from sim.engine.enforcement.facts import DevicePosture, NetworkProtection

_NAMES = {
    "Disabled": NetworkProtection.DISABLED,
    "Enabled": NetworkProtection.ENABLED,
    "AuditMode": NetworkProtection.AUDIT,
}
_CMDLETS = ("Get-MpPreference", "Set-MpPreference")
_PARAMETER = "EnableNetworkProtection"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the prompt prints, and the new mode where the line set one."""

    output: str
    network_protection: NetworkProtection | None = None
    failed: bool = False
    shows_mode: bool = False
    """True where the output tells what the network protection is."""


def run(line: str, posture: DevicePosture) -> Reply:
    """Run one line on a machine with this posture; nothing is changed here, the reply says what to set."""
    try:
        # A backslash is no escape in PowerShell, and -Name:Value is -Name Value.
        words = shlex.split(line.replace("\\", "\\\\").replace("|", " | "), posix=True)
    except ValueError:
        return Reply('The string is missing the terminator: ".', failed=True)
    words = [part for word in words for part in _split_parameter(word)]
    if not words:
        return Reply("")
    cmdlet = next((known for known in _CMDLETS if known.lower() == words[0].lower()), None)
    if cmdlet is None:
        return Reply(
            f"{words[0]} : The term '{words[0]}' is not recognized as the name of a cmdlet. "
            f"This prompt knows {' and '.join(_CMDLETS)}.",
            failed=True,
        )
    if cmdlet == "Get-MpPreference":
        return _get(words[1:], posture)
    return _set(words[1:])


def _split_parameter(word: str) -> list[str]:
    name, colon, value = word.partition(":")
    return [part for part in (name, value) if part] if word.startswith("-") and colon else [word]


def _get(words: list[str], posture: DevicePosture) -> Reply:
    text = " ".join(words)
    filters = {
        "",
        f"| select {_PARAMETER}".lower(),
        f"| select-object {_PARAMETER}".lower(),
        f"| fl {_PARAMETER}".lower(),
        f"| format-list {_PARAMETER}".lower(),
    }
    if text.lower() not in filters:
        return Reply(
            f"Get-MpPreference : cannot follow '{text}'. Try Get-MpPreference on its own.",
            failed=True,
        )
    wanted: dict[str, str | int] = {_PARAMETER: int(posture.network_protection)}
    if not words:
        wanted = {
            "DisableRealtimeMonitoring": str(not posture.real_time),
            _PARAMETER: int(posture.network_protection),
            "MAPSReporting": 2 if posture.cloud_protection else 0,
        }
    width = max(len(name) for name in wanted)
    output = "\n".join(f"{name.ljust(width)} : {value}" for name, value in wanted.items())
    return Reply(output, shows_mode=True)


def _set(words: list[str]) -> Reply:
    if len(words) != 2 or not words[0].startswith("-"):
        return Reply(
            f"Set-MpPreference : expected one parameter and its value, as in -{_PARAMETER} Enabled",
            failed=True,
        )
    name = words[0][1:].lower()
    if len(name) < 7 or not _PARAMETER.lower().startswith(name):
        return Reply(
            f"Set-MpPreference : A parameter cannot be found that matches parameter name '{words[0][1:]}'.",
            failed=True,
        )
    mode = _mode(words[1])
    if mode is None:
        return Reply(
            f"Set-MpPreference : Cannot bind parameter '{_PARAMETER}'. "
            f"Unable to match '{words[1]}' to one of: {', '.join(_NAMES)}.",
            failed=True,
        )
    return Reply("", mode)


def _mode(text: str) -> NetworkProtection | None:
    if text in {"0", "1", "2"}:
        return NetworkProtection(int(text))
    found = [value for name, value in _NAMES.items() if text and name.lower().startswith(text.lower())]
    return found[0] if len(found) == 1 else None
