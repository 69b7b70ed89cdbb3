"""The executive report: one stream of traffic for people who decide, as frozen rows.

The product's is a PDF overview of the top potential risks, with a name of one's own since 2019
(CAS/discovered-apps.md, CAS/release-notes.md; documented). Its exact content is not documented: what is
here, and in which order, is ours. `executive_page.py` makes the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.base.time import DAY
from sim.engine.catalog.model import Catalog
from sim.engine.catalog.score import RiskLevel
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.report import Kind
from sim.engine.discovery.use import Domain, EntityUsage, Share, Totals, Use
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.views.findings import Finding, findings
from sim.views.standing import Judge, JudgedApp, Measure, judged

RISKS: tuple[RiskLevel, ...] = ("high", "medium", "low", "not scored")
TOP_APPS, TOP_ENTITIES, TOP_CATEGORIES, TOP_COUNTRIES, TOP_DOMAINS = 15, 8, 10, 8, 15
"""How much of each list is shown; the dashboard of 2019 shows the top 15 apps and 5 entities (observed)."""


@dataclass(frozen=True, slots=True)
class RiskRow:
    """The apps of one risk level, and how much they carry."""

    level: RiskLevel
    apps: int
    amount: int


@dataclass(frozen=True, slots=True)
class TagRow:
    """A category, or all of them: apps, and how much they carry by tag."""

    name: str
    apps: int
    sanctioned: int
    unsanctioned: int
    other: int

    @property
    def amount(self) -> int:
        """All of it."""
        return self.sanctioned + self.unsanctioned + self.other


@dataclass(frozen=True, slots=True)
class CountryRow:
    """Apps by the country of their headquarters, and how much they carry."""

    name: str
    apps: int
    amount: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """What one UTC day carried."""

    day: int
    """Days since 1970-01-01."""
    amount: int
    unsanctioned: int


@dataclass(frozen=True, slots=True)
class Heading:
    """Which report it is, and over what time; microseconds UTC."""

    name: str
    kind: Kind
    first: int | None
    """None while there is no data."""
    last: int | None
    updated: int | None = None
    """When the report last took data in; None for a snapshot of logs."""


@dataclass(frozen=True, slots=True)
class Executive:
    """The content of an executive report. Lists are cut to the top; totals are not."""

    heading: Heading
    matched: Share | None
    """How much of all traffic is of cataloged apps; None where the portal does not know of the rest."""
    totals: Totals
    measure: Measure
    """What every amount below counts."""
    findings: tuple[Finding, ...]
    risks: tuple[RiskRow, ...]
    tags: TagRow
    categories: tuple[TagRow, ...]
    category_count: int
    days: tuple[DayRow, ...]
    apps: tuple[JudgedApp, ...]
    users: tuple[EntityUsage, ...]
    source_ips: tuple[EntityUsage, ...]
    machines: tuple[EntityUsage, ...]
    countries: tuple[CountryRow, ...]
    country_count: int
    assumed: tuple[str, ...]
    unmatched: tuple[Domain, ...]
    unmatched_count: int


def executive(
    use: Use,
    judge: Judge,
    heading: Heading,
    *,
    assumed: Sequence[str] = (),
    knows_unmatched: bool = True,
) -> Executive:
    """Return the executive report of some use of cloud apps."""
    apps, measure = list(judged(use, judge)), Measure.of(use)
    unmatched = use.unmatched() if knows_unmatched else []
    categories = _by_tag(apps, lambda found: found.app.category)
    countries = _countries(use.catalog, apps)
    return Executive(
        heading,
        use.matched() if knows_unmatched else None,
        use.totals(),
        measure,
        findings(use, apps, heading.last),
        tuple(_risk(level, apps) for level in RISKS),
        next(iter(_by_tag(apps, lambda found: "All apps")), TagRow("All apps", 0, 0, 0, 0)),
        tuple(categories[:TOP_CATEGORIES]),
        len(categories),
        _days(use, apps, heading),
        tuple(apps[:TOP_APPS]),
        _top(use, "user"),
        _top(use, "source_ip"),
        _top(use, "machine"),
        tuple(countries[:TOP_COUNTRIES]),
        len(countries),
        tuple(assumed),
        tuple(unmatched[:TOP_DOMAINS]),
        len(unmatched),
    )


def _risk(level: RiskLevel, apps: Sequence[JudgedApp]) -> RiskRow:
    here = [found for found in apps if found.standing.risk == level]
    return RiskRow(level, len(here), sum(found.amount for found in here))


def _by_tag(apps: Sequence[JudgedApp], name: Callable[[JudgedApp], str]) -> list[TagRow]:
    split: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for found in apps:
        counts = split[name(found)]
        counts[0] += 1
        counts[{SANCTIONED: 1, UNSANCTIONED: 2}.get(found.standing.tag, 3)] += found.amount
    rows = [TagRow(key, *counts) for key, counts in split.items()]
    return sorted(rows, key=lambda row: (-row.amount, -row.apps, row.name))


def _countries(catalog: Catalog, apps: Sequence[JudgedApp]) -> list[CountryRow]:
    names = catalog.countries
    split: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for found in apps:
        code = found.app.headquarters or ""
        counts = split[names.get(code, code) or "Unknown"]
        counts[0] += 1
        counts[1] += found.amount
    rows = [CountryRow(name, *counts) for name, counts in split.items()]
    return sorted(rows, key=lambda row: (-row.amount, -row.apps, row.name))


def _days(use: Use, apps: Sequence[JudgedApp], heading: Heading) -> tuple[DayRow, ...]:
    """Return every day from the first to the last of the report, those without traffic too."""
    if heading.first is None or heading.last is None:
        return ()
    measure = Measure.of(use)
    unsanctioned = {found.app.id for found in apps if found.standing.tag == UNSANCTIONED}
    days = {day: [0, 0] for day in range(heading.first // DAY, heading.last // DAY + 1)}
    for row in use.app_days():
        amount = measure.amount(row)
        days[row.day][0] += amount
        days[row.day][1] += amount if row.app_id in unsanctioned else 0
    return tuple(DayRow(day, *counts) for day, counts in days.items())


def _top(use: Use, kind: EntityKind) -> tuple[EntityUsage, ...]:
    measure = Measure.of(use)
    found = sorted(use.entities(kind), key=lambda e: (-measure.amount(e), -e.transactions, e.name))
    return tuple(found[:TOP_ENTITIES])
