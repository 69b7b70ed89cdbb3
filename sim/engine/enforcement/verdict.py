"""What happens to one connection, decided over columns.

Edge is judged by SmartScreen in the browser, every other process by network protection, which works only
with Defender Antivirus active (MDE/network-protection.md, MDE/web-protection-overview.md). Network
protection in audit mode logs and lets pass. An alert also says that an app was *not* blocked where the
portal lists a blocking indicator that the machine has not got or cannot enforce
(CAS/wdatp-integration.md; documented).
"""

from __future__ import annotations

from dataclasses import dataclass

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
    Upstream,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the documents are silent or contradict each other: how we read them."""

    not_blocked_before_pull: bool = True
    """The alert "was not blocked" is raised as soon as the cloud lists an indicator for the machine, though
    the machine has not pulled it (CAS/wdatp-integration.md says so of an indicator on its way; guess for
    the moment from which)."""
    audit_needs_prerequisites: bool = True
    """Audit counts only where the prerequisites of block hold: a passive antivirus audits nothing (guess)."""
    smartscreen_needs_antivirus: bool = False
    """SmartScreen in Edge works without Defender Antivirus (guess: the list of prerequisites does not tell
    the engines apart, the observed Edge was blocked without network protection)."""
    subdomain_beats_parent: bool = True
    """An indicator on a longer domain decides before one on its parent (guess: only paths are documented,
    MDE/indicator-ip-domain.md)."""


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Protection:
    """What the engine of each connection would do with an indicator that it sees."""

    enforces: Flags
    audits: Flags
    blind: Flags
    """The site's name is hidden from the engine."""


def protection(facts: Facts, rules: Rules = RULES) -> Protection:
    """Return what each connection's engine is able to do."""
    inspected = facts.onboarded & (facts.engine != Engine.NONE)
    reached = inspected & facts.os_supported & facts.reaches_cloud
    antivirus = (
        (facts.antivirus == Antivirus.ACTIVE)
        & facts.real_time
        & facts.cloud_protection
        & facts.platform_current
    )
    network = facts.engine == Engine.NETWORK_PROTECTION
    allowed = network & ((facts.system != System.SERVER) | facts.np_allowed)
    ready = reached & antivirus & allowed
    smartscreen = reached & (facts.engine == Engine.SMARTSCREEN) & facts.smartscreen
    if rules.smartscreen_needs_antivirus:
        smartscreen &= antivirus
    auditing = facts.network_protection == NetworkProtection.AUDIT
    return Protection(
        enforces=smartscreen | (ready & (facts.network_protection == NetworkProtection.ENABLED)),
        audits=auditing & (ready if rules.audit_needs_prerequisites else inspected & network),
        blind=inspected & network & hides(facts),
    )


def hides(facts: Facts) -> Flags:
    """Return where something hides the name from network protection.

    QUIC and Encrypted Client Hello need both ends; only Edge can block a coalesced HTTP/2 request; of
    HTTPS only the host is seen (MDE/indicator-ip-domain.md); a proxy or VPN may hide all
    (MDE/network-protection.md).
    """
    return (
        (facts.process_quic & facts.site_quic)
        | (facts.process_ech & facts.site_ech)
        | facts.coalesced
        | facts.https_path
        | facts.hidden
    )


def verdicts(facts: Facts, rules: Rules = RULES) -> Codes:
    """Return the `Outcome` of each row.

    The machine judges before the connection leaves it; only what it lets pass meets a gateway or an access
    policy (own knowledge: SmartScreen asks before the request, network protection reads the first packet).
    """
    able = protection(facts, rules)
    sees = able.enforces & ~able.blind
    notes = (able.enforces | able.audits) & ~able.blind
    inspected = facts.onboarded & (facts.engine != Engine.NONE)
    asks = facts.holds >= Held.AUDIT
    warned = sees & (facts.holds == Held.WARN)
    promised = facts.lists == Held.BLOCK
    if not rules.not_blocked_before_pull:
        promised &= facts.holds == Held.BLOCK
    return np.select(
        [
            sees & (facts.holds == Held.BLOCK),
            warned & ~facts.bypassed,
            facts.upstream == Upstream.GATEWAY,
            facts.upstream == Upstream.ACCESS,
            warned,
            able.blind & (asks | promised),
            notes & (facts.holds == Held.AUDIT),
            notes & asks,
            inspected & promised,
        ],
        [
            Outcome.BLOCKED,
            Outcome.WARNED,
            Outcome.GATEWAY_BLOCKED,
            Outcome.ACCESS_DENIED,
            Outcome.BYPASSED,
            Outcome.UNSEEN,
            Outcome.ALERTED,
            Outcome.AUDITED,
            Outcome.NOT_BLOCKED,
        ],
        Outcome.OPEN,
    ).astype(np.int64)
