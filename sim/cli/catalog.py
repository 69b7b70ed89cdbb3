"""`unsanctioned catalog`: search and show apps, find the app behind a host, check catalog files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sim.cli.catalog_data import WHOSE, facts, unknown
from sim.cli.catalog_text import show_app, show_checked, show_found, show_hosts
from sim.cli.errors import DONE
from sim.engine.catalog.app import App
from sim.engine.catalog.check import check_catalog
from sim.engine.catalog.factors import SECTIONS
from sim.engine.catalog.own import TenantCatalog, load_tenant_catalog
from sim.engine.catalog.score import coverage, risk_level
from sim.engine.catalog.score_settings import load_score_settings


def search(text: str, *, catalog: Path | None, settings: Path | None, as_json: bool) -> int:
    """Print the apps in which the text stands; return the exit code."""
    own = _load(catalog, settings)
    found = own.catalog.search(text)
    if as_json:
        _print_json([_app_line(own, app) for app in found])
    else:
        show_found(own, text, found)
    return DONE


def show(text: str, *, catalog: Path | None, settings: Path | None, as_json: bool) -> int:
    """Print everything that the catalog says about an app; return the exit code."""
    own = _load(catalog, settings)
    app = own.catalog.find(text)
    if as_json:
        _print_json(_document(own, app))
    else:
        show_app(own, app)
    return DONE


def resolve(hosts: Sequence[str], *, catalog: Path | None, settings: Path | None, as_json: bool) -> int:
    """Print the app behind each host, in the order given; return the exit code."""
    own = _load(catalog, settings)
    asked = list(_asked(hosts))
    matches = {host: own.catalog.match(host) for host in dict.fromkeys(asked)}
    if as_json:
        _print_json([_host_line(own, host, matches[host]) for host in asked])
    else:
        show_hosts(own, [(host, matches[host]) for host in asked])
    return DONE


def check(path: Path | None, *, as_json: bool) -> int:
    """Check catalog files strictly and print what they hold; return the exit code."""
    found = check_catalog(path)
    if as_json:
        fields = ("name", "apps", "categories", "domains", "scored", "overrides")
        _print_json([{field: getattr(part, field) for field in fields} for part in found])
    else:
        show_checked(found)
    return DONE


def _load(catalog: Path | None, settings: Path | None) -> TenantCatalog:
    own = load_tenant_catalog(catalog)
    return own if settings is None else own.scored_by(load_score_settings(settings, name=str(settings)))


def _asked(hosts: Iterable[str]) -> Iterator[str]:
    """Yield the hosts, and those on standard input where a hyphen stands."""
    for host in hosts:
        if host == "-":
            # Lines of a log may be in any encoding: what is not UTF-8 is no host, and no error.
            lines = (raw.decode("utf-8", "replace").strip("\ufeff \t\r\n") for raw in sys.stdin.buffer)
            yield from (line for line in lines if line)
        else:
            yield host.strip()


def _host_line(own: TenantCatalog, host: str, match: tuple[App, str] | None) -> dict[str, object]:
    if match is None:
        nothing = dict.fromkeys(("app", "name", "domain", "category", "score"))
        return {"host": host, **nothing}
    app, domain = match
    return {
        "host": host,
        "app": app.id,
        "name": app.name,
        "domain": domain,
        "category": app.category,
        "score": own.score(app),
    }


def _app_line(own: TenantCatalog, app: App) -> dict[str, object]:
    return {
        "id": app.id,
        "name": app.name,
        "category": app.category,
        "vendor": app.vendor,
        "score": own.score(app),
        "coverage_percent": coverage(app, own.catalog.settings),
        "domains": app.domains,
    }


def _document(own: TenantCatalog, app: App) -> dict[str, object]:
    worked_out, override = own.catalog.score(app), own.override(app)
    total = own.score(app)
    return {
        **_app_line(own, app),
        "description": app.description,
        "homepage": app.homepage,
        "headquarters": app.headquarters,
        "headquarters_mark": app.mark if app.headquarters else None,
        "founded": app.founded,
        "ips": app.ips,
        "custom": app.id in own.custom,
        "tags": override.tags,
        "notes": override.notes,
        "score_overridden": override.score is not None,
        "score_worked_out": None if worked_out is None else worked_out.total,
        "risk": risk_level(total, own.catalog.settings),
        "minimum_coverage_percent": own.catalog.settings.minimum_coverage_percent,
        "whose_score": WHOSE,
        "sections": {s: None if worked_out is None else worked_out.sections.get(s) for s in SECTIONS},
        "facts": [
            {
                "section": row.section,
                "factor": row.name,
                "value": row.value,
                "mark": row.mark,
                "document": row.document or None,
                "scored": row.scored,
                "points": None if row.points is None else round(float(row.points), 2),
                "weight": row.weight,
            }
            for row in facts(own, app)
        ],
        "unknown": unknown(own, app),
    }


def _print_json(data: object) -> None:
    # ASCII only: no control, bidirectional or half a character of a host reaches the terminal.
    print(json.dumps(data, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f"))
