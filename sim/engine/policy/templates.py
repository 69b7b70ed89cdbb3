"""The templates of both policy kinds, with the product's own thresholds.

15 app discovery templates (CAS/policy-template-reference.md, the same in 2019 and today; documented
thresholds), and two of the Cloud Discovery anomaly detection policy
(CAS/cloud-discovery-anomaly-detection-policy.md; documented), which went with that policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.engine.discovery.filters import Filters
from sim.engine.discovery.queries import parse_filters
from sim.engine.policy.policies import Anomaly, Criterion
from sim.engine.portal import Portal


@dataclass(frozen=True, slots=True)
class Template:
    """One of the 15 app discovery templates (CAS/policy-template-reference.md; documented thresholds)."""

    name: str
    filters: Filters
    criteria: tuple[tuple[Criterion, int], ...]
    severity: str
    """High where a screenshot shows it (observed), Medium elsewhere (guess)."""
    description: str
    anomaly: Anomaly | None = None
    """What an anomaly detection template watches; None for an app discovery template."""


_FIFTY = ((Criterion.USERS, 50), (Criterion.TRAFFIC, 50))


def _category(name: str, category: str) -> Template:
    filters = parse_filters([f"category equals {category}"])
    return Template(name, filters, _FIFTY, "Medium", f"a new app in {category} with much use")


def _compliance(name: str, category: str, *conditions: str) -> Template:
    filters = parse_filters([f"category equals {category}", *conditions])
    return Template(name, filters, _FIFTY, "High", "a non-compliant app in use")


TEMPLATES: tuple[Template, ...] = (
    Template(
        "New popular app",
        Filters(),
        ((Criterion.USERS, 500),),
        "High",
        "an app that many people took up",
    ),
    Template(
        "New high volume app",
        Filters(),
        ((Criterion.TRAFFIC, 500),),
        "High",
        "an app with much traffic",
    ),
    Template(
        "New high upload volume app",
        Filters(),
        ((Criterion.UPLOADED, 500),),
        "High",
        "an app that takes much in",
    ),
    Template(
        "New risky app",
        parse_filters(["risk score equals 0 to 5"]),
        _FIFTY,
        "High",
        "an app that scores below 6",
    ),
    _compliance(
        "Cloud storage app compliance check",
        "Cloud storage",
        "soc-2 equals false",
        "ssae-16 equals false",
        "isae-3402 equals false",
        "pci-dss equals notSupported",
    ),
    _compliance(
        "Collaboration app compliance check",
        "Collaboration",
        "soc-2 equals false",
        "ssae-16 equals false",
    ),
    _compliance(
        "CRM app compliance check",
        "CRM",
        "soc-2 equals false",
        "ssae-16 equals false",
        "isae-3402 equals false",
        "iso-27001 equals false",
        "hipaa equals false",
    ),
    _category("New cloud storage app", "Cloud storage"),
    _category("New collaboration app", "Collaboration"),
    _category("New online meeting app", "Online meetings"),
    _category("New CRM app", "CRM"),
    _category("New HR management app", "Human-resource management"),
    _category("New sales app", "Sales"),
    _category("New code hosting app", "Code hosting"),
    _category("New vendor management system apps", "Vendor management system"),
)

ANOMALY_TEMPLATES: tuple[Template, ...] = (
    Template(
        "Anomalous behavior in discovered users",
        Filters(),
        (),
        "Medium",
        "people who send far more than others, or do far more than they used to",
        Anomaly(("user",)),
    ),
    Template(
        "Anomalous behavior of discovered IP addresses",
        Filters(),
        (),
        "Medium",
        "addresses that send far more than others, or do far more than they used to",
        Anomaly(("source_ip",)),
    ),
)
"""Severity is a guess: no screenshot shows it."""

_BY_NAME: Mapping[str, Template] = {template.name: template for template in (*TEMPLATES, *ANOMALY_TEMPLATES)}


def templates(portal: Portal) -> tuple[Template, ...]:
    """Return the templates that a portal offers."""
    return (*TEMPLATES, *ANOMALY_TEMPLATES) if portal.anomaly_policies else TEMPLATES


def find_template(name: str) -> Template | None:
    """Return a template by name, None where there is none."""
    return _BY_NAME.get(name)
