"""What the two portals offer in a period of the products; the rest of the engine asks here, never for a year.

An era profile (`sim/scenario/eras/*.yaml`) names one of these by its key. Switches, settings and
browsers have ids that never change, which commands and run files hold, and words of the period,
which people read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.base.errors import CommandRefused, Problem
from sim.engine.discovery.built_in import SESSION_CONTROL, WIN10
from sim.engine.enforcement.held import Held
from sim.engine.policy.closings import (
    CLASSIFICATIONS_2019,
    CLASSIFICATIONS_TODAY,
    CLOSINGS_2019,
    CLOSINGS_TODAY,
    Classification,
    Closing,
)
from sim.engine.settings_pages import SETTINGS_TODAY, SWITCHES_2019, SWITCHES_TODAY, Setting, Switch

SANCTIONED, UNSANCTIONED, MONITORED = "Sanctioned", "Unsanctioned", "Monitored"


def _words(**named: str) -> Mapping[str, str]:
    """Return words by name, and by its capitalised name as they begin a sentence."""
    return {**named, **{n.capitalize(): word[:1].upper() + word[1:] for n, word in named.items()}}


@dataclass(frozen=True, slots=True)
class Portal:
    """The vocabulary and the limits of one period."""

    key: str
    cloud: str
    """Name of the product that holds Cloud Discovery, its tags, policies and alerts."""
    endpoint: str
    """Name of the product that watches machines."""
    tags: tuple[str, ...]
    """Built-in tags, one of which an app carries or none (CAS/governance-discovery.md)."""
    switches: tuple[Switch, ...]
    settings: tuple[Setting, ...]
    indicator_limit: int
    """Indicators that a tenant may hold."""
    tag_severity: str
    """Severity of the indicators that tags make."""
    scoped_profiles: bool
    """Whether a tag can hold for some machine groups only (CAS/mde-govern.md; documented)."""
    actions: Mapping[Held, str]
    """What an indicator may ask of machines, in the portal's words."""
    browsers: Mapping[str, str]
    """Browsers of a Windows machine, and the file names of the processes that connect."""
    alert_title: str
    """Title of the alert that a tagged app's indicator raises on a machine."""
    generic_block_alerts: bool
    """Hand-made blocks raise generic Informational alerts (MDE/indicators-overview.md; documented)."""
    closings: tuple[Closing, ...]
    classifications: tuple[Classification, ...]
    analyses_per_day: int
    """Runs that analyse continuous reports and policies (CAS/set-up-cloud-discovery.md; documented)."""
    anomaly_policies: bool
    """Cloud Discovery anomaly detection policies exist (CAS/cloud-discovery-anomaly-detection-policy.md)."""
    text_messages: bool
    """A policy may send text messages (CAS/control-cloud-apps-with-policies.md; documented)."""
    playbooks: bool
    """A policy may run a Power Automate playbook (CAS/flow-integration.md; documented since 2019-20, that it
    came after December 2019 is a guess)."""
    words: Mapping[str, str]
    """What else has a name of the period, by the field that stands for it in a text of ours."""
    reports: Mapping[str, str]
    """Names of the built-in continuous reports, by id."""
    one_queue: bool
    """The alerts of both products are in one queue, each part of an incident (CAS/monitor-alerts.md,
    XDR/investigate-alerts.md; documented)."""
    app_controls: bool
    """An app's page counts users blocked, accessed and bypassed (CAS/mde-govern.md; documented)."""
    never_unsanctioned: tuple[str, ...] = ()
    """Ids of apps that neither a person nor a policy can tag Unsanctioned."""

    def say(self, text: str) -> str:
        """Return a text of ours in the words of the period: `{machines}` is machines, or devices.

        Only for texts that stand in the code; one that holds a name from a log may hold braces.
        """
        return text.format_map(self.words) if "{" in text else text

    @property
    def machines(self) -> tuple[str, str]:
        """What one machine is called, and several."""
        return self.words["machine"], self.words["machines"]

    def report(self, report: str) -> str:
        """Return what the period calls a report; one that somebody saved keeps its name."""
        return self.reports.get(report, report)

    def report_id(self, name: str) -> str:
        """Return the id of a report by what the period calls it; any other name is its own."""
        return next((report for report, title in self.reports.items() if title == name), name)

    def is_browser(self, file_name: str) -> bool:
        """Tell whether a program is a browser, in capitals or small letters."""
        return file_name.lower() in {name.lower() for name in self.browsers.values()}

    def switch(self, name: str) -> Switch | None:
        """Return a switch by its id or by its name of this period."""
        return next((s for s in self.switches if name in {s.id, s.name}), None)

    def switch_name(self, switch_id: str) -> str:
        """Return what this period calls one of its switches."""
        return next(switch.name for switch in self.switches if switch.id == switch_id)

    def setting(self, name: str) -> Setting | None:
        """Return a setting by its id or by its name of this period."""
        return next((s for s in self.settings if name in {s.id, s.name}), None)

    def action(self, words: str) -> Held:
        """Return the action that the portal calls `words`, or refuse with those it offers."""
        for action, known in self.actions.items():
            if known == words:
                return action
        raise CommandRefused(
            Problem(
                "INDICATOR-ACTION",
                f"no action {words!r}",
                advice="one of: " + ", ".join(self.actions.values()),
            )
        )


