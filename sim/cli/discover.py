"""`unsanctioned discover`: real logs through the engine into a snapshot report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.base.errors import InputError
from sim.cli.discover_data import Options, read
from sim.cli.discover_json import show_json
from sim.cli.discover_output import check_output, write_output
from sim.cli.discover_text import show_report
from sim.cli.errors import DONE, FAILED, show_problems

if TYPE_CHECKING:
    from sim.cli.policy_data import Outcome


def run(options: Options) -> int:
    """Report the cloud apps in use in some logs and return the exit code."""
    if options.output is not None:
        check_output(options.output, options.logs)
    played: Outcome | None = None
    if options.policies is None:
        findings = read(options)
    else:
        # Slow to import, for it reads runs too.
        from sim.cli.policy_data import outcome, policies_for

        # Before long logs are read for a file that cannot be.
        policies = policies_for(options.policies, options)
        findings = read(options)
        played = outcome(policies, options, findings) if findings.files else None
    problems = [problem for _, problem in findings.refused]
    if not findings.files:
        raise InputError(problems)
    show_problems(*problems)
    show = show_json if options.as_json else show_report
    show(findings, played)
    if options.output is not None:
        write_output(options.output, findings)
    return FAILED if problems else DONE
