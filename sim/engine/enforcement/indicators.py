"""Indicators of the endpoint portal that decide about connections: addresses, domains and URLs.

In 2019 Settings > Indicators, today Settings > Endpoints > Indicators. The schema is that of the API
(MDE/api/ti-indicator.md; documented), without what is for files and certificates only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.scopes import EVERYONE, Scope, unknown_groups
from sim.engine.enforcement.values import IndicatorType, read_value
from sim.engine.portal import Portal

SEVERITIES = ("Informational", "Low", "Medium", "High")


class Source(StrEnum):
    """Who made an indicator, as the API says it (MDE/api/ti-indicator.md; documented)."""

    USER = "User"
    APP = "AadApp"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorForm:
    """What the form asks for. `value` is as the person wrote it until the list takes it."""

    value: str
    action: Held
    title: str = "Custom network indicator"
    severity: str = "High"
    description: str = ""
    recommended_actions: str = ""
    expires: int | None = None
    """Simulated time from which on it decides nothing; None is never."""
    scope: Scope = EVERYONE
    generate_alert: bool = True
    educate_url: str = ""
    """Where the toast or page leads: education for a warning, support for a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(IndicatorForm):
    """One row of the list. `number` counts from 0 and is never used twice; times are microseconds UTC."""

    number: int
    type: IndicatorType
    created: int
    created_by: str
    source: Source = Source.USER
    updated: int | None = None
    updated_by: str = ""
    app_id: str | None = None
    removed: int | None = None

    @property
    def id(self) -> str:
        """The id a person sees and a command names."""
        return f"ind-{self.number + 1:04d}"

    @property
    def by_tag(self) -> bool:
        """True where Cloud App Security made it, False where a person did."""
        return self.source is Source.APP

    def is_expired(self, now: int) -> bool:
        """Tell whether it decides nothing any more."""
        return self.expires is not None and self.expires <= now


class IndicatorList:
    """Every indicator a tenant ever held; the present ones are those not removed."""

    def __init__(self, portal: Portal, device_groups: Collection[str] = ()) -> None:
        self.all: list[Indicator] = []
        self._portal = portal
        self._device_groups = tuple(device_groups)

    def copy(self) -> IndicatorList:
        """Return a list of the same rows whose changes leave this one as it is."""
        found = IndicatorList(self._portal, self._device_groups)
        found.all = list(self.all)
        return found

    def present(self) -> list[Indicator]:
        """Return the indicators that the portal lists now, oldest first."""
        return [indicator for indicator in self.all if indicator.removed is None]

    def add(self, now: int, form: IndicatorForm, created_by: str, app_id: str | None = None) -> Indicator:
        """Add a row; with `app_id` it is the tag's.

        Refused: what the portal does not take, a value that the same source lists already, and one over the
        tenant's limit.
        """
        kind, form = self.check(now, form)
        source = Source.USER if app_id is None else Source.APP
        present = self.present()
        if len(present) >= self._portal.indicator_limit:
            raise CommandRefused(
                Problem(
                    "INDICATOR-LIMIT", f"the tenant holds {len(present)} indicators", advice="remove some"
                )
            )
        if any(held.value == form.value and held.source is source for held in present):
            raise CommandRefused(
                Problem("INDICATOR-EXISTS", f"{form.value} is already listed", advice="remove it first")
            )
        indicator = Indicator(
            **_said(form),
            number=len(self.all),
            type=kind,
            created=now,
            created_by=created_by,
            source=source,
            app_id=app_id,
        )
        self.all.append(indicator)
        return indicator

    def check(self, now: int, form: IndicatorForm) -> tuple[IndicatorType, IndicatorForm]:
        """Return the type and the form as it is stored, or refuse with everything that is wrong."""
        problems: list[Problem] = []
        kind, value = IndicatorType.DOMAIN, form.value
        try:
            kind, value = read_value(form.value)
        except CommandRefused as refusal:
            problems += refusal.problems
        problems += _problems(now, form, kind, self._portal)
        problems += unknown_groups(form.scope, self._device_groups)
        if problems:
            raise CommandRefused(problems)
        return kind, replace(form, value=value, title=form.title.strip())

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

    def change(self, now: int, actor: str, indicator: Indicator, form: IndicatorForm) -> Indicator:
        """Save a row's form again; its value and its action stay (remove it and make another: guess)."""
        _, form = self.check(now, form)
        if (form.value, form.action) != (indicator.value, indicator.action):
            raise CommandRefused(
                Problem(
                    "INDICATOR-FIXED",
                    f"the value and the action of {indicator.id} stay as they are",
                    advice="remove it and add another",
                )
            )
        return self.put(replace(indicator, **_said(form), updated=now, updated_by=actor))

    def put(self, indicator: Indicator) -> Indicator:
        """Keep a row in its new form."""
        self.all[indicator.number] = indicator
        return indicator

    def remove(self, now: int, indicator: Indicator) -> Indicator:
        """Take a row off the list; its number stays taken."""
        return self.put(replace(indicator, removed=now))

    def expire(self, now: int) -> list[Indicator]:
        """Take the expired rows off the list; return them."""
        return [self.remove(now, held) for held in self.present() if held.is_expired(now)]


def _said(form: IndicatorForm) -> dict[str, Any]:
    return {field.name: getattr(form, field.name) for field in fields(IndicatorForm)}


def _problems(now: int, form: IndicatorForm, kind: IndicatorType, portal: Portal) -> list[Problem]:
    found = []
    if form.action not in portal.actions:
        offered = ", ".join(portal.actions.values())
        found.append(
            Problem("INDICATOR-ACTION", f"no action {form.action.name.lower()}", advice=f"one of: {offered}")
        )
    if not form.title.strip():
        found.append(Problem("INDICATOR-TITLE", "an indicator needs an alert title"))
    if form.severity not in SEVERITIES:
        found.append(
            Problem(
                "INDICATOR-SEVERITY",
                f"no severity {form.severity!r}",
                advice="one of: " + ", ".join(SEVERITIES),
            )
        )
    if form.action is Held.AUDIT and not form.generate_alert:
        # MDE/indicators-overview.md; documented.
        words = portal.actions[Held.AUDIT]
        found.append(
            Problem("INDICATOR-AUDIT", f"{words} does nothing without an alert", advice="let it generate one")
        )
    if form.expires is not None and form.expires <= now:
        found.append(Problem("INDICATOR-EXPIRY", "the expiry lies in the past", advice="give a later time"))
    if form.educate_url:
        found += _educate_problems(form, kind, portal)
    return found


def _educate_problems(form: IndicatorForm, kind: IndicatorType, portal: Portal) -> list[Problem]:
    # Block and warn indicators on URLs only (MDE/api/ti-indicator.md; documented); it came with warn.
    if Held.WARN not in portal.actions:
        return [Problem("INDICATOR-EDUCATE", "this portal has no education address")]
    found = []
    if kind is IndicatorType.ADDRESS or form.action not in {Held.WARN, Held.BLOCK}:
        found.append(
            Problem("INDICATOR-EDUCATE", "only a domain or URL that is blocked or warned of leads anywhere")
        )
    if not form.educate_url.startswith(("https://", "http://")) or len(form.educate_url.split()) != 1:
        found.append(
            Problem("INDICATOR-EDUCATE", f"{form.educate_url!r} is no address", advice="write https://…")
        )
    return found
