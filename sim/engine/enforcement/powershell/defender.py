"""The cmdlets of the Defender module: preferences and status.

Parameters, types, short names and the behaviour of Remove-MpPreference's switches: the module's reference
(documented). In 2019 that reference gave Add- and Remove-MpPreference lists only, so network protection is
none of theirs; today Remove-MpPreference takes -EnableNetworkProtection as a switch, which turns it off.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.enforcement.powershell.binding import Bound, Formal, Takes, bind, formal
from sim.engine.enforcement.powershell.computer import Computer
from sim.engine.enforcement.powershell.console import Change, Console
from sim.engine.enforcement.powershell.errors import ShellError
from sim.engine.enforcement.powershell.objects import Record, Scalar, Thing
from sim.engine.enforcement.powershell.syntax import Call
from sim.engine.enforcement.preferences import PREFERENCES, preferences
from sim.engine.enforcement.settings import Kind, Setting, Value

_CIM = (
    Formal("CimSession", Takes.ABSENT, ("Session",)),
    Formal("ThrottleLimit", Takes.NUMBER),
    Formal("AsJob", Takes.ABSENT),
)
_FORCE = Formal("Force", Takes.FLAG)

# Real parameters of Set-MpPreference that have nothing to do with connections (the module's reference).
_NOT_KEPT = tuple(
    Formal(name, Takes.ABSENT)
    for name in (
        "AttackSurfaceReductionRules_Actions",
        "AttackSurfaceReductionRules_Ids",
        "DisableAutoExclusions",
        "DisableCatchupFullScan",
        "DisableCatchupQuickScan",
        "DisablePrivacyMode",
        "DisableRemovableDriveScanning",
        "DisableRestorePoint",
        "DisableScanningMappedNetworkDrivesForFullScan",
        "EnableFileHashComputation",
        "EnableFullScanOnBatteryPower",
        "EnableLowCpuPriority",
        "HighThreatDefaultAction",
        "LowThreatDefaultAction",
        "ModerateThreatDefaultAction",
        "RandomizeScheduleTaskTimes",
        "RealTimeScanDirection",
        "RemediationScheduleDay",
        "RemediationScheduleTime",
        "ScanOnlyIfIdleEnabled",
        "ScanParameters",
        "ScanPurgeItemsAfterDelay",
        "ScanScheduleDay",
        "ScanScheduleQuickScanTime",
        "ScanScheduleTime",
        "SevereThreatDefaultAction",
        "SignatureFallbackOrder",
        "SignatureScheduleDay",
        "SignatureScheduleTime",
        "ThreatIDDefaultAction_Actions",
        "ThreatIDDefaultAction_Ids",
        "UILockdown",
        "UnknownThreatDefaultAction",
    )
)
_IN_ADD = ("AttackSurfaceReductionRules_", "ThreatIDDefaultAction_")
HIDDEN = ("N/A: Must be an administrator to view exclusions",)
"""What a prompt without administrator rights shows for the lists today (third-party)."""


def set_parameters(period: str) -> tuple[Formal, ...]:
    """Return the parameters of Set-MpPreference."""
    return (*map(formal, preferences(period)), *_NOT_KEPT, _FORCE, *_CIM)


def list_parameters(period: str) -> tuple[Formal, ...]:
    """Return the parameters of Add-MpPreference: lists only."""
    lists = (formal(s) for s in preferences(period) if s.kind is Kind.TEXTS)
    absent = (f for f in _NOT_KEPT if f.name.startswith(_IN_ADD))
    return (*lists, *absent, _FORCE, *_CIM)


def remove_parameters(period: str) -> tuple[Formal, ...]:
    """Return the parameters of Remove-MpPreference: lists, and today a switch for everything else."""
    if period == "2019":
        return list_parameters(period)
    flags = (
        Formal(s.name, Takes.FLAG, (s.alias,) if s.alias else ())
        for s in preferences(period)
        if s.kind is not Kind.TEXTS
    )
    return (*list_parameters(period), *flags)


def get_preferences(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Get-MpPreference: every preference as it is in force, whoever set it."""
    _bind(console, call, _CIM)
    computer = _serving(console, call)
    hides = computer.period == "today" and not computer.elevated
    properties: dict[str, Scalar] = {}
    for one in preferences(computer.period):
        value = computer.preferences[one.name]
        properties[one.name] = HIDDEN if hides and one.kind is Kind.TEXTS else value
    return [Record(properties)]


