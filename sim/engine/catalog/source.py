"""A YAML file that is read fast, and read again with places only when something in it is wrong.

`sim.base.yamlfile` gives every value its line and column, at the speed of a pure Python parser. The
shipped catalog is correct almost always, so it goes through libyaml first.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from sim.base import yamlfile
from sim.base.errors import InputError, Place, Problem

Keys = tuple[str | int, ...]

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Quick(_Base):  # type: ignore[misc]
    """libyaml's loader; dates stay text, as in `sim.base.yamlfile`."""


_Quick.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Source:
    """One file: its data now, its places when asked for. `name` is what errors call it.

    A strict source is read with places at once, which also refuses what libyaml lets pass, such as
    a key given twice. Reading raises InputError if the file is not YAML or cannot be read.
    """

    def __init__(self, path: Traversable | Path, strict: bool, name: str = "") -> None:
        self.name = name or path.name
        try:
            self._text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            what = f"cannot read it: {error.strerror}"
            raise InputError(Problem("FILE-READ", what, Place(self.name))) from None
        except UnicodeDecodeError:
            raise InputError(Problem("FILE-READ", "not UTF-8", Place(self.name))) from None
        self._document: yamlfile.Document | None = None
        self.data: Any = None
        if not strict:
            try:
                self.data = yaml.load(self._text, Loader=_Quick)
                return
            except yaml.YAMLError:
                pass
        self._document = yamlfile.load(self._text, self.name)
        self.data = self._document.data

    @classmethod
    def of(cls, document: yamlfile.Document) -> Source:
        """Return a document that was read already as a source."""
        source = cls.__new__(cls)
        source.name, source.data = document.file, document.data
        source._text, source._document = "", document
        return source

    def place(self, keys: Sequence[str | int]) -> Place:
        """Return where the value at `keys` stands."""
        if self._document is None:
            self._document = yamlfile.load(self._text, self.name)
        return self._document.place(keys)


class Findings:
    """The problems found so far, in every file."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, source: Source, keys: Keys, rule: str, what: str, advice: str) -> None:
        """Note that the value at `keys` is wrong."""
        try:
            place = source.place(keys)
        except InputError as error:
            self.problems.extend(p for p in error.problems if p not in self.problems)
        else:
            self.problems.append(Problem(rule, what, place, advice))

    def open(self, path: Traversable | Path, strict: bool, name: str = "") -> Source | None:
        """Read a file; note why and return None if that fails."""
        try:
            return Source(path, strict, name)
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def close(self) -> None:
        """Raise InputError with everything found, if anything was."""
        if self.problems:
            raise InputError(self.problems)
