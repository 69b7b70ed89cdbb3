"""Queries: filters under a name. What the product suggests, and conditions read from text.

One condition is one line, which a person may type and a run file keeps:

    category equals Cloud storage, Collaboration
    app contains drive, box
    soc-2 equals false
    data-at-rest-encryption equals notSupported
    risk score equals 0 to 6
    users more than 50
    traffic more than 100 MB
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sim.base.errors import CommandRefused, InputError, Problem, nearest
from sim.engine.catalog.app import FactValue
from sim.engine.catalog.factors import GDPR_RIGHTS, NOT_APPLICABLE
from sim.engine.discovery.filters import (
    APP,
    DOMAIN,
    FIELDS,
    SCORE,
    TAG,
    Condition,
    Field,
    Filters,
    Operator,
    words_of,
)

LONGEST_NAME = 80
"""Characters of a query's name (ours)."""

MOST_CONDITIONS = 40
"""Conditions that one query may have (ours)."""

_OPERATOR = re.compile(
    r"\s+(does not equal|is not|equals|contains|is|more than|less than)(?=\s|$)|\s*(!=|=|>|<)", re.IGNORECASE
)
_OPERATORS = {operator.value: operator for operator in Operator} | {
    "is": Operator.EQUALS,
    "=": Operator.EQUALS,
    "is not": Operator.DIFFERS,
    "!=": Operator.DIFFERS,
    ">": Operator.MORE,
    "<": Operator.LESS,
}


@dataclass(frozen=True, slots=True)
class Query:
    """Filters under a name."""

    name: str
    filters: Filters
    about: str = ""


def parse_condition(text: str) -> Condition:
    """Return the condition that a line states; raise InputError with the nearest right word."""
    found = _OPERATOR.search(text)
    said = (text if found is None else text[: found.start()]).strip()
    name = _NAMES.get(_plain_name(said)) or (_leading(said) if found is None else None)
    if name is None:
        raise _wrong("QUERY-FIELD", f"no filter {said!r}", nearest(said.lower(), FIELDS))
    field = FIELDS[name]
    operator = None if found is None else _OPERATORS[(found[1] or found[2]).lower()]
    if found is None or operator not in field.operators:
        allowed = " or ".join(field.operators)
        raise _wrong("QUERY-OPERATOR", f"{text.strip()!r} does not compare {name}", f"write {name} {allowed}")
    written = text[found.end() :].strip()
    if not written:
        raise _wrong("QUERY-VALUE", f"{text.strip()!r} has no value", f"write {name} {operator} and a value")
    if field.kind == "range":
        return Condition(name, operator, _range(written))
    if field.is_usage:
        return Condition(name, operator, (_amount(field, written),))
    values: list[FactValue] = []
    problems: list[Problem] = []
    for part in next(csv.reader([written], skipinitialspace=True), []):
        try:
            values += [_value(field, operator, part.strip())] if part.strip() else []
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return Condition(name, operator, tuple(values))


def parse_filters(lines: Iterable[str]) -> Filters:
    """Return the filters that the lines state; raise InputError with every wrong line at once."""
    conditions: list[Condition] = []
    problems: list[Problem] = []
    for line in lines:
        try:
            conditions.append(parse_condition(line))
        except InputError as error:
            problems.extend(error.problems)
    if len(conditions) > MOST_CONDITIONS:
        what = f"{len(conditions)} conditions are too many"
        problems.append(Problem("QUERY-SIZE", what, advice=f"use at most {MOST_CONDITIONS}"))
    if problems:
        raise InputError(problems)
    return Filters(tuple(conditions))


def _range(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})(?:\s*(?:to|-|–)\s*(\d{1,2}))?", text)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (11, 11)
    if not low <= high <= 10:
        raise _wrong("QUERY-VALUE", f"{SCORE} cannot be {text!r}", "write a range such as 0 to 6; 10 is best")
    return low, high


def _amount(field: Field, text: str) -> int:
    volume = field.kind == "volume"
    number = re.fullmatch(r"(\d{1,12})" + (r"(?:\s*MB)?" if volume else ""), text, re.IGNORECASE)
    if number is None:
        advice = "write whole MB, such as 50 MB" if volume else "write a whole number"
        raise _wrong("QUERY-VALUE", f"{field.name} cannot be {text!r}", advice)
    return int(number[1])


def _value(field: Field, operator: Operator, text: str) -> FactValue:
    """Return one value of a field in the type that facts and tags have."""
    if operator is Operator.CONTAINS:
        if not words_of(text):
            raise _wrong("QUERY-VALUE", f"{text!r} holds no word", "write whole words, such as drive")
        return text
    factor = field.factor
    if factor is not None and factor.kind == "boolean":
        text = {"yes": "true", "no": "false"}.get(text.lower(), text)
    if field.choices:
        known = {each.lower(): each for each in field.choices}.get(text.lower())
        if known is None:
            raise _wrong("QUERY-VALUE", f"{field.name} cannot be {text!r}", nearest(text, field.choices))
        boolean = factor is not None and factor.kind == "boolean" and known != NOT_APPLICABLE
        return known == "true" if boolean else known
    if factor is not None and factor.kind == "integer":
        if not (text.isascii() and text.isdecimal()):
            raise _wrong("QUERY-VALUE", f"{field.name} cannot be {text!r}", "write a whole number")
        return int(text)
    return text.lower().removesuffix(".") if field.name in (APP, DOMAIN) else text


