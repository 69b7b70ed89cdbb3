"""Runs of the reference players, small enough to be sent from one process to another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import fsum, sqrt
from pathlib import Path
from typing import Any

from sim.base.errors import Problem, UnsanctionedError
from sim.exercise.players import play, player
from sim.exercise.score import Result, judge
from sim.exercise.score.summary import describe
from sim.exercise.score.truth import Baseline, untouched
from sim.scenario.load import Resolved
from sim.session.driver import Session


@dataclass(frozen=True, slots=True)
class Part:
    """One objective of one run."""

    id: str
    title: str
    score: int
    weight: int
    because: str


@dataclass(frozen=True, slots=True)
class Played:
    """One run of one player, or why there is none."""

    scenario: str
    seed: int
    player: str
    score: int = 0
    objectives: tuple[Part, ...] = ()
    penalties: tuple[tuple[str, int, str], ...] = ()
    """Id, points, why."""
    commands: int = 0
    exposure: int = 0
    """Connections that got through to prohibited apps."""
    collateral: int = 0
    """Sessions cut off at apps that are not prohibited."""
    problems: tuple[Problem, ...] = ()
    """Why the run did not come to its end."""

    def dump(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        data = asdict(self)
        data.pop("problems")
        return {**data, "problems": [problem.dump() for problem in self.problems]}


def play_seed(
    resolved: Resolved, seed: int, players: tuple[str, ...], keep: Path | None = None
) -> tuple[Played, ...]:
    """Let each player play one seed to its end; `keep` is a folder that gets the run files.

    The world without any command is played once for all of them.
    """
    base: Baseline | None = None
    found = []
    for name in players:
        try:
            session = Session(resolved, seed, name)
            base = base or untouched(session.resolved, seed)
            if keep is not None:
                session.record_to(keep / f"{name}-{seed}.jsonl")
            play(session, player(name, session.resolved, seed))
            result = judge(session, base)
            if keep is not None:
                session.finish(describe(session, result))
            found.append(_played(session, result))
        except UnsanctionedError as error:
            found.append(Played(resolved.name, seed, name, problems=error.problems))
    return tuple(found)


def _played(session: Session, result: Result) -> Played:
    return Played(
        session.resolved.name,
        session.seed,
        session.player,
        result.score,
        tuple(Part(o.id, o.title, o.score, o.weight, o.because) for o in result.objectives),
        tuple((p.id, p.points, p.because) for p in result.penalties),
        session.commands,
        sum(one.connections for one in result.exposure),
        sum(loss.sessions for loss in result.collateral),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a player's scores over several seeds come to."""

    player: str
    runs: int
    mean: float
    spread: float
    """Standard deviation of the runs, not of a larger population."""
    lowest: int
    highest: int


def standings(runs: tuple[Played, ...]) -> tuple[Standing, ...]:
    """Return each player's standing, in the order in which the players first come."""
    found = []
    for name in dict.fromkeys(run.player for run in runs):
        scores = [run.score for run in runs if run.player == name]
        mean = fsum(scores) / len(scores)
        spread = sqrt(fsum((score - mean) ** 2 for score in scores) / len(scores))
        found.append(Standing(name, len(scores), mean, spread, min(scores), max(scores)))
    return tuple(found)


def mean_of(runs: tuple[Played, ...], name: str, objective: str) -> float:
    """Return a player's mean score, 0 to 100, on one objective."""
    scores = [
        part.score for run in runs if run.player == name for part in run.objectives if part.id == objective
    ]
    return fsum(scores) / max(1, len(scores))
