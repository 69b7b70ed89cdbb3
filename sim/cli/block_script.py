"""`unsanctioned block-script`: what an appliance is told about the unsanctioned apps of a run or a log."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.discover_data import Findings, Options, read
from sim.cli.errors import DONE
from sim.cli.policy_data import candidate_of, policies_for, portal_of
from sim.cli.run import parse_until
from sim.engine.catalog.app import App
from sim.engine.catalog.own import load_tenant_catalog
from sim.engine.policy.policies import Policy
from sim.engine.policy.rehearsal import rehearse
from sim.engine.portal import UNSANCTIONED
from sim.session.driver import resolved_of, restore
from sim.session.runfile import is_run, read_run
from sim.views.export import to_csv
from sim.views.files import write
from sim.views.gateways import Script, appliance, domains_sheet, script

CSV = "csv"
"""In place of a vendor: the domains, for appliances that no script is made for."""


@dataclass(frozen=True, slots=True)
class _Tagged:
    """The unsanctioned apps, and the time that the file is named by."""

    apps: Sequence[App]
    now: int
    unseen: Sequence[App] = ()
    """Of these, those that the log has no line of."""


def block_script(
    vendor: str,
    source: str,
    *,
    unsanctioned: str,
    catalog: Path | None,
    policies: Path | None,
    portal: str,
    at: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Print the block script of an appliance, or write it to a file or folder; return the exit code."""
    target = None if vendor.strip().lower() == CSV else appliance(vendor)
    if _is_run(source):
        tagged = _of_run(source, at)
    else:
        options = Options([source], catalog=catalog, policies=policies, portal=portal)
        tagged = _of_log(options, unsanctioned)
    for app in tagged.unseen:
        print(f"{plain(app.name)}: not seen in the log", file=sys.stderr)
    if target is None:
        _give(to_csv(domains_sheet(tagged.apps)).decode(), output, "CAS_unsanctioned_domains.csv")
        return DONE
    made = script(tagged.apps, target, tagged.now)
    if as_json:
        _give(json.dumps(_json(made), ensure_ascii=False, indent=2) + "\n", output, made.file_name)
        return DONE
    _tell(made)
    _give(made.text, output, made.file_name)
    return DONE


def _is_run(source: str) -> bool:
    return source != "-" and is_run(Path(source))


def _of_run(source: str, at: str | None) -> _Tagged:
    recorded = read_run(Path(source))
    session = restore(recorded, parse_until(at, resolved_of(recorded)) if at else None).session
    return _Tagged(session.world.tenant.unsanctioned(), session.now)


def _of_log(options: Options, unsanctioned: str) -> _Tagged:
    """Return the apps that a person names, or that an own catalog file or policies tag."""
    own = load_tenant_catalog(options.catalog)
    named = [own.catalog.find(name) for part in unsanctioned.split(",") if (name := part.strip())]
    marked = [app_id for app_id, o in own.overrides.items() if UNSANCTIONED in o.tags]
    if not named and not marked and options.policies is None:
        what = "a log says nothing of tags, and no app is named"
        advice = "give --unsanctioned APP,..., --policies FILE, or tag apps in a --catalog file"
        raise InputError(Problem("USAGE", what, advice=advice))
    policies = policies_for(options.policies, options) if options.policies is not None else []
    findings = read(options)
    if not findings.files:
        raise InputError([problem for _, problem in findings.refused])
    tags = dict.fromkeys(marked, UNSANCTIONED) | _by_policies(policies, options, findings)
    apps = [app_id for app_id, tag in tags.items() if tag == UNSANCTIONED]
    chosen = dict.fromkeys([*apps, *(app.id for app in named)])
    seen = {usage.app_id for usage in findings.report.apps()}
    return _Tagged(
        [own.catalog.app(app_id) for app_id in chosen],
        findings.now or 0,
        [own.catalog.app(app_id) for app_id in chosen if app_id not in seen],
    )


def _by_policies(policies: Sequence[Policy], options: Options, findings: Findings) -> dict[str, str]:
    """Return the built-in tags that policies set over a log, by app id; of several the last one holds."""
    if not policies:
        return {}
    portal, report = portal_of(options.portal), findings.report
    played = rehearse(policies, {report.name: report}, candidate_of(findings.catalog), portal)
    tags: dict[str, str] = {}
    for match in sorted(played.matches, key=lambda match: match.day):
        for tag in match.policy.tags:
            if tag == UNSANCTIONED and match.app_id in portal.never_unsanctioned:
                name = findings.catalog.catalog.app(match.app_id).name
                print(f"{plain(name)}: a service that cannot be tagged {UNSANCTIONED}", file=sys.stderr)
            elif tag in portal.tags:
                tags[match.app_id] = tag
    if UNSANCTIONED not in tags.values():
        print(f"no policy tags an app of the log {UNSANCTIONED}", file=sys.stderr)
    return tags


def _tell(made: Script) -> None:
    """Say on stderr what whoever imports the script should know."""
    target = made.appliance
    whose = f"as in {target.confirmed}" if target.confirmed else "the text is ours, not Microsoft's"
    counts = f"apps {len(made.apps)}, domains {len(made.listed.domains)}"
    print(f"{target.name}: {counts}; {whose}. {target.caution}".rstrip(), file=sys.stderr)
    for left in made.listed.left_out:
        print(f"left out: {plain(left.entry)} of {left.app_id}: {left.reason}", file=sys.stderr)


def _json(made: Script) -> dict[str, object]:
    return {
        "appliance": made.appliance.id,
        "name": made.appliance.name,
        "code": made.appliance.code,
        "file_name": made.file_name,
        "confirmed": made.appliance.confirmed or None,
        "covers_sub_domains": made.appliance.sub_domains,
        "apps": list(made.apps),
        "domains": list(made.listed.hosts),
        "left_out": [
            {"app": left.app_id, "entry": left.entry, "reason": left.reason} for left in made.listed.left_out
        ],
        "script": made.text,
    }


def _give(text: str, output: Path | None, name: str) -> None:
    """Print the text, or write it: into a folder under the product's own file name."""
    if output is None:
        sys.stdout.write(text)
        return
    path = output / name if output.is_dir() else output
    write(path, text.encode())
    print(plain(path), file=sys.stderr)
