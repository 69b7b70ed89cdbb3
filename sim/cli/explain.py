"""`unsanctioned explain`: why an app is blocked or still open, for a machine, a person or a whole group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from sim.base.errors import InputError, Problem, nearest
from sim.base.text import plain
from sim.base.time import show_clock, to_iso
from sim.cli.errors import DONE
from sim.cli.run import parse_until
from sim.engine.enforcement.explain import Share, Told
from sim.session.driver import Session, refuse_open, resolved_of, restore
from sim.session.lookup import machine_index, process_index
from sim.session.runfile import read_run
from sim.views.chains import Chains, Explained
from sim.views.simulator import app_hosts, browsers

EVERYBODY = "all"
"""The group of every machine."""


def explain(
    run: Path,
    *,
    device: str | None,
    user: str | None,
    group: str | None,
    app: str,
    host: str | None,
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
    refuse_open(recorded)
    until = parse_until(at, resolved_of(recorded)) if at else None
    session = restore(recorded, until).session
    chains = Chains(session, _host(session, app, host))
    processes = _processes(session, process)
    if group is not None:
        _group(session, chains, _members(session, group), processes, as_json)
        return DONE
    machines = [machine_index(session.world, device)] if device else _own(session, str(user))
    found = [chains.explain(machine, name) for machine in machines for name in processes]
    if as_json:
        documents = [_json(chain) for chain in found]
        _print(documents[0] if len(documents) == 1 else documents)
    else:
        _show(session, chains.app.name, found)
    return DONE


def _host(session: Session, app: str, host: str | None) -> int:
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
    names = {session.world.staff.hosts[index]: index for index in hosts}
    if host is None:
        return hosts[0]
    if host.lower() not in names:
        what = f"nobody reaches {host!r} for {found.name}"
        raise InputError(Problem("HOST-UNKNOWN", what, advice=nearest(host, names)))
    return names[host.lower()]


def _own(session: Session, user: str) -> list[int]:
    people = session.world.staff.people
    mine = [p.index for p in people if user.lower() in {p.upn, p.id, p.name.lower()}]
    if not mine:
        raise InputError(Problem("USER-UNKNOWN", f"no user {user!r}", advice="give the name or the address"))
    return mine


def _members(session: Session, group: str) -> list[int]:
    people, devices = session.world.staff.people, session.world.staff.devices
    if group.lower() == EVERYBODY:
        return [person.index for person in people]
    members = [
        person.index
        for person, device in zip(people, devices, strict=True)
        if group.lower() in {person.department.lower(), device.group.lower()}
    ]
    if not members:
        named = {person.department for person in people} | {device.group for device in devices} - {""}
        known = ", ".join([EVERYBODY, *sorted(named)])
        raise InputError(Problem("GROUP-UNKNOWN", f"no group {group!r}", advice=f"one of: {known}"))
    return members


def _processes(session: Session, name: str | None) -> list[str]:
    """Return the program asked for, by file name or as `edge`, `chrome` ...; every browser by default."""
    if name is None:
        return list(browsers(session))
    return [session.world.staff.processes[process_index(session.world, name)]]


def _group(
    session: Session, chains: Chains, machines: Sequence[int], processes: Sequence[str], as_json: bool
) -> None:
    """Print what a group's connections have in common, and who is in each share."""
    staff = session.world.staff
    pairs = [(machine, process) for machine in machines for process in processes]
    answers = chains.answers([machine for machine, _ in pairs], [process for _, process in pairs])
    shares = chains.shares(machines, processes)
    if as_json:
        _print(
            {
                "app": chains.app.id,
                "host": chains.host,
                "shares": [
                    {"label": share.label, "stopped": share.stopped, "count": share.count} for share in shares
                ],
                "connections": [
                    {
                        "machine": staff.machines[machine].name,
                        "user": staff.people[machine].upn,
                        "process": process,
                        "verdict": _word(outcome.name),
                        "why": why,
                    }
                    for (machine, process), (outcome, why) in zip(pairs, answers, strict=True)
                ],
            }
        )
        return
    console = Console(highlight=False)
    _line(console, _heading(session, chains.app.name, chains.host))
    every = len(pairs)
    for title, stopped in (("stopped", True), ("open, by the first link that is missing", False)):
        mine = [share for share in shares if share.stopped is stopped]
        if mine:
            _line(console, Text(f"\n{sum(share.count for share in mine)} of {every} {title}", style="bold"))
            for share in mine:
                _line(console, Text(f"  {share.count:>5}  {_bar(share, every)}  {share.label}"))


def _bar(share: Share, every: int) -> str:
    width = 20
    filled = max(1, share.count * width // every)
    return ("#" if share.stopped else "-") * filled + " " * (width - filled)


def _json(chain: Explained) -> dict[str, Any]:
    first = chain.explanation.first_open
    return {
        "machine": chain.machine,
        "user": chain.user,
        "process": chain.process,
        "host": chain.host,
        "verdict": _word(chain.explanation.verdict.name),
        "why": chain.explanation.why,
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
        "ways": [
            {"way": way.way, "reaches": way.reaches, "reason": way.reason, "source": way.source}
            for way in chain.ways
        ],
    }


def _print(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _word(name: str) -> str:
    return name.lower().replace("_", "-")


def _time(time: int | None) -> str | None:
    return None if time is None else to_iso(time)


def _heading(session: Session, app: str, host: str) -> Text:
    return Text(f"{plain(app)} ({plain(host)}) at {show_clock(session.now, session.resolved.tz)}")


def _show(session: Session, app: str, chains: Sequence[Explained]) -> None:
    console = Console(highlight=False)
    _line(console, _heading(session, app, chains[0].host))
    for chain in chains:
        verdict = chain.explanation.verdict.name.lower().replace("_", " ")
        head = f"\n{chain.machine} {chain.process} -> {plain(chain.host)}: {verdict}"
        _line(console, Text(head, style="bold"))
        _line(console, Text(f"  {plain(chain.explanation.why)}"))
        for link in chain.explanation.links:
            _line(console, Text(f"  {_mark(link)} {link.name}: {plain(link.reason)}{_when(session, link)}"))
        for way in chain.ways:
            reaches = "reaches it" if way.reaches else "does not reach it"
            _line(console, Text(f"   -  {way.way} {reaches}: {plain(way.reason)}"))


def _line(console: Console, text: Text) -> None:
    """Print a line: folded at words for a person at a terminal, in one piece for a file or a pipe."""
    console.print(text, soft_wrap=not console.is_terminal)


def _mark(link: Told) -> str:
    return {"done": "[x]", "waiting": "[~]", "open": "[ ]"}.get(link.state, " - ")


def _when(session: Session, link: Told) -> str:
    tz = session.resolved.tz
    if link.expected_at is not None:
        return f" (expected {show_clock(link.expected_at, tz)})"
    return f" (since {show_clock(link.since, tz)})" if link.since is not None else ""
