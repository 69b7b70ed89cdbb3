"""The chain from a tag to a blocked connection, told link by link."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.enforcement.facts import (
    Antivirus,
    DevicePosture,
    Engine,
    Held,
    NetworkProtection,
    Outcome,
    ProcessTraits,
    engine_of,
    facts_of,
)
from sim.engine.enforcement.verdict import verdicts


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain from tag to block. `state` is done, waiting, open or not needed."""

    name: str
    state: str
    reason: str
    source: str
    since: int | None = None
    expected_at: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a connection is blocked or not: the verdict, the chain, and its first link that is not done."""

    verdict: Outcome
    links: tuple[Link, ...]

    @property
    def first_open(self) -> Link | None:
        """The first link that keeps the block from working; None where the chain is whole."""
        return next((link for link in self.links if link.state in {"open", "waiting"}), None)


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """Everything `explain` needs to know about one (machine, process, host) at one time."""

    posture: DevicePosture
    process: ProcessTraits
    device_holds: Held
    portal_lists: Held
    """Before the custom network indicators switch is looked at."""
    manual: bool
    """A person made the indicator: the tag and Cloud App Security's own switches do not matter."""
    tag: str
    integration: bool
    block_setting: bool
    custom_indicators: bool
    published: bool
    """The service offers the listed indicator to machines that pull now."""
    listed_at: int | None = None
    sync_expected: int | None = None
    publish_expected: int | None = None
    last_pull: int | None = None
    next_pull: int | None = None


def explain(facts: ChainFacts) -> Explanation:
    """Tell the chain link by link; its verdict equals `verdicts` on the same facts."""
    links = [*_cloud_links(facts), *_device_links(facts)]
    links.append(_engine(facts))
    lists = facts.portal_lists if facts.custom_indicators else Held.NONE
    row = facts_of(facts.posture, facts.process, holds=facts.device_holds, lists=lists)
    return Explanation(Outcome(int(verdicts(row)[0])), tuple(links))


def _link(name: str, done: bool, reason: str, source: str, **times: int | None) -> Link:
    waiting = not done and times.get("expected_at") is not None
    return Link(name, "done" if done else "waiting" if waiting else "open", reason, source, **times)


def _cloud_links(facts: ChainFacts) -> list[Link]:
    listed = facts.portal_lists is Held.BLOCK
    if facts.manual:
        by_hand = "the indicator was made by hand; the tag is not needed"
        links = [Link("tagged Unsanctioned", "not needed", by_hand, "MDE/indicator-ip-domain.md")]
    else:
        links = [
            _link(
                "tagged Unsanctioned",
                facts.tag == "Unsanctioned",
                f"the app's tag is {facts.tag or 'none'}",
                "CAS/governance-discovery.md [19]",
            ),
            _link(
                "Defender ATP: Microsoft Cloud App Security",
                facts.integration,
                f"Advanced features > Microsoft Cloud App Security is {_on(facts.integration)}",
                "CAS/wdatp-integration.md [19]",
            ),
            _link(
                "Cloud App Security: Block unsanctioned apps",
                facts.block_setting,
                f"Settings > Cloud app control > Block unsanctioned apps is {_on(facts.block_setting)}",
                "CAS/wdatp-integration.md [19]",
            ),
        ]
    links.append(
        _link(
            "indicator listed",
            listed,
            "the domain is in Indicators > URLs/Domains" if listed else _instead(facts.portal_lists),
            "CAS/wdatp-integration.md [19]",
            since=facts.listed_at if listed else None,
            expected_at=None if listed else facts.sync_expected,
        )
    )
    links.append(
        _link(
            "Defender ATP: Custom network indicators",
            facts.custom_indicators,
            f"Advanced features > Custom network indicators is {_on(facts.custom_indicators)}",
            "CAS/wdatp-integration.md [19]",
        )
    )
    return links


def _device_links(facts: ChainFacts) -> list[Link]:
    offered = facts.published and facts.custom_indicators
    holds = facts.device_holds is Held.BLOCK
    pulled = "the machine holds the indicator" if holds else "the machine has not pulled the indicator"
    if facts.device_holds in {Held.ALLOW, Held.AUDIT}:
        pulled = f"the machine holds an indicator that does not block: {_action(facts.device_holds)}"
    if holds and not facts.published:
        pulled = "the machine still holds an indicator that is gone; it drops it at its next pull"
    return [
        _link(
            "offered to machines",
            offered or holds,
            "machines that pull now get it" if offered else "machines that pull now do not get it",
            "guess: part of the documented 2 h to the endpoint",
            expected_at=None if offered or holds or not facts.custom_indicators else facts.publish_expected,
        ),
        _link(
            "machine pulled it",
            holds,
            pulled,
            "CAS/wdatp-integration.md [19]: up to 2 h",
            since=facts.last_pull if holds else None,
            expected_at=facts.next_pull if offered and not holds else None,
        ),
    ]


def _engine(facts: ChainFacts) -> Link:
    posture = facts.posture
    if engine_of(posture.system, facts.process.file_name) is Engine.SMARTSCREEN:
        reason = f"Edge is judged by SmartScreen, which is {_on(posture.smartscreen)}"
        return _link("engine enforces", posture.smartscreen, reason, "MDE/network-protection.md")
    mode = posture.network_protection
    words = {
        NetworkProtection.DISABLED: "off",
        NetworkProtection.ENABLED: "in block mode",
        NetworkProtection.AUDIT: "in audit mode: it logs and lets pass",
    }
    reason = f"{facts.process.file_name} is judged by network protection, which is {words[mode]}"
    active = posture.antivirus is Antivirus.ACTIVE
    if not active:
        reason += "; Defender Antivirus is not active, so it cannot work"
    on = active and mode is NetworkProtection.ENABLED
    return _link("engine enforces", on, reason, "MDE/network-protection.md")


def _action(held: Held) -> str:
    return "Allow" if held is Held.ALLOW else "Alert only"


def _instead(held: Held) -> str:
    if held is Held.NONE:
        return "no blocking indicator is listed"
    return f"the indicator that decides this host does not block: {_action(held)}"


def _on(flag: bool) -> str:
    return "on" if flag else "off"
