"""The objectives of a scenario file: their scores, reasons and events, and a second scorer that agrees."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.base.yamlfile import load
from sim.engine.tenant import UNSANCTIONED
from sim.exercise.score import Objective, Result, judge
from sim.exercise.score.metrics import METRICS
from sim.exercise.score.truth import Baseline, untouched
from sim.scenario.load import resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario
from sim.session.app_commands import BackTestTag
from sim.session.case_commands import AddEvidence, FinishShift, GiveVerdict
from sim.session.commands import RecordFinding, SetSwitch, TagApp, TakeHint
from sim.session.driver import Session
from sim.session.gateway_commands import ImportBlockScript
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.session.source_commands import RepairCollector
from tests.exercise.random_runs import exported
from tests.exercise.scorer import disagreements
from tests.exercise.small import APPLIANCE, HOUR, LENIENT, MINUTE, TEXT, Step, blocked, small

ANN, BOB, DAN, EVE = (f"{name}@small.example" for name in ("ann.ash", "bob.birch", "dan.dogwood", "eve.elm"))
FINDINGS = (
    RecordFinding("dropbox", ANN, "S-1", "chrome.exe"),
    RecordFinding("dropbox", BOB, "S-2", "MicrosoftEdgeCP.exe"),
    RecordFinding("dropbox", EVE, "S-5", "chrome.exe"),
    RecordFinding("yahoo-webmail", DAN, "S-4", "firefox.exe"),
)


@cache
def base(text: str) -> Baseline:
    """Return the untouched world of a text of the small scenario."""
    return untouched(small(text), 7)


def scored(steps: list[Step], text: str = TEXT) -> Result:
    """Play commands at their times, to the end, and judge."""
    session = Session(small(text))
    for time, command in sorted(steps, key=lambda step: step[0]):
        session.advance(time)
        session.submit(command)
    session.play_on()
    return judge(session, base(text))


def start() -> int:
    """Return when play begins."""
    return small().start


def of(result: Result, name: str) -> Objective:
    """Return an objective by id."""
    return next(one for one in result.objectives if one.id == name)


def test_doing_nothing_earns_nothing_and_leaving_alone_is_no_merit_then() -> None:
    """Every objective is 0, with a reason that cites a line of the written policy."""
    idle = scored([])
    assert {one.score for one in idle.objectives} == {0}
    assert all("S-" in one.because for one in idle.objectives)
    assert idle.score == 0


def test_a_block_at_once_scores_full_where_it_is_about_time_damage_and_care() -> None:
    """Nobody at an unmanaged machine can be stopped: that stays in exposure and counts against nothing."""
    result = scored(blocked(start()))
    full = ("contain-time", "exposure", "precision", "collateral", "restraint", "setting")
    assert {name: of(result, name).score for name in full} == dict.fromkeys(full, 100)
    (dropbox, _) = result.exposure
    assert dropbox.people == 1, "Eve's own machine"
    events = of(result, "precision").events
    assert [event.time for event in events] == [start()]
    assert "block of Dropbox" in events[0].what


def test_time_to_contain_is_when_the_last_connection_got_through_and_not_the_click() -> None:
    """The same clicks without network protection contain Edge alone: in Chrome it goes on."""
    clicks = [step for step in blocked(start()) if not hasattr(step[1], "line")]
    found = of(scored(clicks), "contain-time")
    assert found.score == 0
    assert "chrome.exe on S-1" in found.because
    late = of(scored(blocked(start(), 4 * HOUR)), "contain-time")
    assert 0 < late.score < 100
    assert late.events[-1].time > start() + 3 * HOUR


def test_what_a_gateway_can_refuse_is_within_reach_and_a_block_script_counts() -> None:
    """Eve's own machine stands behind an appliance: without its script she is never contained."""
    block = blocked(start())
    without = scored(block, APPLIANCE)
    assert of(without, "contain-time").score == 0
    assert "S-5" in of(without, "contain-time").because
    script = ImportBlockScript("Edge")
    assert of(scored([*block, (start(), script)], APPLIANCE), "contain-time").score == 100
    assert of(scored([*block, (start(), script)], APPLIANCE), "exposure").score == 100
    late = of(scored([*block, (start() + 4 * HOUR, script)], APPLIANCE), "exposure")
    assert of(without, "exposure").score < late.score < 100


def test_measures_against_the_innocent_cost_precision_restraint_and_minutes() -> None:
    """Blocking the approved app and the webmail too: both are named, lost minutes weigh by their worth."""
    result = scored(blocked(start(), apps=("dropbox", "yahoo-webmail", "salesforce")))
    assert of(result, "precision").score == 57, "8 of 8, 4 and 2 too much"
    assert "Salesforce" in of(result, "precision").because
    assert of(result, "restraint").score == 0
    assert " x 4" in of(result, "collateral").because
    assert any(penalty.id == "harm" for penalty in result.penalties)


