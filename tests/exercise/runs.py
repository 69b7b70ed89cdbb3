"""Runs of the reference players, each played once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.engine.enforcement.facts import Outcome
from sim.exercise.players import Player, play, player
from sim.exercise.score import Objective, Result, judge
from sim.scenario.load import Resolved, load_scenario, resolve
from sim.session.commands import Command
from sim.session.driver import Session
from sim.session.runfile import Recorded, read_run
from sim.session.wire import from_json

Step = tuple[int, Command]


@dataclass(frozen=True)
class Run:
    """A finished run: its result, its commands with their times, and what it blocked."""

    resolved: Resolved
    seed: int
    result: Result
    steps: tuple[Step, ...]
    actors: frozenset[str]
    blocked: int
    """Connections blocked since play began."""

    def objective(self, name: str) -> Objective:
        """Return an objective by id."""
        return next(item for item in self.result.objectives if item.id == name)

    @property
    def exposure(self) -> dict[str, int]:
        """Connections that got through, by app."""
        return {item.app_id: item.connections for item in self.result.exposure}


@cache
def first_block() -> Resolved:
    """Return the shipped scenario."""
    return load_scenario("first-block")


def changed(**parts: Any) -> Resolved:
    """Return the shipped scenario with some of its parts replaced."""
    scenario = first_block().scenario.model_copy(update=parts)
    return resolve("first-block", scenario)


@cache
def run(name: str, seed: int | None = None) -> Run:
    """Return the run of a reference player on the shipped scenario."""
    return run_of(first_block(), player(name, first_block(), seed), seed, name)


def run_of(resolved: Resolved, who: Player, seed: int | None = None, name: str = "test") -> Run:
    """Play a scenario to its end, keep the run file, and judge it."""
    session = Session(resolved, seed, name)
    with TemporaryDirectory() as folder:
        session.record_to(Path(folder) / "run.jsonl")
        play(session, who)
        session.leave()
        recorded = read_run(Path(folder) / "run.jsonl")
    return _finished(session, steps_of(recorded), {str(r["actor"]) for r in commands_of(recorded)})


def commands_of(recorded: Recorded) -> list[dict[str, Any]]:
    """Return the command records of a run file."""
    return [record for record in recorded.records if record["kind"] == "command"]


def steps_of(recorded: Recorded) -> tuple[Step, ...]:
    """Return the commands of a run file with their times."""
    return tuple((r["time"], from_json(r["command"])) for r in commands_of(recorded))


def replayed(
    resolved: Resolved,
    steps: Sequence[Step],
    seed: int | None = None,
    before: Callable[[Session, Command], None] | None = None,
) -> Run:
    """Send commands at their times, `before` seeing the session just before each; play on to the end."""
    session = Session(resolved, seed)
    for time, command in steps:
        session.advance(time)
        if before is not None:
            before(session, command)
        session.submit(command)
    session.advance(resolved.end)
    return _finished(session, tuple(steps), set())


def _finished(session: Session, steps: tuple[Step, ...], actors: set[str]) -> Run:
    rows = session.world.plane.telemetry.between(session.resolved.start, session.now + 1)
    blocked = rows.outcome.tolist().count(Outcome.BLOCKED)
    result = judge(session)
    return Run(session.resolved, session.seed, result, steps, frozenset(actors), blocked)
