"""What an organisation has bought, connected and installed: facts, and the effect each is documented to have.

The article of 2019 names them beside the integration. Where nothing is documented of an effect on discovery
or blocking, `effect` is empty and the simulation gives it none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.engine.enforcement.requirements import UPDATES

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
    period: str, licences: Collection[str], data_location: str, switches: Mapping[str, bool]
) -> tuple[Fact, ...]:
    """Return the facts of an organisation; `switches` are those that the portal lists, by name."""
    lacking = missing(period, licences)
    found = [
        Fact(
            f"Licence: {name}",
            "missing" if name in lacking else "present",
            "Microsoft 365 admin centre",
            "without it nothing is forwarded, and no tag becomes an indicator",
            "CAS/wdatp-integration.md [19], CAS/mde-govern.md; documented",
        )
        for name in NEEDED[period]
    ]
    found.append(
        Fact(
            "Forwarded data is stored in",
            data_location,
            "Cloud App Security > Settings > About",
            "",
            "the article: where Cloud App Security keeps its data; observed",
        )
    )
    sources = {
        "Azure ATP integration": "the article: better visibility and more detections; observed",
        "Preview features": "the article recommends it where company policy allows; observed",
    }
    for name, source in sources.items():
        if name in switches:
            value = "On" if switches[name] else "Off"
            place = "Defender ATP > Settings > Advanced features"
            found.append(Fact(name, value, place, "", source))
    found += [_build(build) for build in UPDATES] if period == "2019" else [_SYSTEMS_TODAY]
    found.append(
        Fact(
            "Antimalware platform",
            f"from {PLATFORM}",
            "Get-MpComputerStatus on the machine",
            "an older one takes no indicators",
            "WIN/manage-indicators.md; documented",
        )
    )
    return tuple(found)


_TOO_OLD = "an older one feeds nothing to Cloud Discovery and takes no indicators"
_PAGE = "Defender ATP > Machines list"
_SYSTEMS_TODAY = Fact(
    "Systems that take part",
    "Windows from 1809, macOS from 11, Linux, Android from 8, iOS from 14",
    _PAGE,
    _TOO_OLD,
    "CAS/mde-govern.md; documented",
)


def _build(build: int) -> Fact:
    name, value = f"Windows 10 build {build}", f"from {wants(str(build))}"
    return Fact(name, value, _PAGE, _TOO_OLD, "CAS/wdatp-integration.md [19]; documented")


def wants(os_build: str) -> str:
    """Return what a build of Windows 10 needs to take part: `17763.379 (KB4489899)`; empty for later ones."""
    build = os_build.partition(".")[0]
    revision, update = UPDATES.get(int(build) if build.isdigit() else 0, (0, ""))
    return f"{build}.{revision} ({update})" if update else ""
