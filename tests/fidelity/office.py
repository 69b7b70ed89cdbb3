"""A small office to try the facts in: its era and its devices as a test says, its portals by commands."""

from __future__ import annotations

from typing import Any

from sim.base.time import HOUR
from sim.engine.tenant import UNSANCTIONED
from sim.session.commands import TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import VisitSite
from sim.testing import switch_on, wait
from tests.reference.small import resolved, scenario

APP, DOMAIN = "sohu-news", "sohu.com"
SITE = f"www.{DOMAIN}"
CHROME, FIREFOX, CLIENT = "chrome.exe", "firefox.exe", "dropbox.exe"


def office(era: str = "mcas-2019", seed: int = 7, **changes: Any) -> Session:
    """Return a session at nine in the morning; `changes` replace parts of the scenario."""
    found = scenario()
    return Session(resolved({**found, "era": era, **changes}), seed)


def blocking(era: str = "mcas-2019", seed: int = 7, **changes: Any) -> Session:
    """Return a session in which the app is unsanctioned, every switch on, and four hours have passed."""
    session = office(era, seed, **changes)
    switch_on(session)
    session.submit(TagApp(APP, UNSANCTIONED))
    wait(session, 4 * HOUR)
    return session


def edge(session: Session) -> str:
    """Return the file name of Edge in this session."""
    return next(name for name in session.world.staff.processes if "edge" in name.lower())


def visit(session: Session, machine: str, process: str, host: str = SITE) -> tuple[str, str]:
    """Try a site; return what became of it and what the browser shows."""
    answer = session.submit(VisitSite(machine, process, host))
    return answer.data["outcome"], answer.text
