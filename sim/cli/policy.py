"""`unsanctioned policy check`, `test` and `backtest`: policy files against logs and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.base.time import DAY, parse_duration
from sim.cli import policy_json as documents
from sim.cli import policy_text as text
from sim.cli.discover_data import Options
from sim.cli.errors import DONE, FAILED, show_problems
from sim.cli.policy_data import open_data, portal_of, titled, with_titles
from sim.engine.catalog.own import load_tenant_catalog
from sim.engine.discovery.streams import BUILT_IN_REPORTS
from sim.engine.policy.backtest import backtest as play_back
from sim.engine.policy.expectations import compare, load_expectations, names_of
from sim.engine.policy.files import Known, load_policies
from sim.engine.policy.policies import Policy
from sim.engine.policy.rehearsal import rehearse


def check(file: Path, *, catalog: Path | None, reports: Sequence[str], portal: str, as_json: bool) -> int:
    """Check a policy file and return the exit code."""
    apps = load_tenant_catalog(catalog).catalog.index.keys()
    known = Known(portal_of(portal), (*BUILT_IN_REPORTS, *reports), apps)
    policies: list[Policy] = []
    problems: tuple[Problem, ...] = ()
    try:
        policies = [with_titles(policy, known.portal) for policy in load_policies(file, known)]
    except InputError as error:
        problems = error.problems
    if as_json:
        documents.show(documents.check(file, policies, problems))
    elif policies:
        Console(highlight=False).print(text.policy_table(policies))
    show_problems(*problems)
    return InputError.exit_code if problems else DONE


def test(file: Path, options: Options, expect: Path, *, warm_up: str, portal: str, as_json: bool) -> int:
    """Play policies on each piece of data, compare with what is expected, and return the exit code."""
    days = _days(warm_up)
    found, failed = [], False
    console = Console(highlight=False)
    for data in open_data(options, portal):
        show_problems(*data.problems)
        setting = data.setting
        policies = load_policies(file, data.known)
        titles = [*map(setting.portal.report, data.known.reports)]
        expected = load_expectations(expect, names_of(policies, setting.catalog.index, titles))
        found_there = rehearse(policies, setting.reports, setting.candidate, setting.portal, warm_up=days)
        behind = data.lines(found_there.matches)
        played = titled(found_there, setting.portal)
        difference = compare(expected, played.alerts)
        failed |= difference.failed or bool(data.problems)
        if as_json:
            found.append(documents.tested(data, played, behind, difference))
        else:
            text.show_test(console, data, played, behind, difference, days)
    if as_json:
        documents.show({"passed": not failed, "data": found})
    return FAILED if failed else DONE


def backtest(file: Path, options: Options, *, portal: str, as_json: bool) -> int:
    """Tell what policies would have done to the last 30 days, and return the exit code."""
    found, refused = [], False
    console = Console(highlight=False)
    for data in open_data(options, portal):
        show_problems(*data.problems)
        refused |= bool(data.problems)
        result = play_back(load_policies(file, data.known), data.setting)
        behind = data.lines(result.rehearsal.matches if result.rehearsal else [])
        if result.rehearsal is not None:
            result = replace(result, rehearsal=titled(result.rehearsal, data.setting.portal))
        if as_json:
            found.append(documents.backtested(data, result, behind))
        else:
            text.show_backtest(console, data, result, behind)
    if as_json:
        documents.show({"data": found})
    return FAILED if refused else DONE


def _days(span: str) -> int:
    """Return a warm-up in whole days, or refuse."""
    found = parse_duration(span)
    if found % DAY:
        problem = Problem("WARM-UP", f"{plain(span)} is not whole days", advice="write it as 30d")
        raise InputError(problem)
    return found // DAY
