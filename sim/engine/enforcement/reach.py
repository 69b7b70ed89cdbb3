"""Which of the three ways to stop a program reaches it: an indicator, its removal, an access rule.

The tag of an app ends at the domains that the app's list has. A sync client that talks to another host
survives the block (CAS/risk-score.md; documented); then its removal stops it, and an access rule does only
where the app signs people in through Azure AD (CAS/access-policy-aad.md; documented).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from sim.engine.catalog.app import App
from sim.engine.enforcement.precedence import covering


class Removal(Enum):
    """How far Intune's removal of a program from one machine has come, in words."""

    NOT_ASKED = "Intune can remove {process} here"
    WAITS = "Intune removes {process} at the next check-in"
    DONE = "Intune has removed {process}: it connects no more"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether one way to stop a program can reach it at a host, and why."""

    way: str
    """`indicator`, `removal` or `access rule`."""
    reaches: bool
    reason: str
    source: str


def reach(
    app: App,
    process: str,
    host: str,
    *,
    browser: bool,
    managed: bool,
    integrated: bool,
    hand_made: Collection[str] = (),
    removal: Removal = Removal.NOT_ASKED,
) -> tuple[Reach, Reach, Reach]:
    """Return what reaches a program that connects to a host for an app, whatever is switched on or not.

    `browser`: the program is one of the browsers; `managed`: the organisation manages the machine;
    `integrated`: the app signs people in through Azure AD; `hand_made`: domains that were listed by hand;
    `removal`: how far the removal of the program from this machine has come.
    """
    return (
        _indicator(app, host, managed, hand_made),
        _removal(process, browser, managed, removal),
        _access(app, browser, integrated),
    )


def _indicator(app: App, host: str, managed: bool, hand_made: Collection[str]) -> Reach:
    name, slash, _ = host.partition("/")
    domain = covering(app.blockable_domains, name)
    by_hand = covering(hand_made, name)
    if not managed:
        reason = "it is not onboarded, so it holds no indicators"
        return Reach("indicator", False, reason, "CAS/set-up-cloud-discovery.md")
    if by_hand is not None:
        reason = f"the indicator on {by_hand} that somebody made covers {name}"
        return Reach("indicator", True, reason, "MDE/indicators-overview.md")
    if domain is not None:
        reason = f"the app's domain {domain} covers {name}"
        return Reach("indicator", True, reason, "MDE/indicators-overview.md")
    if slash or not app.blockable_domains:
        reason = f"{app.name} is known by full addresses only, which never become indicators"
        return Reach("indicator", False, reason, "CAS/wdatp-integration.md")
    reason = f"{name} is in no domain that the list for {app.name} has: the tag does not block it"
    return Reach("indicator", False, reason, "CAS/risk-score.md")


def _removal(process: str, browser: bool, managed: bool, removal: Removal) -> Reach:
    source = "the article advises it; the delay is our guess"
    if browser:
        return Reach("removal", False, f"{process} is a browser, and its users need it", source)
    if not managed:
        return Reach("removal", False, "Intune does not manage it", source)
    return Reach("removal", True, removal.value.format(process=process), source)


def _access(app: App, browser: bool, integrated: bool) -> Reach:
    if not integrated:
        reason = f"{app.name} does not sign people in through the directory, so no rule ever sees it"
        return Reach("access rule", False, reason, "CAS/access-policy-aad.md")
    client = "browser" if browser else "native"
    reason = f"{app.name} signs people in through the directory: a rule for {client} clients meets them"
    return Reach("access rule", True, reason, "CAS/access-policy-aad.md")