def set_preferences(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Set-MpPreference: write local preferences; says nothing, also where a managed value overrides them."""
    bound = _bind(console, call, set_parameters(console.look().period))
    return _write(console, call, bound, [(s, _plain(bound[s.name])) for s in _chosen(bound)])


def add_preferences(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Add-MpPreference: add to lists."""
    bound = _bind(console, call, list_parameters(console.look().period))
    writes = []
    for one in _chosen(bound):
        held = _list(console, one)
        taken = {text.casefold() for text in held}
        fresh = [text for text in _texts(bound[one.name]) if text.casefold() not in taken]
        writes.append((one, (*held, *dict.fromkeys(fresh))))
    return _write(console, call, bound, writes)


def remove_preferences(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Remove-MpPreference: take out of lists; a switch puts its preference back to what Windows has."""
    bound = _bind(console, call, remove_parameters(console.look().period))
    writes: list[tuple[Setting, Value]] = []
    for one in _chosen(bound):
        if one.kind is not Kind.TEXTS:
            if one.name.startswith("Allow") and console.look().preferences[one.name] is False:
                # Documented for the Allow... switches alone: already off is an error.
                return _stop(call, bound, f"{one.name} is not set. Operation: Remove. Target: {one.name}.")
            if bound[one.name] is True:
                writes.append((one, one.default))
            continue
        held, gone = _list(console, one), {text.casefold() for text in _texts(bound[one.name])}
        if not gone <= {text.casefold() for text in held}:
            # An item that is not there is an error (documented).
            return _stop(call, bound, f"an item is not in the list. Operation: Remove. Target: {one.name}.")
        writes.append((one, tuple(text for text in held if text.casefold() not in gone)))
    return _write(console, call, bound, writes)


def get_status(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Get-MpComputerStatus: whether the antivirus runs, and in which mode."""
    _bind(console, call, _CIM)
    computer = _serving(console, call)
    active = computer.running_mode == "Normal"
    real_time = active and not computer.preferences["DisableRealtimeMonitoring"]
    behaviour = real_time and not computer.preferences["DisableBehaviorMonitoring"]
    return [
        Record(
            {
                "AMProductVersion": computer.platform,
                "AMRunningMode": computer.running_mode,
                "AMServiceEnabled": True,
                "AMServiceVersion": computer.platform,
                "AntispywareEnabled": active,
                "AntivirusEnabled": active,
                "BehaviorMonitorEnabled": behaviour,
                "IoavProtectionEnabled": real_time and not computer.preferences["DisableIOAVProtection"],
                "IsTamperProtected": computer.tampering_barred,
                "NISEnabled": real_time,
                "OnAccessProtectionEnabled": real_time,
                "RealTimeProtectionEnabled": real_time,
            }
        )
    ]


def _bind(console: Console, call: Call, formals: Sequence[Formal]) -> dict[str, Bound]:
    return bind(call.name.text, formals, call.arguments, console.evaluate)


def _chosen(bound: dict[str, Bound]) -> list[Setting]:
    return [PREFERENCES[name] for name in bound if name in PREFERENCES]


def _plain(value: Bound) -> Value:
    assert isinstance(value, bool | int | tuple)
    return value


def _texts(value: Bound) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value


def _list(console: Console, one: Setting) -> tuple[str, ...]:
    held = console.look().preferences[one.name]
    assert isinstance(held, tuple)
    return held


def _serving(console: Console, call: Call) -> Computer:
    """Return the machine, or refuse where the antivirus service does not run (third-party)."""
    computer = console.look()
    if computer.running_mode == "Not running":
        raise _operation(call, f"0x800106ba. Operation: {call.name.text}.", "0x800106ba")
    return computer


def _write(
    console: Console, call: Call, bound: dict[str, Bound], writes: Sequence[tuple[Setting, Value]]
) -> list[Thing]:
    computer = console.look()
    if not computer.elevated:
        message = (
            "You don't have enough permissions to perform the requested operation. "
            "Open the prompt with Run as administrator."
        )
        return _quietly(bound, _cim(call, message, "0xc0000142"))
    if computer.running_mode == "Not running":
        targets = ", ".join(one.name for one, _ in writes)
        return _stop(
            call, bound, f"0x800106ba. Operation: {call.name.text}. Target: {targets}.", "0x800106ba"
        )
    for one, value in writes:
        console.change(Change(one.name, value))
    return []


def _stop(call: Call, bound: dict[str, Bound], what: str, code: str = "0x80070490") -> list[Thing]:
    return _quietly(bound, _operation(call, what, code))


def _operation(call: Call, what: str, code: str) -> ShellError:
    return _cim(call, f"Operation failed with the following error: {what}", code)


def _cim(call: Call, message: str, code: str) -> ShellError:
    category = r"NotSpecified: (MSFT_MpPreference:root\Microsoft\...FT_MpPreference)"
    return ShellError(call.name.text, message, category, "CimException", f"HRESULT {code}")


def _quietly(bound: dict[str, Bound], error: ShellError) -> list[Thing]:
    """Raise the error, unless -ErrorAction says SilentlyContinue or Ignore."""
    if bound.get("ErrorAction") in {0, 4}:
        return []
    raise error
