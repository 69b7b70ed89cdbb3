"""One app of a catalog file into an `App`, with every mistake located, and what apps claim together.

An id, a name, a domain or an address belongs to one app; `AppReader` remembers who claimed it and
where, so that the second claim can be told with the place of the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sim.base.errors import nearest
from sim.engine.catalog.app import CATEGORIES, App
from sim.engine.catalog.domains import network, reject
from sim.engine.catalog.facts import read_facts
from sim.engine.catalog.source import Findings, Keys, Source

SHARED = "shared_domains.yaml"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_YEARS = range(1600, 2101)
_TEXTS = ("id", "name", "vendor", "homepage", "description")
_NEEDED = (*_TEXTS, "domains")
_CUSTOM_NEEDED = ("id", "name", "category")
_ALLOWED = (*_NEEDED, "headquarters", "founded", "factors")
_CUSTOM_ALLOWED = (*_ALLOWED, "category", "ips")

Kind = Literal["id", "name", "domain", "address"]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an app gives as its own, and where; no source is an app that was there before."""

    app_id: str
    source: Source | None
    keys: Keys

    def place(self) -> str:
        return "in the catalog that it extends" if self.source is None else str(self.source.place(self.keys))


class AppReader:
    """Reads apps one after the other; problems go to `findings`."""

    def __init__(
        self, findings: Findings, countries: Mapping[str, str], is_public: Callable[[str], bool]
    ) -> None:
        self.findings = findings
        self.countries = countries
        self.is_public = is_public
        self._claims: dict[tuple[Kind, str], list[_Claim]] = {}

    def know(self, apps: Iterable[App]) -> None:
        """Take apps of another catalog as given: what is theirs cannot be claimed again."""
        for app in apps:
            theirs: dict[Kind, tuple[str, ...]] = {
                "id": (app.id,),
                "name": (app.name.casefold(),),
                "domain": app.domains,
            }
            for kind, texts in theirs.items():
                for text in texts:
                    self._claim(kind, text, _Claim(app.id, None, ()))

    def app(self, source: Source, keys: Keys, raw: object, category: object = None) -> App | None:
        """Return the app at `keys`, None if something is wrong with it.

        Without a `category` it is a custom app: it names its own, may give addresses, and may leave
        out what the portal does not ask for.
        """
        if not isinstance(raw, dict):
            self.findings.add(source, keys, "CATALOG-FIELD", "an app is a table", "write `- id: …`")
            return None
        custom = category is None
        before = len(self.findings.problems)
        self.only_keys(source, keys, raw, _CUSTOM_ALLOWED if custom else _ALLOWED)
        self._fields(source, keys, raw, _CUSTOM_NEEDED if custom else _NEEDED)
        if custom and "category" in raw:
            category = raw["category"]
            self.category(source, (*keys, "category"), category)
        app_id = str(raw.get("id"))
        self._identity(source, keys, raw, app_id)
        domains = self._domains(source, keys, raw, app_id, custom)
        ips = self._addresses(source, (*keys, "ips"), raw.get("ips", ()), app_id)
        facts = read_facts(source, (*keys, "factors"), raw.get("factors", {}), self.findings)
        if len(self.findings.problems) > before:
            return None
        return App(
            category=str(category),
            domains=domains,
            ips=ips,
            headquarters=raw.get("headquarters"),
            founded=raw.get("founded"),
            factors=facts,
            **{key: raw.get(key, "") for key in _TEXTS},
        )

    def category(self, source: Source, keys: Keys, category: object) -> None:
        """Note a category that the portal does not have."""
        if category not in CATEGORIES:
            advice = nearest(str(category), CATEGORIES, "use a name of the portal")
            self.findings.add(source, keys, "CATALOG-CATEGORY", f"unknown category {category!r}", advice)

    def only_keys(
        self, source: Source, keys: Keys, raw: Mapping[object, object], allowed: Collection[str]
    ) -> None:
        """Note every key that is not allowed."""
        for key in raw:
            if key not in allowed:
                what, advice = f"unknown key {key!r}", f"use {', '.join(allowed)}"
                self.findings.add(source, (*keys, str(key)), "CATALOG-FIELD", what, advice)

    def claimants(self, domain: str) -> set[str]:
        """Return the ids of the apps that claim a domain."""
        return {claim.app_id for claim in self._claims.get(("domain", domain), ())}

    def claimed_twice(self, shared: Collection[str]) -> None:
        """Note every domain or address that two apps claim, or one app twice, unless it is shared."""
        for (kind, text), (first, *others) in sorted(self._claims.items(), key=lambda item: item[0]):
            for claim in others:
                if claim.source is None or kind in ("id", "name"):
                    continue
                if claim.app_id == first.app_id or text not in shared:
                    what = f"{text} is claimed by {first.app_id} and {claim.app_id}"
                    advice = f"the first is {_at(first)}; keep one or declare it in {SHARED}"
                    self.findings.add(claim.source, claim.keys, "CATALOG-DOMAIN", what, advice)

    def _fields(self, source: Source, keys: Keys, raw: Mapping[str, object], needed: Collection[str]) -> None:
        """Look at the fields that concern nothing but their app."""
        wrong: list[tuple[str, str, str]] = []
        for key in needed:
            if key not in raw:
                self.findings.add(source, keys, "CATALOG-FIELD", f"no {key}", "every app needs one")
        for key in _TEXTS:
            value = raw.get(key)
            if key in raw and not (isinstance(value, str) and value.strip()):
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
        if country is not None and not (isinstance(country, str) and country in self.countries):
            what = f"unknown country {country!r}"
            advice = 'use a code of countries.yaml; quote "NO", which YAML takes for false'
            where = (*keys, "headquarters")
            self.findings.add(source, where, "CATALOG-COUNTRY", what, advice)

    def _identity(self, source: Source, keys: Keys, raw: Mapping[str, object], app_id: str) -> None:
        kinds: tuple[Kind, ...] = ("id", "name")
        for key in kinds:
            text = raw.get(key)
            if isinstance(text, str):
                claim = _Claim(app_id, source, (*keys, key))
                first = self._claim(key, text.casefold(), claim)
                if first is not claim:
                    what, advice = f"two apps have the {key} {text!r}", f"the first is {_at(first)}"
                    self.findings.add(source, claim.keys, "CATALOG-DUPLICATE", what, advice)

    def _domains(
        self, source: Source, keys: Keys, raw: Mapping[str, object], app_id: str, custom: bool
    ) -> tuple[str, ...]:
        given = raw.get("domains", ())
        if custom and "domains" not in raw and raw.get("ips"):
            return ()
        where = (*keys, "domains")
        if not isinstance(given, list | tuple) or not given:
            advice = "write [a.com, b.com]: an app without a domain is never found"
            self.findings.add(source, where, "CATALOG-DOMAIN", "domains is not a list", advice)
            return ()
        for position, entry in enumerate(given):
            reason = reject(entry, self.is_public)
            if reason is None:
                self._claim("domain", entry, _Claim(app_id, source, (*where, position)))
            else:
                what = f"bad domain {entry!r}"
                self.findings.add(source, (*where, position), "CATALOG-DOMAIN", what, reason)
        return tuple(str(entry) for entry in given)

    def _addresses(self, source: Source, keys: Keys, raw: object, app_id: str) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple):
            advice = 'write [198.51.100.7, 203.0.113.0/28, "2001:db8::/48"]'
            self.findings.add(source, keys, "CATALOG-ADDRESS", "ips is not a list", advice)
            return ()
        for position, entry in enumerate(raw):
            found = network(entry)
            if found is None:
                what = f"{entry!r} is no address and no network"
                advice = "write 198.51.100.7, or the first address of a network: 203.0.113.0/28"
                self.findings.add(source, (*keys, position), "CATALOG-ADDRESS", what, advice)
            else:
                self._claim("address", str(found), _Claim(app_id, source, (*keys, position)))
        return tuple(str(entry) for entry in raw)

    def _claim(self, kind: Kind, text: str, claim: _Claim) -> _Claim:
        """Remember a claim and return the first one of the same."""
        claims = self._claims.setdefault((kind, text), [])
        claims.append(claim)
        return claims[0]


def _at(claim: _Claim) -> str:
    return claim.place() if claim.source is None else f"at {claim.place()}"
