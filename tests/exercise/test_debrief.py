"""The debrief: its lanes, its curves against two reference runs, and moments whose worth was played."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from sim.base.time import HOUR
from sim.exercise.debrief import ORACLE, YOU, Debrief, Opened, References, opened, references, weighed
from sim.exercise.debrief.moments import Worth, played
from sim.exercise.debrief.page import debrief_page
from sim.exercise.debrief.words import account, gain
from sim.exercise.players import play, player
from sim.scenario.load import Resolved
from sim.session.commands import SetSwitch
from sim.session.driver import Sent, Session
from sim.session.endpoint_commands import PowerShell
from tests.exercise.runs import changed


@cache
def day() -> Resolved:
    """Return the first day of the shipped scenario."""
    return changed(end="2019-12-16T18:00")


@cache
def known() -> References:
    """Return its reference runs."""
    return references(day(), day().scenario.seed)


@cache
def begun(name: str) -> Opened:
    """Return a player's debrief, its moments not weighed."""
    session = Session(day(), player=name)
    if name == "late":
        session.advance(day().start + 2 * HOUR)
        for one in known().oracle.sent:
            if isinstance(one.command, SetSwitch):
                session.submit(one.command)
        session.advance(day().end)
    else:
        play(session, player(name, day()))
    return opened(session, known())


@cache
def whole(name: str) -> Debrief:
    """Return a player's whole debrief."""
    return weighed(begun(name))


def test_three_curves_start_at_nothing_and_only_grow():
    debrief = whole("overreach")
    assert [curve.name for curve in debrief.curves] == ["you", "do nothing", "oracle"]
    for curve in debrief.curves:
        for values in (curve.connections, curve.bytes_up, curve.minutes):
            assert len(values) == len(debrief.at)
            assert list(values) == sorted(values)
    you, idle, oracle = (curve.totals for curve in debrief.curves)
    assert oracle[0] < idle[0]
    assert idle[2] == oracle[2] == 0 < you[2]


def test_the_curves_end_where_the_ledger_of_the_result_ends():
    debrief = whole("overreach")
    assert debrief.curves[0].totals[0] == sum(one.connections for one in debrief.result.exposure)
    assert debrief.curves[0].totals[1] == sum(one.bytes_up for one in debrief.result.exposure)


def test_doing_nothing_is_its_own_reference_and_every_right_action_came_too_late():
    debrief = whole("do-nothing")
    assert replace(debrief.curves[0], name="") == replace(debrief.curves[1], name="")
    assert {moment.kind for moment in debrief.moments} == {"late"}
    first = debrief.moments[0]
    assert first.acted is None
    assert first.worth is not None
    assert first.worth.points > 0
    assert first.worth.connections > 0
    # Machines obey in vain while nothing is listed: that step is played with the one that it rests on.
    resting = [one.moment for one in begun("do-nothing").candidates if one.moment.needs]
    assert resting
    assert all("switch" in one.needs and one.time > day().start for one in resting)
    assert not debrief.strengths
    assert debrief.areas[0].weight == max(one.weight for one in debrief.result.objectives)


def test_a_late_switch_is_a_moment_with_what_it_would_have_saved():
    debrief = whole("late")
    moment = next(one for one in debrief.moments if "switch" in one.theme)
    assert (moment.kind, moment.time) == ("late", day().start)
    assert moment.acted == day().start + 2 * HOUR
    assert moment.where.view == "Settings"
    assert moment.worth is not None
    assert moment.worth.connections > 0
    assert "would have saved" in account(moment, debrief.tz)


def test_a_block_against_the_policy_is_a_moment_that_left_out_gives_the_work_back():
    debrief = whole("overreach")
    wrong = [one for one in debrief.moments if one.kind == "wrong"]
    assert wrong
    for moment in wrong:
        assert moment.worth is not None
        assert moment.worth.minutes > 0
        assert moment.where.filter in {"Microsoft MSN", "Yahoo Webmail"}
    given_back = sum(one.worth.minutes for one in wrong if one.worth)
    assert abs(given_back - debrief.curves[0].totals[2]) <= len(wrong)  # each is cut to whole minutes
    assert "who needs it" in debrief.suggestion()


def test_who_did_everything_in_time_is_told_what_that_was_worth():
    debrief = whole("oracle")
    assert debrief.curves[0].totals == debrief.curves[2].totals
    assert {moment.kind for moment in debrief.moments} == {"good"}
    assert debrief.moments[0].worth is not None
    assert debrief.moments[0].worth.points > 0


