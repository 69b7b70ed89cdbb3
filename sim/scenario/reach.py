"""At which addresses people reach an app: where the catalog's list and the habits agree, and where not."""

from __future__ import annotations

from sim.engine.catalog.model import Catalog
from sim.scenario.schema import Scenario


def reachable_apps(scenario: Scenario, catalog: Catalog) -> tuple[str, ...]:
    """Return the apps whose hosts can be reached here, by id; with a life all that have a host."""
    if scenario.life is None:
        return scenario.named_apps
    return tuple(sorted({*scenario.named_apps, *(app.id for app in catalog.apps if app.blockable_domains)}))


def reachable(scenario: Scenario, catalog: Catalog, app_id: str) -> list[str]:
    """Return the addresses at which people reach an app here: the catalog's, then the file's own."""
    named = [host for habit in scenario.habits if habit.app == app_id for host in habit.hosts]
    return list(dict.fromkeys([*listed(catalog, app_id), *named, *scenario.story.hosts(app_id)]))


def listed(catalog: Catalog, app_id: str) -> list[str]:
    """Return the addresses at which people reach an app by the catalog's list.

    An app that is known by full URLs only is reached at those: `host/path`.
    """
    app = catalog.app(app_id)
    own = list(app.blockable_domains)
    if not own:
        return list(app.domains)
    if not own[0].startswith("www."):
        own.insert(0, f"www.{own[0]}")
    return list(dict.fromkeys(own))
