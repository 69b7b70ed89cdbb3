"""The reference players: their score bands, and reasons that cite the written policy and read true."""

from __future__ import annotations

import re

import pytest

from sim.base.errors import InputError
from sim.base.time import HOUR
from sim.engine.enforcement.settings import NETWORK_PROTECTION
from sim.engine.tenant import BLOCK_UNSANCTIONED
from sim.exercise.players import Desk, play, player
from sim.exercise.players.careful import WARNED_FOR
from sim.exercise.players.careless import BlockAll
from sim.scenario.load import load_scenario
from sim.scenario.solution import Step
from sim.session.case_commands import GiveVerdict
from sim.session.commands import CustomTag, RecordFinding, SetSwitch, TagApp, TakeHint
from sim.session.driver import Session
from sim.session.fleet_commands import AssignSetting
from sim.session.indicator_commands import AddIndicator
from sim.session.people_commands import NotifyUsers
from sim.session.policy_commands import SavePolicy
from sim.session.wire import COMMANDS
from tests.exercise.runs import Run, changed, first_block, replayed, run, run_of

SEEDS = (None, 1, 42)
PLAYERS = ("oracle", "do-nothing", "block-all", "overreach")
CONTROL = (SetSwitch, SavePolicy, TagApp)
LINE = re.compile(r"\bCU-\d+\b")


def reasons(played: Run) -> dict[str, str]:
    """Return every because of a result, by the id of what it explains."""
    found = {item.id: item.because for item in played.result.objectives}
    return found | {item.id: item.because for item in played.result.penalties}


def check_lines(played: Run) -> None:
    """Every because cites at least one line of the written policy, and none that it does not hold."""
    lines = {line.id for line in played.resolved.scenario.documents.policy}
    for because in reasons(played).values():
        assert set(LINE.findall(because)) <= lines, because
        assert LINE.search(because), because


@pytest.mark.parametrize("seed", SEEDS)
def test_the_players_keep_to_their_bands(seed: int | None) -> None:
    """Oracle 95 and more, do-nothing at most 10, overreach 50 to 75, on the shipped seed and others."""
    assert run("oracle", seed).result.score >= 95
    assert run("do-nothing", seed).result.score <= 10
    assert 50 <= run("overreach", seed).result.score <= 75


@pytest.mark.parametrize("seed", SEEDS)
def test_block_all_stops_more_and_loses_by_what_it_breaks(seed: int | None) -> None:
    """It blocks more in total and exposes no more than the oracle, and ends below 50."""
    oracle, everything = run("oracle", seed), run("block-all", seed)
    assert everything.result.score < 50
    assert everything.blocked > oracle.blocked
    assert everything.exposure["sohu-news"] <= oracle.exposure["sohu-news"]
    assert any(loss.approved for loss in everything.result.collateral)
    assert not oracle.result.collateral
    lost = next(item for item in everything.result.penalties if item.id == "harm")
    sessions = sum(loss.sessions for loss in everything.result.collateral if loss.approved)
    assert lost.because.startswith(f"{sessions} of ")


@pytest.mark.parametrize("seed", SEEDS)
def test_block_all_does_every_control_plane_step_of_the_oracle(seed: int | None) -> None:
    """Switches and policy are the same; its other tags and network protection on all machines are its own."""
    oracle, everything = (
        {repr(command) for _, command in run(name, seed).steps if isinstance(command, CONTROL)}
        for name in ("oracle", "block-all")
    )
    assert oracle <= everything
    assert all("TagApp" in command for command in everything - oracle)
    given = [c for _, c in run("block-all", seed).steps if isinstance(c, AssignSetting)]
    assert [(c.setting, c.target) for c in given] == [(NETWORK_PROTECTION.name, "All machines")]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PLAYERS)
def test_every_because_cites_a_line_of_the_written_policy(name: str, seed: int | None) -> None:
    """Each objective and each penalty names a line that a trainee can look up in play."""
    check_lines(run(name, seed))


@pytest.mark.parametrize("name", PLAYERS)
def test_players_send_trainee_commands_under_their_own_name(name: str) -> None:
    """All that a player did is in the run file, as commands that a trainee has too."""
    played = run(name)
    assert {command.kind for _, command in played.steps} <= set(COMMANDS)
    assert played.actors <= {name}
    assert bool(played.steps) is (name != "do-nothing")