def _wrong(rule: str, what: str, advice: str) -> InputError:
    return InputError(Problem(rule, what, advice=advice))


def _leading(text: str) -> str | None:
    """Return the longest field name that a line begins with, for one whose operator nobody knows."""
    plain = _plain_name(text)
    fitting = [known for known in _NAMES if plain == known or plain.startswith(f"{known}-")]
    return _NAMES[max(fitting, key=len)] if fitting else None


def _plain_name(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().lower())


_NAMES = {_plain_name(name): name for name in FIELDS} | {"tag": TAG, "score": SCORE}


def _suggested(name: str, about: str, *lines: str) -> Query:
    return Query(name, parse_filters(lines), about)


_NO_PASSWORD_POLICY = (
    "password-length-limit equals false",
    "password-character-combination equals false",
    "password-change-period equals false",
    "password-history-and-reuse equals false",
    "password-personal-information equals false",
)

SUGGESTED: tuple[Query, ...] = (
    _suggested(
        "Cloud apps that allow anonymous use",
        "They need no authentication and let people upload data.",
        "requires-user-authentication equals false",
        "user-can-upload-data equals true",
    ),
    _suggested(
        "Cloud apps that are CSA STAR certified",
        "By self-assessment, certification, attestation or continuous monitoring.",
        "csa-star equals selfAssessment, certification, attestation, continuousMonitoring",
    ),
    _suggested(
        "Cloud apps that are FedRAMP compliant",
        "Their FedRAMP level is high, moderate or low.",
        "fedramp equals high, moderate, low",
    ),
    _suggested(
        "Cloud storage and collaboration apps that own user data",
        "They do not let people own their data, and retain it.",
        "category equals Cloud storage, Collaboration",
        "data-ownership equals false",
        "data-retention-policy equals dataRetained",
    ),
    _suggested(
        "Cloud storage apps that are risky and non-compliant",
        "No SOC 2, no HIPAA, no PCI DSS, and a score of 5 or less.",
        "category equals Cloud storage",
        "soc-2 equals false",
        "hipaa equals false",
        "pci-dss equals notSupported",
        "risk score equals 0 to 5",
    ),
    _suggested(
        "Enterprise cloud apps that have weak authentication",
        "No SAML, no password policy, no multi-factor authentication.",
        "saml equals false",
        *_NO_PASSWORD_POLICY,
        "multi-factor-authentication equals false",
    ),
    _suggested(
        "Enterprise cloud apps that have weak encryption",
        "No encryption of data at rest, and no encryption protocol.",
        "data-at-rest-encryption equals notSupported",
        "encryption-protocol equals notSupported",
    ),
    _suggested(
        "GDPR ready cloud apps",
        "Every right of a data subject is met, and breaches are reported.",
        *(f"{right} equals true" for right in GDPR_RIGHTS),
        "gdpr-report-data-breaches equals true",
    ),
)
"""The eight suggested queries ("Discovered app filters and queries"; documented). Which facts a password
policy and GDPR readiness consist of is our reading: the documents do not list them."""


class SavedQueries:
    """The queries that somebody kept, by name in alphabetical order."""

    def __init__(self) -> None:
        self._by_name: dict[str, Query] = {}

    def all(self) -> tuple[Query, ...]:
        """Return the saved queries."""
        return tuple(self._by_name[key] for key in sorted(self._by_name))

    def save(self, name: str, lines: Iterable[str]) -> Query:
        """Keep conditions under a name, in place of those it had; refuse with everything that is wrong."""
        kept = " ".join(name.split())
        filters = parse_filters(lines)
        if not 0 < len(kept) <= LONGEST_NAME:
            advice = f"use 1 to {LONGEST_NAME} characters"
            raise CommandRefused(Problem("QUERY-NAME", f"{name!r} cannot name a query", advice=advice))
        if kept.casefold() in {query.name.casefold() for query in SUGGESTED}:
            what = f"{kept!r} is a suggested query"
            raise CommandRefused(Problem("QUERY-NAME", what, advice="use another name"))
        if not filters.conditions:
            advice = "a query without any finds every app: add one"
            raise CommandRefused(Problem("QUERY-EMPTY", "the query has no condition", advice=advice))
        query = Query(kept, filters)
        self._by_name[kept.casefold()] = query
        return query

    def delete(self, name: str) -> Query:
        """Forget a query, or refuse with the nearest name."""
        found = self._by_name.pop(name.strip().casefold(), None)
        if found is None:
            known = [query.name for query in self.all()]
            advice = nearest(name, known) if known else "none is saved"
            raise CommandRefused(Problem("QUERY-UNKNOWN", f"no saved query {name!r}", advice=advice))
        return found
