"""Get-WinEvent on the log of Defender, the only one that this prompt has."""

from __future__ import annotations

from sim.engine.enforcement.powershell.binding import Bound, Formal, Takes, bind, value
from sim.engine.enforcement.powershell.computer import Computer
from sim.engine.enforcement.powershell.console import Console
from sim.engine.enforcement.powershell.errors import ShellError, not_here
from sim.engine.enforcement.powershell.objects import Record, Thing
from sim.engine.enforcement.powershell.syntax import Call, Items, Table

LOG = "Microsoft-Windows-Windows Defender/Operational"
PROVIDER = "Microsoft-Windows-Windows Defender"

PARAMETERS = (
    Formal("LogName", Takes.TEXT, position=0),
    Formal("MaxEvents", Takes.NUMBER),
    Formal("FilterHashtable", Takes.RAW),
    Formal("Oldest", Takes.FLAG),
    Formal("ListLog", Takes.ABSENT),
    Formal("ProviderName", Takes.ABSENT),
    Formal("ComputerName", Takes.ABSENT, ("Cn",)),
    Formal("FilterXPath", Takes.ABSENT),
    Formal("FilterXml", Takes.ABSENT),
)
_KEYS = ("logname", "id")


def get_events(console: Console, call: Call, given: list[Thing]) -> list[Thing]:
    """Return the events that were asked for, the newest first."""
    bound = bind(call.name.text, PARAMETERS, call.arguments, console.evaluate)
    log, ids = _wanted(console, call, bound)
    computer = console.look()
    if log.casefold() != LOG.casefold():
        message = (
            f'There is not an event log on the localhost computer that matches "{log}". '
            f"This prompt has '{LOG}'."
        )
        raise _problem(call, message, "NoMatchingLogsFound")
    found = [event for event in computer.events() if not ids or event.id in ids]
    if not bound.get("Oldest"):
        found.reverse()
    if "MaxEvents" in bound:
        most = bound["MaxEvents"]
        assert isinstance(most, int)
        found = found[:most]
    if not found:
        message = "No events were found that match the specified selection criteria."
        raise _problem(call, message, "NoMatchingEventsFound")
    return [_record(computer, event.time, event.id, event.level, event.message) for event in found]


def _record(computer: Computer, time: int, number: int, level: str, message: str) -> Record:
    return Record(
        {
            "TimeCreated": computer.clock(time),
            "ProviderName": PROVIDER,
            "Id": number,
            "LevelDisplayName": level,
            "LogName": LOG,
            "MachineName": computer.name,
            "Message": message,
        },
        is_event=True,
    )


def _wanted(console: Console, call: Call, bound: dict[str, Bound]) -> tuple[str, frozenset[int]]:
    table = bound.get("FilterHashtable")
    if not isinstance(table, Table):
        if "LogName" not in bound:
            raise not_here(f"name the log: {call.name.text} -LogName '{LOG}'", call.span)
        return str(bound["LogName"]), frozenset()
    for key in table.entries:
        if key not in _KEYS:
            raise not_here(f"a filter by {key}; LogName and Id can be filtered by", table.span)
    if "logname" not in table.entries:
        raise not_here(f"name the log: @{{ LogName = '{LOG}'; Id = 1126 }}", table.span)
    ids: set[int] = set()
    if "id" in table.entries:
        argument = table.entries["id"]
        for item in argument.items if isinstance(argument, Items) else (argument,):
            text = str(value(item, console.evaluate))
            if not (text.isascii() and text.isdigit()):
                raise _problem(call, f"The Id '{text}' is not a number.", "InvalidFilter")
            ids.add(int(text))
    return str(value(table.entries["logname"], console.evaluate)), frozenset(ids)


def _problem(call: Call, message: str, error_id: str) -> ShellError:
    return ShellError(call.name.text, message, "ObjectNotFound: (:)", "Exception", error_id)
