"""The settings of a machine that decide about blocking, and the routes by which somebody sets them.

`preferences.py` has those that only `Set-MpPreference` reaches and that decide nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from sim.base.errors import CommandRefused, Problem, nearest

Value = bool | int | tuple[str, ...]
"""A switch, a number or one of an enumeration, or a list of texts."""


class Kind(Enum):
    """What a value is."""

    SWITCH = "System.Boolean"
    CHOICE = "enumeration"
    NUMBER = "System.UInt32"
    TEXTS = "System.String[]"


class Route(StrEnum):
    """A way to set something, in the words of an administrator."""

    GPO = "Group Policy"
    REGISTRY = "Registry"
    SCCM = "Configuration Manager"
    INTUNE = "Intune"
    POWERSHELL = "PowerShell"


PRECEDENCE = tuple(Route)
"""Which route's value holds on a machine that got several, the strongest first: Group Policy, Configuration
Manager, Intune, and last what Set-MpPreference wrote (MDE/troubleshoot-settings.md of 2025; documented). A
policy value that somebody wrote into the registry stands where Group Policy writes, so right below it
(guess)."""

_DEFENDER = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
_CHROME = r"HKLM\SOFTWARE\Policies\Google\Chrome"
_FIREFOX = r"HKLM\SOFTWARE\Policies\Mozilla\Firefox"
_CSP = "./Vendor/MSFT/Policy/Config"
_AV = "Windows Defender Antivirus"
MODES: Mapping[str, int] = {"Disabled": 0, "Enabled": 1, "AuditMode": 2}
"""Words of Set- and numbers of Get-MpPreference (MDE/enable-network-protection.md; documented)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a machine."""

    name: str
    """As the product, or Set-MpPreference, calls it."""
    title: str
    """For people."""
    kind: Kind
    default: Value
    """What a machine has as it comes."""
    source: str
    """Where the fact stands, with its mark."""
    words: Mapping[str, int] = field(default_factory=dict)
    """Names of a CHOICE's numbers."""
    alias: str = ""
    """Short name of the parameter of Set-MpPreference."""
    places: Mapping[Route, str] = field(default_factory=dict)
    """Where each route keeps it; a route that is not here does not carry it."""
    effect: str = ""
    """What it does to connections; empty where nothing is documented, and then it does nothing here."""
    period: str = "2019"
    """First period of the products that has it."""
    systems: tuple[str, ...] = ("windows", "server")
    """Kinds of operating system that have it."""

    @property
    def is_preference(self) -> bool:
        """True where Get-MpPreference lists it."""
        return Route.POWERSHELL in self.places

    def exists_in(self, period: str) -> bool:
        """Tell whether a period of the products has it."""
        return self.period == "2019" or period == "today"

    def say(self, value: Value) -> str:
        """Return a value in the product's words."""
        if isinstance(value, bool):
            return "On" if value else "Off"
        if isinstance(value, tuple):
            return ", ".join(value) or "none"
        return next((word for word, number in self.words.items() if number == value), str(value))

    def read(self, text: str) -> Value:
        """Return the value that a word, On, Off or a number stands for, or refuse with those there are."""
        word = text.strip().casefold()
        if self.kind is Kind.SWITCH and word in {"on", "off", "true", "false", "1", "0"}:
            return word in {"on", "true", "1"}
        for name, number in self.words.items():
            if word in {name.casefold(), str(number)}:
                return number
        known = list(self.words) or ["On", "Off"]
        what = f"{self.name} has no value {text!r}"
        raise CommandRefused(Problem("SETTING-VALUE", what, advice="one of: " + ", ".join(known)))


def _mp(name: str, alias: str = "") -> Mapping[Route, str]:
    return {Route.POWERSHELL: f"Set-MpPreference -{name}" + (f" (-{alias})" if alias else "")}


