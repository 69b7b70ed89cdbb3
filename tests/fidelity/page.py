"""`docs/fidelity.md`: every fact with its mark, its source and the tests that prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.fidelity.facts import MARKS, Book, Fact

Proofs = Mapping[str, tuple[str, ...]]
"""The tests of each fact, by fact id."""

HEAD = """# What the model claims, and what proves it

Every fact about the real products that the model stands on: in our words, with how well it is known and the
test that goes red when the model breaks it. Marks: *documented* in Microsoft's pages, *observed* in the
article of 2019 or on a screenshot, *third-party*, or our own *guess* where all are silent. Sources: `CAS/` is
CloudAppSecurityDocs, `MDE/` defender-docs/defender-endpoint, `WIN/` windows-itpro-docs of 2019; [19] is the
text of 27 December 2019.

This page is made by `python -m tests.fidelity` from [facts.yaml](facts.yaml) and the tests that carry
`@pytest.mark.fact(...)`. Change those, not the page.
"""


def shortened(nodes: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Return the tests of each fact from the facts of each collected node.

    A parametrised test stands once, without its cases, where all its cases prove the fact.
    """
    cases = Counter(node.partition("[")[0] for node in nodes)
    found: dict[str, list[str]] = {}
    for node, facts in nodes.items():
        for fact in facts:
            found.setdefault(fact, []).append(node)
    return {fact: tuple(sorted(_functions(proofs, cases))) for fact, proofs in found.items()}


def _functions(nodes: Iterable[str], cases: Mapping[str, int]) -> set[str]:
    nodes = list(nodes)
    mine = Counter(node.partition("[")[0] for node in nodes)
    return {
        node.partition("[")[0] if mine[node.partition("[")[0]] == cases[node.partition("[")[0]] else node
        for node in nodes
    }


def wrong(book: Book, proofs: Proofs) -> list[str]:
    """Return what does not fit: tests of facts that are none, and reasons for facts that have a test."""
    unknown = [
        f"{test} names {fact!r}, which is no fact"
        for fact, tests in sorted(proofs.items())
        if fact not in book.facts
        for test in tests
    ]
    spare = [
        f"{fact.id} has both a test and a why-not"
        for fact in book.facts.values()
        if fact.why_not and fact.id in proofs
    ]
    return unknown + spare


def unproved(book: Book, proofs: Proofs) -> list[str]:
    """Return the ids of the facts that have neither a test nor a reason."""
    return [fact.id for fact in book.facts.values() if fact.id not in proofs and not fact.why_not]


def page(book: Book, proofs: Proofs) -> str:
    """Return the whole page."""
    parts = [HEAD, _counts(book, proofs)]
    for area, title in book.areas.items():
        facts = [fact for fact in book.facts.values() if fact.area == area]
        rows = "\n".join(_row(fact, proofs) for fact in facts)
        head = "| Fact | Era | Mark | Source | Test |\n|---|---|---|---|---|"
        parts.append(f"## {title}\n\n{head}\n{rows}\n")
    return "\n".join(parts)


def _counts(book: Book, proofs: Proofs) -> str:
    lines = []
    for mark in (*MARKS, "all"):
        facts = [fact for fact in book.facts.values() if mark in {fact.mark, "all"}]
        tested = sum(fact.id in proofs for fact in facts)
        reasons = sum(bool(fact.why_not) for fact in facts)
        lines.append(f"| {mark} | {len(facts)} | {tested} | {reasons} | {len(facts) - tested - reasons} |")
    head = "| Mark | Facts | With a test | With a reason why not | Open |\n|---|---|---|---|---|"
    return f"{head}\n" + "\n".join(lines) + "\n"


def _row(fact: Fact, proofs: Proofs) -> str:
    tests = "<br>".join(f"`{_cell(test)}`" for test in proofs.get(fact.id, ()))
    why = f"No test: {_cell(fact.why_not)}." if fact.why_not else "**open**"
    says = f"{_cell(fact.says)} (`{fact.id}`)"
    return f"| {says} | {fact.era} | {fact.mark} | {_cell(fact.source)} | {tests or why} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
