"""What a person asks of logs, and what the engine makes of them: a snapshot report and how it was read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path

from sim.base.errors import InputError, Problem, nearest
from sim.base.text import plain
from sim.base.time import DAY, from_iso, zone
from sim.engine.catalog.own import TenantCatalog, load_tenant_catalog
from sim.engine.discovery.archive import open_logs
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.formats import FORMATS, by_name
from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.ingest import Intake, LogSummary, understood
from sim.engine.discovery.logfile import Log, LogFile
from sim.engine.discovery.people import People, load_people
from sim.engine.discovery.pseudonyms import Pseudonyms, load_key
from sim.engine.discovery.report import KEPT_DAYS, Report
from sim.engine.traffic import Traffic

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for."""

    logs: Sequence[str]
    log_format: str = "auto"
    mapping: Path | None = None
    users: Path | None = None
    tz: str = "UTC"
    now: str | None = None
    catalog: Path | None = None
    report: str = "Snapshot report"
    evidence: str | None = None
    anonymise: bool = False
    as_json: bool = False
    output: Path | None = None
    policies: Path | None = None
    portal: str = "today"
    """What policies may say: the period of the portal."""


@dataclass(slots=True)
class Findings:
    """What the logs say, and how they were read."""

    report: Report
    catalog: TenantCatalog
    files: list[LogSummary] = field(default_factory=list)
    refused: list[tuple[str, Problem]] = field(default_factory=list)
    evidence: Evidence | None = None
    now: int | None = None
    """The time taken as now, microseconds UTC."""
    now_given: bool = False
    """Whether a person gave it; else it is the newest line's."""
    too_old: int = 0
    """Transactions left out because they are too old for the newest one."""
    same_person: tuple[tuple[str, ...], ...] = ()
    """Names that look like one person's and were counted apart."""


def read(options: Options, lines: Sequence[Evidence] = ()) -> Findings:
    """Read the logs; what cannot be read is among what was refused. `lines` look at every line on its way."""
    catalog = load_tenant_catalog(options.catalog)
    report = Report(options.report, "snapshot", catalog.catalog)
    people = None if options.users is None else load_people(options.users)
    findings = Findings(report, catalog, now=None if options.now is None else from_iso(options.now))
    findings.now_given = findings.now is not None
    findings.evidence = _evidence(options, catalog, people)
    intake = Intake(
        report,
        Context(zone=_zone(options.tz), reference=findings.now),
        change=_change(people, options.anonymise),
        now=findings.now,
        evidence=[*lines, *([findings.evidence] if findings.evidence else [])],
    )
    known = _format(options)
    for name in options.logs:
        for log, again in _opened(name):
            if isinstance(log, InputError):
                findings.refused.extend((name, problem) for problem in log.problems)
                continue
            try:
                with log, _progress(log) as progress:
                    findings.files.append(intake.read(log, known, progress, again))
            except InputError as error:
                findings.refused.extend((log.name, problem) for problem in error.problems)
    if findings.now is None and report.last is not None:
        findings.now = report.last
        findings.too_old = report.forget_before(report.last // DAY - KEPT_DAYS)
    if people is None and not options.anonymise:
        findings.same_person = _same_person([usage.name for usage in report.entities("user")])
    return findings


def _zone(name: str) -> tzinfo:
    return UTC if name.upper() == "UTC" else zone(name)


def _format(options: Options) -> Format | None:
    if options.mapping is not None:
        from sim.engine.discovery.formats.mapping import load_mapping

        return load_mapping(options.mapping)
    name = options.log_format
    if name.strip().lower() == "auto":
        return None
    known = by_name(name)
    if known is None:
        advice = nearest(name, [known.name for known in FORMATS], f"auto, or {understood()}")
        raise InputError(Problem("FORMAT-UNKNOWN", f"no log format {name!r}", advice=advice))
    return known


def _evidence(options: Options, catalog: TenantCatalog, people: People | None) -> Evidence | None:
    if options.evidence is None:
        return None
    app, _, user = (part.strip() for part in options.evidence.partition(","))
    person = people.person(user) if people is not None else user
    if person and options.anonymise:
        person = _pseudonyms().hide(person)
    return Evidence(catalog.catalog, catalog.catalog.find(app), person or None)


def _change(people: People | None, anonymise: bool) -> Callable[[Traffic], Traffic] | None:
    """Return how names change on their way into the report: first to persons, then to pseudonyms."""
    steps: list[Callable[[Traffic], Traffic]] = []
    if people is not None:
        steps.append(people.traffic)
    if anonymise:
        steps.append(_pseudonyms().traffic)
    if not steps:
        return None

    def change(traffic: Traffic) -> Traffic:
        for step in steps:
            traffic = step(traffic)
        return traffic

    return change


def _pseudonyms() -> Pseudonyms:
    from platformdirs import user_data_path

    return Pseudonyms(load_key(user_data_path("unsanctioned", appauthor=False) / "pseudonyms.key"))


def _same_person(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    r"""Return groups of names that differ only in domain or case, such as CONTOSO\alice and alice."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.rpartition("\\")[2].partition("@")[0].casefold(), []).append(name)
    return tuple(tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)


def _opened(name: str) -> Iterator[tuple[Log | InputError, Callable[[], Log] | None]]:
    """Yield the logs behind a name, and how to open each anew where that is possible."""
    if name == "-":
        try:
            yield LogFile.from_stdin(), None
        except InputError as error:
            yield error, None
        return
    for log in open_logs(Path(name)):
        plain_file = isinstance(log, LogFile) and log.name == name
        yield log, partial(LogFile.from_path, Path(name)) if plain_file else None


@contextmanager
def _progress(log: Log) -> Iterator[Progress | None]:
    """Show on a terminal how much of a log has been read."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(escape(plain(log.name, 60)), total=log.size)
        yield lambda done: bar.update(task, completed=done)
