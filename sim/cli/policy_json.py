"""The JSON documents of `unsanctioned policy`, and of `discover --policies`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sim.base.errors import Problem
from sim.base.time import show_day
from sim.cli.policy_data import Behind, Data
from sim.engine.policy.backtest import Backtest
from sim.engine.policy.expectations import Difference, Expectation
from sim.engine.policy.matching import NearMiss
from sim.engine.policy.policies import Match, Policy, Reason
from sim.engine.policy.rehearsal import Rehearsal

Json = dict[str, object]


def show(document: Json) -> None:
    """Print one document; ASCII only, so that no character of a log reaches the terminal as such."""
    print(json.dumps(document, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f"))


def check(file: Path, policies: Sequence[Policy], problems: Sequence[Problem]) -> Json:
    """Return what is in a file, or what is wrong with it."""
    return {
        "file": str(file),
        "policies": [_policy(policy) for policy in policies],
        "problems": [
            {
                "rule": problem.rule,
                "what": problem.what,
                "line": problem.where.line if problem.where else None,
                "column": problem.where.column if problem.where else None,
                "advice": problem.advice,
            }
            for problem in problems
        ],
    }


def tested(data: Data, played: Rehearsal, behind: Sequence[Behind | None], difference: Difference) -> Json:
    """Return the result of a test on one piece of data."""
    return {
        "name": data.name,
        "passed": not difference.failed,
        **rehearsal(played, behind),
        "missing": [_expectation(line) for line in difference.missing],
        "broken_silences": [
            {"expected": _expectation(line), "alert": _match(alert, None)}
            for line, alert in difference.broken
        ],
        "unexpected": [_match(alert, None) for alert in difference.unexpected],
    }


def backtested(data: Data, result: Backtest, behind: Sequence[Behind | None]) -> Json:
    """Return the result of a back-test on one piece of data."""
    return {
        "name": data.name,
        **(rehearsal(result.rehearsal, behind) if result.rehearsal else {}),
        "users": result.users,
        "apps": [
            {
                "id": app.app_id,
                "name": app.name,
                "users": app.users,
                "transactions": app.transactions,
                "activity": app.activity or None,
                "because": app.because or None,
            }
            for app in result.apps
        ],
        "warnings": list(result.warnings),
    }


def rehearsal(played: Rehearsal, behind: Sequence[Behind | None]) -> Json:
    """Return what policies raised; `behind` are the lines of the alerts, then of those over the limit."""
    lines = iter(behind)
    return {
        "first_day": _day(played.first_day),
        "last_day": _day(played.last_day),
        "judged_from": _day(played.judged_from),
        "primed": played.primed,
        "alerts": [_match(match, next(lines, None)) for match in played.alerts],
        "over_limit": [_match(match, next(lines, None)) for match in played.over_limit],
        "near_misses": [_near(miss) for miss in played.near],
        "not_played": [policy.name for policy in played.idle],
    }


def _policy(policy: Policy) -> Json:
    return {
        "name": policy.name,
        "kind": policy.kind.value,
        "severity": policy.severity,
        "apps": list(policy.filters.lines),
        "same_day": {criterion.value: threshold for criterion, threshold in policy.criteria},
        "reports": list(policy.reports),
        "tags": list(policy.tags),
        "enabled": policy.enabled,
    }


def _match(match: Match, behind: Behind | None) -> Json:
    found: Json = {
        "policy": match.policy.name,
        "severity": match.policy.severity,
        "app": match.app_id,
        "report": match.report,
        "day": _day(match.day),
        "who": match.who or None,
        "reasons": [_reason(reason) for reason in match.reasons],
        "tags": list(match.policy.tags),
    }
    if behind is not None:
        found["transactions"] = behind.transactions
        found["lines"] = [{"place": e.place, "time": e.time, "text": e.text} for e in behind.lines]
    return found


def _near(miss: NearMiss) -> Json:
    return {
        "policy": miss.policy.name,
        "app": miss.app_id,
        "report": miss.report,
        "day": _day(miss.day),
        "missed": [_reason(reason) for reason in miss.missed],
    }


def _reason(reason: Reason) -> Json:
    unit = "bytes" if reason.is_volume else "count"
    return {"criterion": reason.what, "value": reason.value, "threshold": reason.threshold, "unit": unit}


def _expectation(line: Expectation) -> Json:
    return {key: value for key, value in line.model_dump().items() if value is not None}


def _day(day: int | None) -> str | None:
    return None if day is None else show_day(day)