def test_the_reasons_of_doing_nothing_say_so() -> None:
    """Every objective is 0, because nothing was done."""
    played = run("do-nothing")
    assert {item.score for item in played.result.objectives} == {0}
    said = reasons(played)
    assert "never on" in said["feed"]
    assert said["identify"].startswith("0 of ")
    assert said["contain"].startswith("0 connections stopped")
    assert " in 0 of " in said["verify"]
    assert "nothing was stopped" in said["decide"]
    assert "nothing was stopped" in said["work"]
    assert "no policy" in said["watch"]
    assert played.blocked == 0


@pytest.mark.parametrize("name", PLAYERS)
def test_the_reasons_agree_with_the_ledgers(name: str) -> None:
    """Counts in words are the counts of the ledgers: stopped, written down, cut off."""
    played, idle = run(name), run("do-nothing")
    said = reasons(played)
    stopped = idle.exposure["sohu-news"] - played.exposure["sohu-news"]
    assert said["contain"].startswith(f"{stopped} connections stopped of ")
    findings = {repr(command) for _, command in played.steps if isinstance(command, RecordFinding)}
    wanted = len(played.result.missed) + len(findings)
    assert said["identify"].startswith(f"{len(findings)} of {wanted} prohibited uses written down, 0 wrongly")
    cut = sum(loss.sessions for loss in played.result.collateral if loss.approved)
    assert name == "do-nothing" or said["work"].startswith(f"{cut} of ")


def test_overreach_is_told_which_apps_it_should_have_left_alone() -> None:
    """Its right mechanics score in full; the decision is 0, and both apps are named with their lines."""
    played, oracle = run("overreach"), run("oracle")
    for name in ("feed", "identify", "contain", "verify", "watch"):
        assert played.objective(name).score == oracle.objective(name).score
    decided = played.objective("decide")
    assert decided.score == 0
    assert "Microsoft MSN (CU-3)" in decided.because
    assert "Yahoo Webmail (CU-4)" in decided.because
    assert {loss.app_id for loss in played.result.collateral} == {"microsoft-msn", "yahoo-webmail"}


def test_monitoring_everything_stops_nothing_and_is_worth_little() -> None:
    """In 2019 it sets a custom tag on every app and an alert policy over all of them."""
    played = run("monitor-all")
    tagged = {c.app for _, c in played.steps if isinstance(c, CustomTag)}
    assert len(tagged) >= 15
    assert played.blocked == 0
    assert played.result.score < 20


def test_guessing_is_worth_less_than_asking_and_asking_less_than_knowing() -> None:
    """The guesser blocks what it drew; the careful analyst finds all, later than the oracle."""
    guesser, careful, oracle = run("guesser", 1), run("careful", 1), run("oracle", 1)
    assert guesser.result.score < 60 < careful.result.score < oracle.result.score
    assert run("guesser", 1).steps != run("guesser", 2).steps
    assert careful.objective("identify").score == 100
    assert not careful.result.collateral


def test_the_careful_analyst_tells_the_users_before_it_blocks() -> None:
    """Nothing is in its way but the wait; its verdicts say how sure it is."""
    steps = run("careful", 1).steps
    told = next(time for time, c in steps if isinstance(c, NotifyUsers))
    blocked = next(time for time, c in steps if c == SetSwitch(BLOCK_UNSANCTIONED, True))
    assert blocked - told >= WARNED_FOR
    verdicts = [c for _, c in steps if isinstance(c, GiveVerdict)]
    assert {c.verdict for c in verdicts} >= {"shadow-it-stop", "benign"}


@pytest.mark.parametrize("name", ["block-all", "monitor-all", "guesser", "careful", "oracle"])
def test_only_the_oracle_reads_the_solution(name: str) -> None:
    """A solution that blocks an approved app changes what the oracle sends, and nobody else's commands."""
    wrong = Step(do=({"kind": "tag-app", "app": "zoom", "tag": "Unsanctioned"},))
    who = player(name, changed(solution=(wrong,)))
    assert (getattr(who, "script", None) is not None) is (name == "oracle")


