"""The tables and the reference are what they claim to be."""

from __future__ import annotations

import ast
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from tests.reference.table import ANSWERS, DERIVED, TABLES, Case, Table, outcome, table

FORBIDDEN = (
    "sim.engine.enforcement",
    "sim.engine.tenant",
    "sim.world.behaviour.asked",
    "sim.world.behaviour.begun",
    "sim.world.channel",
    "sim.world.model",
    "sim.world.plane",
    "sim.session",
)


def combinations(found: Table) -> list[tuple[str, ...]]:
    """Return everything that may be asked of a table."""
    return list(product(*(found.known(name) for name in found.inputs)))


@pytest.mark.parametrize("name", TABLES)
def test_every_combination_is_decided_by_exactly_one_row(name: str):
    """The rows are disjoint and leave nothing out, so their order does not matter."""
    found = table(name)
    counts = Counter(case for row in found.rows for case in found.cases(row))
    assert set(counts) == set(combinations(found))
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_a_known_answer_and_why(name: str):
    """A row without a reason could not be reviewed."""
    found = table(name)
    for row in found.rows:
        assert row[found.answer] in DERIVED[found.answer]
        assert row["why"].startswith(("enforcement.md ", "guess: "))


@pytest.mark.parametrize("name", TABLES)
def test_every_column_matters(name: str):
    """Changing one column alone changes some answer."""
    found = table(name)
    decided = found.decisions()
    for place, column in enumerate(found.inputs):
        assert any(
            decided[case] != decided[(*case[:place], value, *case[place + 1 :])]
            for case in decided
            for value in found.known(column)
        ), column


def test_the_tables_look_at_every_column_of_a_case():
    """No fact is left out of the tables, and none is made up by them."""
    asked = {name for file in TABLES for name in table(file).inputs}
    assert asked - set(DERIVED) == set(ANSWERS) == set(Case._fields)


def test_the_reference_shares_no_enforcement_code():
    """No part of the reference imports what it is there to check."""
    parts = [path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")]
    assert len(parts) > 8
    for path in parts:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert [name for name in names if name.startswith(FORBIDDEN)] == [], path.name


EDGE = Case("smartscreen", holds="block", lists="block")
CHROME = Case("network-protection", holds="block", lists="block", process_quic="yes")
CLIENT = Case("network-protection", holds="block", lists="block")


@pytest.mark.parametrize(
    ("changes", "edge", "chrome", "client"),
    [
        ({"network_protection": "off"}, "blocked", "not-blocked", "not-blocked"),
        ({"network_protection": "audit"}, "blocked", "audited", "audited"),
        ({"network_protection": "block"}, "blocked", "blocked", "blocked"),
        ({"network_protection": "block", "site_quic": "yes"}, "blocked", "unseen", "blocked"),
        ({"network_protection": "block", "holds": "none"}, *["not-blocked"] * 3),
        ({"network_protection": "block", "holds": "none", "lists": "none"}, *["open"] * 3),
    ],
    ids=["off", "audit", "block", "block, QUIC", "not yet pulled", "custom network indicators off"],
)
def test_the_dossiers_minimal_table_holds(changes, edge, chrome, client):
    """Section 11 of the enforcement dossier: a browser that speaks QUIC, a sync client that does not."""
    found = [outcome(case._replace(**changes)) for case in (EDGE, CHROME, CLIENT)]
    assert found == [edge, chrome, client]
