"""The catalog as the rest of the program uses it: look an app up, and find the app behind a host.

Matching order is not documented by Microsoft; ours is the longest suffix on label boundaries
(catalog dossier, section 6). A host belongs to one app: a domain that several apps share counts for
the app named in `shared_domains.yaml`, yet blocking any of them blocks it for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.base.errors import InputError, Problem
from sim.engine.catalog.app import CATEGORIES, MARKS, App, Fact, FactValue
from sim.engine.catalog.domains import canonical, suffixes
from sim.engine.catalog.reading import read_catalog, shipped

__all__ = ["CATEGORIES", "MARKS", "App", "Catalog", "Fact", "FactValue", "load_catalog"]

_MEMO_LIMIT = 1 << 18


@dataclass(frozen=True, slots=True)
class Catalog:
    """Apps sorted by id, and the domains that lead to them."""

    apps: tuple[App, ...]
    countries: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Country names by ISO 3166-1 alpha-2 code."""
    shared: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Domains that several apps claim, and the id of the app whose traffic they count as."""
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    """Position in `apps` by app id."""
    _names: dict[str, int] = field(init=False, repr=False, compare=False)
    _domains: dict[str, int] = field(init=False, repr=False, compare=False)
    _memo: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        apps = tuple(sorted(self.apps, key=lambda app: app.id))
        index = {app.id: position for position, app in enumerate(apps)}
        names = {app.name.casefold(): position for position, app in enumerate(apps)}
        domains = {d: position for position, app in enumerate(apps) for d in app.blockable_domains}
        domains.update((domain, index[owner]) for domain, owner in self.shared.items())
        object.__setattr__(self, "apps", apps)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "_names", names | index)
        object.__setattr__(self, "_domains", domains)
        object.__setattr__(self, "_memo", {})

    def app(self, app_id: str) -> App:
        """Return the app with this id; raise InputError that names the nearest one otherwise."""
        position = self.index.get(app_id)
        if position is None:
            raise self._unknown(app_id)
        return self.apps[position]

    def find(self, text: str) -> App:
        """Return the app with this id or name, whatever the case; raise InputError otherwise."""
        position = self._names.get(text.strip().casefold())
        if position is None:
            raise self._unknown(text)
        return self.apps[position]

    def match(self, host: str) -> tuple[App, str] | None:
        """Return the app behind `host` and the catalog domain that gave it away."""
        for domain in suffixes(canonical(host)):
            position = self._domains.get(domain)
            if position is not None:
                return self.apps[position], domain
        return None

    def resolve(self, host: str) -> App | None:
        """Return the app behind `host`, None if the catalog knows none."""
        found = self.match(host)
        return None if found is None else found[0]

    def resolve_hosts(self, hosts: Sequence[str]) -> NDArray[np.int64]:
        """Return the position in `apps` of the app behind each host; -1 where there is none."""
        memo = self._memo
        if len(memo) > _MEMO_LIMIT:
            memo.clear()
        for host in hosts:
            if host not in memo:
                app = self.resolve(host)
                memo[host] = -1 if app is None else self.index[app.id]
        return np.fromiter((memo[host] for host in hosts), dtype=np.int64, count=len(hosts))

    def content_hash(self) -> str:
        """Return a SHA-256 of what a run depends on: names, domains, facts; not marks or prose."""
        digest = sha256()
        for app in self.apps:
            facts = [part for name in sorted(app.factors) for part in (name, app.factors[name].value)]
            head = (app.id, app.name, app.category, app.vendor)
            optional = (app.headquarters or "", app.founded or 0)
            for part in (*head, *optional, app.domains, len(facts), *facts):
                digest.update(_canonical(part))
        shared = [part for pair in sorted(self.shared.items()) for part in pair]
        digest.update(_canonical(tuple(shared)))
        return digest.hexdigest()

    def _unknown(self, text: str) -> InputError:
        near = get_close_matches(text.strip().casefold(), self._names, n=1, cutoff=0.5)
        advice = ""
        if near:
            app = self.apps[self._names[near[0]]]
            advice = f"did you mean {app.name} ({app.id})?"
        return InputError(Problem("APP-UNKNOWN", f"no app {text!r} in the catalog", advice=advice))


def _canonical(value: FactValue) -> bytes:
    """Return bytes that differ whenever the values differ: a type letter, a length, the content."""
    if isinstance(value, tuple):
        return b"l%d:" % len(value) + b"".join(_canonical(part) for part in value)
    if isinstance(value, bool | int):
        letter = b"b" if isinstance(value, bool) else b"i"
        return letter + b"%d;" % value
    encoded = value.encode()
    return b"s%d:" % len(encoded) + encoded


def load_catalog(folder: Traversable | Path | None = None) -> Catalog:
    """Return the catalog in `folder`, by default the shipped one.

    Raise InputError with every problem at once.
    """
    return _shipped() if folder is None else _build(folder, strict=True)


@lru_cache(maxsize=1)
def _shipped() -> Catalog:
    return _build(shipped(), strict=False)


def _build(folder: Traversable | Path, strict: bool) -> Catalog:
    read = read_catalog(folder, strict)
    return Catalog(read.apps, read.countries, read.shared)
