"""Product views of both portals' control pages: settings and the governance log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.governance import area
from sim.engine.portal import Portal
from sim.session.driver import Session
from sim.world.fleet import LOG_ACTIONS
from sim.world.indicator_service import SERVICE
from sim.world.model import SCENARIO


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch, where it lives, and what the page promises."""

    id: str
    name: str
    page: str
    on: bool
    promise: str
    delay: str
    """When it holds, as the page says; empty where it says nothing."""

    @property
    def portal(self) -> str:
        """The portal whose page the switch is on."""
        return self.page.partition(" > ")[0]


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the governance log."""

    id: str
    time: int
    actor: str
    action: str
    target: str
    detail: str
    area: str
    """Tags, Settings, Policies, Indicators, Alerts or Cloud Discovery."""


def switches(session: Session) -> list[SwitchRow]:
    """Return the switches of both portals."""
    on = session.world.tenant.switches
    return [
        SwitchRow(s.id, s.name, s.page, on[s.id], s.promise, s.delay)
        for s in session.world.era.portals.switches
    ]


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A setting that holds a value."""

    id: str
    name: str
    page: str
    value: str
    promise: str
    choices: tuple[str, ...]
    unit: str
    wrong: Callable[[str], str]
    """Says what to write instead of a value that the page would not take."""


def settings(session: Session) -> list[ValueRow]:
    """Return the settings that hold a value; there are none in 2019."""
    held = session.world.tenant.settings
    return [
        ValueRow(s.id, s.name, s.page, held[s.id], s.promise, s.choices, s.unit, s.wrong)
        for s in session.world.era.portals.settings
    ]


def governance_log(session: Session, only: str = "") -> list[LogRow]:
    """Return who changed what, newest first; of one area where asked.

    Machines' settings and the service's inner steps are not in it.
    """
    portal = session.world.tenant.portal
    rows = [
        LogRow(
            f"log-{number:05d}",
            e.time,
            e.actor,
            e.action,
            _named(portal, e.target),
            _named(portal, e.detail),
            area(e.action),
        )
        for number, e in enumerate(session.world.tenant.log)
        if e.actor not in {SERVICE, portal.endpoint} and e.action not in LOG_ACTIONS
    ]
    told = [row for row in reversed(rows) if row.actor != SCENARIO or row.action == "Tag app"]
    return [row for row in told if only in {"", row.area}]


def _named(portal: Portal, text: str) -> str:
    """Return a text of the log with the built-in reports as the period calls them."""
    for report, title in portal.reports.items():
        text = text.replace(report, title)
    return text