def _browser(key: str, template: str) -> Mapping[Route, str]:
    return {
        Route.GPO: f"{template} (administrative template)",
        Route.REGISTRY: key,
        Route.INTUNE: f"{template} (imported template)",
    }


NETWORK_PROTECTION = Setting(
    "EnableNetworkProtection",
    "Network protection",
    Kind.CHOICE,
    0,
    "MDE/enable-network-protection.md, WIN/enable-network-protection.md; documented",
    words=MODES,
    places={
        Route.GPO: f"{_AV} > Exploit Guard > Network protection > "
        "Prevent users and apps from accessing dangerous websites",
        Route.REGISTRY: _DEFENDER + r"\Windows Defender Exploit Guard\Network Protection",
        Route.SCCM: "Endpoint protection > Exploit Guard > Network protection",
        Route.INTUNE: f"{_CSP}/Defender/EnableNetworkProtection",
        **_mp("EnableNetworkProtection"),
    },
    effect="blocks, or logs in audit mode, in every program but Edge",
    systems=("windows", "server", "macos", "linux"),
)
REAL_TIME = Setting(
    "DisableRealtimeMonitoring",
    "Disable real-time monitoring",
    Kind.SWITCH,
    False,
    "CAS/wdatp-integration.md [19], documented; the places: own knowledge",
    alias="drtm",
    places={
        Route.GPO: f"{_AV} > Real-time Protection > Turn off real-time protection",
        Route.REGISTRY: _DEFENDER + r"\Real-Time Protection",
        Route.SCCM: "Antimalware policy > Real-time protection",
        Route.INTUNE: f"{_CSP}/Defender/AllowRealtimeMonitoring",
        **_mp("DisableRealtimeMonitoring", "drtm"),
    },
    effect="when on, network protection cannot work",
    systems=("windows", "server", "macos", "linux"),
)
CLOUD_PROTECTION = Setting(
    "MAPSReporting",
    "Cloud-delivered protection",
    Kind.CHOICE,
    2,
    "MDE/indicator-ip-domain.md, documented; the places: own knowledge",
    words={"Disabled": 0, "Basic": 1, "Advanced": 2},
    places={
        Route.GPO: f"{_AV} > MAPS > Join Microsoft MAPS",
        Route.REGISTRY: _DEFENDER + r"\Spynet",
        Route.SCCM: "Antimalware policy > Cloud Protection Service",
        Route.INTUNE: f"{_CSP}/Defender/AllowCloudProtection",
        **_mp("MAPSReporting"),
    },
    effect="when Disabled, network protection cannot work",
    systems=("windows", "server", "macos", "linux"),
)
SMARTSCREEN = Setting(
    "SmartScreenEnabled",
    "SmartScreen in Edge",
    Kind.SWITCH,
    True,
    "MDE/web-protection-overview.md, documented; the places: own knowledge",
    places={
        Route.GPO: "Microsoft Edge > Configure Windows Defender SmartScreen",
        Route.REGISTRY: r"HKLM\SOFTWARE\Policies\Microsoft\MicrosoftEdge\PhishingFilter",
        Route.SCCM: "Microsoft Edge browser profile",
        Route.INTUNE: f"{_CSP}/Browser/AllowSmartScreen",
    },
    effect="when off, nothing is blocked in Edge",
)
TAMPER_PROTECTION = Setting(
    "TamperProtection",
    "Tamper protection",
    Kind.SWITCH,
    False,
    "own knowledge: for enterprises since October 2019, by Intune only",
    places={Route.INTUNE: "Windows security experience > Tamper protection"},
    effect="a local change that weakens real-time or cloud protection is ignored",
)
CHROME_QUIC = Setting(
    "QuicAllowed",
    "QUIC in Chrome",
    Kind.SWITCH,
    True,
    "MDE/indicator-ip-domain.md, documented; the places: own knowledge",
    places=_browser(_CHROME, "Google Chrome"),
    effect="when on, a site that speaks HTTP/3 is not seen by network protection in Chrome",
)
CHROME_ECH = Setting(
    "EncryptedClientHelloEnabled",
    "Encrypted Client Hello in Chrome",
    Kind.SWITCH,
    True,
    "MDE/indicator-ip-domain.md, documented; the places: own knowledge",
    places=_browser(_CHROME, "Google Chrome"),
    effect="when on, a site that takes it is not seen by network protection in Chrome",
    period="today",
)
FIREFOX_QUIC = Setting(
    "network.http.http3.enable",
    "HTTP/3 in Firefox",
    Kind.SWITCH,
    True,
    "MDE/indicator-ip-domain.md, documented; the places: own knowledge",
    places=_browser(_FIREFOX, "Firefox > Preferences"),
    effect="when on, a site that speaks HTTP/3 is not seen by network protection in Firefox",
    period="today",
)
FIREFOX_ECH = Setting(
    "DisableEncryptedClientHello",
    "Disable Encrypted Client Hello in Firefox",
    Kind.SWITCH,
    False,
    "MDE/indicator-ip-domain.md, documented; the places: own knowledge",
    places=_browser(_FIREFOX, "Firefox"),
    effect="when off, a site that takes it is not seen by network protection in Firefox",
    period="today",
)


