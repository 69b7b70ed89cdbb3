"""The verdict over columns equals the truth table, whatever the facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.enforcement.facts import (
    DestinationTraits,
    DevicePosture,
    Engine,
    Held,
    NetworkProtection,
    Outcome,
    ProcessTraits,
    System,
    Upstream,
    engine_of,
    facts_of,
)
from sim.engine.enforcement.verdict import RULES, Rules, verdicts
from tests.enforcement.cases import CASES, OUTCOMES, facts
from tests.reference.table import Case, outcome, table


def judge(cases: Sequence[Case], rules: Rules = RULES) -> list[Outcome]:
    """Return the vectorised verdict of many cases at once."""
    return [Outcome(int(code)) for code in verdicts(facts(cases), rules)]


@given(st.lists(CASES, max_size=200))
def test_the_verdict_equals_the_truth_table(cases: list[Case]):
    """Any machine, program, site, indicator; many in one call, each judged alone."""
    assert judge(cases) == [OUTCOMES[outcome(case)] for case in cases]


@pytest.mark.parametrize("holds", ["block", "warn", "audit", "none"])
@pytest.mark.parametrize("name", ["protection", "sight"])
def test_every_combination_of_a_table_is_judged_as_it_says(name: str, holds: str):
    """Nothing about a machine or about a name is left to the draw."""
    found = table(name)
    cases = [
        Case(**{"network_protection": "block", **dict(zip(found.inputs, case, strict=True))})._replace(
            holds=holds, lists="block"
        )
        for case in found.decisions()
    ]
    assert judge(cases) == [OUTCOMES[outcome(case)] for case in cases]


def test_no_rows_are_no_verdicts():
    """An empty column is a column."""
    assert judge([]) == []


@pytest.mark.fact(
    "engine.edge-smartscreen",
    "engine.ie-smartscreen.2019",
    "engine.other-browsers",
    "engine.non-browser",
    "engine.edge-elsewhere",
)
@pytest.mark.parametrize(
    ("system", "name", "engine"),
    [
        (System.WINDOWS, "msedge.exe", Engine.SMARTSCREEN),
        (System.WINDOWS, "MicrosoftEdgeCP.exe", Engine.SMARTSCREEN),
        (System.WINDOWS, "iexplore.exe", Engine.SMARTSCREEN),
        (System.SERVER, "MSEdge.exe", Engine.SMARTSCREEN),
        (System.WINDOWS, "chrome.exe", Engine.NETWORK_PROTECTION),
        (System.WINDOWS, "msedge", Engine.NETWORK_PROTECTION),
        (System.WINDOWS, "powershell.exe", Engine.NETWORK_PROTECTION),
        (System.MACOS, "msedge.exe", Engine.NETWORK_PROTECTION),
        (System.LINUX, "msedge", Engine.NETWORK_PROTECTION),
        (System.MOBILE, "msedge.exe", Engine.NONE),
    ],
)
def test_smartscreen_guards_edge_on_windows_and_nothing_else(system: System, name: str, engine: Engine):
    """Section 6: who inspects what. Windows file names do not distinguish case."""
    assert engine_of(system, name) is engine


def test_one_connection_can_be_asked_about_alone():
    """The scalar forms make one row."""
    posture = DevicePosture(network_protection=NetworkProtection.ENABLED)
    row = facts_of(posture, ProcessTraits("chrome.exe", quic=True), holds=Held.BLOCK)
    assert verdicts(row).tolist() == [Outcome.BLOCKED]
    site = DestinationTraits(quic=True)
    row = facts_of(posture, ProcessTraits("chrome.exe", quic=True), site, holds=Held.BLOCK)
    assert verdicts(row).tolist() == [Outcome.UNSEEN]
    row = facts_of(posture, ProcessTraits("chrome.exe"), upstream=Upstream.GATEWAY)
    assert verdicts(row).tolist() == [Outcome.GATEWAY_BLOCKED]


CHROME = Case(network_protection="block", holds="block", lists="block")


@pytest.mark.fact(
    "sees.alert-not-blocked-unpulled", "settings.audit-needs-block", "engine.smartscreen-without-antivirus"
)
@pytest.mark.parametrize(
    ("rules", "case", "read", "otherwise"),
    [
        (
            Rules(not_blocked_before_pull=False),
            CHROME._replace(holds="none"),
            Outcome.NOT_BLOCKED,
            Outcome.OPEN,
        ),
        (
            Rules(audit_needs_prerequisites=False),
            CHROME._replace(network_protection="audit", antivirus="passive"),
            Outcome.NOT_BLOCKED,
            Outcome.AUDITED,
        ),
        (
            Rules(smartscreen_needs_antivirus=True),
            CHROME._replace(engine="smartscreen", antivirus="off"),
            Outcome.BLOCKED,
            Outcome.NOT_BLOCKED,
        ),
    ],
)
def test_a_marked_switch_changes_its_own_case(rules: Rules, case: Case, read: Outcome, otherwise: Outcome):
    """Where the documents contradict themselves, the other reading is one switch away."""
    assert (judge([case]), judge([case], rules)) == ([read], [otherwise])


def test_take_returns_rows_in_the_order_asked_for():
    """A group's facts can be cut down to some of its rows."""
    rows = facts([CHROME, CHROME._replace(holds="none"), CHROME._replace(holds="warn")])
    assert rows.take(np.array([2, 0])).holds.tolist() == [Held.WARN, Held.BLOCK]
    assert len(rows.take(rows.holds == Held.NONE)) == 1