def test_a_block_that_was_reached_another_way_is_no_moment():
    names = {one.moment.theme for one in begun("block-all").candidates if one.moment.kind == "late"}
    assert "write down who uses it" in names
    assert "make machines obey" not in names  # by one Group Policy, where the oracle types at two prompts


def test_a_command_that_cut_off_several_apps_is_left_out_once():
    wrong = [one for one in begun("block-all").candidates if one.moment.kind == "wrong"]
    sent = begun("block-all").session.sent
    gone = [{n for n, command in enumerate(sent) if command not in one.other} for one in wrong]
    assert len(wrong) == 2
    assert gone[0]
    assert gone[1]
    assert not gone[0] & gone[1]


def test_each_lane_tells_its_own_and_nothing_can_be_known_before_it_is_true():
    debrief = whole("overreach")
    times = [entry.time for entry in debrief.entries]
    assert times == sorted(times)
    assert {entry.lane for entry in debrief.entries} == {"truth", "knowable", "did"}
    said = {entry.text: entry.time for entry in debrief.entries}
    true = next(time for text, time in said.items() if text.startswith("Marek Novak uses Sohu News"))
    knowable = next(time for text, time in said.items() if "HF-LT-07 shows Sohu News in chrome.exe" in text)
    assert knowable > true
    assert any(entry.text.startswith("switch ") for entry in debrief.entries if entry.lane == "did")


def test_the_page_comes_first_and_its_moments_later():
    first = begun("overreach").debrief
    assert not first.weighed
    assert all(moment.worth is None for moment in first.moments)
    assert first.moments
    told: list[tuple[int, int]] = []

    def stop_after_one(done: int, of: int) -> bool:
        told.append((done, of))
        return done < 1

    some = weighed(begun("overreach"), stop_after_one)
    count = len(begun("overreach").candidates)
    assert told == [(0, count), (1, count)]
    assert len(some.moments) == 1


def test_a_run_played_from_its_commands_is_the_run():
    session = begun("overreach").session
    again = played(day(), session.seed, session.player, session.sent, session.now)
    assert again.digest() == session.digest()


def test_what_the_changed_world_refuses_is_left_out():
    again = played(day(), 1, "x", [Sent(day().start, "x", SetSwitch("no-such-switch", True), "")], day().end)
    assert again.commands == 0
    assert again.finished


@pytest.mark.parametrize(
    ("worth", "words"),
    [
        (Worth(0, 0, 0, 0), ""),
        (
            Worth(1, 2_100_000_000, -14, 0),
            "saved 1 prohibited connection (2.1 GB sent) and cost 14 minutes of work",
        ),
        (Worth(0, 0, 1, 3), "saved 1 minute of work and gained 3 points"),
        (Worth(-2, -5, 0, -1), "cost 2 prohibited connections (5 B sent) and lost 1 point"),
    ],
)
def test_the_worth_of_a_moment_reads_as_a_sentence(worth, words):
    assert gain(worth) == words


def test_the_page_needs_nothing_else_and_shows_hostile_names_literally():
    debrief = replace(whole("overreach"), title="<script>alert(1)</script>", player="[/b]\x1b[31m")
    page = debrief_page(debrief)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<h1>") == 1
    for name in (YOU, ORACLE, "do nothing", "The moments that mattered", "Timeline", "One commitment"):
        assert name in page


def test_who_acts_late_and_asks_nothing_at_the_prompt_has_acted():
    """Other capitals and blanks make no other line; a line that only asks is nothing that was left undone."""

    def typed(one: Sent) -> Sent:
        command = one.command
        if not isinstance(command, PowerShell):
            return one
        return replace(
            one, time=one.time + 2 * HOUR, command=replace(command, line=f" {command.line.upper()}")
        )

    acted = [typed(one) for one in known().oracle.sent if "Get-" not in getattr(one.command, "line", "")]
    session = played(day(), day().scenario.seed, "late", sorted(acted, key=lambda one: one.time), day().end)
    late = [one.moment for one in opened(session, known()).candidates if one.moment.kind == "late"]
    obeyed = [moment for moment in late if moment.theme == "make machines obey"]
    assert obeyed
    assert all(moment.acted is not None for moment in obeyed)
    assert not any("Get-" in moment.what for moment in late)
