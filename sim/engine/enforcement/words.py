"""The words of the chain: how a link is called, where its rule stands, what it says done and open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.engine.enforcement.chain import Cloud, Coverage, Link
from sim.engine.enforcement.facts import Antivirus, Engine, NetworkProtection, Outcome
from sim.engine.enforcement.tag_sync import ASKS
from sim.engine.settings_pages import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION


@dataclass(frozen=True, slots=True)
class Words:
    """How a link is called, where its rule stands, and what it says done and open."""

    name: str
    source: str
    done: str
    open: str


_NP = "MDE/network-protection.md"
_ATP = "CAS/wdatp-integration.md"
_GATE = f"{_ATP}, CAS/mde-govern.md"
_DOMAINS = "MDE/indicator-ip-domain.md"

WORDS: Mapping[Link, Words] = {
    Link.TAGGED: Words(
        "tagged {tags}",
        "CAS/governance-discovery.md",
        "{app} is tagged {tag}",
        "the tag of {app} is {tag}, which asks for nothing",
    ),
    Link.INTEGRATION: Words("{integration}", _GATE, "the switch is on", "the switch is off"),
    Link.BLOCK_SETTING: Words("{block_setting}", _GATE, "the switch is on", "the switch is off"),
    Link.IN_CATALOG: Words("host in the catalog", "CAS/mde-investigation.md, CAS/risk-score.md", "", ""),
    Link.LISTED: Words("indicator listed", _GATE, "", ""),
    Link.CUSTOM_INDICATORS: Words("{custom_indicators}", _GATE, "the switch is on", "the switch is off"),
    Link.IN_SCOPE: Words(
        "{machine} in scope",
        "CAS/mde-govern.md",
        "the indicator reaches this {machine}'s group",
        "the indicator is for other groups: {scope}",
    ),
    Link.DECIDES: Words(
        "indicator decides",
        _DOMAINS,
        "no other indicator comes before it",
        "another indicator decides the host and lets it pass: {deciding}",
    ),
    Link.ONBOARDED: Words(
        "{machine} onboarded",
        "CAS/mde-govern.md",
        "Defender has its sensor",
        "Defender does not know this {machine}: it gets no indicators and reports nothing",
    ),
    Link.OS_SUPPORTED: Words(
        "build supported",
        _GATE,
        "indicators reach this build of the operating system",
        "indicators do not reach this build of the operating system",
    ),
    Link.OFFERED: Words(
        "offered to {machines}",
        f"guess: part of the documented 2 h to the endpoint ({_ATP})",
        "{machines} that pull now get it",
        "{machines} that pull now do not get it yet",
    ),
    Link.PULLED: Words("{machine} pulled it", f"{_ATP}: up to 2 h; {_DOMAINS}: 48 h at worst", "", ""),
    Link.INSPECTED: Words(
        "program inspected",
        _NP,
        "{process} is judged by {engine}",
        "nothing on this system inspects {process}",
    ),
    Link.SMARTSCREEN: Words(
        "SmartScreen on", "MDE/web-protection-overview.md", "SmartScreen is on", "SmartScreen is off"
    ),
    Link.ANTIVIRUS: Words("antivirus active", _NP, "Defender Antivirus is active", "{antivirus}"),
    Link.REAL_TIME: Words(
        "real-time protection on", _NP, "real-time protection is on", "real-time protection is off"
    ),
    Link.CLOUD_PROTECTION: Words(
        "cloud protection on", _NP, "cloud-delivered protection is on", "cloud-delivered protection is off"
    ),
    Link.PLATFORM: Words(
        "platform current",
        "WIN/manage-indicators.md",
        "the antimalware platform is new enough",
        "the antimalware platform is older than 4.18.1906",
    ),
    Link.SERVER_ALLOWED: Words(
        "allowed on servers",
        _NP,
        "AllowNetworkProtectionOnWinServer is set",
        "AllowNetworkProtectionOnWinServer is not set, or AllowNetworkProtectionDownLevel where it is needed",
    ),
    Link.REACHES_CLOUD: Words(
        "verdict service answers",
        _NP,
        "SmartScreen's service answers",
        "*.smartscreen.microsoft.com does not answer, so there is no verdict",
    ),
    Link.MODE: Words("network protection blocks", _NP, "network protection is in block mode", "{mode}"),
    Link.QUIC: Words("name not hidden by QUIC", _DOMAINS, "no QUIC here", "QUIC hides the host"),
    Link.ECH: Words(
        "name not hidden by ECH",
        _DOMAINS,
        "the Client Hello shows the host",
        "Encrypted Client Hello hides the host",
    ),
    Link.COALESCED: Words(
        "connection of its own",
        _DOMAINS,
        "the connection is the host's own",
        "HTTP/2 sends the request over another host's connection, where only Edge can block it",
    ),
    Link.HTTPS_PATH: Words(
        "path not needed",
        _DOMAINS,
        "the host decides",
        "only a path would match, and inside HTTPS only Edge sees it",
    ),
    Link.HIDDEN: Words(
        "no proxy or VPN hides it",
        _NP,
        "network protection sees the connection itself",
        "a proxy or VPN hides the host from network protection",
    ),
    Link.BYPASS: Words(
        "warning not clicked through",
        "MDE/web-protection-overview.md",
        "the user has not clicked through the warning",
        "the user clicked through the warning, which is remembered",
    ),
}

ENGINES = {
    Engine.SMARTSCREEN: "SmartScreen",
    Engine.NETWORK_PROTECTION: "network protection",
    Engine.NONE: "nothing",
}
ANTIVIRUS = {
    Antivirus.ACTIVE: "Defender Antivirus is active",
    Antivirus.PASSIVE: "Defender Antivirus is passive beside another product, and ignores indicators",
    Antivirus.OFF: "Defender Antivirus is off",
}
MODES = {
    NetworkProtection.DISABLED: "network protection is off",
    NetworkProtection.ENABLED: "network protection is in block mode",
    NetworkProtection.AUDIT: "network protection is in audit mode: it logs and lets pass",
}


COVERED = {
    Coverage.DOMAIN: "a domain of the app covers the host",
    Coverage.URL_ONLY: "the catalog knows the app here by full URLs only, which never become indicators",
    Coverage.MISSING: "the app's list of domains lacks this host",
}


STOPPED_BY: Mapping[Outcome, str] = {
    Outcome.BLOCKED: "blocked on the {machine}",
    Outcome.WARNED: "warned on the {machine}",
    Outcome.GATEWAY_BLOCKED: "refused by a gateway",
    Outcome.ACCESS_DENIED: "denied by an access rule",
}


def names(cloud: Cloud) -> Mapping[str, str]:
    """Return what the names and reasons of links speak of, in the words of the period."""
    portal = cloud.portal
    return {
        **portal.words,
        "app": cloud.app,
        "tag": cloud.tag or "none",
        "tags": " or ".join(tag for tag in portal.tags if tag in ASKS),
        "integration": f"{portal.endpoint}: {portal.switch_name(INTEGRATION)}",
        "block_setting": f"{portal.cloud}: {portal.switch_name(BLOCK_UNSANCTIONED)}",
        "custom_indicators": f"{portal.endpoint}: {portal.switch_name(CUSTOM_INDICATORS)}",
    }
