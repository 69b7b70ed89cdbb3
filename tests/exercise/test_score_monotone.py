"""Doing strictly better never scores lower: in the arithmetic, and in short runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.exercise.score.formulas import Tally, f1, gain, judged, late, sensitivity, weighed
from sim.exercise.score.metrics import METRICS
from sim.session.app_commands import BackTestTag
from sim.session.case_commands import GiveVerdict
from sim.session.endpoint_commands import VisitSite
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.session.policy_commands import SavePolicy
from tests.exercise.small import HOUR, JOURNEY, LENIENT, MINUTE, TEXT, Step, blocked, small
from tests.exercise.test_score import ANN, FINDINGS, scored, start

counts = st.integers(0, 40)
spans = st.integers(0, 10**12)


@given(spans, spans, spans, spans)
def test_earlier_is_never_worse(took: int, sooner: int, best: int, worst: int) -> None:
    """Within 0 and 100, wherever the two bounds lie."""
    low, high = sorted((took, sooner))
    assert 0 <= late(high, best, worst) <= late(low, best, worst) <= 100


@given(counts, counts, counts)
def test_a_measure_more_that_fits_and_one_less_that_does_not_never_cost(
    right: int, wrong: int, missed: int
) -> None:
    """What is right instead of missing, and what is not done too much."""
    assert weighed(right + 1, wrong, missed) >= weighed(right, wrong, missed + 1)
    assert weighed(right, wrong, missed) >= weighed(right, wrong + 1, missed)


@given(counts, counts, counts, counts, st.integers(0, 3))
def test_evidence_that_is_right_never_costs(
    right: int, wrong: int, covered: int, rest: int, new: int
) -> None:
    """One more that is right and shows up to three more uses; one less that shows nothing."""
    covered, wanted = min(covered, 3 * right), min(covered, 3 * right) + rest + 3
    now = f1(right, right + wrong, covered, wanted)
    assert 0 <= now <= f1(right + 1, right + 1 + wrong, covered + new, wanted) <= 100
    assert f1(right, right + wrong + 1, covered, wanted) <= now


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Return a class with at least one thing that is not judged."""
    right, wrong, silent = draw(counts), draw(counts), draw(st.integers(1, 5))
    return Tally(right + wrong + silent, right, wrong)


def with_right(tally: Tally) -> Tally:
    """Return the class with one more right verdict."""
    return Tally(tally.things, tally.right + 1, tally.wrong)


def with_wrong(tally: Tally) -> Tally:
    """Return the class with one more wrong verdict."""
    return Tally(tally.things, tally.right, tally.wrong + 1)


@given(tallies(), tallies(), st.integers(-300_000, 300_000), st.integers(0, 100))
def test_a_right_verdict_never_costs_and_a_wrong_one_never_pays(
    signal: Tally, noise: Tally, gains: int, sure: int
) -> None:
    """In either class, with any confidence, on top of whatever was judged before."""
    now = judged(signal, noise, gains)
    assert 0 <= now <= 100
    right, wrong = gains + gain(sure, True), gains + gain(sure, False)
    assert now <= judged(with_right(signal), noise, right)
    assert now <= judged(signal, with_right(noise), right)
    assert now >= judged(with_wrong(signal), noise, wrong)
    assert now >= judged(signal, with_wrong(noise), wrong)


@given(st.integers(1, 40), st.integers(1, 40))
def test_calling_everything_the_same_earns_no_sensitivity(signal: int, noise: int) -> None:
    """Whatever the base rate; all right is full."""
    all_bad = Tally(signal, signal, 0), Tally(noise, 0, noise)
    all_good = Tally(signal, 0, signal), Tally(noise, noise, 0)
    assert sensitivity(*all_bad) == sensitivity(*all_good) == 0
    assert sensitivity(all_bad[0], all_good[1]) == 100


@given(st.integers(50, 100), st.integers(0, 100))
def test_nobody_gains_by_stating_another_confidence_than_they_have(belief: int, stated: int) -> None:
    """The score is proper: on average the belief itself is the best thing to say."""

    def expected(confidence: int) -> int:
        return belief * gain(confidence, True) + (100 - belief) * gain(confidence, False)

    assert expected(stated) <= expected(belief)