def test_findings_and_evidence_are_f1_and_early_ones_detect() -> None:
    """All uses written down at once score full; an entity of the case shows one, a wrong one costs."""
    now = start() + HOUR
    right: list[Step] = [(now, finding) for finding in FINDINGS]
    result = scored(right)
    assert of(result, "evidence").score == of(result, "detect").score == 100
    assert [event.what for event in of(result, "evidence").events] == [
        f"find-00{number} is right" for number in (1, 2, 3, 4)
    ]
    entity: list[Step] = [(now, AddEvidence("app:dropbox", "entity", f"user:{ANN}"))]
    assert of(scored(entity), "evidence").score == 40, "all that is cited is right, one use of four is shown"
    wrong: list[Step] = [(now, AddEvidence("app:dropbox", "entity", "machine:S-6"))]
    assert of(scored(entity + wrong), "evidence").score == 33
    accused = scored([*right, (now, GiveVerdict("app:salesforce", "shadow-it-stop", 90, "I think so"))])
    assert of(accused, "detect").score == 80, "one of five accusations is wrong"
    late = scored([(start() + 7 * HOUR, finding) for finding in FINDINGS])
    assert 0 < of(late, "detect").score < 50


def test_judgement_is_sensitivity_and_calibration_and_a_bias_alone_earns_nothing() -> None:
    """Right and sure is full, right and half sure is less, calling everything the same is nothing."""
    now = start() + HOUR

    def judged(dropbox: str, webmail: str, sure: int) -> Objective:
        verdicts = [
            GiveVerdict("app:dropbox", dropbox, sure, "so"),
            GiveVerdict("app:yahoo-webmail", webmail, sure, "so"),
        ]
        return of(scored([(now, one) for one in verdicts]), "judgement")

    assert judged("shadow-it-stop", "tolerate", 100).score == 100
    assert judged("shadow-it-stop", "tolerate", 50).score == 70
    assert judged("shadow-it-stop", "shadow-it-stop", 50).score == 0
    assert judged("tolerate", "tolerate", 50).score == 0
    assert judged("tolerate", "shadow-it-stop", 100).score == 0
    assert "bias +50" in judged("shadow-it-stop", "shadow-it-stop", 50).because


def test_asking_before_a_block_and_telling_the_users_is_worth_points() -> None:
    """Asking or back-testing first is 60, telling the users 40; once the block holds it is nothing."""
    ask, tell = AskAbout("dropbox", "user", ANN), NotifyUsers("dropbox", "It is prohibited.")
    later = start() + 6 * HOUR
    asked = [(start(), ask), *blocked(start(), MINUTE)]
    assert of(scored(asked), "communication").score == 60
    assert of(scored([*asked, (later, tell)]), "communication").score == 100
    assert of(scored([*blocked(start()), (later, ask)]), "communication").score == 0
    looked = [(start(), BackTestTag("dropbox")), *blocked(start(), MINUTE)]
    assert of(scored(looked), "communication").score == 60


def test_a_fault_that_is_mended_late_is_still_mended() -> None:
    """Half for mending at all, the rest by how long it lasted; switched off again is nothing."""
    (_, on, _), late = [command for _, command in blocked(start())[:3]], start() + 7 * HOUR
    assert isinstance(on, SetSwitch)
    assert of(scored([(start(), on)]), "setting").score == 100
    assert 50 <= of(scored([(late, on)]), "setting").score < 75
    off = replace(on, on=False)
    assert of(scored([(start(), on), (late, off)]), "setting").score == 0


def test_a_fault_that_mends_itself_is_no_merit() -> None:
    """A collector's fault ends by itself: only who ends it sooner is paid."""
    text = (
        APPLIANCE.replace("setting: Custom network indicators", "setting: Logs")
        + """
collectors:
  - {name: Logs, faults: [{kind: stopped, since: 2019-12-16T09:30, until: 2019-12-16T15:00}]}
"""
    )
    assert of(scored([], text), "setting").score == 0
    repaired = of(scored([(start() + HOUR, RepairCollector("Logs", "start"))], text), "setting")
    assert repaired.score == 100
    assert "put right in 1, the last at" in repaired.because