def _server_switch(name: str, title: str, alias: str, effect: str) -> Setting:
    return Setting(
        name,
        title,
        Kind.SWITCH,
        False,
        "MDE/network-protection.md, documented; the places: own knowledge",
        alias=alias,
        places={
            Route.GPO: f"{_AV} > Exploit Guard > Network protection",
            Route.REGISTRY: _DEFENDER + r"\Windows Defender Exploit Guard\Network Protection",
            Route.INTUNE: f"./Vendor/MSFT/Defender/Configuration/{name}",
            **_mp(name, alias),
        },
        effect=effect,
        period="today",
        systems=("server",),
    )


ON_SERVER = _server_switch(
    "AllowNetworkProtectionOnWinServer",
    "Network protection on servers",
    "anpws",
    "when off, network protection does not work on a server",
)
DOWN_LEVEL = _server_switch(
    "AllowNetworkProtectionDownLevel",
    "Network protection on Server 2012 R2 and 2016",
    "anpdl",
    "when off, network protection does not work on Server 2012 R2 and 2016",
)
DATAGRAMS = _server_switch(
    "AllowDatagramProcessingOnWinServer", "Inspection of UDP on servers", "adpows", effect=""
)

SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for setting in (
        NETWORK_PROTECTION,
        REAL_TIME,
        CLOUD_PROTECTION,
        SMARTSCREEN,
        TAMPER_PROTECTION,
        CHROME_QUIC,
        CHROME_ECH,
        FIREFOX_QUIC,
        FIREFOX_ECH,
        ON_SERVER,
        DOWN_LEVEL,
        DATAGRAMS,
    )
}
"""The settings that a fleet is run by, in the order of the console."""

TAMPER_PROOF = (REAL_TIME.name, CLOUD_PROTECTION.name)
"""What tamper protection guards among them; network protection is not (own knowledge)."""


def setting(name: str, period: str) -> Setting:
    """Return a fleet setting by name, in any case, or refuse with the nearest that the period has."""
    known = {s.name: s for s in SETTINGS.values() if s.exists_in(period)}
    for found in known.values():
        if found.name.casefold() == name.strip().casefold():
            return found
    raise CommandRefused(Problem("SETTING-UNKNOWN", f"no setting {name!r}", advice=nearest(name, known)))


def route(name: str, of: Setting) -> Route:
    """Return a route by name, or refuse with those that carry the setting."""
    for found in of.places:
        if found.casefold() == name.strip().casefold():
            return found
    what = f"{of.name} cannot be set by {name!r}"
    raise CommandRefused(Problem("SETTING-ROUTE", what, advice="one of: " + ", ".join(of.places)))
