"""The proof that a scenario is fair: what the reference players must and must not reach.

A scenario that a hasty, idle or lucky trainee can win teaches that haste, idleness or luck wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.base.errors import Problem
from sim.base.yamlfile import Document
from sim.exercise.reference import Part, Played, mean_of, standings
from sim.scenario.expect import PLAYERS
from sim.scenario.load import Resolved
from sim.scenario.story_kinds import Label

ORACLE_REACHES = 95
CARELESS_BELOW = 50
IDLE_AT_MOST = 15
CARELESS = ("do-nothing", "block-all", "monitor-all")
ORDER = (("oracle", "careful"), ("careful", "guesser"), ("careful", "block-all"))
"""Whose mean must be above whose."""


def players_of(resolved: Resolved) -> tuple[str, ...]:
    """Return who plays a scenario: the reference players, and others of whom its author expects something."""
    return tuple(dict.fromkeys([*PLAYERS, *resolved.scenario.expect]))


def unfair(resolved: Resolved, runs: tuple[Played, ...], source: Document | None = None) -> list[Problem]:
    """Return what is unfair in a scenario, given the runs of its players over some seeds.

    Scores are judged in exercises only; `source` gives the problems a place.
    """
    document = source or Document(None, {}, resolved.name)
    broken = list(_unplayable(runs, document))
    if broken:
        return broken
    found = [*_told(resolved, sorted({run.seed for run in runs}), document)]
    if resolved.scenario.mode == "exercise":
        found += [*_bounds(runs, document), *_order(runs, document), *_objectives(runs, document)]
    return [*found, *_expected(resolved, runs, document)]


def _unplayable(runs: tuple[Played, ...], source: Document) -> Iterator[Problem]:
    for run in runs:
        for problem in run.problems:
            what = f"{run.player} cannot play seed {run.seed}: {problem.what}"
            place = source.place(("solution",)) if run.player == "oracle" else None
            yield Problem("FAIR-PLAYER", what, problem.where or place, problem.advice)


def _bounds(runs: tuple[Played, ...], source: Document) -> Iterator[Problem]:
    """Yield the scores that no run of a player may have."""
    place = source.place(("objectives",))
    for run in runs:
        scored = f"{run.player} scores {run.score} on seed {run.seed}"
        if run.player == "oracle" and run.score < ORACLE_REACHES:
            advice = f"let the solution do more, or the objectives ask less: {ORACLE_REACHES} is the least"
            yield Problem("FAIR-ORACLE", scored, place, f"{advice}; {_lost_most(run)}")
        if run.player in CARELESS and run.score >= CARELESS_BELOW:
            advice = f"it must stay below {CARELESS_BELOW}: let what it breaks or leaves cost more"
            yield Problem("FAIR-CARELESS", scored, place, advice)
        if run.player == "do-nothing" and run.score > IDLE_AT_MOST:
            advice = f"at most {IDLE_AT_MOST}: pay restraint in proportion to the work done"
            yield Problem("FAIR-IDLE", scored, place, advice)


def _lost_most(run: Played) -> str:
    part = max(run.objectives, key=lambda part: (100 - part.score) * part.weight)
    return f"it loses most by {part.id} ({part.score}): {part.because}"


def _order(runs: tuple[Played, ...], source: Document) -> Iterator[Problem]:
    means = {one.player: one.mean for one in standings(runs)}
    for better, worse in ORDER:
        if means[better] <= means[worse]:
            what = f"{better} has a mean of {means[better]:.1f}, {worse} of {means[worse]:.1f}"
            advice = f"let what {better} does be worth more than what {worse} does"
            yield Problem("FAIR-ORDER", what, source.place(("objectives",)), advice)


def _objectives(runs: tuple[Played, ...], source: Document) -> Iterator[Problem]:
    """Yield the objectives that nobody can influence, and those that knowing what to do does not win."""
    for number, part in enumerate(runs[0].objectives):
        if not part.weight:
            continue
        place = source.place(("objectives", number))
        seeds = {run.seed for run in runs}
        varied = (len({_score(run, part.id) for run in runs if run.seed == seed}) > 1 for seed in seeds)
        if not any(varied):
            what = f"every player has the same score on {part.id}"
            yield Problem("FAIR-FIXED", what, place, "take an objective that commands can influence")
        elif mean_of(runs, "oracle", part.id) <= mean_of(runs, "do-nothing", part.id):
            what = f"on {part.id} the oracle has no more than do-nothing"
            advice = "it is decided before anybody can act: let it happen later, or show it sooner"
            yield Problem("FAIR-DECIDED", what, place, advice)


def _score(run: Played, objective: str) -> int:
    return next(part.score for part in run.objectives if part.id == objective)


def _told(resolved: Resolved, seeds: list[int], source: Document) -> Iterator[Problem]:
    """Yield whom the first screen gives away, by name or machine."""
    told: dict[str, str] = {}
    for seed in seeds:
        cast = resolved.for_seed(seed).scenario
        culprits = {person for item in cast.truth.prohibited for person in item.people}
        culprits |= {
            person for _, use in cast.story.uses if use.label is Label.MALICIOUS for person in use.people
        }
        texts = (("title", cast.title), ("summary", cast.summary), ("briefing", cast.documents.briefing))
        for member in cast.organisation.cast:
            for name in filter(None, (member.name, member.machine) if member.id in culprits else ()):
                for where, text in texts:
                    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
                        told.setdefault(where, name)
    for where, name in told.items():
        path = ("documents", where) if where == "briefing" else (where,)
        advice = "leave out who it is: finding that out is the exercise"
        yield Problem("FAIR-TOLD", f"the {where} names {name}", source.place(path), advice)


def _expected(resolved: Resolved, runs: tuple[Played, ...], source: Document) -> Iterator[Problem]:
    means = {one.player: one.mean for one in standings(runs)}
    for name, band in resolved.scenario.expect.items():
        low, high = band
        if name in means and not low <= means[name] <= high:
            what = f"{name} has a mean of {means[name]:.1f}, not of {low} to {high}"
            yield Problem("FAIR-EXPECT", what, source.place(("expect", name)), "correct one of the two")


def lost(run: Played) -> list[tuple[Part, float]]:
    """Return the objectives on which a run lost points, and how many, most first."""
    parts = [(part, (100 - part.score) * part.weight / 100) for part in run.objectives]
    return sorted(((p, points) for p, points in parts if points), key=lambda one: (-one[1], one[0].id))