def test_where_the_policy_leaves_a_choice_every_answer_with_a_reason_scores_full() -> None:
    """Both verdicts on the webmail are right, and a block of everybody is too much for either."""
    rest = [
        (start(), GiveVerdict("app:dropbox", "shadow-it-stop", 100, "S-2")),
        (start(), GiveVerdict("app:salesforce", "sanction", 100, "approved")),
    ]
    for verdict in ("tolerate", "shadow-it-stop"):
        given = (start(), GiveVerdict("app:yahoo-webmail", verdict, 100, "S-3 lets me choose"))
        result = scored([*blocked(start()), *rest, given], LENIENT)
        assert of(result, "judgement").score == 100, verdict
        assert of(result, "restraint").score == 100, verdict
    silent = scored([*blocked(start()), *rest], LENIENT)
    assert of(silent, "judgement").score < 100
    assert of(silent, "restraint").score < 75
    heavy = scored([*blocked(start()), *rest, (start(), TagApp("yahoo-webmail", UNSANCTIONED))], LENIENT)
    assert of(heavy, "precision").score < 100


def test_a_hint_shrinks_the_objective_that_it_helps_and_no_other() -> None:
    """What a reveal shows is how far a block has come: time to contain pays for it."""
    plain, hinted = scored(blocked(start())), scored([(start(), TakeHint("dropbox")), *blocked(start())])
    changed = {a.id: a.score - b.score for a, b in zip(plain.objectives, hinted.objectives, strict=True)}
    assert {name: lost for name, lost in changed.items() if lost} == {"contain-time": 5}
    assert "hint" in of(hinted, "contain-time").because
    assert not hinted.penalties


def test_a_shift_that_is_handed_over_is_played_on_and_scored_the_same() -> None:
    """What was set up goes on working; alerts after the handover ask for no verdict."""
    steps = blocked(start())
    finished = scored([*steps, (start() + MINUTE, FinishShift("all set"))])
    assert of(finished, "contain-time").score == of(scored(steps), "contain-time").score == 100


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("metric: detect, weight: 10", "metric: detect, weight: 20", "OBJECTIVE-WEIGHT", "objectives"),
        ("id: exposure", "id: detect", "OBJECTIVE-ID", "objectives"),
        ("metric: detect,", "metric: detect, app: dropbx,", "OBJECTIVE-APP", "objectives.0.app"),
        ("metric: detect,", "metric: detect, app: salesforce,", "OBJECTIVE-APP", "objectives.0.app"),
        ("metric: detect,", "metric: detect, people: [zoe],", "OBJECTIVE-PERSON", "objectives.0.people"),
        ("metric: detect,", "metric: detect, line: S-9,", "OBJECTIVE-LINE", "objectives.0.line"),
        ("metric: detect,", "metric: detect, best: 3h, worst: 2h,", "OBJECTIVE-RANGE", "objectives.0"),
        ("metric: evidence,", "metric: evidence, best: 3h,", "OBJECTIVE-FIELD", "objectives.5"),
        (
            "setting: Custom network indicators",
            "setting: Nothing",
            "OBJECTIVE-SETTING",
            "objectives.9.setting",
        ),
        (", setting: Custom network indicators", "", "OBJECTIVE-SETTING", "objectives.9"),
        ("indicators, weight", "indicators, value: x, weight", "OBJECTIVE-SETTING", "objectives.9.value"),
        (
            "feed_line",
            "answers: [{app: dropbox, answers: [tolerate], line: S-9}]\n  feed_line",
            "OBJECTIVE-LINE",
            "truth.answers.0.line",
        ),
        (
            "feed_line",
            "business_weight: {nothing: 2}\n  feed_line",
            "OBJECTIVE-APP",
            "truth.business_weight.nothing",
        ),
    ],
)
def test_a_mistake_in_an_objective_is_told_with_its_place(old: str, new: str, rule: str, place: str) -> None:
    """The rule, the line and column, and the path."""
    document = load(TEXT.replace(old, new, 1), "small.yaml")
    with pytest.raises(ScenarioError) as told:
        resolve("small", validate(Scenario, document), document)
    (problem,) = told.value.problems
    assert problem.rule == rule
    where = document.place([int(part) if part.isdigit() else part for part in place.split(".")])
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (where.line, where.column)
    assert where.line > 1


def test_the_page_publishes_every_metric() -> None:
    """Each stands with its formula in docs/scoring.md, and the author's page names it."""
    docs = Path(__file__).parents[2] / "docs"
    scoring, scenarios = (
        (docs / f"{name}.md").read_text(encoding="utf-8") for name in ("scoring", "scenarios")
    )
    for metric in METRICS:
        assert f"**`{metric}`**" in scoring or f"| `{metric}` |" in scoring, metric
        assert f"| `{metric}` |" in scenarios, metric


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_second_scorer_agrees_on_random_runs(number: int, tmp_path: Path) -> None:
    """From the exported rows and facts alone: `python -m tests.exercise.scorer --runs 50` does fifty."""
    _, run_file = exported(number, tmp_path)
    assert disagreements(tmp_path, run_file) == []
