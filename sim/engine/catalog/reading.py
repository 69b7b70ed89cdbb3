"""Catalog files into apps, with every mistake located.

A catalog folder holds one file a category, named after it (`cloud-storage.yaml`), and may hold
`shared_domains.yaml` and `countries.yaml`; without the latter the shipped country names apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.base.errors import InputError, Place, Problem
from sim.engine.catalog.app import CATEGORIES, App
from sim.engine.catalog.domains import reject
from sim.engine.catalog.facts import read_facts
from sim.engine.catalog.source import Findings, Keys, Source

COUNTRIES = "countries.yaml"
SHARED = "shared_domains.yaml"
SCORE_SETTINGS = "score_settings.yaml"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_TEXTS = ("id", "name", "vendor", "homepage", "description")
_NEEDED = (*_TEXTS, "domains")
_ALLOWED = (*_NEEDED, "headquarters", "founded", "factors")
_YEARS = range(1600, 2101)

File = Traversable | Path


@dataclass(frozen=True, slots=True)
class Read:
    """What the files of a folder say."""

    apps: tuple[App, ...]
    countries: Mapping[str, str]
    shared: Mapping[str, str]


def shipped() -> Traversable:
    """Return the folder of the shipped catalog."""
    return resources.files("sim.engine.catalog") / "data"


def read_catalog(folder: File, strict: bool) -> Read:
    """Read a catalog folder; raise InputError with every problem of every file.

    Strict reading also looks for keys given twice and for public suffixes; the shipped catalog is
    read strictly by a test, and fast by a run.
    """
    return _Reader(strict).read(folder)


def _slug(category: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", category.lower())


def _suffix_test(strict: bool) -> Callable[[str], bool]:
    if not strict:
        return lambda host: False
    # Parsing the list takes longer than reading the shipped catalog.
    from publicsuffixlist import PublicSuffixList

    suffixes = PublicSuffixList()
    return lambda host: bool(suffixes.is_public(host))


@dataclass(frozen=True, slots=True)
class _Claim:
    """An id, a name or a domain that an app gives, and where."""

    app_id: str
    source: Source
    keys: Keys

    def place(self) -> Place:
        return self.source.place(self.keys)


class _Reader:
    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.findings = Findings()
        self.is_public = _suffix_test(strict)
        self.countries: dict[str, str] = {}
        self.names: dict[tuple[str, str], _Claim] = {}
        self.domains: dict[str, list[_Claim]] = {}

    def read(self, folder: File) -> Read:
        try:
            files = {entry.name: entry for entry in folder.iterdir() if entry.is_file()}
        except OSError as error:
            what = f"cannot read the catalog folder: {error.strerror}"
            raise InputError(Problem("CATALOG-FOLDER", what, Place(str(folder)))) from None
        self.countries = self._table(self._open(files.get(COUNTRIES, shipped() / COUNTRIES)))
        special = {COUNTRIES, SHARED, SCORE_SETTINGS}
        categories = sorted(n for n in files if n.endswith(".yaml") and n not in special)
        if not categories:
            advice = "add one, such as cloud-storage.yaml"
            problem = Problem("CATALOG-FOLDER", "no category file", Place(str(folder)), advice)
            self.findings.problems.append(problem)
        apps = [app for name in categories for app in self._category(files[name])]
        shared = self._shared(files[SHARED]) if SHARED in files else {}
        self._claimed_twice(shared)
        self.findings.close()
        return Read(tuple(apps), self.countries, shared)

    def _open(self, file: File) -> Source | None:
        return self.findings.open(file, self.strict)

    def _table(self, source: Source | None) -> dict[str, str]:
        """Return the content of a file that maps texts to texts."""
        if source is None or source.data is None:
            return {}
        if not isinstance(source.data, dict):
            advice = "write `key: text`, one a line"
            self.findings.add(source, (), "CATALOG-FIELD", "not a table", advice)
            return {}
        found: dict[str, str] = {}
        for key, value in source.data.items():
            if isinstance(key, str) and isinstance(value, str):
                found[key] = value
            else:
                what = f"{key!r} does not map a text to a text"
                advice = 'quote what YAML takes for something else, such as "NO"'
                self.findings.add(source, (str(key),), "CATALOG-FIELD", what, advice)
        return found

    def _category(self, file: File) -> list[App]:
        source = self._open(file)
        if source is None:
            return []
        data = source.data
        if not isinstance(data, dict) or not isinstance(data.get("apps"), list):
            advice = "write `category: <name>` and `apps:` with a list"
            self.findings.add(source, (), "CATALOG-FIELD", "not a category file", advice)
            return []
        category = data.get("category")
        if category not in CATEGORIES:
            what, advice = f"unknown category {category!r}", "use a name of the portal"
            self.findings.add(source, ("category",), "CATALOG-CATEGORY", what, advice)
        elif source.name != f"{_slug(category)}.yaml":
            what, advice = "file and category differ", f"name the file {_slug(category)}.yaml"
            self.findings.add(source, ("category",), "CATALOG-CATEGORY", what, advice)
        self._only_keys(source, (), data, ("category", "apps"))
        read = (self._app(source, ("apps", i), raw, category) for i, raw in enumerate(data["apps"]))
        return [app for app in read if app is not None]

    def _app(self, source: Source, keys: Keys, raw: object, category: object) -> App | None:
        if not isinstance(raw, dict):
            self.findings.add(source, keys, "CATALOG-FIELD", "an app is a table", "write `- id: …`")
            return None
        before = len(self.findings.problems)
        self._only_keys(source, keys, raw, _ALLOWED)
        self._fields(source, keys, raw)
        app_id = str(raw.get("id"))
        self._identity(source, keys, raw, app_id)
        domains = self._domains(source, (*keys, "domains"), raw.get("domains", ()), app_id)
        facts = read_facts(source, (*keys, "factors"), raw.get("factors", {}), self.findings)
        if len(self.findings.problems) > before:
            return None
        return App(
            category=str(category),
            domains=domains,
            headquarters=raw.get("headquarters"),
            founded=raw.get("founded"),
            factors=facts,
            **{key: raw[key] for key in _TEXTS},
        )

    def _only_keys(
        self, source: Source, keys: Keys, raw: Mapping[object, object], allowed: tuple[str, ...]
    ) -> None:
        for key in raw:
            if key not in allowed:
                what, advice = f"unknown key {key!r}", f"use {', '.join(allowed)}"
                self.findings.add(source, (*keys, str(key)), "CATALOG-FIELD", what, advice)

    def _fields(self, source: Source, keys: Keys, raw: Mapping[str, object]) -> None:
        """Look at the fields that concern nothing but their app."""
        wrong: list[tuple[str, str, str]] = []
        for key in _NEEDED:
            value = raw.get(key)
            if key not in raw:
                self.findings.add(source, keys, "CATALOG-FIELD", f"no {key}", "every app needs one")
            elif key in _TEXTS and not (isinstance(value, str) and value.strip()):
                wrong.append((key, f"{key} is not a text", "write one, quote it if need be"))
        app_id, homepage = raw.get("id"), raw.get("homepage")
        if isinstance(app_id, str) and not _ID.match(app_id):
            wrong.append(("id", f"{app_id!r} is no id", "use a-z, 0-9 and single hyphens"))
        if isinstance(homepage, str) and not homepage.startswith(("https://", "http://")):
            wrong.append(("homepage", "homepage is not an address", "start it with https://"))
        year, country = raw.get("founded"), raw.get("headquarters")
        if year is not None and not (type(year) is int and year in _YEARS):
            wrong.append(("founded", f"{year!r} is no year", "write 2007, or leave it out"))
        for key, what, advice in wrong:
            self.findings.add(source, (*keys, key), "CATALOG-FIELD", what, advice)
        if country is not None and country not in self.countries:
            what = f"unknown country {country!r}"
            advice = 'use a code of countries.yaml; quote "NO", which YAML takes for false'
            where = (*keys, "headquarters")
            self.findings.add(source, where, "CATALOG-COUNTRY", what, advice)

    def _identity(self, source: Source, keys: Keys, raw: Mapping[str, object], app_id: str) -> None:
        for key in ("id", "name"):
            text = raw.get(key)
            if isinstance(text, str):
                claim = _Claim(app_id, source, (*keys, key))
                first = self.names.setdefault((key, text.casefold()), claim)
                if first is not claim:
                    what = f"two apps have the {key} {text!r}"
                    advice = f"the first is at {first.place()}"
                    self.findings.add(source, claim.keys, "CATALOG-DUPLICATE", what, advice)

    def _domains(self, source: Source, keys: Keys, raw: object, app_id: str) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple) or raw == []:
            advice = "write [a.com, b.com]: an app without a domain is never found"
            self.findings.add(source, keys, "CATALOG-DOMAIN", "domains is not a list", advice)
            return ()
        for position, entry in enumerate(raw):
            where = (*keys, position)
            reason = reject(entry, self.is_public)
            if reason is None:
                self.domains.setdefault(entry, []).append(_Claim(app_id, source, where))
            else:
                what = f"bad domain {entry!r}"
                self.findings.add(source, where, "CATALOG-DOMAIN", what, reason)
        return tuple(str(entry) for entry in raw)

    def _shared(self, file: File) -> dict[str, str]:
        source = self._open(file)
        if source is None:
            return {}
        shared = self._table(source)
        for domain, owner in shared.items():
            claims = {claim.app_id for claim in self.domains.get(domain, ())}
            if owner not in claims:
                what = f"{domain} counts for {owner!r}, which does not claim it"
                advice = "name an app that lists the domain"
            elif len(claims) == 1:
                what, advice = f"only {owner} claims {domain}", "remove the line"
            elif "/" in domain:
                what, advice = f"{domain} matches no host", "remove the line"
            else:
                continue
            self.findings.add(source, (domain,), "CATALOG-SHARED", what, advice)
        return shared

    def _claimed_twice(self, shared: Mapping[str, str]) -> None:
        for domain, (first, *others) in sorted(self.domains.items()):
            for claim in others:
                if claim.app_id == first.app_id or domain not in shared:
                    what = f"{domain} is claimed by {first.app_id} and {claim.app_id}"
                    advice = f"the first is at {first.place()}; keep one or declare it in {SHARED}"
                    self.findings.add(claim.source, claim.keys, "CATALOG-DOMAIN", what, advice)
