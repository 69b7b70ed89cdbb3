"""What the portal writes to a file: a report for people who decide, and as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sim.engine.tenant import Tenant
from sim.session.driver import Session
from sim.views.executive import Heading, executive
from sim.views.executive_page import executive_page
from sim.views.export import Sheet, apps_sheet, entities_sheet, to_csv, to_parquet
from sim.views.reports import WHOLE, reach, use
from sim.views.standing import in_tenant

Part = Literal["apps", "user", "source_ip", "machine"]
Suffix = Literal[".csv", ".parquet"]


def executive_report(session: Session, report: str, days: int = WHOLE, name: str = "") -> bytes:
    """Return the executive report of a report's frame as an HTML file, under a name of one's own."""
    tenant, reached = session.world.tenant, reach(session, report, days)
    kind = tenant.reports[report].kind
    heading = Heading(name.strip() or report, kind, reached.first, reached.last, reached.updated)
    found = executive(
        use(session, report, days),
        in_tenant(tenant),
        heading,
        assumed=_assumed(tenant, report, days),
        knows_unmatched=False,
    )
    return executive_page(found).encode()


def export(
    session: Session,
    report: str,
    part: Part,
    suffix: Suffix,
    days: int = WHOLE,
    only: Iterable[str] | None = None,
) -> bytes:
    """Return a list of a report's frame as a file; of the apps only those of some ids, where given."""
    sheet = _sheet(session, report, part, days, only)
    return to_csv(sheet) if suffix == ".csv" else to_parquet(sheet)


def _sheet(session: Session, report: str, part: Part, days: int, only: Iterable[str] | None) -> Sheet:
    found = use(session, report, days)
    if part == "apps":
        return apps_sheet(found, in_tenant(session.world.tenant), only)
    return entities_sheet(found, part)


def _assumed(tenant: Tenant, report: str, days: int) -> list[str]:
    said = [
        f"Data of the last {days} days with data in the report {report}. Days are UTC days.",
        "Volumes are decimal: 1 MB is 1,000,000 bytes.",
        "Traffic that belongs to no app of the catalog is not in a continuous report.",
    ]
    if tenant.streams.excluded:
        said.append(f"Excluded entities leave no trace in new data: {len(tenant.streams.excluded):,} are.")
    if tenant.own.scores:
        said.append(f"{len(tenant.own.scores):,} scores are the organisation's own and not worked out.")
    said.append("Risk scores are this project's own, from stated facts; they are not Microsoft's.")
    return said