def never_lower(worse: list[Step], better: list[Step], text: str = TEXT) -> None:
    """Every objective, the penalties and the whole."""
    before, after = scored(worse, text), scored(better, text)
    for old, new in zip(before.objectives, after.objectives, strict=True):
        assert new.score >= old.score, (old, new)
    assert sum(p.points for p in after.penalties) <= sum(p.points for p in before.penalties)
    assert after.score >= before.score


def test_the_same_block_earlier_never_scores_lower() -> None:
    """From the last hour to the first minute, an hour and a quarter at a time."""
    for hours in range(6):
        late, early = (blocked(start(), (at * 75 + 75) * MINUTE) for at in (hours, hours - 1))
        never_lower(late, early)


def test_leaving_an_innocent_app_alone_never_scores_lower() -> None:
    """One app less each time, even where somebody had been asked about it."""
    asked: list[Step] = [(start(), AskAbout("salesforce", "user", ANN))]
    everything = blocked(start(), MINUTE, ("dropbox", "yahoo-webmail", "salesforce"))
    fewer = blocked(start(), MINUTE, ("dropbox", "yahoo-webmail"))
    never_lower(asked + everything, asked + fewer, LENIENT)
    never_lower(asked + everything, asked + fewer)
    never_lower(asked + fewer, asked + blocked(start(), MINUTE))


def test_one_more_right_finding_or_verdict_never_scores_lower() -> None:
    """Each on top of what was there; the same things an hour sooner; a verdict put right."""
    steps: list[Step] = blocked(start())
    for finding in FINDINGS:
        more: list[Step] = [*steps, (start() + 2 * HOUR, finding)]
        never_lower(steps, more)
        steps = more
    never_lower(steps, [(min(time, start() + HOUR), command) for time, command in steps])
    wrong, right = (
        GiveVerdict("app:yahoo-webmail", word, 80, "so") for word in ("shadow-it-stop", "tolerate")
    )
    never_lower([*steps, (start(), wrong)], steps)
    never_lower(steps, [*steps, (start(), right)])


def ladder(text: str) -> list[list[Step]]:
    """Return runs of which each does strictly better than the one before."""
    later = start() + 6 * HOUR
    if text == JOURNEY:
        places = (("S-1", "chrome.exe"), ("S-2", "MicrosoftEdgeCP.exe"))
        more: list[Step] = [(later, VisitSite(*place, "www.dropbox.com")) for place in places]
        more += [(start(), SavePolicy("New popular app", "Popular", {"Number of users": 2}))]
        more += [(start() + HOUR, FINDINGS[0])]
    else:
        more = [(start() + HOUR, finding) for finding in FINDINGS]
        more += [(start(), BackTestTag("dropbox")), (later, NotifyUsers("dropbox", "It is prohibited."))]
        verdicts = (("dropbox", "shadow-it-stop"), ("yahoo-webmail", "tolerate"))
        more += [(later, GiveVerdict(f"app:{app}", word, 90, "so")) for app, word in verdicts]
    runs: list[list[Step]] = [[], blocked(start(), 4 * HOUR), blocked(start(), MINUTE)]
    return [*runs, *([*runs[-1], *more[: n + 1]] for n in range(len(more)))]


def test_in_every_metric_each_better_run_scores_no_lower_and_every_point_names_its_events() -> None:
    """From nothing to nearly everything, a step at a time; every metric there is rises somewhere."""
    risen: set[str] = set()
    for text in (TEXT, JOURNEY):
        aims, before = small(text).scenario.aims, scored([], text)
        for steps in ladder(text)[1:]:
            after = scored(steps, text)
            assert after.score >= before.score
            for aim, old, new in zip(aims, before.objectives, after.objectives, strict=True):
                assert new.score >= old.score, (old, new)
                assert new.events or not new.score, new
                assert all(start() <= event.time <= small(text).end for event in new.events), new
                risen |= {aim.metric} if new.score > old.score else set()
            before = after
    assert risen == set(METRICS)
