r"""Who is who: the names under which logs know a person, as `--users FILE` gives them.

    alice@contoso.example: ['CONTOSO\alice', alice]     # the names that logs use
    bob@contoso.example: {names: [bob], groups: [Sales]}

The product replaces a log's user name by the directory's (CAS/cloud-discovery-aad-enrichment.md).
Names are compared whatever their case, as directories do. Without a file nobody is merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.base import yamlfile
from sim.base.errors import InputError, Place, Problem
from sim.engine.traffic import Traffic

_SHAPE = "write `alice@contoso.example: ['CONTOSO\\alice', alice]`"


@dataclass(frozen=True, slots=True)
class People:
    """The person behind each name, and the groups of each person."""

    persons: Mapping[str, str] = field(default_factory=dict)
    """Person by case-folded name."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups by person."""

    def person(self, name: str) -> str:
        """Return the person behind a name; the name itself where nobody is known under it."""
        return self.persons.get(name.casefold(), name)

    def traffic(self, traffic: Traffic) -> Traffic:
        """Return traffic in which each user is called by the person's name."""
        return traffic if traffic.user is None else replace(traffic, user=traffic.user.renamed(self.person))


def load_people(path: Path) -> People:
    """Read a file of names; raise InputError with every problem found."""
    try:
        document = yamlfile.load(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        problem = Problem("USERS-UNREADABLE", f"cannot read the users: {reason}", Place(str(path)))
        raise InputError(problem) from None
    data = document.data
    if not isinstance(data, dict):
        raise InputError(Problem("USERS-SHAPE", "not a table of persons", document.place(()), _SHAPE))
    problems: list[Problem] = []
    persons: dict[str, str] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for person, raw in data.items():
        entry = raw if isinstance(raw, dict) else {"names": [] if raw is None else raw}
        for key in entry.keys() - {"names", "groups"}:
            place = document.place((person, key))
            problems.append(Problem("USERS-KEY", f"unknown key {key!r}", place, "use names, groups"))
        lists = [entry.get("names") or [], entry.get("groups") or []]
        if not all(isinstance(given, list) and all(isinstance(t, str) for t in given) for given in lists):
            what = f"what {person!r} is called is no list of names"
            problems.append(Problem("USERS-SHAPE", what, document.place((person,)), _SHAPE))
            continue
        names, groups[person] = lists[0], tuple(lists[1])
        for name in (person, *names):
            owner = persons.setdefault(name.casefold(), person)
            if owner != person:
                what = f"{name!r} is {owner!r} already"
                problems.append(
                    Problem("USERS-TWICE", what, document.place((person,)), "give each name to one person")
                )
    if problems:
        raise InputError(problems)
    return People(persons, groups)
