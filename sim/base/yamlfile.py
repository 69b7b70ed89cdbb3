"""YAML with places: plain data plus the line and column of every key and value.

Duplicate keys and aliases are refused: a file written by a person says each thing once, and a small file
cannot grow into a large one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

import yaml

from sim.base.errors import InputError, Place, Problem
from sim.base.text import plain

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data read from YAML, and where each part of it stands."""

    data: Any
    places: Mapping[Path, Place]
    file: str

    def place(self, path: Sequence[str | int]) -> Place:
        """Return the place of `path`, or of its nearest parent that is in the file."""
        key = tuple(path)
        while key not in self.places and key:
            key = key[:-1]
        found = self.places.get(key, Place(self.file))
        return replace(found, path=".".join(str(part) for part in path))


class _Loader(yaml.SafeLoader):
    """SafeLoader that leaves dates and times as text: they are read by `sim.base.time` alone."""


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Quick(_Base):  # type: ignore[misc]
    """libyaml, ten times as fast. A text that is nested deeply enough crashes it."""


_INT, _TIMESTAMP = "tag:yaml.org,2002:int", "tag:yaml.org,2002:timestamp"
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$")
"""As YAML 1.1 has it, but for numbers to the base of sixty: 10:30 is a time, and so a text."""

_Loader.yaml_implicit_resolvers = _Quick.yaml_implicit_resolvers = {
    first: [(tag, _INTEGER if tag == _INT else pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: FilePath) -> Document:
    """Read a file that a person wrote; raise InputError with every problem found."""
    return load(read_text(path), str(path))


def read_text(path: FilePath) -> str:
    """Return the text of a file that a person wrote; raise InputError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = f"cannot read it: {error.strerror}"
        raise InputError(Problem("FILE-READ", why, Place(str(path)), "check the path")) from None
    except UnicodeDecodeError:
        raise InputError(Problem("FILE-READ", "not UTF-8", Place(str(path)), "save it as UTF-8")) from None


def load(text: str, file: str, shipped: bool = False) -> Document:
    """Read one YAML document; raise InputError with every problem found.

    `shipped` text, which comes with the program, is read faster.
    """
    places: dict[Path, Place] = {}
    problems: list[Problem] = []
    try:
        loader = _Quick(text) if shipped else _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else _plain(loader, node, (), places, problems, file, set())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        raise InputError(
            Problem(
                "YAML-SYNTAX",
                f"not valid YAML: {what}",
                where,
                "check indentation and colons; put a text that holds , : ? # { or } in quotes",
            )
        ) from None
    except RecursionError:
        raise InputError(
            Problem("YAML-SYNTAX", "nested too deeply", Place(file), "write fewer levels")
        ) from None
    if problems:
        raise InputError(problems)
    return Document(data, places, file)


def _plain(
    loader: Any,
    node: yaml.Node,
    path: Path,
    places: dict[Path, Place],
    problems: list[Problem],
    file: str,
    seen: set[int],
) -> Any:
    here = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    places.setdefault(path, here)
    if id(node) in seen:
        problems.append(Problem("YAML-ALIAS", "an alias repeats another part", here, "write it out"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            where = Place(file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in found:
                problems.append(Problem("YAML-DUPLICATE", f"{key!r} is given twice", where, "keep one"))
            places[(*path, key)] = where
            found[key] = _plain(loader, value_node, (*path, key), places, problems, file, seen)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, child, (*path, index), places, problems, file, seen)
            for index, child in enumerate(node.value)
        ]
    try:
        value = loader.construct_object(node)
        if isinstance(value, str):
            value.encode()
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError):
        shown = plain(node.value, 60)
        problems.append(Problem("YAML-VALUE", f"cannot read '{shown}'", here, "write a plain value"))
        return None
    return value
