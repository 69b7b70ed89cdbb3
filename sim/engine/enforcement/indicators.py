"""Domain indicators of the Defender ATP portal (Settings > Indicators > URLs/Domains).

A domain indicator covers the domain and all its sub-domains; no wildcards (MDE/indicators-overview.md).
Several indicators on one host: the longest domain decides (our reading where the documents are silent:
guess), and on the same domain Allow beats Block (MDE/indicator-ip-domain.md, documented).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import Held

MCAS = "Microsoft Cloud App Security"
"""`created_by` of indicators that the tag made (guess: the field is not documented)."""


_PRECEDENCE = {Held.ALLOW: 0, Held.AUDIT: 1, Held.WARN: 2, Held.BLOCK: 3}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the URLs/Domains list. `number` counts from 0 and is never used twice."""

    number: int
    value: str
    action: Held
    created: int
    created_by: str
    title: str
    severity: str = "High"
    app_id: str | None = None
    removed: int | None = None

    @property
    def id(self) -> str:
        """The id a person sees and a command names."""
        return f"ind-{self.number + 1:04d}"

    @property
    def by_tag(self) -> bool:
        """True where Cloud App Security made it, False where a person did."""
        return self.created_by == MCAS


_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def domain_value(text: str) -> str:
    """Return `text` as the portal stores a domain; refuse wildcards, paths and addresses."""
    value = text.strip().lower().rstrip(".")
    try:
        ip_address(value)
    except ValueError:
        labels = value.split(".")
        if len(labels) >= 2 and len(value) <= 253 and all(_LABEL.fullmatch(part) for part in labels):
            return value
    raise CommandRefused(
        Problem(
            "INDICATOR-VALUE",
            f"{text!r} is not a domain the portal accepts",
            advice="write a plain domain such as example.com; it covers its sub-domains",
        )
    )


def covering(values: Mapping[str, int] | Iterable[str], host: str) -> str | None:
    """Return the longest of `values` that is `host` or a parent of it, on label boundaries."""
    known = values if isinstance(values, Mapping) else set(values)
    name = host
    while name:
        if name in known:
            return name
        _, _, name = name.partition(".")
    return None


def strongest(indicators: Iterable[Indicator]) -> dict[str, Indicator]:
    """Return the deciding indicator of each domain: Allow before Alert before Block, then the oldest."""
    found: dict[str, Indicator] = {}
    for indicator in indicators:
        held = found.get(indicator.value)
        if held is None or (_PRECEDENCE[indicator.action], indicator.number) < (
            _PRECEDENCE[held.action],
            held.number,
        ):
            found[indicator.value] = indicator
    return found


class IndicatorList:
    """Every indicator a tenant ever held; the present ones are those not removed."""

    def __init__(self, limit: int) -> None:
        self.all: list[Indicator] = []
        self._limit = limit

    def present(self) -> list[Indicator]:
        """Return the indicators that the portal lists now, oldest first."""
        return [indicator for indicator in self.all if indicator.removed is None]

    def add(
        self,
        now: int,
        value: str,
        action: Held,
        created_by: str,
        title: str,
        app_id: str | None = None,
    ) -> Indicator:
        """Add a row; refuse a value that the same creator already lists, or one over the tenant's limit."""
        value = domain_value(value)
        present = self.present()
        if len(present) >= self._limit:
            raise CommandRefused(
                Problem(
                    "INDICATOR-LIMIT",
                    f"the tenant holds {self._limit} indicators",
                    advice="remove some",
                )
            )
        if any(held.value == value and held.created_by == created_by for held in present):
            raise CommandRefused(
                Problem("INDICATOR-EXISTS", f"{value} is already listed", advice="remove it first")
            )
        indicator = Indicator(len(self.all), value, action, now, created_by, title, app_id=app_id)
        self.all.append(indicator)
        return indicator

    def find(self, indicator_id: str) -> Indicator:
        """Return the present indicator with this id, or refuse."""
        for indicator in self.all:
            if indicator.id == indicator_id and indicator.removed is None:
                return indicator
        raise CommandRefused(
            Problem(
                "INDICATOR-UNKNOWN",
                f"no indicator {indicator_id!r} is listed",
                advice="see Indicators",
            )
        )

    def hand_over(self, indicator: Indicator, app_id: str) -> None:
        """Let another app's tag keep a listed indicator."""
        self.all[indicator.number] = replace(indicator, app_id=app_id)

    def remove(self, now: int, indicator: Indicator) -> Indicator:
        """Take a row off the list; its number stays taken."""
        gone = replace(indicator, removed=now)
        self.all[indicator.number] = gone
        return gone
