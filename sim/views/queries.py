"""Product view of Cloud App Security: suggested and saved queries, and what a condition can be."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.discovery.filters import FIELDS, Filters, Operator
from sim.engine.discovery.queries import SUGGESTED, Query
from sim.engine.policy.policies import Criterion
from sim.session.driver import Session
from sim.views.discovery import apps
from sim.views.reports import WHOLE


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A query, and how many discovered apps it finds now."""

    name: str
    about: str
    saved: bool
    """False for those that the product suggests."""
    conditions: tuple[str, ...]
    found: int


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Something that a condition can be about."""

    name: str
    group: str
    operators: tuple[str, ...]
    choices: tuple[str, ...]
    """Values to choose from; empty where a person writes them."""
    hint: str
    """What may be written."""


_HINTS = {
    "tag": "such as Unsanctioned; several with commas",
    "app": "ids such as dropbox, or words of names for contains",
    "domain": "such as sohu.com, or whole words for contains",
    "range": "such as 0 to 6; 10 is best",
    "volume": "whole MB, such as 50",
    "count": "a whole number",
}

_CRITERIA = {
    "traffic": Criterion.TRAFFIC,
    "upload": Criterion.UPLOADED,
    "transactions": Criterion.TRANSACTIONS,
    "users": Criterion.USERS,
}


def queries(session: Session, report: str, days: int = WHOLE) -> tuple[QueryRow, ...]:
    """Return the saved queries by name, then the suggested ones, with what they find in a report's frame."""
    saved = session.world.tenant.queries.all()

    def row(query: Query, is_saved: bool) -> QueryRow:
        found = len(apps(session, report, filters=query.filters, days=days))
        return QueryRow(query.name, query.about, is_saved, query.filters.lines, found)

    return (*(row(query, True) for query in saved), *(row(query, False) for query in SUGGESTED))


def fields() -> tuple[FieldRow, ...]:
    """Return what a condition can be about, in the order of the product's filters."""
    return tuple(
        FieldRow(
            field.name,
            field.group,
            tuple(operator.value for operator in field.operators),
            field.choices,
            _HINTS.get(field.kind, "a value as the catalog writes it"),
        )
        for field in FIELDS.values()
    )


def criteria(filters: Filters) -> dict[str, int]:
    """Return the same-day criteria that the conditions on usage become in a policy.

    A policy only knows "more than", and per day; "less than" has no criterion and is left out.
    """
    return {
        _CRITERIA[condition.field].value: value
        for condition in filters.of_use.conditions
        if condition.operator is Operator.MORE and isinstance(value := condition.values[0], int)
    }
