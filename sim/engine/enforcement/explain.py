"""The chain from a tag to a stopped connection, told in words; and what a whole group has in common.

The verdict told is `verdicts` on the same facts, and the first open link is `links`: nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.engine.enforcement.chain import RULE, STOPPING, Cloud, Link, links
from sim.engine.enforcement.facts import Antivirus, Engine, Facts, Held, NetworkProtection, Outcome
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.verdict import RULES, Rules
from sim.engine.enforcement.words import ANTIVIRUS, COVERED, ENGINES, MODES, STOPPED_BY, WORDS, names

_TOLD_THOUGH_NOT_NEEDED = (Link.TAGGED, Link.IN_SCOPE, Link.DECIDES)


@dataclass(frozen=True, slots=True)
class Told:
    """One link of the chain. `state` is done, waiting, open or not needed."""

    link: Link
    name: str
    state: str
    reason: str
    source: str
    since: int | None = None
    """When it became true, where that is known."""
    expected_at: int | None = None
    """When it will be done if nothing else changes."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a connection is stopped or not: the verdict, the chain, and its first link that is not done."""

    verdict: Outcome
    links: tuple[Told, ...]
    why: str
    """One sentence."""

    @property
    def first_open(self) -> Told | None:
        """The first link that is not done; None where the chain is whole."""
        return next((link for link in self.links if link.state in {"open", "waiting"}), None)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around one connection beside its facts."""

    process: str
    since: Mapping[Link, int] = field(default_factory=dict)
    expected: Mapping[Link, int] = field(default_factory=dict)
    upstream: str = "a gateway"
    """Who stops the connection beyond the machine."""
    away: bool = False
    """The machine is switched off, and nobody knows until when."""


def explain(cloud: Cloud, facts: Facts, context: Context, rules: Rules = RULES) -> Explanation:
    """Tell the chain of one connection, given as facts of one row."""
    found = links(cloud, facts, rules)
    called = _called(cloud, facts, context)
    told = tuple(
        _tell(link, cloud, facts, context, called, is_open=is_open, is_needed=is_needed)
        for link, is_open, is_needed in zip(
            RULE, found.open[:, 0].tolist(), found.needed[:, 0].tolist(), strict=True
        )
        # That no tag is needed is worth a line; that SmartScreen is not needed in Chrome is not.
        if is_needed or link in _TOLD_THOUGH_NOT_NEEDED
    )
    outcome, first = Outcome(int(found.outcome[0])), Link(int(found.first[0]))
    return Explanation(outcome, told, why(outcome, first, cloud, facts, context))


def _called(cloud: Cloud, facts: Facts, context: Context) -> Mapping[str, str]:
    """Return what the names and reasons of links speak of."""
    return {
        **names(cloud),
        "scope": "" if cloud.listed is None else str(cloud.listed.scope),
        "deciding": "" if cloud.deciding is None else _named(cloud.deciding, cloud),
        "process": context.process,
        "engine": ENGINES[Engine(int(facts.engine[0]))],
        "antivirus": ANTIVIRUS[Antivirus(int(facts.antivirus[0]))],
        "mode": MODES[NetworkProtection(int(facts.network_protection[0]))],
    }


def _tell(
    link: Link,
    cloud: Cloud,
    facts: Facts,
    context: Context,
    called: Mapping[str, str],
    *,
    is_open: bool,
    is_needed: bool,
) -> Told:
    words = WORDS[link]
    name = words.name.format_map(called)
    if not is_needed:
        return Told(link, name, "not needed", _not_needed(link, cloud), words.source)
    expected = context.expected.get(link) if is_open else None
    state = "done" if not is_open else "open" if expected is None else "waiting"
    since = None if is_open else context.since.get(link)
    reason = _reason(link, cloud, facts, context, called, is_open=is_open)
    return Told(link, name, state, reason, words.source, since, expected)


def _not_needed(link: Link, cloud: Cloud) -> str:
    if link is Link.TAGGED:
        return "a person made the indicator; no tag is needed"
    if cloud.listed is None:
        return "no indicator that blocks or warns is listed yet"
    return cloud.portal.say("no indicator reaches this {machine} yet")


def _reason(
    link: Link, cloud: Cloud, facts: Facts, context: Context, called: Mapping[str, str], *, is_open: bool
) -> str:
    if link is Link.IN_CATALOG:
        return COVERED[cloud.coverage]
    if link is Link.LISTED:
        return _listed(cloud)
    if link is Link.PULLED:
        return cloud.portal.say(_pulled(cloud, facts, context))
    words = WORDS[link]
    return (words.open if is_open else words.done).format_map(called)


def _named(indicator: Indicator, cloud: Cloud) -> str:
    made = "by its tag" if indicator.by_tag else f"by {indicator.created_by}"
    words = cloud.portal.actions[indicator.action]
    return f"{indicator.id} on {indicator.value}, {words}, made {made}"


def _listed(cloud: Cloud) -> str:
    if cloud.listed is not None:
        return f"the list holds {_named(cloud.listed, cloud)}"
    if cloud.expired is not None:
        return f"{cloud.expired.id} on {cloud.expired.value} has expired"
    if cloud.deciding is not None:
        return f"the indicator of this host does not stop anything: {_named(cloud.deciding, cloud)}"
    if cloud.full:
        return f"the list is full: {cloud.portal.indicator_limit} indicators are all that a tenant may hold"
    return "no indicator that blocks or warns is listed for this host"


def _pulled(cloud: Cloud, facts: Facts, context: Context) -> str:
    held = Held(int(facts.holds[0]))
    if held in STOPPING:
        if cloud.offered:
            return "the {machine} holds the indicator"
        return "the {machine} still holds an indicator that is gone; it drops it at its next pull"
    if held is not Held.NONE:
        words = cloud.portal.actions[held]
        return f"the {{machine}} holds an indicator that does not stop anything: {words}"
    if context.away:
        return "the {machine} is switched off and away, and pulls nothing"
    return "the {machine} has not pulled the indicator"


def why(outcome: Outcome, first: Link, cloud: Cloud, facts: Facts, context: Context) -> str:
    """Return in one sentence who stops a connection, or what its first open link says."""
    if outcome in {Outcome.BLOCKED, Outcome.WARNED}:
        engine = ENGINES[Engine(int(facts.engine[0]))]
        found = cloud.deciding if cloud.stops else None
        named = _named(found, cloud) if found is not None else "an indicator that is gone from the list"
        return f"{engine} stops it for {named}"
    if outcome is Outcome.GATEWAY_BLOCKED:
        return f"{context.upstream} refuses it, whatever the {cloud.portal.words['machine']} does"
    if outcome is Outcome.ACCESS_DENIED:
        return f"{context.upstream} denies the sign-in, whatever the {cloud.portal.words['machine']} does"
    return _reason(first, cloud, facts, context, _called(cloud, facts, context), is_open=True)


@dataclass(frozen=True, slots=True)
class Share:
    """How many connections of a group have one answer in common."""

    label: str
    stopped: bool
    count: int


def histogram(parts: Sequence[tuple[Cloud, Facts]], rules: Rules = RULES) -> tuple[Share, ...]:
    """Return what a group's connections have in common: who stops them, or the first open link.

    Each part is one device group's view of the cloud and its connections. The largest share comes first.
    """
    counts: dict[tuple[bool, str], int] = {}
    for cloud, facts in parts:
        told = links(cloud, facts, rules)
        outcomes, first = told.outcome, told.first
        for outcome, label in STOPPED_BY.items():
            count = int((outcomes == outcome).sum())
            said = cloud.portal.say(label)
            counts[True, said] = counts.get((True, said), 0) + count
        passed = ~np.isin(outcomes, list(STOPPED_BY))
        for link in RULE:
            label = WORDS[link].name.format(**names(cloud))
            count = int((passed & (first == link)).sum())
            counts[False, label] = counts.get((False, label), 0) + count
    found = [Share(label, stopped, count) for (stopped, label), count in counts.items() if count]
    return tuple(sorted(found, key=lambda share: -share.count))
