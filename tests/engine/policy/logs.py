"""Logs that say exactly so much of an app, read by the real parsers, and policies played on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sim.base.time import DAY, from_iso, show_day, to_datetime
from sim.engine.catalog.model import Catalog, load_sets
from sim.engine.discovery.filters import Candidate, Filters
from sim.engine.discovery.ingest import Intake
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report
from sim.engine.policy.policies import Criterion, Policy, PolicyKind
from sim.engine.policy.templates import Template

FICTIONAL = load_sets(("fictional",))
MONDAY = from_iso("2019-12-16") // DAY

_W3C = (
    "#Software: SGOS 6.7.4.3",
    "#Version: 1.0",
    "#Date: 2019-12-16 00:00:00",
    "#Fields: date time time-taken c-ip cs-username sc-status s-action cs-method cs-uri-scheme cs-host "
    "cs-uri-port cs-uri-path sc-bytes cs-bytes",
)


@dataclass(frozen=True)
class Use:
    """One transaction."""

    host: str
    user: str = "user1"
    up: int = 0
    down: int = 0
    day: int = MONDAY
    minute: int = 0
    ip: str = ""

    @property
    def source(self) -> str:
        number = int(self.user.removeprefix("user"))
        return self.ip or f"10.1.{number // 250}.{number % 250}"

    @property
    def time(self) -> int:
        return self.day * DAY + (9 * 60 + self.minute) * 60_000_000


def w3c(uses: Iterable[Use]) -> str:
    """Write a proxy's log with both ways' bytes."""
    lines = [
        f"{to_datetime(use.time):%Y-%m-%d %H:%M:%S} 12 {use.source} {use.user} 200 TCP_TUNNELED GET https "
        f"{use.host} 443 / {use.down} {use.up}"
        for use in uses
    ]
    return "\n".join((*_W3C, *lines)) + "\n"


def squid(uses: Iterable[Use]) -> str:
    """Write Squid's log, which knows what came down only."""
    return "".join(
        f"{use.time // 1_000_000}.123    482 {use.source} TCP_TUNNEL/200 {use.down} CONNECT {use.host}:443 "
        f"{use.user} HIER_DIRECT/198.51.100.7 -\n"
        for use in uses
    )


def report_of(folder: Path, text: str, catalog: Catalog = FICTIONAL, name: str = "Global") -> Report:
    """Read a log into a report."""
    path = folder / "proxy.log"
    path.write_text(text, encoding="utf-8")
    report = Report(name, "snapshot", catalog)
    with LogFile.from_path(path) as log:
        Intake(report).read(log)
    return report


def people(host: str, count: int, *, up: int = 0, down: int = 0, day: int = MONDAY) -> list[Use]:
    """Let so many people use a host once; the first of them moves the bytes."""
    return [
        Use(host, f"user{number}", up if number == 0 else 0, down if number == 0 else 0, day)
        for number in range(count)
    ]


def from_template(template: Template) -> Policy:
    """Return the policy that a template makes."""
    return Policy(
        "pol-001",
        template.name,
        template.name,
        template.severity,
        template.criteria,
        template.filters,
        (),
        5,
        (),
        0,
        kind=PolicyKind.DISCOVERY if template.anomaly is None else PolicyKind.ANOMALY,
        anomaly=template.anomaly,
    )


def policy(*criteria: tuple[Criterion, int], **parts: object) -> Policy:
    """Return a policy without a template."""
    plain = Policy("pol-001", "Policy", "", "High", criteria, Filters(), (), 5, (), 0)
    return replace(plain, **parts)  # type: ignore[arg-type]


def candidate_in(catalog: Catalog = FICTIONAL, **tags: str):
    """Return how filters look at an app; `tags` by app id with underscores."""
    held = {app.replace("_", "-"): tag for app, tag in tags.items()}

    def candidate(app_id: str) -> Candidate:
        app = catalog.app(app_id)
        score = catalog.score(app)
        return Candidate(
            app, frozenset({held[app_id]} if app_id in held else ()), score.total if score else None
        )

    return candidate


def day_name(offset: int) -> str:
    """Return a day as a file writes it."""
    return show_day(MONDAY + offset)
