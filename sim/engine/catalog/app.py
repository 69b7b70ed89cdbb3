"""One cloud app as the catalog knows it, and the categories an app may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FactValue = bool | int | str | tuple[str, ...]

DOCUMENTED, COMMON_KNOWLEDGE, INVENTED = "documented", "common-knowledge", "invented"
MARKS: tuple[str, ...] = (DOCUMENTED, "observed", COMMON_KNOWLEDGE, INVENTED)
"""Where a fact comes from: a document that was read, which is named; a look at the service; what a vendor
prominently publishes about itself. `invented` is for apps that exist in a scenario only."""

CATEGORIES: tuple[str, ...] = (
    "AI - MCP Server",
    "AI - Model Provider",
    "Accounting and finance",
    "Advertising",
    "Business intelligence",
    "Business management",
    "CRM",
    "Cloud computing platform",
    "Cloud storage",
    "Code hosting",
    "Collaboration",
    "Communications",
    "Content management",
    "Content sharing",
    "Customer support",
    "Data analytics",
    "Development tools",
    "E-commerce",
    "Education",
    "Forums",
    "Generative AI",
    "Health",
    "Hosting services",
    "Human-resource management",
    "IT services",
    "Internet of Things",
    "Marketing",
    "News and entertainment",
    "Online meetings",
    "Operations management",
    "Personal instant messaging",
    "Product design",
    "Productivity",
    "Project management",
    "Property management",
    "Sales",
    "Security",
    "Social network",
    "Supply chain and logistics",
    "Transportation and travel",
    "Vendor management system",
    "Web analytics",
    "Webmail",
    "Website monitoring",
)
"""The portal's category names (Cloud App Security docs, "Working with the risk score"). The generative-AI
ones came in November 2023 and later (catalog dossier, section 2): an era says which exist."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of one risk factor, and the mark that says where it comes from."""

    value: FactValue
    mark: str
    document: str = ""
    """Name of the document in which it was read; empty for the other marks."""

    @property
    def known_from(self) -> str:
        """Return the mark, and the document behind it."""
        return f"{self.mark}: {self.document}" if self.document else self.mark


@dataclass(frozen=True, slots=True)
class App:
    """A cloud app. A domain covers its sub-domains too; one with a path matches no bare host."""

    id: str
    name: str
    category: str
    vendor: str
    homepage: str
    domains: tuple[str, ...]
    description: str
    headquarters: str | None = None
    """ISO 3166-1 alpha-2 code of the country; None is unknown."""
    founded: int | None = None
    """Year in which the company behind the service was founded; None is unknown."""
    factors: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    """Known risk factors by name (see `factors.py`); a missing one is unknown."""
    ips: tuple[str, ...] = ()
    """Addresses and networks of a custom app, for log lines that name no host."""

    @property
    def mark(self) -> str:
        """Return the mark of headquarters and founding year: an app is real or invented as a whole."""
        invented = any(fact.mark == INVENTED for fact in self.factors.values())
        return INVENTED if invented else COMMON_KNOWLEDGE

    @property
    def blockable_domains(self) -> tuple[str, ...]:
        """The domains that become indicators: those without a path.

        Source: Cloud App Security docs, "Integrate with Microsoft Defender ATP".
        """
        return tuple(domain for domain in self.domains if "/" not in domain)
