"""What policies are played on: logs as one report, or the continuous reports of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.base.errors import InputError, Problem, nearest
from sim.base.time import to_iso
from sim.cli.discover_data import Findings, Options, read
from sim.engine.catalog.app import App
from sim.engine.catalog.own import TenantCatalog, load_tenant_catalog
from sim.engine.discovery.continuous import Scope
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.report import Report
from sim.engine.discovery.streams import BUILT_IN_REPORTS
from sim.engine.policy.backtest import Setting
from sim.engine.policy.files import Known, load_policies
from sim.engine.policy.policies import Match, Policy
from sim.engine.policy.rehearsal import Rehearsal, rehearse
from sim.engine.portal import PORTALS, SANCTIONED, Portal
from sim.session.driver import Session, restore
from sim.session.runfile import read_run
from sim.views.policies import setting_of
from sim.views.standing import in_catalog

LINES_SHOWN = 10
"""Lines that are listed behind each match."""


@dataclass(frozen=True, slots=True)
class LineBehind:
    """One line behind a match: where it stands, and what it says."""

    place: str
    time: str
    text: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The lines behind a match: how many there are, and the first of them."""

    transactions: int
    lines: tuple[LineBehind, ...]


LinesOf = Callable[[Sequence[Match]], list[Behind | None]]
"""Finds the lines behind each match; None where they cannot be read again."""


@dataclass(frozen=True, slots=True)
class Data:
    """One thing to play policies on."""

    name: str
    is_log: bool
    setting: Setting
    lines: LinesOf
    problems: tuple[Problem, ...] = ()
    """What could not be read of it."""

    @property
    def known(self) -> Known:
        """What a policy file may name here."""
        reports = dict.fromkeys((*BUILT_IN_REPORTS, *self.setting.reports))
        return Known(self.setting.portal, tuple(reports), self.setting.catalog.index.keys())


def portal_of(name: str) -> Portal:
    """Return the portal of a period, or refuse with the nearest."""
    if name not in PORTALS:
        raise InputError(Problem("PORTAL-UNKNOWN", f"no portal {name!r}", advice=nearest(name, PORTALS)))
    return PORTALS[name]


def open_data(options: Options, portal: str) -> Iterator[Data]:
    """Yield what the arguments name: each run for itself, and all logs together as one report."""
    runs = [name for name in options.logs if _is_run(name)]
    logs = [name for name in options.logs if name not in runs]
    for name in runs:
        yield _run(name)
    if logs:
        yield _logs(options, logs, portal_of(portal))


def titled(played: Rehearsal, portal: Portal) -> Rehearsal:
    """Return what would have happened, with the reports as the period calls them."""
    return replace(
        played,
        alerts=[replace(match, report=portal.report(match.report)) for match in played.alerts],
        over_limit=[replace(match, report=portal.report(match.report)) for match in played.over_limit],
        near=[replace(miss, report=portal.report(miss.report)) for miss in played.near],
        idle=[with_titles(policy, portal) for policy in played.idle],
    )


def with_titles(policy: Policy, portal: Portal) -> Policy:
    """Return a policy with its reports as the period calls them."""
    return replace(policy, reports=tuple(map(portal.report, policy.reports)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What policies raise on the report of `unsanctioned discover`, and the lines behind each match."""

    rehearsal: Rehearsal
    behind: Sequence[Behind | None]


def policies_for(file: Path, options: Options) -> list[Policy]:
    """Return the policies of a file for logs that are about to be read."""
    apps = load_tenant_catalog(options.catalog).catalog.index.keys()
    return load_policies(file, Known(portal_of(options.portal), (*BUILT_IN_REPORTS, options.report), apps))


def outcome(policies: Sequence[Policy], options: Options, findings: Findings) -> Outcome:
    """Play policies on what `unsanctioned discover` has read."""
    report = findings.report
    candidate, portal = candidate_of(findings.catalog), portal_of(options.portal)
    played = rehearse(policies, {report.name: report}, candidate, portal)
    behind = _lines_of_logs(options, report, findings.catalog)(played.matches)
    return Outcome(titled(played, portal), behind)


def _is_run(name: str) -> bool:
    """Tell whether a file begins as a run file does."""
    try:
        with Path(name).open("rb") as file:
            head = json.loads(file.readline(1 << 20))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and head.get("kind") == "header" and "scenario_hash" in head


def _run(name: str) -> Data:
    session = restore(read_run(Path(name))).session
    return Data(name, False, setting_of(session), _lines_of_run(session))


def _lines_of_run(session: Session) -> LinesOf:
    def lines(matches: Sequence[Match]) -> list[Behind | None]:
        found: list[Behind | None] = []
        for match in matches:
            report = session.world.tenant.reports[match.report]
            user, address = _whose(report, match)
            scope = Scope(match.app_id, None, user, None, address, match.day, match.day)
            held = report.lines(scope, LINES_SHOWN)
            told = (
                LineBehind(
                    f"{session.world.tenant.portal.report(match.report)} #{line.number}",
                    to_iso(line.time),
                    " ".join(part for part in (line.host, line.user, line.machine, line.process) if part),
                )
                for line in held.newest
            )
            found.append(Behind(held.transactions, tuple(told)))
        return found

    return lines


def _whose(report: Report, match: Match) -> tuple[str | None, str | None]:
    """Return the user or the address whose behaviour a match is."""
    if not match.who:
        return None, None
    return (match.who, None) if match.who in report.names("user") else (None, match.who)


def _logs(options: Options, logs: Sequence[str], portal: Portal) -> Data:
    asked = replace(options, logs=logs)
    findings = read(asked)
    problems = tuple(problem for _, problem in findings.refused)
    if not findings.files:
        raise InputError(problems)
    report = findings.report
    setting = Setting(
        portal,
        findings.catalog.catalog,
        {report.name: report},
        candidate_of(findings.catalog),
        approved_in(findings.catalog),
    )
    return Data(", ".join(logs), True, setting, _lines_of_logs(asked, report, findings.catalog), problems)


def candidate_of(catalog: TenantCatalog) -> Callable[[str], Candidate]:
    """Return how filters look at the apps of an organisation's catalog file."""
    judge = in_catalog(catalog)

    def candidate(app_id: str) -> Candidate:
        app: App = catalog.catalog.app(app_id)
        standing = judge(app)
        return Candidate(app, frozenset({standing.tag, *standing.labels} - {""}), standing.score)

    return candidate


def approved_in(catalog: TenantCatalog) -> Mapping[str, str]:
    """Return what an organisation's catalog file says of the apps that it sanctions."""
    return {
        app_id: override.notes or f"tagged {SANCTIONED}"
        for app_id, override in catalog.overrides.items()
        if SANCTIONED in override.tags
    }


def _lines_of_logs(options: Options, report: Report, catalog: TenantCatalog) -> LinesOf:
    def lines(matches: Sequence[Match]) -> list[Behind | None]:
        # Lines are read again: which of them matter is known only at the end.
        if "-" in options.logs or not matches:
            return [None] * len(matches)
        behind = []
        for match in matches:
            user, address = _whose(report, match)
            app = catalog.catalog.app(match.app_id)
            behind.append(Evidence(catalog.catalog, app, user, (match.day, match.day), address))
        read(options, behind)
        return [
            Behind(
                each.transactions,
                tuple(
                    LineBehind(f"{line.file}:{line.line}", to_iso(line.time), line.text)
                    for line in each.lines[:LINES_SHOWN]
                ),
            )
            for each in behind
        ]

    return lines
