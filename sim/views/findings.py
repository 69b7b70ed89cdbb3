"""Risky findings of a report in words: what a person who decides should know, the worst first.

Every finding states what was counted and names the largest; none guesses at intentions. Which of them are
grave is our judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.base.time import to_datetime
from sim.engine.discovery.queries import SUGGESTED
from sim.engine.discovery.use import Use
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.views.amounts import listed, number, percent, plural, size
from sim.views.standing import JudgedApp, Measure

Level = Literal["high", "medium", "note"]

LEAVING = ("Cloud storage", "Content sharing", "Collaboration", "Webmail", "Generative AI")
"""Categories through which documents leave an organisation (ours)."""

BREACH_YEARS = 3
"""A breach counts as recent for so long, as in the score."""

CONCENTRATED = 40
"""Percentage of all upload from which one person's share is told (ours)."""

_RISKY = {
    "Cloud apps that allow anonymous use": ("medium", "allows", "allow", "uploads without any login"),
    "Cloud storage and collaboration apps that own user data": (
        "high",
        "does",
        "do",
        "not leave people the ownership of their data, and retains it",
    ),
    "Cloud storage apps that are risky and non-compliant": (
        "high",
        "is",
        "are",
        "cloud storage of high risk without SOC 2, HIPAA or PCI DSS",
    ),
    "Enterprise cloud apps that have weak authentication": (
        "medium",
        "has",
        "have",
        "no SAML, no password policy and no second factor",
    ),
    "Enterprise cloud apps that have weak encryption": (
        "high",
        "encrypts",
        "encrypt",
        "neither stored data nor connections",
    ),
}
"""Suggested queries that find something bad: how bad, and how to say it of one app and of several."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know."""

    level: Level
    title: str
    said: str


@dataclass(frozen=True, slots=True)
class _Carried:
    """How much all apps carry."""

    measure: Measure
    whole: int

    def by(self, here: Sequence[JudgedApp]) -> str:
        """Say how much of it some apps carry."""
        part = sum(found.amount for found in here)
        share = f"{percent(part, self.whole)} of the {self.measure.word}"
        return f"{_verb(here, 'It carries', 'They carry')} {self.measure.show(part)}, {share}."


def findings(use: Use, apps: Sequence[JudgedApp], now: int | None) -> tuple[Finding, ...]:
    """Return what there is to know about the apps in use, the worst first; `now` is the newest data's."""
    carried = _Carried(Measure.of(use), sum(found.amount for found in apps))
    found = [
        *_unsanctioned(apps, carried),
        *_leaving(apps),
        *_high_risk(apps, carried),
        *_breached(now, apps),
        *_suggested(apps),
        *_concentrated(use),
        *_blocked(use),
        *_not_scored(apps, carried),
    ]
    order: tuple[Level, ...] = ("high", "medium", "note")
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))


def _unsanctioned(apps: Sequence[JudgedApp], carried: _Carried) -> Iterator[Finding]:
    here = [found for found in apps if found.standing.tag == UNSANCTIONED]
    if here:
        title = f"{plural(len(here), 'app')} in use {_verb(here, 'is', 'are')} tagged unsanctioned"
        yield Finding("high", title, f"{_with_people(here)}. {carried.by(here)}")


def _leaving(apps: Sequence[JudgedApp]) -> Iterator[Finding]:
    here = [
        found
        for found in apps
        if found.app.category in LEAVING and found.standing.tag != SANCTIONED and found.usage.bytes_up
    ]
    here.sort(key=lambda found: (-(found.usage.bytes_up or 0), found.app.id))
    if here:
        up = sum(found.usage.bytes_up or 0 for found in here)
        names = listed([f"{found.app.name} ({size(found.usage.bytes_up)})" for found in here])
        title = f"{size(up)} went up to {plural(len(here), 'app')} that nobody sanctioned"
        yield Finding("high", title, f"Storage, sharing, collaboration and mail: {names}.")


def _high_risk(apps: Sequence[JudgedApp], carried: _Carried) -> Iterator[Finding]:
    here = [found for found in apps if found.standing.risk == "high"]
    if here:
        title = f"{plural(len(here), 'app')} of high risk {_verb(here, 'is', 'are')} in use"
        yield Finding("high", title, f"{_with_people(here)}. {carried.by(here)}")


def _breached(now: int | None, apps: Sequence[JudgedApp]) -> Iterator[Finding]:
    if now is None:
        return
    day = to_datetime(now)
    since, until = f"{day.year - BREACH_YEARS:04d}-{day:%m-%d}", f"{day:%Y-%m-%d}"
    dated = [(str(fact.value), found) for found in apps if (fact := found.app.factors.get("latest-breach"))]
    here = sorted(
        (pair for pair in dated if pair[0][:1].isdigit() and since <= pair[0] <= until),
        key=lambda pair: (pair[0], pair[1].app.id),
        reverse=True,
    )
    if here:
        names = listed([f"{found.app.name} ({date})" for date, found in here])
        title = f"{plural(len(here), 'app')} in use had a known breach within {BREACH_YEARS} years"
        yield Finding("medium", title, f"{names}. Ask whether passwords were changed since.")


def _suggested(apps: Sequence[JudgedApp]) -> Iterator[Finding]:
    for query in SUGGESTED:
        if query.name not in _RISKY:
            continue
        level, one, many, said = _RISKY[query.name]
        here = [found for found in apps if query.filters.match(found.candidate)]
        if here:
            title = f"{plural(len(here), 'app')} {_verb(here, one, many)} {said}"
            yield Finding("high" if level == "high" else "medium", title, f"{_with_people(here)}.")


def _concentrated(use: Use) -> Iterator[Finding]:
    users = sorted(use.entities("user"), key=lambda user: (-(user.bytes_up or 0), user.name))
    up = sum(user.bytes_up or 0 for user in users)
    if len(users) > 2 and up and 100 * (users[0].bytes_up or 0) >= CONCENTRATED * up:
        first = users[0]
        title = f"One person makes {percent(first.bytes_up or 0, up)} of the upload"
        yield Finding(
            "medium", title, f"{first.name}: {size(first.bytes_up)} to {plural(first.apps, 'app')}."
        )


def _blocked(use: Use) -> Iterator[Finding]:
    totals = use.totals()
    if totals.blocked:
        title = f"{number(totals.blocked)} transactions were blocked"
        yield Finding("note", title, f"{percent(totals.blocked, totals.transactions)} of all transactions.")


def _not_scored(apps: Sequence[JudgedApp], carried: _Carried) -> Iterator[Finding]:
    here = [found for found in apps if found.standing.score is None]
    if here:
        title = f"{plural(len(here), 'app')} {_verb(here, 'has', 'have')} no score"
        said = f"Too little is known of {listed([found.app.name for found in here])}"
        yield Finding("note", title, f"{said}. {carried.by(here)}")


def _verb(here: Sequence[JudgedApp], one: str, many: str) -> str:
    return one if len(here) == 1 else many


def _with_people(here: Sequence[JudgedApp]) -> str:
    return listed(
        [
            found.app.name
            if found.usage.users is None
            else f"{found.app.name} ({plural(found.usage.users, 'person', 'people')})"
            for found in here
        ]
    )
