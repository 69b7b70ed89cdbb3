"""The links from a tag to a stopped connection, over columns.

Every link says of each connection whether it is needed there and whether it is done. A chain without an open
link stops the connection; the first open link is the answer to "why is this still open?". `explain.py` tells
the same links in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np

from sim.engine.enforcement.facts import (
    Antivirus,
    Codes,
    Engine,
    Facts,
    Flags,
    Held,
    NetworkProtection,
    Outcome,
    System,
)
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.tag_sync import ASKS
from sim.engine.enforcement.verdict import RULES, Rules, verdicts
from sim.engine.portal import Portal

STOPPING = (Held.WARN, Held.BLOCK)
"""Actions that stop a connection."""


class Coverage(StrEnum):
    """How the catalog's list of an app's domains meets a host."""

    DOMAIN = "domain"
    """A domain without a path covers it."""
    URL_ONLY = "url only"
    """The app is known by full URLs, which never become indicators (CAS/mde-investigation.md; documented)."""
    MISSING = "missing"
    """No entry of the app covers it (CAS/risk-score.md; documented)."""


class Link(IntEnum):
    """The links in their order; NONE stands for a chain that stops the connection."""

    NONE = 0
    TAGGED = 1
    INTEGRATION = 2
    BLOCK_SETTING = 3
    IN_CATALOG = 4
    LISTED = 5
    CUSTOM_INDICATORS = 6
    IN_SCOPE = 7
    DECIDES = 8
    ONBOARDED = 9
    OS_SUPPORTED = 10
    OFFERED = 11
    PULLED = 12
    INSPECTED = 13
    SMARTSCREEN = 14
    ANTIVIRUS = 15
    REAL_TIME = 16
    CLOUD_PROTECTION = 17
    PLATFORM = 18
    SERVER_ALLOWED = 19
    REACHES_CLOUD = 20
    MODE = 21
    QUIC = 22
    ECH = 23
    COALESCED = 24
    HTTPS_PATH = 25
    HIDDEN = 26
    BYPASS = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What both portals say of one host to the machines of one device group, at one moment."""

    portal: Portal
    app: str
    tag: str
    integration: bool
    block_setting: bool
    custom_indicators: bool
    coverage: Coverage
    listed: Indicator | None
    """The listed indicator that would stop connections to the host, whomever it reaches."""
    reaching: Indicator | None
    """The same among those that reach the group."""
    deciding: Indicator | None
    """The indicator that decides the host for the group, whatever it asks for."""
    offered: bool
    """Machines of the group that pull now get an indicator that stops."""
    manual: bool = False
    """A person made the indicator: the tag and Cloud App Security's own switches do not matter."""
    expired: Indicator | None = None
    """The indicator for the host that expired last, where none is listed."""
    full: bool = False
    """The tenant holds as many indicators as it may."""

    @property
    def asks(self) -> bool:
        """Whether the tag asks for a block or a warning."""
        return self.tag in ASKS

    @property
    def stops(self) -> bool:
        """Whether the deciding indicator asks for a block or a warning."""
        return self.deciding is not None and self.deciding.action in STOPPING


