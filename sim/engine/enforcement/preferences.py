"""The rest of what Get-MpPreference lists: kept and shown, and without effect on connections here.

Names, kinds and short names: the Defender module's reference (Set-MpPreference, documented). Values as
Windows has them when nobody set any: own knowledge. Add- and Remove-MpPreference change the lists.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.engine.enforcement.settings import MODES, SETTINGS, Kind, Route, Setting, Value

_SOURCE = "Set-MpPreference of the Defender module, documented; no effect on connections is documented"
_INSPECTION = (
    "Set-MpPreference of the Defender module, documented: a part of what network protection inspects; "
    "the dossier gives no effect"
)


def _plain(
    name: str,
    kind: Kind,
    default: Value,
    alias: str = "",
    period: str = "2019",
    words: Mapping[str, int] | None = None,
    source: str = _SOURCE,
) -> Setting:
    places = {Route.POWERSHELL: f"Set-MpPreference -{name}"}
    return Setting(name, name, kind, default, source, words or {}, alias, places, period=period)


def _switch(name: str, default: bool, alias: str = "") -> Setting:
    return _plain(name, Kind.SWITCH, default, alias)


def _inspects(name: str, default: bool, alias: str = "") -> Setting:
    return _plain(name, Kind.SWITCH, default, alias, "today", source=_INSPECTION)


def _list(name: str, period: str = "2019") -> Setting:
    return _plain(name, Kind.TEXTS, (), period=period)


_OTHERS = (
    _inspects("AllowSwitchToAsyncInspection", True, "astai"),
    _list("AttackSurfaceReductionOnlyExclusions"),
    _switch("CheckForSignaturesBeforeRunningScan", False, "csbr"),
    _plain(
        "CloudBlockLevel",
        Kind.CHOICE,
        0,
        words={"Default": 0, "Moderate": 1, "High": 2, "HighPlus": 4, "ZeroTolerance": 6},
    ),
    _plain("CloudExtendedTimeout", Kind.NUMBER, 0, "cloudextimeout"),
    _list("ControlledFolderAccessAllowedApplications"),
    _list("ControlledFolderAccessProtectedFolders"),
    _switch("DisableArchiveScanning", False, "darchsc"),
    _switch("DisableBehaviorMonitoring", False, "dbm"),
    _switch("DisableBlockAtFirstSeen", False, "dbaf"),
    _inspects("DisableDatagramProcessing", False, "ddtgp"),
    _inspects("DisableDnsOverTcpParsing", False, "ddnstcpp"),
    _inspects("DisableDnsParsing", False, "ddnsp"),
    _switch("DisableEmailScanning", True, "demsc"),
    _inspects("DisableHttpParsing", False, "dhttpp"),
    _inspects("DisableInboundConnectionFiltering", False, "dicf"),
    _switch("DisableIOAVProtection", False, "dioavp"),
    _inspects("DisableNetworkProtectionPerfTelemetry", False, "dnppt"),
    _inspects("DisableRdpParsing", False, "drdpp"),
    _switch("DisableScanningNetworkFiles", False, "dsnf"),
    _switch("DisableScriptScanning", False, "dscrptsc"),
    _inspects("DisableSshParsing", False, "dsshp"),
    _inspects("DisableTlsParsing", False, "dtlsp"),
    _plain("EnableControlledFolderAccess", Kind.CHOICE, 0, words=MODES),
    _inspects("EnableConvertWarnToBlock", False, "ecwtb"),
    _inspects("EnableDnsSinkhole", True, "ednss"),
    _list("ExclusionExtension"),
    _list("ExclusionIpAddress", "today"),
    _list("ExclusionPath"),
    _list("ExclusionProcess"),
    _plain("PUAProtection", Kind.CHOICE, 0, words=MODES),
    _plain("QuarantinePurgeItemsAfterDelay", Kind.NUMBER, 90, "qpiad"),
    _plain("ScanAvgCPULoadFactor", Kind.NUMBER, 50, "saclf"),
    _plain("SignatureUpdateInterval", Kind.NUMBER, 0, "sigui"),
    _plain(
        "SubmitSamplesConsent",
        Kind.CHOICE,
        1,
        words={"AlwaysPrompt": 0, "SendSafeSamples": 1, "NeverSend": 2, "SendAllSamples": 3},
    ),
)

PREFERENCES: Mapping[str, Setting] = {
    s.name: s
    for s in sorted(
        (*(s for s in SETTINGS.values() if s.is_preference), *_OTHERS), key=lambda s: s.name.casefold()
    )
}
"""Everything that Get-MpPreference lists, in its order."""


def preferences(period: str) -> list[Setting]:
    """Return what Get-MpPreference lists in a period of the products."""
    return [s for s in PREFERENCES.values() if s.exists_in(period)]
