"""Going back: a run is cut at a moment and goes on differently in a file of its own; the old one is kept.

A branch's header names its parent and the moment of the cut. Runs of one scenario with one seed are a family.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.base.errors import InputError, Problem
from sim.base.time import to_iso
from sim.scenario.load import Resolved
from sim.session.driver import Session, resolved_of, restore
from sim.session.runfile import Recorded, RunFile


@dataclass(frozen=True, slots=True)
class Relative:
    """A run of a family."""

    path: Path
    parent: str
    """Name of the file that it was cut from; empty for one that began at the beginning."""
    cut: int | None
    """The moment of the cut."""
    commands: int
    until: int
    """Where its clock stands."""
    score: int | None
    """None while it is not over."""


def branch(
    recorded: Recorded,
    path: Path,
    until: int,
    commands: int | None = None,
    resolved: Resolved | None = None,
) -> Session:
    """Re-execute a run up to a moment and return it, going on in a new file at `path`.

    With `commands`, only the first so many count: what was done at that very moment may be done otherwise.
    `resolved` spares reading the scenario again. Raise InputError for a run that cannot be cut there.
    """
    if recorded.header.get("assessed"):
        what = "an assessed run cannot be gone back in"
        raise InputError(Problem("RUN-ASSESSED", what, advice="begin a run of your own"))
    recorded.refuse_foreign()
    resolved = resolved or resolved_of(recorded)
    if not resolved.start <= until < resolved.end:
        what = f"{to_iso(until)} is not within the run"
        advice = f"write a time from {to_iso(resolved.start)} on and before {to_iso(resolved.end)}"
        raise InputError(Problem("RUN-UNTIL", what, advice=advice))
    parent = {"run": recorded.path.name, "time": until}
    kept = _cut(recorded, until, commands)
    session = restore(kept, until, resolved=resolved, every=False).session
    file = RunFile(path)
    file.write({**recorded.header, "parent": parent}, *kept.records)
    session.continue_in(file)
    session.mark()
    return session


def _cut(recorded: Recorded, until: int, commands: int | None) -> Recorded:
    kept, count = [], 0
    for record in recorded.records:
        count += record["kind"] == "command"
        over = commands is not None and count > commands
        if record["time"] > until or over or record["kind"] == "footer":
            break
        kept.append(record)
    return replace(recorded, records=kept)


def family(path: Path) -> tuple[Relative, ...]:
    """Return the runs beside `path` that have its scenario and seed, by name; other files are left out."""
    own = _line(path.read_bytes().partition(b"\n")[0])
    found = []
    for file in sorted(path.parent.glob("*.jsonl")):
        with file.open("rb") as opened:
            header = _line(opened.readline())
            if any(header.get(key) != own.get(key) for key in ("scenario_hash", "seed")):
                continue
            records = [record for record in map(_line, opened) if "time" in record]
        parent = header.get("parent") or {}
        last = records[-1] if records else {}
        over = last.get("kind") == "footer"
        found.append(
            Relative(
                file,
                str(parent.get("run", "")),
                parent.get("time"),
                sum(record["kind"] == "command" for record in records),
                int(last.get("time", 0)),
                last["result"].get("score") if over else None,
            )
        )
    return tuple(found)


def _line(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
