"""The truth table as data: read from CSV, `any` and `a/b` written out, each case decided by one row."""

from __future__ import annotations

import csv
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

ANSWERS = {
    "process": ("edge", "other"),
    "smartscreen": ("on", "off"),
    "antivirus": ("on", "off"),
    "network_protection": ("off", "audit", "block"),
    "holds": ("none", "allow", "alert", "block"),
    "lists": ("none", "allow", "alert", "block"),
    "custom_indicators": ("on", "off"),
}
"""Every column of a case and what may stand in it."""

OUTCOMES = ("open", "not-blocked", "alerted", "audited", "blocked")


class Case(NamedTuple):
    """One connection as the table sees it."""

    process: str
    smartscreen: str
    antivirus: str
    network_protection: str
    holds: str
    """Action of the indicator that the machine holds for the host."""
    lists: str
    """Action of the indicator that the portal lists for the host, whatever the switch says."""
    custom_indicators: str


CASES = tuple(Case(*values) for values in product(*ANSWERS.values()))


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Return the rows as they stand in the file."""
    text = Path(__file__).with_name("truth_table.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def cases(row: dict[str, str]) -> list[Case]:
    """Return every case that a row decides."""
    parts = (known if row[name] == "any" else tuple(row[name].split("/")) for name, known in ANSWERS.items())
    return [Case(*values) for values in product(*parts)]


@cache
def decisions() -> dict[Case, str]:
    """Return the outcome of every case."""
    return {case: row["outcome"] for row in rows() for case in cases(row)}
