"""The exercise as an environment for agents: what its own library asks of one, and what a reward is."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import pytest

from sim.exercise.reference import play_seed
from sim.scenario.load import load_scenario

pytest.importorskip("gymnasium", reason="the extra gym is not installed")

from gymnasium.utils.env_checker import check_env

from sim.exercise.players.gym import VERBS, AnalystEnv

FIRST_BLOCK = resources.files("scenarios").joinpath("first-block.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the shipped scenario, cut to one morning."""
    file = tmp_path_factory.mktemp("gym") / "morning.yaml"
    text = FIRST_BLOCK.replace("end: 2019-12-17T18:00", "end: 2019-12-16T11:30")
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.filterwarnings("ignore::UserWarning:gymnasium")
def test_the_library_finds_nothing_wrong_with_the_environment(morning: str) -> None:
    """Spaces, seeds, and that the same seed and actions give the same."""
    check_env(AnalystEnv(morning), skip_render_check=True)


def played(env: AnalystEnv, verbs: list[str], seed: int) -> tuple[list[float], dict[str, int]]:
    """Return the rewards and the objectives of who does these things to the first slot, then waits."""
    env.reset(seed=seed)
    rewards: list[float] = []
    over, info = False, dict[str, Any]()
    while not over:
        verb = verbs[len(rewards)] if len(rewards) < len(verbs) else "wait"
        action = np.array([tuple(VERBS).index(verb), 0])
        seen, reward, over, _, info = env.step(action)
        assert env.observation_space.contains(seen)
        rewards.append(reward)
    return rewards, info["objectives"]


def test_the_reward_is_the_score_at_the_end(morning: str) -> None:
    """Who waits is worth what do-nothing is; the switches are worth something, whatever the slots hold."""
    env = AnalystEnv(morning)
    idle, none = played(env, [], 5)
    (reference,) = play_seed(load_scenario(morning), 5, ("do-nothing",))
    assert idle[-1] * 100 == reference.score
    assert not any(idle[:-1])
    active, some = played(env, ["switch the feed on", "switch indicators on", *VERBS], 5)
    assert some["feed"] > none["feed"] == 0
    assert not any(active[:-1])
