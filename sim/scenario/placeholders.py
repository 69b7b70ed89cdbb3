"""Placeholders: `{leaker.name}` in any text of a file, or any key, stands for what was chosen.

A value that is one placeholder and nothing else takes the value as it is, a number too. `{{so}}` is `{so}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.base.errors import Place, Problem, nearest
from sim.scenario.tree import Node

Value = str | int
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}|\{([A-Za-z][\w-]*(?:\.[\w-]+)*)\}")


def names_in(text: str) -> list[str]:
    """Return the names of the placeholders of a text."""
    return [found.group(2) for found in _PLACEHOLDER.finditer(text) if found.group(2)]


def named(node: Node, known: Mapping[str, Value]) -> str | None:
    """Return the name where a part is one placeholder.

    Without quotes YAML reads `{leaker}` as a table of one key and no value; that is understood too.
    """
    if isinstance(node.value, str):
        found = _PLACEHOLDER.fullmatch(node.value)
        return found.group(2) if found else None
    if len(node.entries) == 1:
        ((key, child),) = node.entries.items()
        if child.value is None and key in known:
            return key
    return None


def fill(node: Node, known: Mapping[str, Value], problems: list[Problem]) -> Node:
    """Return a part with every placeholder filled; what nothing is called goes to `problems`."""
    name = named(node, known)
    if name is not None and name in known:
        return Node(known[name], node.place)
    if isinstance(node.value, str):
        return Node(_text(node.value, node.place, known, problems), node.place)
    if isinstance(node.value, list):
        return Node([fill(child, known, problems) for child in node.items], node.place)
    if isinstance(node.value, dict):
        filled: dict[str, Node] = {}
        for key, child in node.entries.items():
            said = _text(key, child.place, known, problems)
            if said in filled:
                what = f"{said!r} is given twice: {key} stands for it"
                problems.append(Problem("SCENARIO-PLACEHOLDER", what, child.place, "keep one"))
            filled[said] = fill(child, known, problems)
        return Node(filled, node.place)
    return node


def _text(text: str, place: Place, known: Mapping[str, Value], problems: list[Problem]) -> str:
    def one(found: re.Match[str]) -> str:
        if found.group(2) is None:
            return f"{{{found.group(1)}}}"
        name = found.group(2)
        if name in known:
            return str(known[name])
        otherwise = "declare it under vars, roles or apps; {{so}} writes {so}"
        problems.append(
            Problem(
                "SCENARIO-PLACEHOLDER",
                f"nothing is called {{{name}}}",
                place,
                nearest(name, known, otherwise),
            )
        )
        return found.group(0)

    return _PLACEHOLDER.sub(one, text) if "{" in text else text
