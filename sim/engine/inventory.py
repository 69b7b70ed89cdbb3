"""What an organisation has bought, connected and installed: facts, and the effect each is documented to have.

The article of 2019 names them beside the integration. Where nothing is documented of an effect on discovery
or blocking, `effect` is empty and the simulation gives it none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.engine.enforcement.requirements import UPDATES, SystemName, version
from sim.engine.portal import Portal
from sim.engine.settings_pages import AZURE_ATP, PREVIEW

NEEDED: Mapping[str, tuple[str, str]] = {
    "2019": ("Microsoft Cloud App Security", "Microsoft Defender ATP"),
    "today": ("Microsoft Defender for Cloud Apps", "Microsoft Defender for Endpoint Plan 2"),
}
"""Licences without which nothing is forwarded and no tag becomes an indicator (CAS/wdatp-integration.md [19],
CAS/mde-govern.md; documented)."""
SUITES = ("Microsoft 365 E5",)
"""Licences that hold both (CAS/mde-govern.md; documented)."""
LICENCES = (*(name for pair in NEEDED.values() for name in pair), *SUITES)

PLATFORM = "4.18.1906"
"""First antimalware platform that takes indicators (WIN/manage-indicators.md; documented)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an organisation has, and what it does here."""

    name: str
    value: str
    place: str
    """Where somebody looks it up or changes it."""
    effect: str
    """On discovery and blocking; empty where none is documented."""
    source: str
    """With its mark."""


def missing(period: str, licences: Collection[str]) -> tuple[str, ...]:
    """Return the licences that the integration needs and the organisation has not."""
    if any(suite in licences for suite in SUITES):
        return ()
    return tuple(name for name in NEEDED[period] if name not in licences)


def facts(
    portal: Portal, licences: Collection[str], data_location: str, switches: Mapping[str, bool]
) -> tuple[Fact, ...]:
    """Return the facts of an organisation; `switches` are those that the portal lists, by id."""
    lacking = missing(portal.key, licences)
    found = [
        Fact(
            f"Licence: {name}",
            "missing" if name in lacking else "present",
            "Microsoft 365 admin centre",
            "without it nothing is forwarded, and no tag becomes an indicator",
            "CAS/wdatp-integration.md [19], CAS/mde-govern.md; documented",
        )
        for name in NEEDED[portal.key]
    ]
    found.append(
        Fact(
            "Forwarded data is stored in",
            data_location,
            f"{portal.cloud} > Settings > About",
            "",
            "the article: where the product keeps its data; observed",
        )
    )
    sources = {
        AZURE_ATP: "the article: better visibility and more detections; observed",
        PREVIEW: "the article recommends it where company policy allows; observed",
    }
    for switch in portal.switches:
        if switch.id in sources:
            value = "On" if switches[switch.id] else "Off"
            found.append(Fact(switch.name, value, switch.page, "", sources[switch.id]))
    page = portal.say("{endpoint} > {Machines_list}")
    systems = [_build(build) for build in UPDATES] if portal.key == "2019" else [_SYSTEMS_TODAY]
    found += [Fact(name, value, page, _TOO_OLD, source) for name, value, source in systems]
    found.append(
        Fact(
            "Antimalware platform",
            f"from {PLATFORM}",
            portal.say("Get-MpComputerStatus on the {machine}"),
            "an older one takes no indicators",
            "WIN/manage-indicators.md; documented",
        )
    )
    return tuple(found)


_TOO_OLD = "an older one feeds nothing to Cloud Discovery and takes no indicators"
_SYSTEMS_TODAY = (
    "Systems that take part",
    "Windows from 1809, macOS from 11, Linux, Android from 8, iOS from 14",
    "CAS/mde-govern.md; documented",
)


def _build(build: int) -> tuple[str, str, str]:
    name, value = f"Windows 10 build {build}", f"from {wants(str(build))}"
    return name, value, "CAS/wdatp-integration.md [19]; documented"


_SYSTEMS: Mapping[SystemName, str] = {
    "windows": "Windows 10",
    "server": "Windows Server",
    "macos": "macOS",
    "linux": "Linux",
    "android": "Android",
    "ios": "iOS",
}
WINDOWS_11 = (22000,)
"""Its first build (own knowledge)."""


def system_name(system: SystemName, os_build: str) -> str:
    """Return what people call a device's operating system."""
    if system == "windows" and (version(os_build) or ()) >= WINDOWS_11:
        return "Windows 11"
    return _SYSTEMS[system]


def wants(os_build: str) -> str:
    """Return what a build of Windows 10 needs to take part: `17763.379 (KB4489899)`; empty for later ones."""
    build = os_build.partition(".")[0]
    revision, update = UPDATES.get(int(build) if build.isdigit() else 0, (0, ""))
    return f"{build}.{revision} ({update})" if update else ""
