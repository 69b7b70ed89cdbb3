"""The page of facts is true: up to date, every mark a known fact, every fact proved or excused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.base.errors import InputError
from tests.fidelity.__main__ import ROOT
from tests.fidelity.broken import breaks
from tests.fidelity.facts import FILE, Book, Fact, read
from tests.fidelity.page import page, shortened, unproved, wrong

KNOWN = Fact("gate.a", "A holds.", "both", "documented", "CAS/a.md")
EXCUSED = Fact("gate.b", "B holds.", "2019", "guess", "none", "nothing shows it")
BOOK = Book({"gate": "Gates"}, {fact.id: fact for fact in (KNOWN, EXCUSED)})


@pytest.mark.slow
def test_the_page_is_what_the_facts_and_the_tests_give():
    """And no test names a fact that is none; `python -m tests.fidelity` puts it right."""
    command = [sys.executable, "-m", "tests.fidelity", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_of_an_unknown_fact_and_an_excused_fact_with_a_test_are_told():
    """Either would make the page lie."""
    assert wrong(BOOK, {"gate.a": ("t",)}) == []
    assert wrong(BOOK, {"gate.z": ("t",), "gate.b": ("t",)}) == [
        "t names 'gate.z', which is no fact",
        "gate.b has both a test and a why-not",
    ]


def test_a_fact_with_neither_test_nor_reason_is_open():
    """It stands on the page as such."""
    assert unproved(BOOK, {}) == ["gate.a"]
    assert unproved(BOOK, {"gate.a": ("t",)}) == []
    assert "| **open** |" in page(BOOK, {})
    assert "No test: nothing shows it." in page(BOOK, {"gate.a": ("t",)})


def test_a_test_stands_once_where_all_its_cases_prove_the_fact():
    """And with its case where only that one does."""
    nodes = {
        "x.py::t[1]": frozenset({"gate.a", "gate.b"}),
        "x.py::t[2]": frozenset({"gate.a"}),
        "x.py::u": frozenset[str](),
    }
    assert shortened(nodes) == {"gate.a": ("x.py::t",), "gate.b": ("x.py::t[1]",)}


def test_a_wrong_line_of_the_facts_is_told_with_its_place(tmp_path):
    """Every problem at once."""
    (tmp_path / "docs").mkdir()
    text = "areas: {gate: Gates}\nfacts:\n  gate.a: {says: A., era: 1999, mark: documented, source: x}\n"
    (tmp_path / FILE).write_text(text + "  gat.b: {says: B., mark: rumour, era: both}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read(tmp_path)
    found = [f"{problem.where} {problem.what}" for problem in refused.value.problems]
    assert len(found) == 5
    assert found[0].startswith("docs/facts.yaml:3:3 gate.a has no 'era'")


def test_every_break_can_be_made_and_breaks_a_known_fact():
    """The texts of broken.yaml stand once each, so that the list cannot rot."""
    facts = read(ROOT).facts
    assert [item.wrong(ROOT) for item in breaks() if item.wrong(ROOT)] == []
    assert [item.fact for item in breaks() if item.fact not in facts] == []
