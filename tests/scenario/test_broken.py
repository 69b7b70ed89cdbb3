"""Broken scenario files, one for each rule: exactly the expected mistakes at exactly the expected places.

The first line of each file in `broken/` says what is expected: rule and line:column, in the order told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import UnsanctionedError
from sim.scenario.load import load_scenario

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_file_gives_the_expected_mistakes(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    with pytest.raises(UnsanctionedError) as caught:
        load_scenario(str(path))
    places = [(problem.rule, problem.where) for problem in caught.value.problems]
    assert ", ".join(f"{rule} {at.line}:{at.column}" for rule, at in places if at) == expected
    assert all(at is not None and Path(at.file) == path for _, at in places)
    assert all(problem.advice for problem in caught.value.problems)


def test_there_are_forty_rules_among_them() -> None:
    told = {
        word
        for path in FILES
        for word in path.read_text(encoding="utf-8").partition("\n")[0].replace(",", "").split()
        if "-" in word
    }
    assert len(told) >= 40
