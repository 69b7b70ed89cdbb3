"""What decides one connection, as columns: the machine, the program, the site, and the indicators.

Held by machines and told by the cloud are codes (`IntEnum`), so that a column of a million connections is
a plain integer array. `verdict.py` turns these facts into an outcome and `explain.py` into a chain of
links; nothing else of the simulation is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.held import Held as Held

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


class NetworkProtection(IntEnum):
    """EnableNetworkProtection as `Get-MpPreference` prints it.

    MDE/enable-network-protection.md; documented.
    """

    DISABLED = 0
    ENABLED = 1
    AUDIT = 2


class Antivirus(IntEnum):
    """State of Defender Antivirus; passive ignores indicators (MDE/indicators-overview.md; documented)."""

    ACTIVE = 0
    PASSIVE = 1
    OFF = 2


class System(IntEnum):
    """Kind of operating system."""

    WINDOWS = 0
    SERVER = 1
    MACOS = 2
    LINUX = 3
    MOBILE = 4


class Engine(IntEnum):
    """Who inspects a process's connections (MDE/web-protection-overview.md; documented)."""

    SMARTSCREEN = 0
    NETWORK_PROTECTION = 1
    NONE = 2


class Upstream(IntEnum):
    """Who stops the connection beyond the machine, whatever Defender does."""

    NONE = 0
    GATEWAY = 1
    """A proxy, firewall or secure web gateway on the way."""
    ACCESS = 2
    """An access policy of Conditional Access App Control, at sign-in (CAS/access-policy-aad.md)."""


class Outcome(IntEnum):
    """What became of a connection."""

    OPEN = 0
    """Passed; nothing to say."""
    NOT_BLOCKED = 1
    """Passed although the portal lists a blocking indicator: raises the "was not blocked" alert."""
    ALERTED = 2
    """Passed; an indicator that only audits saw it."""
    AUDITED = 3
    """Passed; network protection in audit mode wrote what it would have stopped."""
    BLOCKED = 4
    WARNED = 5
    """Stopped by a warning that the user may click through."""
    BYPASSED = 6
    """Passed because the user clicked through the warning, which is remembered for some hours."""
    UNSEEN = 7
    """Passed: the name was hidden from network protection, which saw nothing; no alert."""
    GATEWAY_BLOCKED = 8
    ACCESS_DENIED = 9


STOPPED = (Outcome.BLOCKED, Outcome.WARNED, Outcome.GATEWAY_BLOCKED, Outcome.ACCESS_DENIED)
"""Outcomes after which the person has not reached the site."""

SMARTSCREEN_GUARDED = frozenset({"msedge.exe", "microsoftedge.exe", "microsoftedgecp.exe", "iexplore.exe"})
"""Processes that SmartScreen guards on Windows, in lower case: Edge of either period and Internet Explorer
(MDE/web-protection-overview.md, documented; the names are own knowledge)."""


def is_smartscreen_browser(file_name: str) -> bool:
    """Tell whether SmartScreen guards a process on Windows, which network protection then does not watch."""
    return file_name.lower() in SMARTSCREEN_GUARDED


def engine_of(system: System, file_name: str) -> Engine:
    """Return who inspects a process of an onboarded machine.

    Network protection does not watch Edge on Windows at all, and everything else is its own, Edge on macOS
    and Linux too (MDE/network-protection.md; documented). A phone has no engine: only a gateway sees it
    (CAS/set-up-cloud-discovery.md). A machine that is not onboarded has none either: `Facts.onboarded`.
    """
    if system is System.MOBILE:
        return Engine.NONE
    if system in {System.WINDOWS, System.SERVER} and is_smartscreen_browser(file_name):
        return Engine.SMARTSCREEN
    return Engine.NETWORK_PROTECTION


