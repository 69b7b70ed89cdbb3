"""`python -m tests.fidelity`: write docs/fidelity.md; with --check, say what is wrong or out of date."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.fidelity.facts import read
from tests.fidelity.page import page, shortened, unproved, wrong

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fidelity.md"
MARKER = "mark.fact("


class Collector:
    """A pytest plugin that notes the facts of every collected test, and whether any file failed."""

    def __init__(self) -> None:
        self.nodes: dict[str, frozenset[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Called by pytest when all tests are known."""
        for item in session.items:
            marks = item.iter_markers("fact")
            self.nodes[item.nodeid] = frozenset(name for mark in marks for name in mark.args)


def collected() -> dict[str, frozenset[str]]:
    """Return the facts of each test in the files that name any; nothing is run."""
    files = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if MARKER in path.read_text(encoding="utf-8")
    )
    found = Collector()
    with redirect_stdout(sys.stderr):
        code = pytest.main(
            ["--collect-only", "--assert=plain", "-qq", "--no-summary", *files], plugins=[found]
        )
    if code:
        raise SystemExit(f"the tests cannot be collected (pytest ended with {code})")
    return found.nodes


def main(check: bool) -> int:
    """Write or check the page; return the exit code."""
    book = read(ROOT)
    proofs = shortened(collected())
    problems = wrong(book, proofs)
    problems += [f"{fact} has neither a test nor a why-not" for fact in unproved(book, proofs)]
    made = page(book, proofs)
    if not check:
        PAGE.write_text(made, encoding="utf-8", newline="\n")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        problems.append("docs/fidelity.md is out of date: run `python -m tests.fidelity`")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv[1:]))
