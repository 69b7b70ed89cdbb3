"""`unsanctioned explain`: the enforcement chain of a machine, a person or a department, link by link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.base.time import show_clock, to_iso
from sim.cli.errors import DONE
from sim.cli.run import parse_until
from sim.engine.enforcement.explain import Explanation, Link
from sim.scenario.schema import BROWSER_NAMES, BROWSERS
from sim.session.driver import Session, resolved_of, restore
from sim.session.lookup import machine_index
from sim.session.runfile import read_run
from sim.views.simulator import app_hosts, explain_host


@dataclass(frozen=True, slots=True)
class Chain:
    """One explained chain: which machine, program and host, and why."""

    machine: str
    user: str
    process: str
    host: str
    explanation: Explanation


def explain(
    run: Path,
    *,
    device: str | None,
    user: str | None,
    group: str | None,
    app: str,
    process: str | None,
    at: str | None,
    as_json: bool,
) -> int:
    """Print why an app is blocked or not; return the exit code."""
    if sum(value is not None for value in (device, user, group)) != 1:
        raise InputError(
            Problem(
                "USAGE",
                "give one of --device, --user and --group",
                advice="see unsanctioned explain --help",
            )
        )
    recorded = read_run(run)
    until = parse_until(at, resolved_of(recorded)) if at else None
    session = restore(recorded, until).session
    found = session.world.tenant.catalog.find(app)
    hosts = app_hosts(session, found.id)
    if not hosts:
        raise InputError(
            Problem(
                "APP-UNUSED",
                f"nobody reaches {found.name} in this scenario",
                advice="name another app",
            )
        )
    processes = [_process(session, process)] if process else list(BROWSERS)
    chains = [
        Chain(
            session.world.staff.machines[m].name,
            session.world.staff.people[m].upn,
            name,
            session.world.staff.hosts[hosts[0]],
            explain_host(session, m, name, hosts[0]),
        )
        for m in _machines(session, device, user, group)
        for name in processes
    ]
    if as_json:
        documents = [_json(chain) for chain in chains]
        print(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
    else:
        _show(session, found.name, chains)
    return DONE


def _machines(session: Session, device: str | None, user: str | None, group: str | None) -> list[int]:
    staff = session.world.staff
    if device is not None:
        return [machine_index(session.world, device)]
    if user is not None:
        mine = [p.index for p in staff.people if user.lower() in {p.upn, p.id, p.name.lower()}]
        if not mine:
            raise InputError(
                Problem("USER-UNKNOWN", f"no user {user!r}", advice="give the name or the address")
            )
        return mine
    members = [p.index for p in staff.people if p.department.lower() == str(group).lower()]
    if not members:
        known = ", ".join(sorted({p.department for p in staff.people}))
        raise InputError(Problem("GROUP-UNKNOWN", f"no group {group!r}", advice=f"one of: {known}"))
    return members


def _process(session: Session, name: str) -> str:
    known = session.world.staff.processes
    asked = BROWSER_NAMES.get(name.lower(), name.lower())
    wanted = asked if asked.endswith(".exe") else f"{asked}.exe"
    if wanted not in known:
        raise InputError(
            Problem("PROCESS-UNKNOWN", f"no program {name!r}", advice="one of: " + ", ".join(known))
        )
    return wanted


def _json(chain: Chain) -> dict[str, Any]:
    first = chain.explanation.first_open
    return {
        "machine": chain.machine,
        "user": chain.user,
        "process": chain.process,
        "host": chain.host,
        "verdict": chain.explanation.verdict.name.lower().replace("_", "-"),
        "links": [
            {
                "name": link.name,
                "state": link.state,
                "since": _time(link.since),
                "reason": link.reason,
                "source": link.source,
            }
            for link in chain.explanation.links
        ],
        "first_open": first.name if first else None,
        "expected_at": _time(first.expected_at) if first else None,
    }


def _time(time: int | None) -> str | None:
    return None if time is None else to_iso(time)


def _show(session: Session, app: str, chains: list[Chain]) -> None:
    console = Console(highlight=False)
    tz = session.resolved.tz
    console.print(Text(f"{plain(app)} at {show_clock(session.now, tz)}"))
    for chain in chains:
        verdict = chain.explanation.verdict.name.lower().replace("_", " ")
        console.print(
            Text(f"\n{chain.machine} {chain.process} -> {plain(chain.host)}: {verdict}", style="bold")
        )
        for link in chain.explanation.links:
            console.print(Text(f"  {_mark(link)} {link.name}: {plain(link.reason)}{_when(session, link)}"))


def _mark(link: Link) -> str:
    return {"done": "[x]", "waiting": "[~]", "open": "[ ]"}.get(link.state, " - ")


def _when(session: Session, link: Link) -> str:
    tz = session.resolved.tz
    if link.expected_at is not None:
        return f" (expected {show_clock(link.expected_at, tz)})"
    return f" (since {show_clock(link.since, tz)})" if link.since is not None else ""