@dataclass(frozen=True, slots=True)
class DevicePosture:
    """A machine's protection state, as the world has it or as the tenant was told.

    The defaults are a managed machine in good order, with network protection as Windows ships it: off
    (MDE/enable-network-protection.md; documented).
    """

    smartscreen: bool = True
    antivirus: Antivirus = Antivirus.ACTIVE
    network_protection: NetworkProtection = NetworkProtection.DISABLED
    """The effective mode, whoever set it."""
    onboarded: bool = True
    system: System = System.WINDOWS
    os_supported: bool = True
    """The build is one that custom network indicators reach (CAS/wdatp-integration.md; documented)."""
    real_time: bool = True
    cloud_protection: bool = True
    platform_current: bool = True
    """Antimalware platform 4.18.1906 or later (WIN/manage-indicators.md; documented); on macOS and Linux the
    agent's version that has network protection."""
    np_allowed: bool = True
    """On a server: AllowNetworkProtectionOnWinServer, and ...DownLevel where it is 2012 R2 or 2016."""
    reaches_cloud: bool = True
    """*.smartscreen.microsoft.com and *.smartscreen-prod.microsoft.com answer; there is no verdict without
    (MDE/network-protection.md; documented)."""


@dataclass(frozen=True, slots=True)
class ProcessTraits:
    """What matters of the process that connects."""

    file_name: str
    quic: bool = False
    """It speaks HTTP/3 where the site does."""
    ech: bool = False
    """It encrypts the Client Hello where the site can."""


@dataclass(frozen=True, slots=True)
class DestinationTraits:
    """What matters of the site."""

    quic: bool = False
    ech: bool = False
    coalesced: bool = False
    """Its HTTP/2 requests ride on a connection to another host: only Edge can tell."""
    https_path: bool = False
    """Only a URL with a path would match, and the path is inside HTTPS."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One row a connection; every column has the same length. Units: codes of the enums above, and flags."""

    onboarded: Flags
    system: Codes
    os_supported: Flags
    antivirus: Codes
    real_time: Flags
    cloud_protection: Flags
    platform_current: Flags
    network_protection: Codes
    np_allowed: Flags
    smartscreen: Flags
    reaches_cloud: Flags

    engine: Codes
    process_quic: Flags
    process_ech: Flags

    site_quic: Flags
    site_ech: Flags
    coalesced: Flags
    https_path: Flags

    hidden: Flags
    """A proxy or VPN through which network protection misses the name."""
    bypassed: Flags
    """A warning that this user clicked through for this site is still remembered."""
    upstream: Codes

    holds: Codes
    """`Held` that the machine pulled for the site."""
    lists: Codes
    """`Held` that the portal lists for the site with this machine in scope; NONE while custom network
    indicators are off."""

    def __len__(self) -> int:
        return len(self.holds)

    def take(self, rows: Codes | Flags) -> Facts:
        """Return some rows in the order asked for."""
        return Facts(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def facts_of(
    posture: DevicePosture,
    process: ProcessTraits,
    destination: DestinationTraits = DestinationTraits(),
    *,
    holds: Held = Held.NONE,
    lists: Held = Held.NONE,
    hidden: bool = False,
    bypassed: bool = False,
    upstream: Upstream = Upstream.NONE,
) -> Facts:
    """Return the facts of one connection, as one row."""
    return Facts(
        onboarded=_flag(posture.onboarded),
        system=_code(posture.system),
        os_supported=_flag(posture.os_supported),
        antivirus=_code(posture.antivirus),
        real_time=_flag(posture.real_time),
        cloud_protection=_flag(posture.cloud_protection),
        platform_current=_flag(posture.platform_current),
        network_protection=_code(posture.network_protection),
        np_allowed=_flag(posture.np_allowed),
        smartscreen=_flag(posture.smartscreen),
        reaches_cloud=_flag(posture.reaches_cloud),
        engine=_code(engine_of(posture.system, process.file_name)),
        process_quic=_flag(process.quic),
        process_ech=_flag(process.ech),
        site_quic=_flag(destination.quic),
        site_ech=_flag(destination.ech),
        coalesced=_flag(destination.coalesced),
        https_path=_flag(destination.https_path),
        hidden=_flag(hidden),
        bypassed=_flag(bypassed),
        upstream=_code(upstream),
        holds=_code(holds),
        lists=_code(lists),
    )


def _flag(value: bool) -> Flags:
    return np.array([value], dtype=bool)


def _code(value: int) -> Codes:
    return np.array([value], dtype=np.int64)
