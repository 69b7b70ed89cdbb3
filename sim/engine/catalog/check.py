"""What `catalog check` does: read catalog files strictly, whatever kind of file a person names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.engine.catalog.app import App
from sim.engine.catalog.folder import SCORE_SETTINGS, read_catalog, read_category, shipped, suffix_test
from sim.engine.catalog.model import SETS, Catalog, load_catalog, load_sets
from sim.engine.catalog.own import load_tenant_catalog
from sim.engine.catalog.reading import AppReader
from sim.engine.catalog.score_settings import load_score_settings
from sim.engine.catalog.source import Findings, Source


@dataclass(frozen=True, slots=True)
class Checked:
    """A catalog, or a part of one, in which nothing is wrong, and what it holds."""

    name: str
    apps: int
    categories: int
    domains: int
    scored: int
    """Apps of which enough is known for a score."""
    overrides: int = 0


def check_catalog(path: Path | None = None) -> tuple[Checked, ...]:
    """Check a folder, a category file, a file of one's own or score settings; by default what is shipped.

    Raise InputError with every problem at once.
    """
    if path is None:
        return _check_shipped()
    if path.is_dir():
        catalog = load_catalog(path)
        if (path / SCORE_SETTINGS).is_file():
            load_score_settings(path / SCORE_SETTINGS)
        return (_counted(str(path), catalog, catalog.apps),)
    data = Source(path, strict=True, name=str(path)).data
    keys = data.keys() if isinstance(data, dict) else set()
    if "category" in keys:
        return (_check_category(path),)
    if "importance" in keys:
        load_score_settings(path, name=str(path))
        return (Checked(str(path), 0, 0, 0, 0),)
    own = load_tenant_catalog(path)
    apps = [app for app in own.catalog.apps if app.id in own.custom]
    return (_counted(str(path), own.catalog, apps, len(own.overrides)),)


def _check_shipped() -> tuple[Checked, ...]:
    """Read all sets as one: a scenario may use them together."""
    load_score_settings(shipped() / SCORE_SETTINGS)
    read = read_catalog([shipped(name) for name in SETS], strict=True)
    catalog = Catalog(read.apps, read.countries, read.shared)
    return tuple(_counted(name, catalog, load_sets((name,)).apps) for name in SETS)


def _check_category(path: Path) -> Checked:
    findings = Findings()
    known = read_catalog([], strict=False)
    reader = AppReader(findings, known.countries, suffix_test(asked=True))
    apps = read_category(reader, path, strict=True, name=str(path))
    reader.claimed_twice(())
    findings.close()
    return _counted(str(path), Catalog(tuple(apps)), apps)


def _counted(name: str, catalog: Catalog, apps: Iterable[App], overrides: int = 0) -> Checked:
    counted = tuple(apps)
    return Checked(
        name,
        len(counted),
        len({app.category for app in counted}),
        sum(len(app.domains) for app in counted),
        sum(catalog.score(app) is not None for app in counted),
        overrides,
    )
