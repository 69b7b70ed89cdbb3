"""`python -m tests.fidelity.broken [FACT ...]`: break one rule at a time and see a test go red.

Each break of `broken.yaml` is one change of the source, made in a copy of the tree. There the tests of all
facts must be green first, and those of its fact red once it is made. It prints a line for each: the rule and
the test that caught it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.base.yamlfile import load
from tests.fidelity.__main__ import ROOT, collected
from tests.test_house import house_files

FILE = Path(__file__).with_name("broken.yaml")
GREEN, RED = 0, 1
"""What pytest ends with when all tests pass, and when some fail; anything else is no answer."""


@dataclass(frozen=True, slots=True)
class Break:
    """One rule, broken: `text` stands once in `file` and is replaced by `instead`."""

    rule: str
    fact: str
    file: str
    text: str
    instead: str

    def wrong(self, root: Path) -> str:
        """Return why it cannot be made below `root`; nothing where it can."""
        path = root / self.file
        found = path.read_text(encoding="utf-8").count(self.text) if path.is_file() else 0
        return (
            "" if found == 1 and self.text != self.instead else f"{self.rule}: {found} times in {self.file}"
        )

    def make(self, root: Path) -> str:
        """Make the change below `root`; return the text as it was."""
        path = root / self.file
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace(self.text, self.instead), encoding="utf-8", newline="\n")
        return before


def breaks() -> tuple[Break, ...]:
    """Read the breaks."""
    rows = load(FILE.read_text(encoding="utf-8"), FILE.name).data
    return tuple(Break(**row) for row in rows)


def copy_tree(to: Path) -> None:
    """Copy the files of the project."""
    for name in house_files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)


def first_red(root: Path, tests: Collection[str]) -> tuple[int, str]:
    """Run tests in a copy until one fails; return how pytest ended, and the test that failed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rf", "-p", "no:cacheprovider", *sorted(tests)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    lines = (line for line in done.stdout.splitlines() if line.startswith("FAILED "))
    return done.returncode, next(lines, "").removeprefix("FAILED ").partition(" - ")[0]


def main(names: frozenset[str]) -> int:
    """Break every rule, or those of some facts; return 0 where each was caught."""
    chosen = [item for item in breaks() if not names or item.fact in names]
    nodes = collected()
    tests = {
        item.fact: sorted(node for node, facts in nodes.items() if item.fact in facts) for item in chosen
    }
    caught = 0
    with TemporaryDirectory() as folder:
        root = Path(folder)
        copy_tree(root)
        code, failed = first_red(root, {test for found in tests.values() for test in found})
        if code != GREEN:
            raise SystemExit(f"red before anything is broken: {failed or 'no test ran'}")
        for item in chosen:
            before = item.make(root)
            code, failed = first_red(root, tests[item.fact]) if tests[item.fact] else (GREEN, "")
            (root / item.file).write_text(before, encoding="utf-8", newline="\n")
            caught += code == RED
            print(
                f"| {item.rule} | `{item.fact}` | {failed if code == RED else '**not caught**'} |", flush=True
            )
    print(f"{caught} of {len(chosen)} caught")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    raise SystemExit(main(frozenset(sys.argv[1:])))
