"""`unsanctioned block-script`: what an appliance is told about the unsanctioned apps of a run or a log."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.errors import DONE
from sim.cli.run import parse_until
from sim.engine.catalog.app import App
from sim.engine.catalog.own import load_tenant_catalog
from sim.engine.tenant import UNSANCTIONED
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
    at: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Print the block script of an appliance, or write it to a file or folder; return the exit code."""
    target = None if vendor.strip().lower() == CSV else appliance(vendor)
    tagged = _of_run(source, at) if _is_run(source) else _of_log(source, unsanctioned, catalog)
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


def _of_log(source: str, unsanctioned: str, catalog: Path | None) -> _Tagged:
    """Return the apps that a person names, or tags in an own catalog file."""
    own = load_tenant_catalog(catalog)
    apps = {app_id: own.catalog.app(app_id) for app_id, o in own.overrides.items() if UNSANCTIONED in o.tags}
    for name in (part.strip() for part in unsanctioned.split(",")):
        if name:
            app = own.catalog.find(name)
            apps[app.id] = app
    if not apps:
        what = "a log says nothing of tags, and no app is named"
        advice = "give --unsanctioned APP,... or tag apps in a --catalog file"
        raise InputError(Problem("USAGE", what, advice=advice))
    from sim.cli.discover_data import Options, read

    findings = read(Options([source], catalog=catalog))
    if not findings.files:
        raise InputError([problem for _, problem in findings.refused])
    seen = {usage.app_id for usage in findings.report.apps()}
    return _Tagged(
        list(apps.values()), findings.now or 0, [app for app in apps.values() if app.id not in seen]
    )


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
