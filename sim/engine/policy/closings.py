"""How alerts of both portals are closed in each period: states, reasons and classifications."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alert is closed, with the number that the API gives it where it has one."""

    text: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """One way to close an alert of Cloud App Security."""

    status: str
    """What the alert is afterwards, as the portal words it."""
    code: int
    """`resolutionStatusValue` of the API (CAS/api-alerts.md; documented)."""
    verb: str
    reasons: tuple[Reason, ...] = ()
    """One must be given where there are any."""
    classification: str = ""
    """The same in the words of the one queue of today; which means which is a guess."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What an alert turned out to be, and what may be said more closely."""

    name: str
    determinations: tuple[str, ...] = ()
    code: int = 0
    """`resolutionStatusValue` of a policy's alert; 0 where those have another queue."""


# CAS/managing-alerts.md [19], CAS/api-alerts.md; documented
CLOSINGS_2019: tuple[Closing, ...] = (
    Closing("Resolved", 2, "Resolve"),
    Closing(
        "Dismissed",
        1,
        "Dismiss",
        (
            Reason("Actual severity is lower"),
            Reason("Not interesting"),
            Reason("Alert is not accurate"),
            Reason("Too many similar alerts"),
        ),
    ),
)

# names: own knowledge; determinations: MDE/api/alerts.md with what it dropped in 2022
CLASSIFICATIONS_2019: tuple[Classification, ...] = (
    Classification(
        "True alert",
        ("APT", "Malware", "Security personnel", "Security testing", "Unwanted software", "Other"),
    ),
    Classification("False alert"),
)

# CAS/monitor-alerts.md, CAS/api-alerts-close-*.md; documented
CLOSINGS_TODAY: tuple[Closing, ...] = (
    Closing("True positive", 5, "Close as true positive", classification="True positive"),
    Closing(
        "Benign",
        4,
        "Close as benign",
        (
            Reason("Actual severity is lower", 2),
            Reason("Other", 4),
            Reason("Confirmed with end user", 5),
            Reason("Triggered by test", 6),
        ),
        "Informational, expected activity",
    ),
    Closing(
        "False positive",
        3,
        "Close as false positive",
        (
            Reason("Not of interest", 0),
            Reason("Too many similar alerts", 1),
            Reason("Alert is not accurate", 3),
            Reason("Other", 4),
        ),
        "False positive",
    ),
)

# XDR/investigate-alerts.md, MDE/api/alerts.md; documented; which belongs to which: own knowledge
CLASSIFICATIONS_TODAY: tuple[Classification, ...] = (
    Classification(
        "True positive",
        (
            "Multistaged attack",
            "Malicious user activity",
            "Compromised user",
            "Malware",
            "Phishing",
            "Unwanted software",
            "Other",
        ),
        5,
    ),
    Classification(
        "Informational, expected activity",
        ("Security testing", "Line of business application", "Confirmed user activity", "Other"),
        4,
    ),
    Classification("False positive", ("Clean", "Insufficient data", "Other"), 3),
)
