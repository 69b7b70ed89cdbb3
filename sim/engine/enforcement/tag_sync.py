"""From tags to indicators: what Cloud App Security keeps on the endpoint portal's list.

Unsanctioned asks for a block and, today, Monitored for a warning; Sanctioned asks for nothing
(CAS/wdatp-integration.md, CAS/mde-govern.md; documented). One indicator stands for each domain without a
path; an app that the catalog knows by full URLs gets none (CAS/mde-investigation.md; documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from sim.base.errors import CommandRefused
from sim.engine.catalog.app import App
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator, IndicatorForm, IndicatorList
from sim.engine.enforcement.scopes import Profiles
from sim.engine.governance import Write
from sim.engine.portal import MONITORED, UNSANCTIONED, Portal

ASKS: Mapping[str, Held] = {UNSANCTIONED: Held.BLOCK, MONITORED: Held.WARN}
"""What a tag asks of machines; any other asks for nothing."""

TITLE = "Unsanctioned cloud app access was blocked"
"""Title of the indicator that a tag makes (guess: only the alert's title is documented)."""


class Tenancy(Protocol):
    """What the synchronisation looks at."""

    apps: dict[str, App]
    tags: dict[str, str]
    portal: Portal
    profiles: Profiles
    indicators: IndicatorList

    @property
    def tag_sync_on(self) -> bool:
        """Whether the switches of both portals are on."""
        ...

    @property
    def tag_severity(self) -> str:
        """Severity of the indicators that tags make."""
        ...


class TagSync:
    """Makes the indicators of an app what its tag asks for."""

    def __init__(self, tenant: Tenancy, write: Write) -> None:
        self._tenant = tenant
        self._write = write
        self._maker = tenant.portal.words["maker"]
        """`created_by` of indicators that a tag made (guess: the field is not documented)."""

    def asks(self, app_id: str) -> Held:
        """Return what the tag of an app asks for while the switches stand as they do."""
        if not self._tenant.tag_sync_on:
            return Held.NONE
        return ASKS.get(self._tenant.tags.get(app_id, ""), Held.NONE)

    def follow(self, now: int, app_id: str | None) -> list[Indicator]:
        """Bring the list in line with the tag of an app, or of every app where it is None."""
        listed = {i.app_id for i in self._tenant.indicators.present() if i.by_tag and i.app_id}
        apps = [app_id] if app_id else sorted({*self._tenant.tags, *listed})
        return [indicator for app in apps for indicator in self.sync(now, app)]

    def sync(self, now: int, app_id: str) -> list[Indicator]:
        """Bring the list in line with an app's tag; return the indicators added, changed or removed.

        What a person changed on a tag's indicator, its scope or its alert, is set back
        (CAS/mde-govern.md, MDE/indicators-overview.md; documented).
        """
        held = {i.value: i for i in self._tenant.indicators.present() if i.by_tag}
        domains = dict.fromkeys(self._tenant.apps[app_id].blockable_domains)
        own = [value for value, indicator in held.items() if indicator.app_id == app_id]
        changed: list[Indicator] = []
        for domain in dict.fromkeys((*domains, *own)):
            changed += self._settle(now, app_id, domain, held.get(domain))
        return changed

    def _settle(self, now: int, app_id: str, domain: str, held: Indicator | None) -> list[Indicator]:
        keeper = self._keeper(app_id, domain, held)
        if keeper is None:
            return [] if held is None or held.app_id != app_id else [self._remove(now, held)]
        action, scope = self.asks(keeper), self._tenant.profiles.scope(keeper)
        if held is not None and held.action is action:
            if (held.scope, held.generate_alert) == (scope, True):
                if held.app_id != keeper:
                    self._tenant.indicators.put(replace(held, app_id=keeper))
                return []
            back = replace(
                held, app_id=keeper, scope=scope, generate_alert=True, updated=now, updated_by=self._maker
            )
            self._write(now, self._maker, "Update indicator", domain, held.id)
            return [self._tenant.indicators.put(back)]
        gone = [] if held is None else [self._remove(now, held)]
        form = IndicatorForm(
            value=domain, action=action, title=TITLE, severity=self._tenant.tag_severity, scope=scope
        )
        try:
            made = self._tenant.indicators.add(now, form, self._maker, keeper)
        except CommandRefused as refusal:
            self._write(now, self._maker, "Indicator not created", domain, refusal.problems[0].what)
            return gone
        self._write(now, self._maker, "Create indicator", domain, made.id)
        return [*gone, made]

    def _keeper(self, app_id: str, domain: str, held: Indicator | None) -> str | None:
        """Return the app whose tag decides what stands on a domain; None where no tag asks for anything.

        A domain that apps share has one indicator, and the strictest tag decides: Unsanctioned before
        Monitored (guess). Of equals the app that has it keeps it.
        """
        others = () if held is None else self._tenant.tags
        asking = [
            app
            for app in {app_id, *others}
            if self.asks(app) and domain in self._tenant.apps[app].blockable_domains
        ]
        current = held.app_id if held is not None else app_id
        return min(asking, key=lambda app: (-self.asks(app), app != current, app), default=None)

    def _remove(self, now: int, held: Indicator) -> Indicator:
        self._write(now, self._maker, "Remove indicator", held.value, held.id)
        return self._tenant.indicators.remove(now, held)
