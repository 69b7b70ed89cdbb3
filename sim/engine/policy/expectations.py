"""What a detection engineer expects of policies on some data: alerts, and silences.

    complete: true                       # an alert that no line expects is a failure too; false if left out
    alerts:
      - {policy: Risky storage, app: wobblestore, report: Global, day: 2019-12-16}
    silences:
      - {policy: Risky storage, app: moonjar-files}
      - {policy: New popular app}        # nothing at all

Only `policy` must be given; what is left out may be anything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from sim.base import yamlfile
from sim.base.errors import InputError, nearest
from sim.base.located import Strict, validate, wrong
from sim.base.time import DAY, from_iso, show_day
from sim.engine.policy.policies import Match, Policy


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in a file are checked against."""

    policies: Collection[str]
    apps: Collection[str]
    reports: Collection[str]


def _one_of(what: str, part: str) -> AfterValidator:
    def check(name: str, info: ValidationInfo) -> str:
        known = getattr(info.context, part)
        if name not in known:
            raise wrong("EXPECT-NAME", f"no {what} {name!r}", nearest(name, known))
        return name

    return AfterValidator(check)


def _day(text: str) -> str:
    try:
        return show_day(from_iso(text) // DAY)
    except InputError as error:
        raise wrong("EXPECT-DAY", error.problems[0].what, "write a day such as 2019-12-16") from None


class Expectation(Strict):
    """One line: which alerts it is about."""

    policy: Annotated[str, _one_of("policy", "policies")]
    app: Annotated[str, _one_of("app", "apps")] | None = None
    report: Annotated[str, _one_of("report", "reports")] | None = None
    day: Annotated[str, AfterValidator(_day)] | None = None
    who: str | None = None
    """A user or an IP address, of an anomaly."""

    def covers(self, match: Match) -> bool:
        """Tell whether an alert is one that this line is about."""
        pairs = (
            (self.policy, match.policy.name),
            (self.app, match.app_id),
            (self.report, match.report),
            (self.day, show_day(match.day)),
            (self.who, match.who),
        )
        return all(wanted in (None, found) for wanted, found in pairs)

    def __str__(self) -> str:
        rest = (self.app or "any app", self.report or "any report", self.day or "any day", self.who or "")
        return " · ".join(part for part in (self.policy, *rest) if part)


class Expectations(Strict):
    """A whole file."""

    complete: bool = False
    alerts: tuple[Expectation, ...] = ()
    silences: tuple[Expectation, ...] = Field(())


@dataclass(frozen=True, slots=True)
class Difference:
    """How what was raised differs from what was expected; empty parts are agreement."""

    missing: tuple[Expectation, ...]
    """Expected and not raised."""
    broken: tuple[tuple[Expectation, Match], ...]
    """A silence, and an alert that broke it."""
    unexpected: tuple[Match, ...]
    """Raised and in no line; failures where the file says that it is complete."""
    failed: bool


def load_expectations(path: Path, names: Names) -> Expectations:
    """Return a file's expectations; raise InputError with every mistake and its place."""
    return validate(Expectations, yamlfile.read(path), "EXPECT", context=names)


def names_of(policies: Sequence[Policy], apps: Collection[str], reports: Collection[str]) -> Names:
    """Return the names that expectations on these policies may use."""
    return Names([policy.name for policy in policies], apps, reports)


def compare(expected: Expectations, alerts: Sequence[Match]) -> Difference:
    """Return how alerts differ from what was expected."""
    missing = tuple(line for line in expected.alerts if not any(map(line.covers, alerts)))
    broken = tuple((line, alert) for line in expected.silences for alert in alerts if line.covers(alert))
    listed = (*expected.alerts, *expected.silences)
    unexpected = tuple(alert for alert in alerts if not any(line.covers(alert) for line in listed))
    return Difference(
        missing, broken, unexpected, bool(missing or broken or (expected.complete and unexpected))
    )
