"""The switches and settings of the portals' pages in each period.

An id never changes: commands and run files hold it. The name and the page are those of the period.
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGRATION = "Microsoft Cloud App Security"
CUSTOM_INDICATORS = "Custom network indicators"
PREVIEW = "Preview features"
AZURE_ATP = "Azure ATP integration"
BLOCK_UNSANCTIONED = "Block unsanctioned apps"

ALERT_SEVERITY = "Alert severity"
WARN_URL = "Notification URL"
BLOCK_URL = "Notification URL for blocked apps"
BYPASS_HOURS = "Bypass duration"

SEVERITIES = ("Informational", "Low", "Medium", "High")
"""Severities that an alert of a machine may have, rising (MDE/api/ti-indicator.md; documented)."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch of a settings page."""

    id: str
    name: str
    """As the page words it in this period."""
    page: str
    """Portal and path."""
    promise: str
    delay: str = ""
    """When it holds, as the page says; empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that holds a value rather than on or off."""

    id: str
    name: str
    page: str
    promise: str
    default: str
    choices: tuple[str, ...] = ()
    """The values there are; empty where a person writes one."""
    unit: str = ""
    """`hours` or `URL` where a person writes the value."""

    def wrong(self, value: str) -> str:
        """Return what to write instead of a value that the page would not take; nothing where it does."""
        if self.choices:
            return "" if value in self.choices else f"one of: {', '.join(self.choices)}"
        if self.unit == "hours":
            return "" if value.isascii() and value.isdigit() and 0 < int(value) <= 720 else "1 to 720 hours"
        is_address = value.startswith("https://") and len(value.split()) == 1
        return "" if not value or is_address else "write https://... or nothing"


_ATP = "Defender ATP > Settings > Advanced features"
_ENDPOINTS = "Defender portal > Settings > Endpoints > Advanced features"
_MDE = "Defender portal > Settings > Cloud Apps > Cloud Discovery > Microsoft Defender for Endpoint"

# CAS/wdatp-integration.md [19]; documented
SWITCHES_2019: tuple[Switch, ...] = (
    Switch(
        INTEGRATION,
        INTEGRATION,
        _ATP,
        "Forwards Defender ATP signals to Cloud App Security.",
        "first data may take up to 2 hours",
    ),
    Switch(
        CUSTOM_INDICATORS,
        CUSTOM_INDICATORS,
        _ATP,
        "Lets machines allow or block addresses, domains and URLs of custom indicators.",
        "as each machine fetches the indicators, up to 2 hours",
    ),
    Switch(
        AZURE_ATP,
        AZURE_ATP,
        _ATP,
        "Shares signals with Azure ATP for better visibility and more detections.",
    ),
    Switch(PREVIEW, PREVIEW, _ATP, "Shows features before their release."),
    Switch(
        BLOCK_UNSANCTIONED,
        BLOCK_UNSANCTIONED,
        "Cloud App Security > Settings > Cloud app control",
        "Blocks endpoint access to apps tagged Unsanctioned.",
        "may take up to 30 minutes",
    ),
)

# CAS/mde-integration.md, CAS/mde-govern.md; documented
SWITCHES_TODAY: tuple[Switch, ...] = (
    Switch(
        INTEGRATION,
        "Microsoft Defender for Cloud Apps",
        _ENDPOINTS,
        "Forwards Defender for Endpoint signals to Defender for Cloud Apps.",
        "first data may take up to 2 hours",
    ),
    Switch(
        CUSTOM_INDICATORS,
        CUSTOM_INDICATORS,
        _ENDPOINTS,
        "Lets devices allow or block addresses, domains and URLs of custom indicators.",
        "as each device fetches the indicators, up to 2 hours, rarely 48",
    ),
    Switch(
        AZURE_ATP,
        "Microsoft Defender for Identity integration",
        _ENDPOINTS,
        "Shares signals with Defender for Identity for better visibility and more detections.",
    ),
    Switch(PREVIEW, PREVIEW, _ENDPOINTS, "Shows features before their release."),
    Switch(
        BLOCK_UNSANCTIONED,
        "Enforce app access",
        _MDE,
        "Blocks endpoint access to apps tagged Unsanctioned and warns at apps tagged Monitored.",
        "may take up to 30 minutes",
    ),
)

# CAS/mde-govern.md, CAS/mde-integration.md; documented; that severity begins Medium: guess
SETTINGS_TODAY: tuple[Setting, ...] = (
    Setting(
        ALERT_SEVERITY,
        "Alerts",
        _MDE,
        "Severity of the alerts that tagged apps raise on devices.",
        "Medium",
        SEVERITIES,
    ),
    Setting(WARN_URL, WARN_URL, _MDE, "Where a warned user can read why.", "", unit="URL"),
    Setting(
        BLOCK_URL,
        BLOCK_URL,
        _MDE,
        "Support page that a blocked user is offered; needs the alert severity Informational.",
        "",
        unit="URL",
    ),
    Setting(
        BYPASS_HOURS,
        "Bypass duration",
        _MDE,
        "How long a user who bypassed a warning is let through.",
        "24",
        unit="hours",
    ),
)
