"""The cloud app catalog: apps, the domains that give them away, risk factors and the score."""

from __future__ import annotations

from sim.engine.catalog.model import CATEGORIES, App, Catalog, Fact, load_catalog, load_sets
from sim.engine.catalog.own import TenantCatalog, load_tenant_catalog

__all__ = [
    "CATEGORIES",
    "App",
    "Catalog",
    "Fact",
    "TenantCatalog",
    "load_catalog",
    "load_sets",
    "load_tenant_catalog",
]
