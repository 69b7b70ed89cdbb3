"""Runs of one scenario side by side, and a class as a whole.

Every run is executed again from its commands, and judged anew: what a file says of its own score counts for
nothing. A run that cannot be executed here, because another version made it or somebody edited it, stands
beside the others with what its file says, marked as such, and enters no figure of the class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.base.errors import InputError, Problem, UnsanctionedError
from sim.base.time import MINUTE
from sim.exercise.debrief import Debrief, References, opened, references
from sim.exercise.debrief.moments import Candidate
from sim.exercise.score import Objective, Result
from sim.session.driver import refuse_open, restore
from sim.session.runfile import Recorded, is_run, read_run

SLACK = 60 * MINUTE
"""How much later than the oracle something may be done before it counts as a mistake (ours)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run."""

    name: str
    run: str
    """Name of its file."""
    seed: int
    engine: str
    score: int | None
    objectives: tuple[Objective, ...]
    claimed: int | None
    """The score that the file says, where it says one."""
    note: str = ""
    """What is wrong with the run or its file; empty for a whole run that says the truth."""
    debrief: Debrief | None = None
    """None where the run was not executed again."""
    missed: tuple[str, ...] = ()
    """Right actions that were never taken, or were taken another way."""
    first_mistake: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs, the best first; those that do not count last."""

    scenario: str
    title: str
    rows: tuple[Row, ...]

    @property
    def counted(self) -> tuple[Row, ...]:
        """The runs that were executed again."""
        return tuple(row for row in self.rows if row.debrief is not None)

    @property
    def mean(self) -> int | None:
        """The mean score, rounded."""
        scores = [row.score for row in self.counted if row.score is not None]
        return (sum(scores) + len(scores) // 2) // len(scores) if scores else None

    def mean_of(self, objective: str) -> int | None:
        """Return the mean score of an objective."""
        scores = [one.score for row in self.counted for one in row.objectives if one.id == objective]
        return (sum(scores) + len(scores) // 2) // len(scores) if scores else None

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the scenario, as one of the runs has them."""
        return next((row.objectives for row in self.counted), ())

    @property
    def missed(self) -> tuple[tuple[str, int], ...]:
        """What was missed and by how many, the commonest first."""
        return _common(what for row in self.counted for what in row.missed)

    @property
    def first_mistakes(self) -> tuple[tuple[str, int], ...]:
        """First mistakes and how many began with each, the commonest first."""
        return _common(row.first_mistake for row in self.counted if row.first_mistake)


def _common(words: Iterator[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(words).items(), key=lambda item: (-item[1], item[0])))


def run_files(places: Sequence[Path]) -> list[Path]:
    """Return the run files that are meant: a folder stands for those in it; raise InputError for none."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted(path for path in place.iterdir() if path.is_file() and is_run(path))
        else:
            found.append(place)
    if not found:
        raise InputError(
            Problem(
                "COMPARE-NOTHING", f"no run file in {places[0]}", advice="give run files, or their folder"
            )
        )
    return list(dict.fromkeys(found))


def compare(paths: Sequence[Path], tick: Callable[[int, int], None] | None = None) -> Comparison:
    """Execute runs of one scenario again; raise InputError for runs of several.

    `tick` is told how many of how many are done, before each.
    """
    recorded = [read_run(path) for path in paths]
    titles = {_scenario(one): str(one.path) for one in recorded}
    if len(titles) > 1:
        told = ", ".join(f"{name} ({path})" for name, path in sorted(titles.items()))
        raise InputError(
            Problem(
                "COMPARE-SCENARIOS", f"these are runs of several scenarios: {told}", advice="give one's runs"
            )
        )
    rows: list[Row] = []
    known: dict[tuple[str, int], References] = {}
    for done, one in enumerate(sorted(recorded, key=lambda r: (int(r.header["seed"]), str(r.path)))):
        if tick is not None:
            tick(done, len(recorded))
        rows.append(_row(one, known))
    first = recorded[0].header["scenario"]
    ordered = sorted(rows, key=lambda row: (row.debrief is None, -(row.score or 0), row.name, row.run))
    return Comparison(_scenario(recorded[0]), str(first.get("title", "")), tuple(ordered))


def _scenario(recorded: Recorded) -> str:
    return str(recorded.header["scenario"].get("name", "run"))


def _name(recorded: Recorded) -> str:
    """Return whose run it is: who is assessed, or else the player."""
    assessed = recorded.header.get("assessed")
    name = assessed.get("name") if isinstance(assessed, dict) else None
    return str(name or recorded.header["player"])


def _row(recorded: Recorded, known: dict[tuple[str, int], References]) -> Row:
    header, footer = recorded.header, recorded.footer
    said = footer["result"] if footer and isinstance(footer["result"], dict) else {}
    claimed = said.get("score") if type(said.get("score")) is int else None
    row = Row(
        _name(recorded),
        recorded.path.name,
        int(header["seed"]),
        str(header["engine"]),
        claimed,
        told_objectives(said),
        claimed,
    )
    if recorded.is_foreign:
        return replace(row, note=f"made by version {header['engine']}: read only, not executed here")
    try:
        refuse_open(recorded)
    except InputError:
        return replace(row, note="assessed and not over: not shown")
    try:
        session = restore(recorded).session
    except UnsanctionedError as error:
        return replace(row, note=f"does not replay: {error.problems[0].what}")
    key = (session.resolved.content_hash(), session.seed)
    if key not in known:
        known.clear()  # the worlds of one seed are enough to keep: runs come seed by seed
        known[key] = references(session.resolved, session.seed)
    begun = opened(session, known[key])
    result = begun.debrief.result
    return replace(
        row,
        score=result.score,
        objectives=result.objectives,
        note=_note(claimed, result, session.finished),
        debrief=begun.debrief,
        missed=_missed(begun.candidates),
        first_mistake=_first_mistake(begun.candidates),
    )


def told_objectives(result: dict[str, object]) -> tuple[Objective, ...]:
    """Return the objectives that a footer tells, as far as they are any."""
    told = result.get("objectives")
    found = []
    for one in told if isinstance(told, list) else ():
        try:
            found.append(
                Objective(
                    str(one["id"]),
                    str(one["title"]),
                    int(one["score"]),
                    int(one["weight"]),
                    str(one["because"]),
                )
            )
        except (KeyError, TypeError, ValueError):
            return ()
    return tuple(found)


def _note(claimed: int | None, result: Result, finished: bool) -> str:
    notes = [] if finished else ["not finished: as it stands"]
    if claimed is not None and claimed != result.score:
        notes.append(f"the file says {claimed} points; that does not count")
    return "; ".join(notes)


def _missed(found: Sequence[Candidate]) -> tuple[str, ...]:
    never = [one.moment for one in found if one.moment.kind == "late" and one.moment.acted is None]
    return tuple(dict.fromkeys(moment.theme for moment in never))


def _first_mistake(found: Sequence[Candidate]) -> str:
    """Return the first thing that went wrong: a block that cut off work, or a right action long overdue.

    Of several at one time it is the likeliest to have mattered: so the candidates are ordered.
    """
    mistakes: list[tuple[int, str]] = []
    for moment in (one.moment for one in found):
        if moment.kind == "wrong":
            mistakes.append((moment.time, f"cut off work in {moment.where.filter or moment.what}"))
        elif moment.kind == "late" and (moment.acted is None or moment.acted > moment.time + SLACK):
            mistakes.append((moment.time, f"did not {moment.theme} in time"))
    return min(mistakes, key=lambda mistake: mistake[0])[1] if mistakes else ""
