"""Which versions of the systems and of the antimalware platform the products ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Version = tuple[int, ...]
SystemName = Literal["windows", "server", "macos", "linux", "android", "ios"]
"""Kinds of operating system: Windows 10 and 11, Windows Server, and the others."""

_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,3}")

UPDATES: Mapping[int, tuple[int, str]] = {
    16299: (1085, "KB4493441"),
    17134: (704, "KB4493464"),
    17763: (379, "KB4489899"),
}
"""By build of Windows 10 1709, 1803 and 1809: the revision that first feeds Cloud Discovery and takes custom
network indicators, and the update that brings it (CAS/wdatp-integration.md; documented)."""

_OLDEST: Mapping[str, Mapping[SystemName, Version]] = {
    # Windows Server from 1803 (WIN/enable-network-protection.md; documented).
    "2019": {"windows": (16299,), "server": (17134,)},
    # Windows from 1809, macOS from 11, Linux of any age, iOS from 14 and Android from 8 (CAS/mde-govern.md);
    # servers from 2012 R2 with the down-level switch (MDE/network-protection.md; documented).
    "today": {
        "windows": (17763,),
        "server": (9600,),
        "macos": (11,),
        "linux": (0,),
        "android": (8,),
        "ios": (14,),
    },
}

_PLATFORM: Mapping[SystemName, Version] = {
    # WIN/manage-indicators.md, MDE/indicator-ip-domain.md; documented.
    "windows": (4, 18, 1906),
    "server": (4, 18, 1906),
    # The agent that has network protection (MDE/network-protection-macos.md, -linux.md; documented).
    "macos": (101, 94, 13),
    "linux": (101, 78, 13),
}


def version(text: str) -> Version | None:
    """Return a version as numbers to compare; None where `text` is none."""
    return tuple(map(int, text.split("."))) if _VERSION.fullmatch(text) else None


def os_supported(period: str, system: SystemName, build: Version) -> bool:
    """Tell whether indicators reach a system of this build in a period of the products ("2019", "today")."""
    oldest = _OLDEST[period].get(system)
    if oldest is None or build < oldest:
        return False
    if period == "2019" and system == "windows" and build[0] in UPDATES:
        return build[1:2] >= UPDATES[build[0]][:1]
    return True


def platform_current(system: SystemName, platform: Version) -> bool:
    """Tell whether the antimalware platform, or the agent, has network protection and indicators."""
    return platform >= _PLATFORM.get(system, ())
