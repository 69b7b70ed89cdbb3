"""The shipped scenarios: every one is in order, and what makes one special changes what there is to do."""

from __future__ import annotations

import pytest

from sim.cli.check import structure
from sim.exercise.players import player
from sim.scenario.files import shipped
from sim.scenario.load import load_scenario, resolve
from sim.scenario.story import Story
from sim.session.indicator_commands import AddIndicator
from tests.exercise.runs import run_of

SEED = 1


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_and_its_solution_have_no_mistake(name: str) -> None:
    """Structure, meaning, the solution's commands, and the first minutes of play."""
    assert structure(name).problems == ()


def test_without_its_leaver_friday_asks_for_no_block() -> None:
    """The defining beat taken out, the oracle has nobody to stop."""
    shipped_one = load_scenario("friday-exfiltration").for_seed(SEED)
    scenario = shipped_one.scenario
    harmless = tuple(beat for beat in scenario.story.beats if not beat.id.endswith("-box"))
    without = scenario.model_copy(update={"story": Story(beats=harmless)})

    runs = [run_of(one, player("oracle", one), SEED) for one in (shipped_one, resolve("without", without))]
    found = [{type(command) for _, command in run.steps} for run in runs]
    assert AddIndicator in found[0]
    assert AddIndicator not in found[1]
