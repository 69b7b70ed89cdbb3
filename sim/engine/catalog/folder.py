"""A catalog folder: one file a category, named after it (`cloud-storage.yaml`).

It may hold `shared_domains.yaml` and `countries.yaml`; without the latter the shipped country names
apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.base.errors import InputError, Place, Problem
from sim.engine.catalog.app import CATEGORIES, App
from sim.engine.catalog.reading import SHARED, AppReader
from sim.engine.catalog.source import Findings, Source

COUNTRIES = "countries.yaml"
SCORE_SETTINGS = "score_settings.yaml"

_SPECIAL = (COUNTRIES, SHARED, SCORE_SETTINGS)
_FOLDERS = {"shipped": "data", "fictional": "fictional"}

File = Traversable | Path


@dataclass(frozen=True, slots=True)
class Read:
    """What the files of some folders say together."""

    apps: tuple[App, ...]
    countries: Mapping[str, str]
    shared: Mapping[str, str]


def shipped(name: str = "shipped") -> Traversable:
    """Return the folder of a set of apps that comes with the program."""
    return resources.files("sim.engine.catalog") / _FOLDERS[name]


def _slug(category: str) -> str:
    """Return how a category is written in a file name."""
    return re.sub(r"[^a-z0-9]+", "-", category.lower())


@cache
def suffix_test(asked: bool) -> Callable[[str], bool]:
    """Return what tells public suffixes; unless it is asked for, nothing is one."""
    if not asked:
        return lambda host: False
    # Parsing the list takes a while, and what is shipped is checked by a test.
    from publicsuffixlist import PublicSuffixList

    suffixes = PublicSuffixList()
    return lambda host: bool(suffixes.is_public(host))


def read_catalog(folders: Sequence[File], strict: bool) -> Read:
    """Read catalog folders as one; raise InputError with every problem of every file.

    Strict reading also looks for keys given twice and for public suffixes; what is shipped is read
    strictly by a test, and fast by a run.
    """
    findings = Findings()
    listed = [_files(folder, findings) for folder in folders]
    own = next((files[COUNTRIES] for files in listed if COUNTRIES in files), shipped() / COUNTRIES)
    countries = _table(findings, findings.open(own, strict))
    reader = AppReader(findings, countries, suffix_test(strict))
    apps = [
        app
        for files in listed
        for name in sorted(files)
        if name not in _SPECIAL
        for app in read_category(reader, files[name], strict)
    ]
    shared: dict[str, str] = {}
    for files in listed:
        if SHARED in files:
            shared |= _shared(reader, files[SHARED], strict)
    reader.claimed_twice(shared)
    findings.close()
    return Read(tuple(apps), countries, shared)


def read_category(reader: AppReader, file: File, strict: bool, name: str = "") -> list[App]:
    """Return the apps of a category file that are right; problems go to the reader's findings.

    Problems call the file `name`, by default as it is called in its folder.
    """
    findings = reader.findings
    source = findings.open(file, strict, name)
    if source is None:
        return []
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("apps"), list):
        advice = "write `category: <name>` and `apps:` with a list"
        findings.add(source, (), "CATALOG-FIELD", "not a category file", advice)
        return []
    category = data.get("category")
    reader.category(source, ("category",), category)
    if category in CATEGORIES and file.name != f"{_slug(category)}.yaml":
        what, advice = "file and category differ", f"name the file {_slug(category)}.yaml"
        findings.add(source, ("category",), "CATALOG-CATEGORY", what, advice)
    reader.only_keys(source, (), data, ("category", "apps"))
    named = str(category)
    read = (reader.app(source, ("apps", i), raw, named) for i, raw in enumerate(data["apps"]))
    return [app for app in read if app is not None]


def _files(folder: File, findings: Findings) -> dict[str, File]:
    """Return the YAML files of a folder by name."""
    try:
        found: dict[str, File] = {
            entry.name: entry
            for entry in folder.iterdir()
            if entry.is_file() and entry.name.endswith(".yaml")
        }
    except OSError as error:
        what = f"cannot read the catalog folder: {error.strerror}"
        raise InputError(Problem("CATALOG-FOLDER", what, Place(str(folder)))) from None
    if not found.keys() - set(_SPECIAL):
        advice = "add one, such as cloud-storage.yaml"
        problem = Problem("CATALOG-FOLDER", "no category file", Place(str(folder)), advice)
        findings.problems.append(problem)
    return found


def _table(findings: Findings, source: Source | None) -> dict[str, str]:
    """Return the content of a file that maps texts to texts."""
    if source is None or source.data is None:
        return {}
    if not isinstance(source.data, dict):
        findings.add(source, (), "CATALOG-FIELD", "not a table", "write `key: text`, one a line")
        return {}
    found: dict[str, str] = {}
    for key, value in source.data.items():
        if isinstance(key, str) and isinstance(value, str):
            found[key] = value
        else:
            what = f"{key!r} does not map a text to a text"
            advice = 'quote what YAML takes for something else, such as "NO"'
            findings.add(source, (str(key),), "CATALOG-FIELD", what, advice)
    return found


def _shared(reader: AppReader, file: File, strict: bool) -> dict[str, str]:
    findings = reader.findings
    source = findings.open(file, strict)
    if source is None:
        return {}
    shared = _table(findings, source)
    for domain, owner in shared.items():
        claimants = reader.claimants(domain)
        if owner not in claimants:
            what = f"{domain} counts for {owner!r}, which does not claim it"
            advice = "name an app that lists the domain"
        elif len(claimants) == 1:
            what, advice = f"only {owner} claims {domain}", "remove the line"
        else:
            continue
        findings.add(source, (domain,), "CATALOG-SHARED", what, advice)
    return shared
