"""The table and the reference are what they claim to be."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.reference import table
from tests.reference.table import ANSWERS, CASES, OUTCOMES, Case

FORBIDDEN = (
    "sim.engine.enforcement",
    "sim.engine.tenant",
    "sim.world.channel",
    "sim.world.model",
    "sim.world.plane",
    "sim.session",
)


def test_every_case_is_decided_by_exactly_one_row():
    """The rows are disjoint and leave nothing out, so their order does not matter."""
    counts = Counter(case for row in table.rows() for case in table.cases(row))
    assert set(counts) == set(CASES)
    assert set(counts.values()) == {1}


def test_every_row_says_a_known_outcome_and_why():
    """A row without a reason could not be reviewed."""
    for row in table.rows():
        assert row["outcome"] in OUTCOMES
        assert row["why"].startswith(("enforcement.md ", "guess: "))


@pytest.mark.parametrize("name", ANSWERS)
def test_every_column_matters(name: str):
    """Changing one column alone changes some outcome."""
    found = table.decisions()
    assert any(
        found[case] != found[case._replace(**{name: value})] for case in CASES for value in ANSWERS[name]
    )


@pytest.mark.parametrize(
    ("network_protection", "edge", "other"),
    [
        ("off", "blocked", "not-blocked"),
        ("audit", "blocked", "audited"),
        ("block", "blocked", "blocked"),
    ],
)
def test_the_dossiers_minimal_table_holds(network_protection: str, edge: str, other: str):
    """Section 11 of the enforcement dossier: all gates open, the machine has pulled."""
    case = Case("edge", "on", "on", network_protection, "block", "block", "on")
    assert table.decisions()[case] == edge
    assert table.decisions()[case._replace(process="other")] == other


@pytest.mark.parametrize("process", ANSWERS["process"])
@pytest.mark.parametrize("network_protection", ANSWERS["network_protection"])
def test_nothing_is_blocked_before_the_pull_or_without_the_switch(process: str, network_protection: str):
    """Section 11: not yet pulled is pass and alert, custom network indicators off is pass."""
    case = Case(process, "on", "on", network_protection, "none", "block", "on")
    assert table.decisions()[case] == "not-blocked"
    assert table.decisions()[case._replace(custom_indicators="off")] == "open"


def test_the_reference_shares_no_enforcement_code():
    """Neither the model nor the table imports what it is there to check."""
    for path in (Path(__file__).with_name(name) for name in ("model.py", "table.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert [name for name in names if name.startswith(FORBIDDEN)] == [], path.name