def test_everything_right_and_everything_blocked_is_worth_less_than_half() -> None:
    """An oracle that also unsanctions every discovered app loses more than it earned by care."""
    both = run_of(first_block(), BlockAll())
    assert both.objective("identify").score == 100
    assert both.result.score < 50


def test_the_score_is_scaled_by_the_delays_and_not_by_a_players_run() -> None:
    """Slower services allow fewer blocks: the same commands stop less and are still worth the same."""
    delays = first_block().scenario.delays
    offer = next(iter(delays.values())).model_copy(update={"uniform": (3 * HOUR, 4 * HOUR)})
    slow = changed(delays={**delays, "indicator_offer": offer})

    def allowed(played: Run) -> int:
        found = re.search(r"stopped of (\d+)", played.objective("contain").because)
        assert found
        return int(found.group(1))

    quick = run("oracle")
    slower = replayed(slow, [step for step in quick.steps if not isinstance(step[1], TakeHint)])
    idle = run_of(slow, player("do-nothing", slow))
    assert 0 < allowed(slower) < allowed(quick)
    assert allowed(idle) == allowed(slower)
    assert slower.exposure["sohu-news"] > quick.exposure["sohu-news"]
    assert slower.objective("contain").score >= 95
    assert idle.result.score <= 10


def test_a_hint_costs_its_price_once_and_only_in_an_exercise() -> None:
    """Two looks at one app cost one hint; a tutorial takes nothing; the reason cites a line."""
    oracle = run("oracle")
    start = first_block().start
    price = first_block().scenario.hint_price
    again = [(start, TakeHint("sohu-news"))] * 2
    hinted = replayed(first_block(), [*again, *oracle.steps])
    assert hinted.result.score == oracle.result.score - price
    assert [(item.id, item.points) for item in hinted.result.penalties] == [("hints", price)]
    assert hinted.result.penalties[0].because.startswith("1 hint ")
    check_lines(hinted)
    tutorial = changed(mode="tutorial")
    assert replayed(tutorial, [*again, *oracle.steps]).result.score == oracle.result.score


def test_a_wrong_finding_costs_and_a_missing_one_is_kept() -> None:
    """Accusing everybody is no investigation: wrong findings lower the objective and are counted."""
    oracle = run("oracle")
    findings = [step for step in oracle.steps if isinstance(step[1], RecordFinding)]
    late, accused = oracle.steps[-1][0], findings[-1][1]
    assert isinstance(accused, RecordFinding)
    wrong = RecordFinding("sohu-news", "tom.whitfield@halden.example", "HF-LT-02", "MicrosoftEdgeCP.exe")
    worse = replayed(first_block(), [*oracle.steps, (late, wrong)])
    assert worse.objective("identify").score < 100
    assert "1 wrongly" in worse.objective("identify").because
    fewer = replayed(first_block(), [step for step in oracle.steps if step[1] != accused])
    assert fewer.objective("identify").score < 100
    assert len(fewer.result.missed) == 1


def test_an_unknown_player_is_refused_with_the_names_there_are() -> None:
    """The scenario's own players are among them."""
    with pytest.raises(InputError, match="overreach") as told:
        player("orcale", first_block())
    assert "orcale" in str(told.value)


def test_a_desk_reaches_views_and_commands_and_nothing_else() -> None:
    """What a player is handed has no way to truth: no session, no world among its public names."""
    public = {name for name in dir(Desk) if not name.startswith("_")}
    assert not public & {"session", "world", "truth", "resolved", "notifications"}


def test_the_careful_analyst_blocks_for_those_alone_who_gave_no_reason() -> None:
    """The bid team explains its use; the block that follows names the other device group."""
    resolved = load_scenario("friday-exfiltration")
    session = Session(resolved, 1, "careful")
    play(session, player("careful", session.resolved, 1))
    made = [one.command for one in session.sent if isinstance(one.command, AddIndicator)]
    assert {command.device_groups for command in made} == {("House",)}
    leaver = session.resolved.scenario.casting["leaver"]
    accounts = {session.world.user_names[finding.user] for finding in session.notes.findings}
    assert accounts == {Desk(session).account(leaver)}
