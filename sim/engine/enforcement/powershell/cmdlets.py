"""Every cmdlet that this prompt knows, with its short names, and the cmdlets that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sim.engine.enforcement.powershell import defender, selecting, winevent
from sim.engine.enforcement.powershell.binding import Formal, Takes, bind
from sim.engine.enforcement.powershell.console import Cmdlet, Console
from sim.engine.enforcement.powershell.errors import ShellError
from sim.engine.enforcement.powershell.objects import Record, Shown, Thing
from sim.engine.enforcement.powershell.syntax import Call
from sim.engine.enforcement.preferences import PREFERENCES


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    run: Cmdlet
    module: str
    synopsis: str
    example: str = ""
    aliases: tuple[str, ...] = ()


_HELP = (Formal("Name", Takes.TEXT, position=0), Formal("Parameter", Takes.TEXT), Formal("Full", Takes.FLAG))
_COMMAND = (Formal("Name", Takes.TEXTS, position=0), Formal("Module", Takes.TEXT))


def _get_help(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    bound = bind(call.name.text, _HELP, call.arguments, console.evaluate)
    topic = str(bound.get("Name", ""))
    if not topic:
        lines = [f"  {entry.name:<22} {entry.synopsis}" for entry in _ENTRIES]
        return [Shown("\n".join(["This prompt knows:", *lines, "Get-Help NAME says more of one."]))]
    entry = next((e for e in _ENTRIES if topic.casefold() in _names(e)), None)
    if entry is None:
        message = f"Get-Help could not find {topic} in a help file in this session."
        category = f"ResourceUnavailable: ({topic}:String)"
        raise ShellError(call.name.text, message, category, "HelpNotFoundException", "HelpNotFound")
    formals = _formals(entry, console.look().period)
    if "Parameter" in bound:
        return [Shown(_about_parameter(call, entry, formals, str(bound["Parameter"])))]
    lines = ["NAME", f"    {entry.name}", "SYNOPSIS", f"    {entry.synopsis}"]
    if formals:
        lines += ["PARAMETERS", *(f"    -{_usage(f)}" for f in formals if f.takes is not Takes.ABSENT)]
    if entry.example:
        lines += ["EXAMPLE", f"    {entry.example}"]
    return [Shown("\n".join(lines))]


def _about_parameter(call: Call, entry: _Entry, formals: Sequence[Formal], wanted: str) -> str:
    found = next((f for f in formals if f.name.casefold() == wanted.casefold().lstrip("-")), None)
    if found is None:
        message = f"No parameter matches criteria {wanted}."
        raise ShellError(
            call.name.text, message, f"InvalidArgument: ({wanted}:String)", error_id="NoParmsFound"
        )
    lines = [f"-{_usage(found)}"]
    if found.words:
        lines.append("    Values: " + ", ".join(f"{word} ({n})" for word, n in found.words.items()))
    if found.aliases:
        lines.append("    Aliases: " + ", ".join(found.aliases))
    preference = PREFERENCES.get(found.name)
    if preference is not None and preference.effect:
        lines.append(f"    {preference.title}: {preference.effect}")
    return "\n".join(lines)


def _usage(one: Formal) -> str:
    return one.name if one.takes is Takes.FLAG else f"{one.name} <{one.type_name.rpartition('.')[2]}>"


def _get_command(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    bound = bind(call.name.text, _COMMAND, call.arguments, console.evaluate)
    wanted = bound.get("Name", ("*",))
    assert isinstance(wanted, tuple)
    module = str(bound.get("Module", "*")).casefold()
    found: list[Thing] = [
        Record({"CommandType": "Cmdlet", "Name": entry.name, "Source": entry.module})
        for entry in _ENTRIES
        if any(fnmatchcase(entry.name.casefold(), pattern.casefold()) for pattern in wanted)
        and fnmatchcase(entry.module.casefold(), module)
    ]
    if not found:
        message = f"The term '{', '.join(wanted)}' is not recognized as the name of a cmdlet."
        raise ShellError(call.name.text, message, "ObjectNotFound: (:)", error_id="CommandNotFoundException")
    return found


_DEFENDER, _DIAGNOSTICS = "Defender", "Microsoft.PowerShell.Diagnostics"
_UTILITY, _CORE = "Microsoft.PowerShell.Utility", "Microsoft.PowerShell.Core"
_NP = "-EnableNetworkProtection"
_ENTRIES = (
    _Entry(
        "Get-MpPreference",
        defender.get_preferences,
        _DEFENDER,
        "Shows the preferences of Defender that are in force.",
        "Get-MpPreference | Select-Object EnableNetworkProtection",
    ),
    _Entry(
        "Set-MpPreference",
        defender.set_preferences,
        _DEFENDER,
        "Sets preferences of Defender on this machine.",
        f"Set-MpPreference {_NP} Enabled",
    ),
    _Entry("Add-MpPreference", defender.add_preferences, _DEFENDER, "Adds to lists, such as exclusions."),
    _Entry(
        "Remove-MpPreference",
        defender.remove_preferences,
        _DEFENDER,
        "Takes out of lists, and puts preferences back.",
    ),
    _Entry(
        "Get-MpComputerStatus",
        defender.get_status,
        _DEFENDER,
        "Shows whether the antivirus runs, and in which mode.",
    ),
    _Entry(
        "Get-WinEvent",
        winevent.get_events,
        _DIAGNOSTICS,
        "Shows events; 1125 audited, 1126 blocked, 5007 setting changed.",
        f"Get-WinEvent -LogName '{winevent.LOG}' -MaxEvents 5",
    ),
    _Entry(
        "Select-Object", selecting.select, _UTILITY, "Keeps some properties or objects.", aliases=("select",)
    ),
    _Entry("Where-Object", selecting.where, _CORE, "Keeps the objects that fit.", aliases=("where", "?")),
    _Entry("Format-List", selecting.format_list, _UTILITY, "Shows a line for a property.", aliases=("fl",)),
    _Entry("Format-Table", selecting.format_table, _UTILITY, "Shows a line for an object.", aliases=("ft",)),
    _Entry("Measure-Object", selecting.measure, _UTILITY, "Counts objects.", aliases=("measure",)),
    _Entry(
        "Out-String", selecting.out_string, _UTILITY, "Makes text of objects.", aliases=("out-host", "oh")
    ),
    _Entry("Get-Help", _get_help, _CORE, "Says what a cmdlet takes.", aliases=("help", "man")),
    _Entry("Get-Command", _get_command, _CORE, "Lists the cmdlets.", aliases=("gcm",)),
)


def _names(entry: _Entry) -> tuple[str, ...]:
    return (entry.name.casefold(), *entry.aliases)


def _formals(entry: _Entry, period: str) -> tuple[Formal, ...]:
    known = {
        "Set-MpPreference": defender.set_parameters,
        "Add-MpPreference": defender.list_parameters,
        "Remove-MpPreference": defender.remove_parameters,
    }
    if entry.name in known:
        return known[entry.name](period)
    fixed: Mapping[str, tuple[Formal, ...]] = {
        "Get-WinEvent": winevent.PARAMETERS,
        "Select-Object": selecting.SELECT,
        "Format-List": selecting.FORMAT,
        "Format-Table": selecting.FORMAT,
    }
    return fixed.get(entry.name, ())


CMDLETS: Mapping[str, Cmdlet] = {name: entry.run for entry in _ENTRIES for name in _names(entry)}
"""By name and alias in lower case."""
