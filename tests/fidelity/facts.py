"""The facts of `docs/facts.yaml`: what the model claims of the real products, with mark and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import InputError, Problem
from sim.base.yamlfile import Document, load

FILE = Path("docs/facts.yaml")
ERAS = ("2019", "today", "both")
MARKS = ("documented", "observed", "third-party", "guess")
NEEDED = ("says", "era", "mark", "source")
REASON = "why-not"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about the products."""

    id: str
    says: str
    era: str
    mark: str
    source: str
    why_not: str = ""
    """Why no test proves it; empty where one should."""

    @property
    def area(self) -> str:
        """The part of the id before its first dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Book:
    """All facts in the order of the file, and the title of each area."""

    areas: Mapping[str, str]
    facts: Mapping[str, Fact]


def read(root: Path) -> Book:
    """Read the facts below the project's root; raise InputError with every problem found."""
    document = load((root / FILE).read_text(encoding="utf-8"), FILE.as_posix())
    areas = document.data["areas"]
    problems = [
        problem
        for name, row in document.data["facts"].items()
        for problem in _wrong(document, areas, name, row)
    ]
    if problems:
        raise InputError(problems)
    facts = {
        name: Fact(name, row["says"], row["era"], row["mark"], row["source"], row.get(REASON, ""))
        for name, row in document.data["facts"].items()
    }
    return Book(areas, facts)


def _wrong(document: Document, areas: Mapping[str, str], name: str, row: Mapping[str, str]) -> list[Problem]:
    what = [f"has no {key!r}" for key in NEEDED if not isinstance(row.get(key), str)]
    what += [f"has an unknown key {key!r}" for key in row if key not in {*NEEDED, REASON}]
    if name.partition(".")[0] not in areas:
        what.append("belongs to no area")
    if row.get("era") not in ERAS:
        what.append(f"has an era that is none of {', '.join(ERAS)}")
    if row.get("mark") not in MARKS:
        what.append(f"has a mark that is none of {', '.join(MARKS)}")
    place = document.place(("facts", name))
    return [Problem("FACT", f"{name} {words}", place, "see the head of the file") for words in what]
