"""An organisation's own catalog: custom apps, overridden scores, tags and notes in one file.

extends: shipped        # or fictional, none, or a list; shipped if it is left out
apps:                   # custom apps, each with its own category
  - id: acme-wiki
    name: Acme wiki
    category: Collaboration
    domains: [wiki.acme.example]
    ips: [198.51.100.7, 203.0.113.0/28, "2001:db8::/48"]
overrides:
  dropbox: {score: 3, tags: [Sanctioned], notes: "Contract with the vendor until 2027."}

A folder of category files is a catalog too, and replaces the shipped one. In the portal these are
"Add custom app", "Override app score", app tags and notes (Cloud App Security docs, "Working with the
risk score" and "Add custom apps to Cloud Discovery").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.base.errors import InputError, Place, Problem, nearest
from sim.base.yamlfile import Document
from sim.engine.catalog.app import App
from sim.engine.catalog.folder import suffix_test
from sim.engine.catalog.model import SETS, Catalog, load_catalog, load_sets
from sim.engine.catalog.reading import AppReader
from sim.engine.catalog.score_settings import ScoreSettings
from sim.engine.catalog.source import Findings, Keys, Source

_RULE = "CATALOG-OVERRIDE"
_NONE = "none"
_EXCLUSIVE = ("Sanctioned", "Unsanctioned", "Monitored")
"""Built-in tags, of which an app has at most one (Cloud App Security docs, "Govern discovered apps")."""


@dataclass(frozen=True, slots=True)
class Override:
    """What the organisation says about one app."""

    score: int | None = None
    """0 to 10, instead of the score worked out; None leaves that as it is."""
    tags: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TenantCatalog:
    """A catalog, and what the organisation changed in it."""

    catalog: Catalog
    overrides: Mapping[str, Override] = field(default_factory=dict, hash=False)
    """By app id."""
    custom: frozenset[str] = frozenset()
    """Ids of the custom apps."""

    def override(self, app: App) -> Override:
        """Return what the organisation says about the app, which may be nothing."""
        return self.overrides.get(app.id, Override())

    def score(self, app: App) -> int | None:
        """Return the score that counts: the override, else the one worked out; None is not scored."""
        override = self.override(app).score
        if override is not None:
            return override
        found = self.catalog.score(app)
        return None if found is None else found.total

    def scored_by(self, settings: ScoreSettings) -> TenantCatalog:
        """Return the same with other score settings; overrides stay."""
        return replace(self, catalog=replace(self.catalog, settings=settings))


def load_tenant_catalog(path: Path | None = None) -> TenantCatalog:
    """Return an organisation's catalog file, or a folder of category files; by default the shipped catalog.

    Raise InputError with every problem at once, each with file, line and column.
    """
    if path is None or path.is_dir():
        return TenantCatalog(load_catalog(path))
    findings = Findings()
    source = findings.open(path, strict=True, name=str(path))
    findings.close()
    assert source is not None, "close raises if it was not read"
    return _read(source, findings)


def custom_apps(document: Document, key: str, base: Catalog) -> tuple[App, ...]:
    """Return the custom apps that stand at `key` of a document, beside those of `base`.

    Raise InputError with every problem at once.
    """
    findings, source = Findings(), Source.of(document)
    reader = AppReader(findings, base.countries, suffix_test(asked=True))
    reader.know(base.apps)
    read = [reader.app(source, (key, number), raw) for number, raw in enumerate(source.data[key])]
    reader.claimed_twice(base.shared)
    findings.close()
    return tuple(app for app in read if app is not None)


def _read(source: Source, findings: Findings) -> TenantCatalog:
    data = source.data
    if not isinstance(data, dict):
        advice = "write `apps:` with custom apps, `overrides:` by app id, or both"
        raise InputError(Problem("CATALOG-FIELD", "no catalog in the file", Place(source.name), advice))
    base = load_sets(_extended(source, data.get("extends", SETS[0]), findings))
    reader = AppReader(findings, base.countries, suffix_test(asked="apps" in data))
    reader.only_keys(source, (), data, ("extends", "apps", "overrides"))
    reader.know(base.apps)
    apps = _apps(source, reader, data.get("apps"))
    reader.claimed_twice(base.shared)
    # Overrides are looked at even if an app is wrong, so that a person sees all mistakes at once.
    known = base.index.keys() | _ids(data.get("apps"))
    overrides = _overrides(source, data.get("overrides"), known, findings)
    findings.close()
    return TenantCatalog(base.plus(apps), overrides, frozenset(app.id for app in apps))


def _extended(source: Source, raw: object, findings: Findings) -> tuple[str, ...]:
    """Return the sets that the file extends, in the order of SETS."""
    wanted = [] if raw == _NONE else raw if isinstance(raw, list) else [raw]
    unknown = [name for name in wanted if name not in SETS]
    for name in unknown:
        advice = f"write {', '.join(SETS)} or {_NONE}"
        findings.add(source, ("extends",), "CATALOG-FIELD", f"there is no catalog {name!r}", advice)
    # With a wrong name nobody knows which ids there are: taking all avoids errors that are none.
    return SETS if unknown else tuple(name for name in SETS if name in wanted)


def _apps(source: Source, reader: AppReader, raw: object) -> tuple[App, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        advice = "write a list of apps, each with a hyphen"
        reader.findings.add(source, ("apps",), "CATALOG-FIELD", "apps is not a list", advice)
        return ()
    read = (reader.app(source, ("apps", position), app) for position, app in enumerate(raw))
    return tuple(app for app in read if app is not None)


def _ids(raw: object) -> set[str]:
    found = raw if isinstance(raw, list) else []
    return {app["id"] for app in found if isinstance(app, dict) and isinstance(app.get("id"), str)}


def _overrides(source: Source, raw: object, known: set[str], findings: Findings) -> dict[str, Override]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        advice = "write `dropbox: {score: 3}`, one app a line"
        findings.add(source, ("overrides",), _RULE, "overrides is not a table", advice)
        return {}
    found = {}
    for app_id, said in raw.items():
        keys = ("overrides", str(app_id))
        if app_id not in known:
            advice = nearest(str(app_id), sorted(known), "name an app by its id")
            findings.add(source, keys, "APP-UNKNOWN", f"no app {app_id!r} in the catalog", advice)
        found[str(app_id)] = _override(source, keys, said, findings)
    return found


def _override(source: Source, keys: Keys, raw: object, findings: Findings) -> Override:
    if not isinstance(raw, dict):
        advice = 'write {score: 3, tags: [Sanctioned], notes: "why"}'
        findings.add(source, keys, _RULE, "an override is a table", advice)
        return Override()
    score, tags, notes = raw.get("score"), raw.get("tags", []), raw.get("notes", "")
    for key in raw:
        if key not in ("score", "tags", "notes"):
            advice = "use score, tags, notes"
            findings.add(source, (*keys, str(key)), _RULE, f"unknown key {key!r}", advice)
    if score is not None and not (type(score) is int and 0 <= score <= 10):
        advice = "write a whole number from 0 to 10"
        findings.add(source, (*keys, "score"), _RULE, f"score cannot be {score!r}", advice)
    if not (isinstance(tags, list) and all(isinstance(tag, str) and tag.strip() for tag in tags)):
        advice = "write [Sanctioned], or names of your own"
        findings.add(source, (*keys, "tags"), _RULE, "tags is not a list of texts", advice)
        tags = []
    if sum(tag in _EXCLUSIVE for tag in tags) > 1:
        what = f"an app has one of {', '.join(_EXCLUSIVE)}"
        findings.add(source, (*keys, "tags"), _RULE, what, "keep one")
    if not isinstance(notes, str):
        findings.add(source, (*keys, "notes"), _RULE, "notes is not a text", "quote it")
    return Override(score, tuple(tags), str(notes))
