"""The scenario Half rolled out: its bands, the tool that a hasty block breaks, and the fleet's part."""

from __future__ import annotations

from functools import cache

from sim.base.time import HOUR
from sim.engine.enforcement.settings import NETWORK_PROTECTION
from sim.exercise.players import Analyst, Desk, play, player
from sim.exercise.score import judge
from sim.scenario.load import Resolved, load_scenario
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell
from sim.session.fleet_commands import AssignSetting
from tests.exercise.runs import Run, run_of

TOOL = "dropbox-paper"


@cache
def scenario() -> Resolved:
    """Return the shipped scenario."""
    return load_scenario("half-rolled-out")


@cache
def run(name: str) -> Run:
    """Return the run of a reference player, on the shipped seed."""
    return run_of(scenario(), player(name, scenario()), name=name)


class Hasty(Analyst):
    """The oracle, but it blocks before it has looked at what the work needs."""

    def _allow_work(self, desk: Desk) -> None:
        """Allow nothing."""


def test_the_players_keep_to_their_bands() -> None:
    """Oracle 95 and more, do-nothing at most 15; what block-all loses is tested on the first scenario."""
    assert run("oracle").result.score >= 95
    assert run("do-nothing").result.score <= 15


def test_a_block_before_the_tool_is_allowed_breaks_it() -> None:
    """It shares a domain with the app, and stops where network protection blocks."""
    session = Session(scenario())
    play(session, Hasty(), session.resolved.start + 8 * HOUR)
    broken = judge(session).collateral
    assert [(loss.app_id, loss.rules) for loss in broken] == [(TOOL, ("dropbox.com",))]
    assert broken[0].approved
    assert broken[0].people >= 5
    assert not run("oracle").result.collateral


def test_where_group_policy_audits_only_group_policy_makes_it_block() -> None:
    """What is typed there changes nothing; where nobody manages it, typing is enough."""
    steps = [command for _, command in run("oracle").steps]
    typed = {c.machine for c in steps if isinstance(c, PowerShell) and "Set-MpPreference" in c.line}
    given = {c.target for c in steps if isinstance(c, AssignSetting) and c.setting == NETWORK_PROTECTION.name}
    assert given == {"BW-SV-02", "BW-SV-04", "BW-SV-11"}
    assert typed - given == {"BW-BD-01", "BW-AC-02"}
