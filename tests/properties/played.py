"""Play a script of commands through a session, cut anywhere, and read what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.base.errors import CommandRefused
from sim.engine.enforcement.facts import Outcome
from sim.scenario.load import Resolved
from sim.session.commands import Command
from sim.session.driver import Session
from tests.reference.model import Row

Script = Sequence[tuple[int, Command]]


def play(
    resolved: Resolved, seed: int, script: Script, cuts: Iterable[int] = ()
) -> tuple[Session, list[bool]]:
    """Return a session played to its end, and for each command whether it was refused.

    The clock also stops at each of `cuts`, ahead of the commands of that time.
    """
    session = Session(resolved, seed)
    refused = []
    pending = sorted(cuts, reverse=True)
    for time, command in script:
        while pending and pending[-1] <= time:
            session.advance(pending.pop())
        session.advance(time)
        refused.append(submit(session, command))
    while pending:
        session.advance(pending.pop())
    session.advance(resolved.end)
    return session, refused


def submit(session: Session, command: Command) -> bool:
    """Submit a command; return whether it was refused."""
    try:
        session.submit(command)
    except CommandRefused:
        return True
    return False


WORDS = {int(outcome): outcome.name.lower().replace("_", "-") for outcome in Outcome}


def rows(session: Session) -> list[Row]:
    """Return every connection of a session in the words of the reference."""
    staff, found = session.world.staff, session.world.plane.telemetry.rows()
    names = [machine.name for machine in staff.machines]
    columns = (
        found.time,
        found.machine,
        found.process,
        found.host,
        found.bytes_up,
        found.bytes_down,
        found.outcome,
    )
    return [
        Row(time, names[machine], staff.processes[process], staff.hosts[host], up, down, WORDS[outcome])
        for time, machine, process, host, up, down, outcome in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]
