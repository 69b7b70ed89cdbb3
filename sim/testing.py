"""A scripted trainee, for our own tests and for authors who test their scenarios.

Every step is a command or a look at a product view, as in play; time passes only by `wait`, so a test
needs no clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sim.base.time import MINUTE
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.policy_commands import SwitchPolicy
from sim.views import endpoint, policies

TOGGLES = (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)
"""The three switches in two portals that a block needs."""


def begin(scenario: str = "first-block", seed: int | None = None) -> Session:
    """Return a session at the start of play."""
    return Session(load_scenario(scenario), seed)


def switch_on(session: Session, *names: str) -> None:
    """Save switches of either portal; all three of the journey by default."""
    for name in names or TOGGLES:
        session.submit(SetSwitch(name, True))


def without_built_in(session: Session) -> None:
    """Disable the policies that the portal brings: weeks pass four times as fast without anomalies."""
    for row in policies.policies(session):
        if row.built_in:
            session.submit(SwitchPolicy(row.id, False))


def wait(session: Session, span: int) -> None:
    """Let time pass."""
    session.advance(session.now + span)


def machines(session: Session) -> list[str]:
    """Return the names in the machines list."""
    return [row.name for row in endpoint.machines(session)]


def tries(session: Session, machine: str, process: str, host: str) -> bool:
    """Try a site in a browser of a machine; return whether the page opened."""
    return "the page opens" in session.submit(VisitSite(machine, process, host)).text


def prompt(session: Session, machine: str, line: str) -> str:
    """Run a line at a machine's prompt; return what it prints."""
    return session.submit(PowerShell(machine, line)).text


def first_times(
    session: Session,
    happened: Callable[[str], bool],
    within: int,
    names: Iterable[str],
) -> dict[str, int]:
    """Look at every machine every five minutes; return how long it took on each until `happened` was true."""
    start, left, found = session.now, list(names), dict[str, int]()
    while left and session.now <= start + within:
        for name in [name for name in left if happened(name)]:
            found[name] = session.now - start
            left.remove(name)
        wait(session, 5 * MINUTE)
    return found
