"""A scenario with its misshapen parts put aside, so that what else is wrong with it is told at once.

Only parts that nothing else in a file refers to are put aside: mistakes that would follow from their absence
are none of the author's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.base.errors import Problem
from sim.base.yamlfile import Document, Path
from sim.scenario.tree import Node, tree

_APART = frozenset(
    {
        "machines_off", "standard_users", "subscription", "single_sign_on", "click_through", "breaches",
        "stays", "devices", "managed", "destinations", "programs", "delays", "hints", "hint_price", "expect",
        "trainee", "asking", "reactions", "tags", "solution",
    }
)  # fmt: skip
"""Sections to which nothing refers: one that has a fault is left out."""
_FOLLOWS = frozenset({"STORY-APP", "SCENARIO-HOST", "STORY-HOST"})
"""What is said of an app that nobody uses: not to be told where a habit is put aside."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What is left of a document, and which habits in it stand in for faulty ones."""

    document: Document
    stand_ins: frozenset[int]

    def own(self, problem: Problem) -> bool:
        """Tell whether a problem is the author's, and does not follow from what was put aside."""
        path = problem.where.path.split(".") if problem.where is not None else []
        if len(path) > 1 and path[0] == "habits" and path[1].isdigit() and int(path[1]) in self.stand_ins:
            return False
        unused = problem.rule in _FOLLOWS or problem.what.startswith("nobody here uses")
        return not (self.stand_ins and unused)


def mended(document: Document, problems: Iterable[Problem]) -> Mended | None:
    """Return the document without the parts in which these problems stand, None where that cannot be."""
    named = {".".join(str(part) for part in path): path for path in document.places}
    root, faulty = tree(document), set[int]()
    for problem in problems:
        path = named.get(problem.where.path if problem.where is not None else "", ())
        if not path:
            return None
        if problem.rule.endswith("-KEY"):
            root = _without(root, path)
        elif path[0] in _APART:
            root = _without(root, path[:1])
        elif path[0] == "habits" and len(path) > 1 and isinstance(path[1], int):
            faulty.add(path[1])
        else:
            return None
    if faulty:
        habits = root.entries["habits"]
        whole = next((habit for n, habit in enumerate(habits.items) if n not in faulty), None)
        if whole is None:
            return None
        kept = [whole if n in faulty else habit for n, habit in enumerate(habits.items)]
        root = Node({**root.entries, "habits": Node(kept, habits.place)}, root.place)
    return Mended(root.document(document.file), frozenset(faulty))


def _without(node: Node, path: Path) -> Node:
    """Return a part without the entry at a path."""
    first, *rest = path
    if node.items and isinstance(first, int):
        changed = [
            _without(child, tuple(rest)) if n == first else child for n, child in enumerate(node.items)
        ]
        return Node(changed, node.place)
    entries = {
        key: _without(child, tuple(rest)) if key == first else child
        for key, child in node.entries.items()
        if rest or key != first
    }
    return Node(entries, node.place)
