"""The catalog as the rest of the program uses it: look an app up, find the app behind a host, score it.

A host belongs to one app: a domain that several apps share counts for the app named in
`shared_domains.yaml`, yet blocking any of them blocks it for all. `resolution.py` has the order in
which entries are tried.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.base.errors import InputError, Problem
from sim.engine.catalog.app import CATEGORIES, MARKS, App, Fact, FactValue
from sim.engine.catalog.domains import Address
from sim.engine.catalog.folder import read_catalog, shipped
from sim.engine.catalog.resolution import Resolver
from sim.engine.catalog.score import Score, score
from sim.engine.catalog.score_settings import ScoreSettings, load_score_settings

__all__ = [
    "CATEGORIES",
    "MARKS",
    "SETS",
    "App",
    "Catalog",
    "Fact",
    "FactValue",
    "load_catalog",
    "load_sets",
]

SETS: tuple[str, ...] = ("shipped", "fictional")
"""What comes with the program: the apps of the real world, and invented ones for scenarios."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Apps sorted by id, the domains that lead to them, and the settings that score them."""

    apps: tuple[App, ...]
    countries: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Country names by ISO 3166-1 alpha-2 code."""
    shared: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Domains that several apps claim, and the id of the app whose traffic they count as."""
    settings: ScoreSettings = field(default_factory=load_score_settings, hash=False, repr=False)
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    """Position in `apps` by app id."""
    _names: dict[str, int] = field(init=False, repr=False, compare=False)
    _resolver: Resolver = field(init=False, repr=False, compare=False)
    _scores: dict[str, Score | None] = field(init=False, repr=False, compare=False)
    _content_hash: str = field(init=False, repr=False, compare=False)
    """Empty until it is asked for."""

    def __post_init__(self) -> None:
        apps = tuple(sorted(self.apps, key=lambda app: app.id))
        index = {app.id: position for position, app in enumerate(apps)}
        names = {app.name.casefold(): position for position, app in enumerate(apps)}
        entries = {domain: position for position, app in enumerate(apps) for domain in app.domains}
        entries.update((domain, index[owner]) for domain, owner in self.shared.items())
        networks = ((text, position) for position, app in enumerate(apps) for text in app.ips)
        object.__setattr__(self, "apps", apps)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "_names", names | index)
        object.__setattr__(self, "_resolver", Resolver(entries, networks))
        object.__setattr__(self, "_scores", {})
        object.__setattr__(self, "_content_hash", "")

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

    def search(self, text: str) -> tuple[App, ...]:
        """Return the apps in which `text` stands: in the name or id, then vendor, domain or category.

        Those whose name it is come first, then those whose name begins with it; the rest by name.
        """
        wanted = text.strip().casefold()
        found = ((rank, app) for app in self.apps if (rank := _rank(app, wanted)) is not None)
        ordered = sorted(found, key=lambda entry: (entry[0], entry[1].name.casefold(), entry[1].id))
        return tuple(app for _, app in ordered)

    def score(self, app: App) -> Score | None:
        """Return the app's score by this catalog's settings, worked out once; None if too little is known."""
        if app.id not in self._scores:
            self._scores[app.id] = score(app, self.settings)
        return self._scores[app.id]

    @property
    def path_hosts(self) -> Mapping[str, int]:
        """Hosts of entries with a path, and the most segments any of them needs; sub-domains included.

        A reader of logs keeps that much path of a request to such a host, and none of any other.
        """
        return self._resolver.path_hosts

    def match(self, host: str) -> tuple[App, str] | None:
        """Return the app behind a host and the catalog domain that gave it away.

        `host` may be followed by a port and a path, or be a whole URL; an address finds the apps
        that give theirs.
        """
        return self._named(self._resolver.match(host))

    def match_ip(self, address: str | Address) -> tuple[App, str] | None:
        """Return the app behind an address, and its entry: for lines that name no host."""
        return self._named(self._resolver.match_ip(address))

    def resolve(self, host: str) -> App | None:
        """Return the app behind `host`, None if the catalog knows none."""
        found = self.match(host)
        return None if found is None else found[0]

    def resolve_hosts(self, hosts: Sequence[str]) -> NDArray[np.int64]:
        """Return the position in `apps` of the app behind each host; -1 where there is none."""
        return self._resolver.places(hosts)

    def without(self, categories: Collection[str] = (), factors: Collection[str] = ()) -> Catalog:
        """Return the catalog of a time before these categories and risk factors existed."""
        if not categories and not factors:
            return self
        apps = tuple(
            replace(app, factors={name: f for name, f in app.factors.items() if name not in factors})
            if not app.factors.keys().isdisjoint(factors)
            else app
            for app in self.apps
            if app.category not in categories
        )
        kept = {app.id for app in apps}
        shared = {domain: owner for domain, owner in self.shared.items() if owner in kept}
        return replace(self, apps=apps, shared=shared, settings=self.settings.ignoring(factors))

    def plus(self, apps: Sequence[App]) -> Catalog:
        """Return the catalog with more apps in it; their ids and domains must be new."""
        return replace(self, apps=(*self.apps, *apps))

    def changing(self, app: App) -> Catalog:
        """Return the catalog with another entry for an app that is in it."""
        return replace(self, apps=tuple(app if held.id == app.id else held for held in self.apps))

    def content_hash(self) -> str:
        """Return a SHA-256 of what a run depends on: names, domains, facts; not marks or prose."""
        if not self._content_hash:
            object.__setattr__(self, "_content_hash", self._digest())
        return self._content_hash

    def _digest(self) -> str:
        digest = sha256()
        for app in self.apps:
            facts = [part for name in sorted(app.factors) for part in (name, app.factors[name].value)]
            head = (app.id, app.name, app.category, app.vendor)
            optional = (app.headquarters or "", app.founded or 0)
            for part in (*head, *optional, app.domains, app.ips, len(facts), *facts):
                digest.update(_canonical(part))
        shared = [part for pair in sorted(self.shared.items()) for part in pair]
        digest.update(_canonical(tuple(shared)))
        return digest.hexdigest()

    def _named(self, found: tuple[int, str] | None) -> tuple[App, str] | None:
        return None if found is None else (self.apps[found[0]], found[1])

    def _unknown(self, text: str) -> InputError:
        wanted = text.strip().casefold()
        # Who writes half a name means the app that begins with it.
        longer = sorted((name for name in self._names if wanted and name.startswith(wanted)), key=len)
        near = longer[:1] or get_close_matches(wanted, self._names, n=1, cutoff=0.5)
        advice = ""
        if near:
            app = self.apps[self._names[near[0]]]
            advice = f"did you mean {app.name} ({app.id})?"
        return InputError(Problem("APP-UNKNOWN", f"no app {text!r} in the catalog", advice=advice))


def _rank(app: App, wanted: str) -> int | None:
    """Return how well an app fits a search, 0 is best; None if it does not."""
    names = (app.name.casefold(), app.id)
    others = (app.vendor.casefold(), *app.domains, *app.ips, app.category.casefold())
    tests = (
        wanted in names,
        any(name.startswith(wanted) for name in names),
        any(wanted in name for name in names),
        any(wanted in other for other in others),
    )
    return next((rank for rank, fits in enumerate(tests) if fits), None)


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
    if folder is None:
        return load_sets(("shipped",))
    return _build(folder, strict=True)


@lru_cache(maxsize=4)
def load_sets(names: tuple[str, ...]) -> Catalog:
    """Return the apps of some of the `SETS` as one catalog, read once."""
    return _build(*(shipped(name) for name in SETS if name in names), strict=False)


def _build(*folders: Traversable | Path, strict: bool) -> Catalog:
    read = read_catalog(folders, strict)
    return Catalog(read.apps, read.countries, read.shared)