Column = Callable[[Cloud, Facts, Rules], Flags | bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a link is needed, and when it is done."""

    done: Column
    needed: Column


def _always(cloud: Cloud, facts: Facts, rules: Rules) -> bool:
    return True


def _by_tag(cloud: Cloud, facts: Facts, rules: Rules) -> bool:
    return not cloud.manual


def _is_listed(cloud: Cloud, facts: Facts, rules: Rules) -> bool:
    return cloud.listed is not None


def _is_met(cloud: Cloud, facts: Facts, rules: Rules) -> bool:
    """Whether any indicator meets the host on machines of the group, so that there is one to decide it."""
    return cloud.reaching is not None or cloud.deciding is not None


def _network(cloud: Cloud, facts: Facts, rules: Rules) -> Flags:
    found: Flags = facts.engine == Engine.NETWORK_PROTECTION
    return found


def _edge(cloud: Cloud, facts: Facts, rules: Rules) -> Flags:
    found: Flags = facts.engine == Engine.SMARTSCREEN
    return found


def _antivirus(cloud: Cloud, facts: Facts, rules: Rules) -> Flags:
    found = _network(cloud, facts, rules)
    return found | _edge(cloud, facts, rules) if rules.smartscreen_needs_antivirus else found


def _server(cloud: Cloud, facts: Facts, rules: Rules) -> Flags:
    found: Flags = _network(cloud, facts, rules) & (facts.system == System.SERVER)
    return found


def holds_stop(facts: Facts) -> Flags:
    """Return where the machine holds an indicator that blocks or warns."""
    found: Flags = (facts.holds == Held.WARN) | (facts.holds == Held.BLOCK)
    return found


RULE: Mapping[Link, Rule] = {
    Link.TAGGED: Rule(lambda c, f, r: c.asks, _by_tag),
    Link.INTEGRATION: Rule(lambda c, f, r: c.integration, _by_tag),
    Link.BLOCK_SETTING: Rule(lambda c, f, r: c.block_setting, _by_tag),
    Link.IN_CATALOG: Rule(lambda c, f, r: c.coverage is Coverage.DOMAIN, _by_tag),
    Link.LISTED: Rule(_is_listed, _always),
    Link.CUSTOM_INDICATORS: Rule(lambda c, f, r: c.custom_indicators, _always),
    Link.IN_SCOPE: Rule(lambda c, f, r: c.reaching is not None, _is_listed),
    Link.DECIDES: Rule(lambda c, f, r: c.stops, _is_met),
    Link.ONBOARDED: Rule(lambda c, f, r: f.onboarded, _always),
    Link.OS_SUPPORTED: Rule(lambda c, f, r: f.os_supported, _always),
    Link.OFFERED: Rule(lambda c, f, r: c.offered | holds_stop(f), _always),
    Link.PULLED: Rule(lambda c, f, r: holds_stop(f), _always),
    Link.INSPECTED: Rule(lambda c, f, r: f.engine != Engine.NONE, _always),
    Link.SMARTSCREEN: Rule(lambda c, f, r: f.smartscreen, _edge),
    Link.ANTIVIRUS: Rule(lambda c, f, r: f.antivirus == Antivirus.ACTIVE, _antivirus),
    Link.REAL_TIME: Rule(lambda c, f, r: f.real_time, _antivirus),
    Link.CLOUD_PROTECTION: Rule(lambda c, f, r: f.cloud_protection, _antivirus),
    Link.PLATFORM: Rule(lambda c, f, r: f.platform_current, _antivirus),
    Link.SERVER_ALLOWED: Rule(lambda c, f, r: f.np_allowed, _server),
    Link.REACHES_CLOUD: Rule(lambda c, f, r: f.reaches_cloud, _always),
    Link.MODE: Rule(lambda c, f, r: f.network_protection == NetworkProtection.ENABLED, _network),
    Link.QUIC: Rule(lambda c, f, r: ~(f.process_quic & f.site_quic), _network),
    Link.ECH: Rule(lambda c, f, r: ~(f.process_ech & f.site_ech), _network),
    Link.COALESCED: Rule(lambda c, f, r: ~f.coalesced, _network),
    Link.HTTPS_PATH: Rule(lambda c, f, r: ~f.https_path, _network),
    Link.HIDDEN: Rule(lambda c, f, r: ~f.hidden, _network),
    Link.BYPASS: Rule(lambda c, f, r: ~f.bypassed, lambda c, f, r: f.holds == Held.WARN),
}
"""Every link but NONE, in order."""
_CODES: Codes = np.array(list(RULE), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Links:
    """The links of connections: a row for each link of `RULE`, a column for each connection."""

    needed: Flags
    open: Flags
    """Needed there and not done."""
    outcome: Codes
    first: Codes
    """The first open `Link` of each connection; NONE where the machine stops it.

    A machine may stop a connection though a link is open: it still holds an indicator that the cloud has
    already let go of.
    """


def links(cloud: Cloud, facts: Facts, rules: Rules = RULES) -> Links:
    """Return what is needed for each connection and not done, and what becomes of it."""
    shape = len(RULE), len(facts)
    needed, opened = np.empty(shape, dtype=np.bool_), np.empty(shape, dtype=np.bool_)
    for row, rule in enumerate(RULE.values()):
        needed[row] = rule.needed(cloud, facts, rules)
        opened[row] = needed[row] & ~_flags(rule.done(cloud, facts, rules))
    outcome = verdicts(facts, rules)
    stopped = (outcome == Outcome.BLOCKED) | (outcome == Outcome.WARNED)
    first = np.where(opened.any(axis=0) & ~stopped, _CODES[opened.argmax(axis=0)], Link.NONE)
    return Links(needed, opened, outcome, first.astype(np.int64))


def _flags(value: Flags | bool) -> Flags:
    return np.asarray(value, dtype=np.bool_)