_2019 = Portal(
    key="2019",
    cloud="Cloud App Security",
    endpoint="Defender ATP",
    tags=(SANCTIONED, UNSANCTIONED),
    switches=SWITCHES_2019,
    settings=(),
    # Limit and actions: WIN/manage-indicators.md of 2019; documented.
    indicator_limit=5_000,
    tag_severity="High",  # the alert on a documentation screenshot (CAS/wdatp-integration.md; observed)
    actions={Held.BLOCK: "Alert and block", Held.AUDIT: "Alert only", Held.ALLOW: "Allow"},
    browsers={  # EdgeHTML's content process and Internet Explorer; own knowledge
        "edge": "MicrosoftEdgeCP.exe",
        "chrome": "chrome.exe",
        "firefox": "firefox.exe",
        "ie": "iexplore.exe",
    },
    # CAS/wdatp-integration.md, its screenshot; observed
    alert_title="Connection to a blocked cloud application was detected",
    generic_block_alerts=False,
    closings=CLOSINGS_2019,
    classifications=CLASSIFICATIONS_2019,
    analyses_per_day=2,
    anomaly_policies=True,
    scoped_profiles=False,  # "blocked for all endpoints" (CAS/wdatp-integration.md [19]; documented)
    text_messages=True,
    playbooks=False,
    one_queue=False,
    app_controls=False,
    words=_words(
        cloud="Cloud App Security",
        endpoint="Defender ATP",
        maker="Microsoft Cloud App Security",
        machine="machine",
        machines="machines",
        machines_list="machines list",
        endpoint_machines="ATP machines",
        endpoint_alerts="ATP alerts",
        directory="Azure AD",
        endpoint_report=WIN10,
        relay_report=SESSION_CONTROL,
    ),
    reports={},
)

PROTECTED: Mapping[str, str] = {
    "Microsoft Defender for Cloud Apps": "microsoft-cloud-app-security",
    "Microsoft Defender Security Center": "microsoft-defender-atp",
    "Microsoft Intune": "microsoft-intune",
}
"""Services that cannot be unsanctioned since May 2023, with the entry of our catalog (the names:
CAS/governance-discovery.md; documented; which entry is which: own knowledge, by the host of its portal). The
page names nine more, of which the catalog has no entry: 365 Security Center, Defender for Identity, Purview,
Entra Permissions Management, Conditional Access Application Control, Secure Score, Support, AD FS Help and
Online Services."""

_ENDPOINTS = "Defender-managed endpoints"  # renamed in 2024 (CAS/discovered-apps.md; documented)
_RELAY = "Defender for Cloud Apps Proxy"  # that it follows the product's name: guess

_TODAY = Portal(
    key="today",
    cloud="Defender for Cloud Apps",
    endpoint="Defender for Endpoint",
    tags=(SANCTIONED, UNSANCTIONED, MONITORED),  # Monitored: release 207, 8 August 2021; documented
    switches=SWITCHES_TODAY,
    settings=SETTINGS_TODAY,
    # Limit and actions: MDE/indicators-overview.md; documented.
    indicator_limit=15_000,
    tag_severity="Medium",  # a setting since November 2020 (CAS/mde-integration.md); its default: guess
    actions={
        Held.BLOCK: "Block execution",
        Held.WARN: "Warn",
        Held.AUDIT: "Audit",
        Held.ALLOW: "Allow",
    },
    browsers={"edge": "msedge.exe", "chrome": "chrome.exe", "firefox": "firefox.exe"},  # own knowledge
    alert_title="Unsanctioned cloud app access was blocked",  # CAS/mde-govern.md; documented
    generic_block_alerts=True,
    closings=CLOSINGS_TODAY,
    classifications=CLASSIFICATIONS_TODAY,
    analyses_per_day=4,
    anomaly_policies=False,  # retired in August 2024; documented
    scoped_profiles=True,
    text_messages=False,
    playbooks=True,
    one_queue=True,
    app_controls=True,
    words=_words(
        cloud="Defender for Cloud Apps",
        endpoint="Defender for Endpoint",
        maker="Microsoft Defender for Cloud Apps",
        machine="device",
        machines="devices",
        machines_list="device inventory",
        endpoint_machines="Device inventory",
        endpoint_alerts="Endpoint alerts",
        directory="Entra ID",
        endpoint_report=_ENDPOINTS,
        relay_report=_RELAY,
    ),
    reports={WIN10: _ENDPOINTS, SESSION_CONTROL: _RELAY},
    never_unsanctioned=tuple(PROTECTED.values()),
)

PORTALS: Mapping[str, Portal] = {portal.key: portal for portal in (_2019, _TODAY)}
