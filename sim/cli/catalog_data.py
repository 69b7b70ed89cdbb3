"""What the commands below `unsanctioned catalog` say about an app, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sim.engine.catalog.app import App, FactValue
from sim.engine.catalog.factors import FACTORS, SECTIONS, Section
from sim.engine.catalog.own import TenantCatalog
from sim.engine.catalog.score import properties
from sim.engine.catalog.score_settings import FOUNDED

WHOSE = "Scores are this project's own, worked out from what the catalog states; they are not Microsoft's."


@dataclass(frozen=True, slots=True)
class FactRow:
    """One stated fact of an app, with what it earns."""

    section: Section
    name: str
    value: FactValue
    mark: str
    document: str
    """Which one, where the mark says documented."""
    scored: bool
    """False: the portal shows it, and no score counts it."""
    points: Fraction | None
    """0 to 10; None where it does not count."""
    weight: int


def facts(own: TenantCatalog, app: App) -> tuple[FactRow, ...]:
    """Return every stated fact of an app by section, then by name."""
    scored = {found.name: found for found in properties(app, own.catalog.settings)}
    rows = [
        FactRow(
            FACTORS[name].section,
            name,
            fact.value,
            fact.mark,
            fact.document,
            FACTORS[name].scored,
            scored[name].points if name in scored else None,
            scored[name].weight if name in scored else 0,
        )
        for name, fact in app.factors.items()
    ]
    if app.founded is not None:
        year = scored[FOUNDED]
        rows.append(FactRow("general", FOUNDED, app.founded, app.mark, "", True, year.points, year.weight))
    return tuple(sorted(rows, key=lambda row: (SECTIONS.index(row.section), row.name)))


def unknown(own: TenantCatalog, app: App) -> tuple[str, ...]:
    """Return the scored properties of an app of which nothing is known."""
    return tuple(p.name for p in properties(app, own.catalog.settings) if p.value is None)
