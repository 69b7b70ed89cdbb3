"""The risk factors that an app may have: name, section, type and allowed values.

Names, types and choices follow the attestation form and the app pages of Cloud App Security and
the spellings of Microsoft Graph's discoveredCloudAppInfo (catalog dossier, section 3). Category,
headquarters, founding year, vendor, homepage and domains are fields of `App`, not facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sim.engine.catalog.app import FactValue

Section = Literal["general", "security", "compliance", "legal"]
Kind = Literal["boolean", "choice", "date", "integer", "text", "list"]

SECTIONS: tuple[Section, ...] = ("general", "security", "compliance", "legal")
NOT_APPLICABLE = "n/a"

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Factor:
    """One risk factor. `choices` holds a choice's values, or words that may replace a date."""

    name: str
    section: Section
    kind: Kind
    choices: tuple[str, ...] = ()
    na: bool = False
    scored: bool = True

    def reject(self, value: object) -> str | None:
        """Return what the factor wants instead of `value`, or None if it can take it."""
        if self.na and value == NOT_APPLICABLE:
            return None
        match self.kind:
            case "boolean":
                fits, wanted = isinstance(value, bool), "true or false"
            case "choice":
                fits, wanted = value in self.choices, "one of " + ", ".join(self.choices)
            case "date":
                text = str(value) if isinstance(value, int | str) else ""
                fits = bool(_DATE.fullmatch(text)) or value in self.choices
                wanted = "a year or a date such as 2016-09-22"
            case "integer":
                fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10
                wanted = "a whole number from 0 to 10"
            case "text":
                fits, wanted = isinstance(value, str) and bool(value), "a text"
            case "list":
                fits = isinstance(value, list) and all(isinstance(part, str) for part in value)
                wanted = "a list of texts"
        if fits:
            return None
        return wanted + (f" or {NOT_APPLICABLE}" if self.na else "")

    def value(self, raw: object) -> FactValue:
        """Return an accepted raw value as it is kept in a fact."""
        if isinstance(raw, list):
            return tuple(raw)
        if self.kind == "date":
            return str(raw)
        return raw if isinstance(raw, bool | int) else str(raw)


def _booleans(section: Section, na: bool, *names: str) -> tuple[Factor, ...]:
    return tuple(Factor(name, section, "boolean", na=na) for name in names)


GDPR_RIGHTS: tuple[str, ...] = (
    "gdpr-right-to-erasure",
    "gdpr-right-to-object",
    "gdpr-right-to-access",
    "gdpr-right-to-data-portability",
    "gdpr-right-to-be-informed",
    "gdpr-right-to-restriction",
    "gdpr-right-to-rectification",
)

GROUPS: dict[str, tuple[str, ...]] = {"gdpr-data-subject-rights": GDPR_RIGHTS}
"""Names under which a file may state several booleans at once, as vendors do."""

# Third-party notes on the portal name founding, holding, domain age and popularity as weighted.
_GENERAL = (
    Factor("holding", "general", "choice", ("private", "public")),
    Factor("domain-registration", "general", "date"),
    Factor("consumer-popularity", "general", "integer"),
    Factor("data-center", "general", "list", scored=False),
    Factor("hosting-company", "general", "text", scored=False),
    Factor("terms-of-service", "general", "text", scored=False),
    Factor("privacy-policy", "general", "text", scored=False),
    Factor("logon-url", "general", "list", scored=False),
    Factor("data-types", "general", "list", scored=False),
    Factor("disaster-recovery-plan", "general", "boolean", scored=False),
)

_SECURITY = (
    Factor("latest-breach", "security", "date", ("none",)),
    Factor(
        "data-at-rest-encryption",
        "security",
        "choice",
        ("aes", "bitLocker", "blowfish", "des3", "des", "rc4", "rsA", "notSupported"),
        na=True,
    ),
    Factor(
        "encryption-protocol",
        "security",
        "choice",
        ("tls1_0", "tls1_1", "tls1_2", "tls1_3", "notSupported"),
        na=True,
    ),
    Factor("http-security-headers", "security", "choice", ("true", "partial", "false"), na=True),
    *_booleans(
        "security",
        True,
        "multi-factor-authentication",
        "ip-address-restriction",
        "user-audit-trail",
        "admin-audit-trail",
        "data-audit-trail",
        "user-can-upload-data",
        "data-classification",
        "remember-password",
        "user-roles",
        "file-sharing",
        "valid-certificate-name",
        "trusted-certificate",
        "heartbleed-patched",
        "protected-against-drown",
        "saml",
        "penetration-testing",
        "requires-user-authentication",
        "password-length-limit",
        "password-character-combination",
        "password-change-period",
        "password-history-and-reuse",
        "password-personal-information",
    ),
)

_COMPLIANCE = (
    *_booleans("compliance", False, "iso-27001", "iso-27017", "soc-2", "soc-3", "sp-800-53", "cobit"),
    *_booleans("compliance", False, "jericho-forum-commandments"),
    *_booleans(
        "compliance",
        True,
        "finra",
        "fisma",
        "gaap",
        "hipaa",
        "isae-3402",
        "iso-27002",
        "iso-27018",
        "itar",
        "soc-1",
        "sox",
        "ssae-16",
        "glba",
        "privacy-shield",
        "coppa",
        "ferpa",
        "gapp",
        "hitrust-csf",
        "ffiec",
    ),
    Factor(
        "pci-dss",
        "compliance",
        "choice",
        ("v1", "v2", "v3", "v3_1", "v3_2", "v3_2_1", "v4", "notSupported"),
        na=True,
    ),
    Factor(
        "fedramp",
        "compliance",
        "choice",
        ("high", "moderate", "low", "liSaaS", "notSupported"),
        na=True,
    ),
    Factor(
        "csa-star",
        "compliance",
        "choice",
        (
            "selfAssessment",
            "certification",
            "attestation",
            "cStarAssessment",
            "continuousMonitoring",
            "notSupported",
        ),
        na=True,
    ),
)

_LEGAL = (
    *_booleans("legal", True, "data-ownership", "dmca"),
    Factor(
        "data-retention-policy",
        "legal",
        "choice",
        (
            "dataRetained",
            "deletedImmediately",
            "deletedWithinTwoWeeks",
            "deletedWithinOneMonth",
            "deletedWithinThreeMonths",
            "deletedWithinMoreThanThreeMonths",
        ),
        na=True,
    ),
    Factor("gdpr-statement", "legal", "text", scored=False),
    *_booleans(
        "legal",
        True,
        *GDPR_RIGHTS,
        "gdpr-report-data-breaches",
        "gdpr-impact-assessment",
        "gdpr-secure-cross-border-data-control",
        "gdpr-data-protection-officer",
        "gdpr-automated-decision-making",
        "gdpr-lawful-basis",
    ),
)

FACTORS: dict[str, Factor] = {f.name: f for f in (*_GENERAL, *_SECURITY, *_COMPLIANCE, *_LEGAL)}
