"""What the end of a shift takes: a debrief's first page, its moments, and going back; processor seconds.

    python -m tests.exercise.speed [SCENARIO[:PEOPLE] ...]

The reference runs are played beside the game, so they stand apart: the first page waits for judging and
reviewing alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from sim.exercise.debrief import opened, references, weighed
from sim.exercise.players import play, player
from sim.exercise.score import judge
from sim.exercise.score.truth import untouched
from sim.scenario.load import Resolved, load_scenario, resolve
from sim.session.branches import branch
from sim.session.driver import Session
from sim.session.runfile import read_run

T = TypeVar("T")
ASKED = ("friday-exfiltration", "friday-exfiltration:1000", "policy-noise-monday")


def scenario(asked: str) -> Resolved:
    """Return a shipped scenario, with another number of people where that is asked for."""
    name, _, people = asked.partition(":")
    loaded = load_scenario(name)
    if not people:
        return loaded
    organisation = loaded.scenario.organisation.model_copy(update={"people": int(people)})
    return resolve(name, loaded.scenario.model_copy(update={"organisation": organisation}))


def timed(told: dict[str, float], name: str, work: Callable[[], T]) -> T:
    """Do it, and add what it took under a name."""
    begun = process_time()
    found = work()
    told[name] = told.get(name, 0.0) + process_time() - begun
    return found


def measured(asked: str, folder: Path) -> dict[str, float]:
    """Play the careful analyst, and take the time of what follows."""
    told: dict[str, float] = {}
    resolved = scenario(asked)
    session = Session(resolved, player="careful")
    session.record_to(folder / "run.jsonl")
    play(session, player("careful", session.resolved))
    session.leave()
    world = session.resolved
    recorded, late = read_run(folder / "run.jsonl"), world.start + (world.end - world.start) * 4 // 5
    timed(
        told, "going back", lambda: branch(recorded, folder / "back.jsonl", late, resolved=resolved).leave()
    )
    base = timed(told, "references", lambda: untouched(world, session.seed))
    known = timed(told, "references", lambda: references(world, session.seed, base))
    result = timed(told, "first page", lambda: judge(session, base))
    begun = timed(told, "first page", lambda: opened(session, known, result))
    timed(told, "moments", lambda: weighed(begun))
    return told


def main() -> None:
    """Print a line for each scenario."""
    for asked in sys.argv[1:] or ASKED:
        with TemporaryDirectory() as folder:
            told = measured(asked, Path(folder))
        print(asked, *(f"{name} {seconds:.2f} s" for name, seconds in told.items()), sep="; ", flush=True)


if __name__ == "__main__":
    main()
