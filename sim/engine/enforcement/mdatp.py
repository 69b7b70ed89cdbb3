"""The terminal of a Mac or a Linux machine: `mdatp`, the command line of Defender there.

`mdatp config network-protection enforcement-level --value block|audit|disabled`, off by default, and
`mdatp health --field network_protection_status` (MDE/network-protection-macos.md, -linux.md; documented).
The other fields and the words of the answers: own knowledge.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from sim.engine.enforcement.powershell.computer import Computer
from sim.engine.enforcement.powershell.console import Change
from sim.engine.enforcement.powershell.shell import Part, Reply
from sim.engine.enforcement.settings import CLOUD_PROTECTION, NETWORK_PROTECTION, REAL_TIME, Value

_LEVELS = {"disabled": 0, "block": 1, "audit": 2}
_SWITCH = {"enabled": True, "disabled": False}
_USAGE = (
    "usage: mdatp config network-protection enforcement-level --value block|audit|disabled\n"
    "       mdatp config real-time-protection --value enabled|disabled\n"
    "       mdatp config cloud --value enabled|disabled\n"
    "       mdatp health [--field NAME]"
)


class _Refused(Exception):
    """What the terminal answers to a line that it cannot follow."""


def run(line: str, look: Callable[[], Computer], change: Callable[[Change], None]) -> Reply:
    """Run a line on the machine that `look` returns; `change` keeps what it sets."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return Reply((Part("syntax error: a quote is not closed", failed=True),))
    if not words:
        return Reply(())
    try:
        return _run(words, look(), change)
    except _Refused as refusal:
        return Reply((Part(str(refusal), failed=True),))


def _run(words: Sequence[str], computer: Computer, change: Callable[[Change], None]) -> Reply:
    as_root = words[0] == "sudo"
    if as_root:
        if not computer.elevated:
            raise _Refused("the user is not in the sudoers file")
        words = words[1:]
    match words:
        case ["mdatp", "health"]:
            return _health(computer, tuple(_fields(computer)))
        case ["mdatp", "health", "--field", name]:
            return _health(computer, (name,))
        case ["mdatp", "config", *setting, "--value", value]:
            _set(setting, value, as_root, change)
            return Reply((Part("Configuration property updated."),))
        case ["mdatp", *_]:
            raise _Refused(_USAGE)
        case []:
            raise _Refused("usage: sudo command")
        case [name, *_]:
            raise _Refused(f"{name}: command not found. This terminal has mdatp.")
        case _:
            raise _Refused(_USAGE)


def _set(setting: Sequence[str], value: str, as_root: bool, change: Callable[[Change], None]) -> None:
    known: dict[tuple[str, ...], tuple[str, dict[str, Value]]] = {
        ("network-protection", "enforcement-level"): (NETWORK_PROTECTION.name, {**_LEVELS}),
        ("real-time-protection",): (REAL_TIME.name, {word: not on for word, on in _SWITCH.items()}),
        ("cloud",): (CLOUD_PROTECTION.name, {word: 2 * on for word, on in _SWITCH.items()}),
    }
    if tuple(setting) not in known:
        raise _Refused(f"unknown setting '{' '.join(setting)}'\n{_USAGE}")
    name, words = known[tuple(setting)]
    if value not in words:
        raise _Refused(f"invalid value '{value}': expected one of {', '.join(words)}")
    if not as_root:
        raise _Refused("permission denied: run it with sudo")
    change(Change(name, words[value]))


def _fields(computer: Computer) -> dict[str, str]:
    level = computer.preferences[NETWORK_PROTECTION.name]
    off = bool(computer.preferences[REAL_TIME.name])
    return {
        "healthy": _word(not off),
        "app_version": f'"{computer.platform}"',
        "real_time_protection_enabled": _word(not off),
        "cloud_enabled": _word(computer.preferences[CLOUD_PROTECTION.name] != 0),
        "passive_mode_enabled": _word(computer.running_mode == "Passive Mode"),
        "network_protection_status": '"started"' if level else '"stopped"',
        "network_protection_enforcement_level": next(f'"{w}"' for w, n in _LEVELS.items() if n == level),
    }


def _word(on: bool) -> str:
    return "true" if on else "false"


def _health(computer: Computer, names: Sequence[str]) -> Reply:
    fields = _fields(computer)
    if names[0] not in fields:
        raise _Refused(f"unknown field '{names[0]}': expected one of {', '.join(fields)}")
    shows = NETWORK_PROTECTION.name if any(n.startswith("network_protection") for n in names) else ""
    shown = frozenset({shows} - {""})
    if len(names) == 1:
        return Reply((Part(fields[names[0]].strip('"')),), shown)
    return Reply((Part("\n".join(f"{name:<37}: {fields[name]}" for name in names)),), shown)
