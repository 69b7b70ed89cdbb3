"""What makes a scenario unfair is found in the runs of the reference players, and has its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.base.errors import Problem
from sim.base.yamlfile import load
from sim.exercise.fairness import players_of, unfair
from sim.exercise.reference import Part, Played, play_seed, standings
from sim.scenario.expect import PLAYERS
from tests.exercise.runs import changed, first_block
from tests.exercise.small import TEXT, small

FAIR = {
    "do-nothing": (0, 10),
    "block-all": (80, 5),
    "monitor-all": (0, 20),
    "guesser": (40, 20),
    "careful": (80, 90),
    "oracle": (100, 98),
}
"""Scores of two objectives of equal weight, by player."""


def runs(scores: dict[str, tuple[int, int]], seeds: tuple[int, ...] = (1, 2)) -> tuple[Played, ...]:
    """Return runs with these objectives; the score is their mean."""
    return tuple(
        Played(
            "mine",
            seed,
            name,
            (stop + rest + 1) // 2,
            (Part("stop", "Stop it", stop, 50, "why"), Part("rest", "Leave the rest", rest, 50, "why")),
        )
        for seed in seeds
        for name, (stop, rest) in scores.items()
    )


def found(scores: dict[str, tuple[int, int]]) -> list[tuple[str, str]]:
    """Return rule and text of what is unfair."""
    return [(problem.rule, problem.what) for problem in unfair(first_block(), runs({**FAIR, **scores}))]


def test_a_fair_scenario_has_no_fault() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("player", "scores", "rule"),
    [
        ("oracle", (94, 94), "FAIR-ORACLE"),
        ("block-all", (100, 1), "FAIR-CARELESS"),
        ("monitor-all", (50, 50), "FAIR-CARELESS"),
        ("do-nothing", (16, 16), "FAIR-IDLE"),
        ("guesser", (85, 86), "FAIR-ORDER"),
        ("careful", (100, 98), "FAIR-ORDER"),
    ],
)
def test_a_player_that_leaves_its_bounds_is_told_with_its_score(
    player: str, scores: tuple[int, int], rule: str
) -> None:
    told = found({player: scores})
    assert {name for name, _ in told} == {rule}
    assert all(player in what and str((sum(scores) + 1) // 2) in what for _, what in told)


def test_an_objective_that_nobody_can_influence_is_told() -> None:
    """The same for everybody is fixed; no more for the oracle than for nobody is decided too early."""
    same = {name: (100, rest) for name, (_, rest) in FAIR.items()}
    assert ("FAIR-FIXED", "every player has the same score on stop") in found(same)
    early = {name: (min(stop, 5), rest) for name, (stop, rest) in FAIR.items()}
    early |= {"oracle": (0, 98)}
    assert "FAIR-DECIDED" in {rule for rule, _ in found(early)}


def test_what_the_author_expects_is_compared_with_the_mean() -> None:
    expecting = changed(expect={"oracle": (95, 100), "careful": (90, 94), "overreach": (50, 75)})
    assert players_of(expecting) == (*PLAYERS, "overreach")
    (problem,) = unfair(expecting, runs({**FAIR, "overreach": (50, 60)}))
    assert (problem.rule, "careful has a mean of 85.0" in problem.what) == ("FAIR-EXPECT", True)


def test_a_briefing_that_names_the_culprit_is_told() -> None:
    """Sofia sends documents; her name and her machine are the answer, other people's are not."""
    documents = first_block().scenario.documents
    for text, rules in (
        ("Watch sofia marin.", ["FAIR-TOLD"]),
        ("It is HF-LT-05.", ["FAIR-TOLD"]),
        ("Ask Tom.", []),
    ):
        told = changed(documents=documents.model_copy(update={"briefing": text}))
        assert [problem.rule for problem in unfair(told, runs(FAIR))] == rules


def test_a_run_that_did_not_end_is_all_that_is_told() -> None:
    """Nothing else can be said of such a scenario."""
    first, *others = runs(FAIR)
    broken = replace(first, problems=(Problem("COMMAND-UNKNOWN", "no such command"),))
    (problem,) = unfair(first_block(), (broken, *others))
    assert problem.rule == "FAIR-PLAYER"
    assert "do-nothing cannot play seed 1: no such command" in problem.what


def test_a_standing_is_mean_spread_and_range() -> None:
    low, high = (replace(run, score=score) for run, score in zip(runs(FAIR)[:2], (40, 60), strict=True))
    (one,) = standings((low, replace(high, player=low.player)))
    assert (one.runs, one.mean, one.spread, one.lowest, one.highest) == (2, 50.0, 10.0, 40, 60)


HEAD = TEXT[: TEXT.index("objectives:")]


def played_by_all(text: str) -> list[tuple[str, str]]:
    """Return rule and text of what is unfair in a scenario that all reference players have played."""
    resolved = small(text)
    told = unfair(resolved, play_seed(resolved, 7, players_of(resolved)), load(text, "small.yaml"))
    assert all(problem.where is not None and problem.where.line for problem in told)
    return [(problem.rule, problem.what) for problem in told]


def test_where_haste_wins_the_players_show_it() -> None:
    """Only what was stopped counts, so blocking everything beats asking; the briefing names the culprit."""
    told = played_by_all(
        HEAD.replace("Find it and stop it.", "Look at Dan Dogwood.")
        + "objectives:\n"
        + "  - {id: stop, metric: contain, weight: 60}\n"
        + "  - {id: feed, metric: feed, weight: 40}\n"
    )
    careless, order, culprit = (
        [what for rule, what in told if rule == name] for name in ("FAIR-CARELESS", "FAIR-ORDER", "FAIR-TOLD")
    )
    assert len(told) == 3
    assert careless[0].startswith("block-all scores ")
    assert order[0].startswith("careful has a mean of ")
    assert culprit == ["the briefing names Dan Dogwood"]


def test_what_nobody_can_win_or_change_the_players_show() -> None:
    """A setting that stands already, and what is over a minute after the start; the oracle is below 95."""
    told = played_by_all(
        HEAD
        + "objectives:\n"
        + "  - {id: stop, metric: contain, weight: 80}\n"
        + "  - {id: stands, metric: setting, setting: SmartScreenEnabled, value: 'On', weight: 10}\n"
        + "  - {id: soon, metric: detect, best: 0m, worst: 1m, weight: 10}\n"
    )
    fixed = [what for rule, what in told if rule == "FAIR-FIXED"]
    assert fixed == [f"every player has the same score on {name}" for name in ("stands", "soon")]
    assert any(rule == "FAIR-ORACLE" and what.startswith("oracle scores ") for rule, what in told)


def test_where_a_guess_is_as_good_as_care_the_players_show() -> None:
    """A policy that prohibits nothing in words leaves the careful and the oracle nothing to go by."""
    told = played_by_all(
        HEAD.replace("Dropbox is prohibited.", "Dropbox is disliked.").replace(
            "Documents do not", "Few documents"
        )
        + "objectives:\n"
        + "  - {id: stop, metric: contain, weight: 70}\n"
        + "  - {id: feed, metric: feed, weight: 30}\n"
    )
    assert {rule for rule, _ in told} == {"FAIR-ORACLE", "FAIR-ORDER", "FAIR-DECIDED"}
    assert any("careful" in what and "guesser" in what for rule, what in told if rule == "FAIR-ORDER")
