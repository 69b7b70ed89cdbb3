"""The application: the clock, the way between the screens, commands and what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from sim.base.time import HOUR, MINUTE
from sim.engine.tenant import INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.alert_commands import CloseAlert
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.fleet_commands import AssignSetting
from sim.session.runfile import read_run
from sim.views.fleet import assignments
from tests.tui.robot import Robot, play
from tests.tui.stages import app_of, session_of
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.destinations import DESTINATIONS, ENTITIES
from tui.keys import TABLE
from tui.playkeys import PLAY


@asynccontextmanager
async def playing(width: int = 80, height: int = 24) -> AsyncIterator[Robot]:
    """Play first-block from its start, without a run file."""
    async with play(PlayApp(Session(load_scenario("first-block"))), width, height) as robot:
        yield robot


def test_no_two_keys_of_play_collide_and_every_action_has_its_method():
    assert collisions([PLAY, TABLE]) == []
    assert unhandled(PlayApp) == []
    assert len({d.key for d in DESTINATIONS}) == len(DESTINATIONS)


async def test_the_library_opens_with_the_newcomers_scenario_and_enter_begins_it():
    async with play(PlayApp()) as robot:
        robot.expect("Two minutes")
        robot.expect("enter begins the chosen scenario")
        assert robot.grid().selected == "tutorial"
        await robot.press("down")
        assert robot.grid().selected == "first-block"
        await robot.press("enter")
        robot.expect("Halden Freight › Briefing")
        robot.expect("YOUR TASK")
        robot.expect("PAUSED")
        robot.expect("g s opens the settings")


@pytest.mark.parametrize("destination", [d.name for d in DESTINATIONS if not d.when])
async def test_every_destination_opens_by_its_key_and_shows_what_kind_of_view_it_is(destination):
    place = next(d for d in DESTINATIONS if d.name == destination)
    async with playing() as robot:
        await robot.press("g", place.key)
        await robot.until(lambda: robot.sees("PRODUCT VIEW") or robot.sees("SIMULATOR VIEW"))
        assert getattr(robot.app.screen, "PLACE", destination)
        if place.digit:
            await robot.press("1", place.digit)
            assert len(robot.app.screen_stack) == 2


async def test_the_clock_stands_until_it_is_run_and_keeps_the_speed_it_was_given():
    async with playing() as robot:
        start = session_of(robot).now
        app_of(robot).elapse(0.4)
        assert session_of(robot).now == start
        await robot.press("p", ">", ">")
        robot.expect("×60")
        before = session_of(robot).now
        app_of(robot).elapse(0.4)
        assert session_of(robot).now - before >= 24_000_000
        await robot.press("p")
        robot.expect("PAUSED")


async def test_the_clock_waits_while_a_question_is_open():
    async with playing() as robot:
        await robot.press("p", "q")
        await robot.until(lambda: app_of(robot).held)
        before = session_of(robot).now
        app_of(robot)._tick()
        assert session_of(robot).now == before


async def test_skipping_stops_at_first_data_and_says_so():
    async with playing() as robot:
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        start = session_of(robot).now
        await robot.press("n")
        await robot.until(lambda: robot.sees("First data from Defender ATP has arrived"))
        assert HOUR < session_of(robot).now - start <= 2 * HOUR
        robot.expect("PAUSED")


async def test_one_key_cannot_end_the_exercise_and_the_end_shows_the_result():
    async with playing() as robot:
        session = session_of(robot)
        await robot.press("g", "r")
        await robot.until(lambda: robot.sees("shown when it is"))
        for said in ("The working day ends without news", "A working day begins", "One hour is left"):
            await robot.press("n")
            await robot.until(partial(robot.sees, said))
        assert session.resolved.end - session.now == HOUR
        await robot.press("n")
        await robot.until(lambda: robot.sees("Before any figure"))
        await robot.press("s")
        robot.expect("of 100 points")
        robot.expect("SIMULATOR VIEW")
        assert app_of(robot).result is not None
        assert app_of(robot).submit(SetSwitch(INTEGRATION, True)) is None
        await robot.until(lambda: robot.sees("The exercise is over"))


async def test_news_bring_the_clock_down_unless_that_is_switched_off():
    for key, speed in (((), 1), (("D",), 1800)):
        async with playing() as robot:
            app = app_of(robot)
            app.submit(SetSwitch(INTEGRATION, True))
            await robot.press("p", *[">"] * 4, *key)
            clock = app.clock
            assert clock is not None
            for _ in range(200):
                app.elapse(0.05)
            assert session_of(robot).now > session_of(robot).resolved.start + 110 * MINUTE or key == ()
            assert clock.speed == speed
            assert ("auto" in clock.label) is (key == ())


async def test_a_refused_command_says_what_to_do_and_changes_nothing():
    async with playing() as robot:
        before = session_of(robot).digest()
        assert app_of(robot).submit(CloseAlert("CA-[/b]", True)) is None
        await robot.until(lambda: robot.sees("Not done"))
        assert session_of(robot).digest() == before


async def test_going_somewhere_closes_the_pages_on_top_and_keeps_the_list_below():
    async with playing() as robot:
        await robot.press("g", "h", "j", "enter")
        robot.expect("Help articles › ")
        await robot.press("g", "b")
        await robot.press("g", "h")
        assert robot.grid().selected == "defender-atp-feed"
        assert len(robot.app.screen_stack) == 2


async def test_every_kind_of_entity_can_be_opened():
    names = {
        "app": "sohu-news",
        "user": "marek.novak@halden.example",
        "machine": "HF-LT-07",
        "source_ip": "10.0.0.1",
        "timeline": "HF-LT-07",
        "propagation": "sohu-news",
        "prompt": "HF-LT-07",
        "machine_settings": "HF-LT-07",
    }
    assert names.keys() | {"arrivals"} == ENTITIES.keys()
    async with playing() as robot:
        app_of(robot).submit(AssignSetting("EnableNetworkProtection", "Enabled", "Intune"), quiet=True)
        names["arrivals"] = assignments(session_of(robot))[0].id
        for kind, name in names.items():
            app_of(robot).open(kind, name)
            await robot.settle()
            robot.expect("VIEW")


async def test_the_run_is_kept_from_the_first_moment_and_can_be_gone_on_with(tmp_path):
    async with play(PlayApp(None, lambda name: tmp_path / f"{name}.jsonl")) as robot:
        await robot.press("down", "enter")
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        app_of(robot).leave()
    recorded = read_run(tmp_path / "first-block.jsonl")
    assert [record["kind"] for record in recorded.records][-2:] == ["command", "mark"]


async def test_a_folder_that_cannot_be_written_is_said_and_nothing_begins(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with play(PlayApp(None, lambda name: blocked / f"{name}.jsonl")) as robot:
        await robot.press("enter")
        await robot.until(lambda: robot.sees("Cannot write"))
        robot.expect("Library")


async def test_leaving_a_run_for_the_library_and_beginning_another(tmp_path):
    paths = iter([tmp_path / "one.jsonl", tmp_path / "two.jsonl"])
    async with play(PlayApp(None, lambda name: next(paths))) as robot:
        await robot.press("enter", "g", "h")
        await robot.app.perform("play.library")
        await robot.confirm()
        await robot.until(lambda: robot.sees("Find, judge and stop"))
        await robot.press("enter")
        robot.expect("YOUR TASK")
        assert read_run(tmp_path / "one.jsonl").records[-1]["kind"] == "mark"
        assert (tmp_path / "two.jsonl").exists()
