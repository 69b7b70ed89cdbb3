"""A scenario file as a tree whose every part knows where it stands: parts of several files can be joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.base.errors import Place
from sim.base.yamlfile import Document, Path


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping, a list or a plain value, and where it stands: a mapping's entry at its key."""

    value: Any
    """`dict[str, Node]`, `list[Node]`, or what YAML makes of a plain value."""
    place: Place

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; of anything else none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The entries of a list; of anything else none."""
        return self.value if isinstance(self.value, list) else []

    def walk(self) -> Iterator[Node]:
        """Yield this part and every part of it."""
        yield self
        for child in (*self.entries.values(), *self.items):
            yield from child.walk()

    def plain(self) -> Any:
        """Return it as plain data."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def document(self, file: str) -> Document:
        """Return it as a document, which a model can check."""
        places: dict[Path, Place] = {}
        _note(self, (), places)
        return Document(self.plain(), places, file)


def _note(node: Node, path: Path, places: dict[Path, Place]) -> None:
    places[path] = node.place
    for key, child in node.entries.items():
        _note(child, (*path, key), places)
    for index, child in enumerate(node.items):
        _note(child, (*path, index), places)


def tree(document: Document) -> Node:
    """Return a document as a tree."""
    return _tree(document.data, (), document)


def _tree(data: Any, path: Path, document: Document) -> Node:
    place = document.places.get(path, Place(document.file))
    if isinstance(data, dict):
        return Node({key: _tree(value, (*path, key), document) for key, value in data.items()}, place)
    if isinstance(data, list):
        return Node([_tree(value, (*path, i), document) for i, value in enumerate(data)], place)
    return Node(data, place)


def rooted(data: Any, place: Place) -> Node:
    """Return plain data as a tree all of which stands at one place."""
    if isinstance(data, dict):
        return Node({key: rooted(value, place) for key, value in data.items()}, place)
    if isinstance(data, list):
        return Node([rooted(value, place) for value in data], place)
    return Node(data, place)


def over(under: Node, upper: Node, levels: int = 2) -> Node:
    """Return two parts joined; where both say something, `upper` counts.

    The entries of a file and of its sections are joined; so are two lists of entries, the upper one's last,
    and there an entry takes the place of one with the same `id` or `name`. Anything deeper is `upper`'s.
    """
    if levels and isinstance(under.value, dict) and isinstance(upper.value, dict):
        joined = dict(under.value)
        for key, child in upper.value.items():
            joined[key] = over(joined[key], child, levels - 1) if key in joined else child
        return Node(joined, upper.place)
    if _are_entries(under) and _are_entries(upper):
        named = {name for child in upper.items if (name := _name(child)) is not None}
        kept = [child for child in under.items if _name(child) not in named]
        return Node([*kept, *upper.items], upper.place)
    return upper


def _are_entries(node: Node) -> bool:
    return bool(node.items) and all(isinstance(child.value, dict) for child in node.items)


def _name(entry: Node) -> Any:
    """Return what an entry of a list is called, None if it has no name."""
    found = entry.entries.get("id", entry.entries.get("name"))
    return found.value if found is not None and isinstance(found.value, str) else None
