"""The dossier's rows about one connection, judged by the engine: `verdicts.csv`, for review.

Every gate is open but for what `when` says: a healthy Windows machine in block mode that holds the block of
the app. Chrome speaks QUIC and encrypts its Client Hello where the site does; the sync client does neither.
The words are those of `tests/reference/table.py`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sim.engine.enforcement.facts import Outcome
from sim.engine.enforcement.verdict import verdicts
from tests.enforcement.cases import OUTCOMES, facts
from tests.reference.table import Case

ROWS = list(csv.DictReader(Path(__file__).with_name("verdicts.csv").read_text(encoding="utf-8").splitlines()))

HELD = Case(network_protection="block", holds="block", lists="block")
PROGRAMS = {
    "edge": HELD._replace(engine="smartscreen", process_quic="yes", process_ech="yes"),
    "chrome": HELD._replace(process_quic="yes", process_ech="yes"),
    "client": HELD,
}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['fact']} {row['when']}", marks=pytest.mark.fact(row["fact"]))
        for row in ROWS
    ],
)
def test_a_connection_ends_as_the_dossier_says(row: dict[str, str]):
    """In Edge, in Chrome and in a sync client."""
    changes = dict(change.split("=") for change in row["when"].split())
    cases = [case._replace(**changes) for case in PROGRAMS.values()]
    found = [Outcome(int(code)) for code in verdicts(facts(cases))]
    assert found == [OUTCOMES[row[name]] for name in PROGRAMS]
