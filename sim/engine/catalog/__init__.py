"""The cloud app catalog: apps, the domains that give them away, risk factors and the score."""

from __future__ import annotations

from sim.engine.catalog.model import CATEGORIES, App, Catalog, Fact, load_catalog

__all__ = ["CATEGORIES", "App", "Catalog", "Fact", "load_catalog"]
