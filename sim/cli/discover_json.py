"""The JSON document that `unsanctioned discover --json` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.base.time import to_iso
from sim.cli.discover_data import Findings
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.ingest import LogSummary
from sim.engine.discovery.use import AppUsage, EntityUsage, Totals

if TYPE_CHECKING:
    from sim.cli.policy_data import Outcome

Json = dict[str, object]


def show_json(findings: Findings, played: Outcome | None = None) -> None:
    """Print the document."""
    for piece in _pieces(document(findings, played)):
        sys.stdout.write(piece.replace("\x7f", "\\u007f"))


def _pieces(document: Json) -> Iterator[str]:
    """Yield the document's text: a line for each row of a list, so that a person can search it.

    Piece by piece: as one text, the domains of a long log would take more memory than the report.
    """
    # ASCII only: no control, bidirectional or half a character of a log reaches the terminal.
    encode = json.JSONEncoder(ensure_ascii=True).encode
    before = "{\n"
    for key, value in document.items():
        yield f"{before}  {encode(key)}: "
        before = ",\n"
        if not isinstance(value, list) or not value:
            yield encode(value)
            continue
        between = "[\n    "
        for row in value:
            yield between + encode(row)
            between = ",\n    "
        yield "\n  ]"
    yield "\n}\n"


def document(findings: Findings, played: Outcome | None = None) -> Json:
    """Return what the logs say as plain data."""
    report = findings.report
    share = report.matched()
    found: Json = {
        "matched": {
            "transactions": share.transactions,
            "of_transactions": share.of_transactions,
            "bytes": share.bytes,
            "of_bytes": share.of_bytes,
        },
        "files": [_file(summary) for summary in findings.files],
        "refused": [
            {"name": name, "rule": problem.rule, "reason": problem.what} for name, problem in findings.refused
        ],
        "report": {
            "name": report.name,
            "kind": report.kind,
            "first": _time(report.first),
            "last": _time(report.last),
        },
        "now": {
            "time": _time(findings.now),
            "from": "--now" if findings.now_given else "newest line",
            "too_old": findings.too_old,
        },
        "totals": _totals(report.totals()),
        "apps": list(_apps(findings)),
        "users": [_entity(user) for user in report.entities("user")],
        "ips": [_entity(address) for address in report.entities("source_ip")],
        "machines": [_entity(machine) for machine in report.entities("machine")],
        "same_person": [list(names) for names in findings.same_person],
        "unmatched": [
            {"domain": domain.name, "transactions": domain.transactions, "bytes": domain.bytes_total}
            for domain in report.unmatched()
        ],
    }
    if played is not None:
        from sim.cli.policy_json import rehearsal

        found["policies"] = rehearsal(played.rehearsal, played.behind)
    if findings.evidence is not None:
        found["evidence"] = _evidence(findings.evidence)
    return found


def _file(summary: LogSummary) -> Json:
    return {
        "name": summary.name,
        "format": summary.format,
        "lines": summary.lines,
        "traffic": summary.traffic,
        "cataloged": summary.cataloged,
        "skipped": sum(summary.skipped.values()),
        "skipped_reasons": dict(sorted(summary.skipped.items())),
        "bad": {reason: found.count for reason, found in sorted(summary.bad.items())},
        "bad_samples": [
            {"line": line, "reason": reason, "text": text}
            for reason, found in sorted(summary.bad.items())
            for line, text in found.samples
        ],
        "assumed": dict(sorted(summary.assumed.items())),
    }


def _totals(totals: Totals) -> Json:
    return {
        "apps": totals.apps,
        "users": totals.users,
        "ips": totals.source_ips,
        "machines": totals.machines,
        "transactions": totals.transactions,
        "bytes_up": totals.bytes_up,
        "bytes_down": totals.bytes_down,
        "bytes_total": totals.bytes_total,
        "blocked": totals.blocked,
    }


def _apps(findings: Findings) -> Iterator[Json]:
    seen = findings.report.domains_seen()
    for usage in findings.report.apps():
        app = findings.catalog.catalog.app(usage.app_id)
        override = findings.catalog.override(app)
        yield {
            "id": app.id,
            "name": app.name,
            "category": app.category,
            "score": findings.catalog.score(app),
            # A snapshot of logs has no portal behind it: only the organisation's own file tags apps.
            "tag": next(iter(override.tags), None),
            "tags": list(override.tags),
            "domains_seen": list(seen[app.id]),
            **_usage(usage),
        }


def _usage(usage: AppUsage) -> Json:
    return {
        "users": usage.users,
        "ips": usage.source_ips,
        "machines": usage.machines,
        "transactions": usage.transactions,
        "bytes_up": usage.bytes_up,
        "bytes_down": usage.bytes_down,
        "bytes_total": usage.bytes_total,
        "blocked": usage.blocked,
        "first": _time(usage.first),
        "last": _time(usage.last),
    }


def _entity(usage: EntityUsage) -> Json:
    return {
        "name": usage.name,
        "apps": usage.apps,
        "transactions": usage.transactions,
        "bytes_up": usage.bytes_up,
        "bytes_down": usage.bytes_down,
        "bytes_total": usage.bytes_total,
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "app": evidence.app.id,
        "user": evidence.user,
        "transactions": evidence.transactions,
        "bytes": dict(sorted(evidence.sums.items())),
        "lines": [
            {
                "file": line.file,
                "line": line.line,
                "time": _time(line.time),
                "host": line.host,
                "domain": line.domain,
                "user": line.user,
                "source_ip": line.source_ip,
                "bytes_up": line.bytes_up,
                "bytes_down": line.bytes_down,
                "bytes_total": line.bytes_total,
                "blocked": line.blocked,
                "url": line.url,
                "action": line.action,
                "text": line.text,
            }
            for line in evidence.lines
        ],
        "left_out": dict(sorted(evidence.left_out_counts.items())),
        "left_out_lines": [
            {"file": line.file, "line": line.line, "reason": line.reason, "text": line.text}
            for line in evidence.left_out
        ],
    }


def _time(time: int | None) -> str | None:
    return None if time is None else to_iso(time)
