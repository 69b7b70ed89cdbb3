"""The truth table as data: read from CSV, `any` and `a/b` written out, each case decided by one row.

Three files, for a person to review: what the machine's engine can do (`protection.csv`), whether it sees
the name (`sight.csv`), and the outcome (`truth_table.csv`), which has the answers of the first two as
columns.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

_YES = ("yes", "no")
_ON = ("on", "off")
_HELD = ("none", "allow", "audit", "warn", "block")

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "engine": ("smartscreen", "network-protection", "none"),
    "onboarded": _YES,
    "os_supported": _YES,
    "reaches_cloud": _YES,
    "smartscreen": _ON,
    "system": ("windows", "server", "macos", "linux", "mobile"),
    "np_allowed": _YES,
    "antivirus": ("active", "passive", "off"),
    "real_time": _YES,
    "cloud_protection": _YES,
    "platform_current": _YES,
    "network_protection": ("off", "block", "audit"),
    "process_quic": _YES,
    "site_quic": _YES,
    "process_ech": _YES,
    "site_ech": _YES,
    "coalesced": _YES,
    "https_path": _YES,
    "hidden": _YES,
    "bypassed": _YES,
    "upstream": ("none", "gateway", "access"),
    "holds": _HELD,
    "lists": _HELD,
}
"""Every column of a case and what may stand in it."""

DERIVED: Mapping[str, tuple[str, ...]] = {
    "protection": ("absent", "off", "audits", "enforces"),
    "sight": ("clear", "hidden"),
    "outcome": (
        "open",
        "not-blocked",
        "alerted",
        "audited",
        "blocked",
        "warned",
        "bypassed",
        "unseen",
        "gateway-blocked",
        "access-denied",
    ),
}
"""What each table answers."""


class Case(NamedTuple):
    """One connection as the tables see it; a healthy machine where nothing else is said."""

    engine: str = "network-protection"
    network_protection: str = "off"
    holds: str = "none"
    """Action of the indicator that the machine holds for the host."""
    lists: str = "none"
    """Action of the indicator that the portal lists; none while custom network indicators are off."""
    onboarded: str = "yes"
    os_supported: str = "yes"
    reaches_cloud: str = "yes"
    smartscreen: str = "on"
    system: str = "windows"
    np_allowed: str = "yes"
    antivirus: str = "active"
    real_time: str = "yes"
    cloud_protection: str = "yes"
    platform_current: str = "yes"
    process_quic: str = "no"
    site_quic: str = "no"
    process_ech: str = "no"
    site_ech: str = "no"
    coalesced: str = "no"
    https_path: str = "no"
    hidden: str = "no"
    bypassed: str = "no"
    upstream: str = "none"


@dataclass(frozen=True)
class Table:
    """One file: its inputs, the column it answers, and its rows as they stand in the file."""

    answer: str
    inputs: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def known(self, name: str) -> tuple[str, ...]:
        """Return what may stand in an input column."""
        return ANSWERS.get(name) or DERIVED[name]

    def cases(self, row: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Return every combination of the inputs that a row decides."""
        cells = ((name, row[name]) for name in self.inputs)
        return list(
            product(*(self.known(name) if cell == "any" else cell.split("/") for name, cell in cells))
        )

    def decisions(self) -> Mapping[tuple[str, ...], str]:
        """Return the answer of every combination."""
        return {case: row[self.answer] for row in self.rows for case in self.cases(row)}


@cache
def table(name: str) -> Table:
    """Return the table of a file: inputs stand before the answer, the reason after it."""
    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    columns = tuple(reader.fieldnames or ())
    return Table(columns[-2], columns[:-2], tuple(reader))


TABLES = ("protection", "sight", "truth_table")


@cache
def _decisions(name: str) -> Mapping[tuple[str, ...], str]:
    return table(name).decisions()


def read_tables() -> None:
    """Read the tables ahead of the first question."""
    for name in TABLES:
        _decisions(name)


@cache
def outcome(case: Case) -> str:
    """Return what becomes of a connection, by the tables alone."""
    known = case._asdict()
    for name in TABLES:
        found = table(name)
        known[found.answer] = _decisions(name)[tuple(known[column] for column in found.inputs)]
    return known["outcome"]
