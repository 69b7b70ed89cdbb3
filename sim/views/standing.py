"""What an organisation says of an app, wherever it says so: in its portal, or in its own catalog file.

Reports and exports are made from real logs and from a session alike; this is all that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.engine.catalog.app import App
from sim.engine.catalog.custom import CUSTOM_APP
from sim.engine.catalog.model import Catalog
from sim.engine.catalog.own import TenantCatalog
from sim.engine.catalog.score import RiskLevel, coverage, risk_level
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.use import AppDay, AppUsage, EntityUsage, Use
from sim.engine.tenant import SANCTIONED, UNSANCTIONED, Tenant
from sim.views.amounts import number, size

BUILT_IN = (SANCTIONED, UNSANCTIONED, "Monitored")


@dataclass(frozen=True, slots=True)
class Standing:
    """Score, tags and note of one app."""

    score: int | None
    """The score that counts: the organisation's own, else the one worked out; None is not scored."""
    overridden: bool
    coverage: int
    """Percentage of what a score looks at that is known of the app."""
    tag: str
    """The built-in tag, or empty."""
    labels: tuple[str, ...]
    """All other tags."""
    note: str

    @property
    def risk(self) -> RiskLevel:
        """The risk level of the score."""
        return risk_level(self.score)


Judge = Callable[[App], Standing]


@dataclass(frozen=True, slots=True)
class Measure:
    """What shares and orders of a report go by: bytes, or transactions where no source knows bytes."""

    by_bytes: bool

    @classmethod
    def of(cls, use: Use) -> Measure:
        """Return the measure that suits the sources of some use."""
        return cls(use.knows("bytes_total"))

    @property
    def word(self) -> str:
        """What is measured."""
        return "traffic" if self.by_bytes else "transactions"

    def amount(self, usage: AppUsage | EntityUsage | AppDay) -> int:
        """Return how much it is."""
        return usage.bytes_total or 0 if self.by_bytes else usage.transactions

    def show(self, amount: int) -> str:
        """Return an amount as a person reads it."""
        return size(amount) if self.by_bytes else number(amount)


@dataclass(frozen=True, slots=True)
class JudgedApp:
    """An app in use, with what the organisation says of it."""

    app: App
    usage: AppUsage
    standing: Standing
    amount: int
    """By the measure of its report."""

    @property
    def candidate(self) -> Candidate:
        """The app as filters look at it."""
        tags = frozenset({self.standing.tag, *self.standing.labels} - {""})
        return Candidate(self.app, tags, self.standing.score, self.usage)


def in_tenant(tenant: Tenant) -> Judge:
    """Return the judgement of a portal."""

    def judge(app: App) -> Standing:
        own = tenant.own
        return Standing(
            tenant.total(app.id),
            app.id in own.scores and app.id not in own.forms,
            _coverage(tenant.catalog, app),
            tenant.tags.get(app.id, ""),
            tenant.labels(app.id),
            own.notes.get(app.id, ""),
        )

    return judge


def in_catalog(catalog: TenantCatalog) -> Judge:
    """Return the judgement of an organisation's catalog file."""

    def judge(app: App) -> Standing:
        override = catalog.override(app)
        labels = {tag for tag in override.tags if tag not in BUILT_IN}
        if app.id in catalog.custom:
            labels.add(CUSTOM_APP)
        return Standing(
            catalog.score(app),
            override.score is not None,
            _coverage(catalog.catalog, app),
            next((tag for tag in override.tags if tag in BUILT_IN), ""),
            tuple(sorted(labels)),
            override.notes,
        )

    return judge


def _coverage(catalog: Catalog, app: App) -> int:
    found = catalog.score(app)
    return coverage(app, catalog.settings) if found is None else found.coverage_percent


def judged(use: Use, judge: Judge) -> Iterator[JudgedApp]:
    """Yield the apps in use, most traffic first."""
    measure = Measure.of(use)
    for usage in sorted(use.apps(), key=lambda u: (-measure.amount(u), -u.transactions, u.app_id)):
        app = use.catalog.app(usage.app_id)
        yield JudgedApp(app, usage, judge(app), measure.amount(usage))
