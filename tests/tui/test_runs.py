"""Going back, changing between runs, and an assessed run, as a user does it."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from sim.base.time import HOUR
from sim.engine.tenant import INTEGRATION
from sim.session.assessed import Assessed
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.runfile import read_run
from sim.testing import begin
from tests.tui.robot import play
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.rewind import MOMENTS, RUNS, MomentsScreen, RunsScreen


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    for scope, screen in ((MOMENTS, MomentsScreen), (RUNS, RunsScreen)):
        assert collisions([PLAY, TABLE, scope]) == []
        assert unhandled(screen) == []


async def test_one_goes_back_to_before_a_tag_and_forth_to_the_run_that_has_it(tmp_path: Path) -> None:
    session = begin()
    session.record_to(tmp_path / "first.jsonl")
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(session.now + 2 * HOUR)
    session.submit(TagApp("slack", "Unsanctioned"))
    session.advance(session.now + HOUR)
    app = PlayApp(session, lambda stem: tmp_path / f"{stem}-0001.jsonl")
    async with play(app) as robot:
        await robot.press("g", "j")
        robot.expect("SIMULATOR VIEW")
        robot.expect("first data from")
        robot.grid().select("command-1")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("Go back to Mon 16 Dec 11:00?"))
        robot.expect("before: Slack is tagged Unsanctioned")
        await robot.confirm()
        await robot.until(lambda: app.session is not None and app.session is not session)
        assert app.session is not None
        assert "slack" not in app.session.world.tenant.tags
        robot.expect("Mon 16 Dec 11:00")

        await robot.press("g", "J")
        robot.expect("first-from-0001 •")
        robot.grid().select(str(tmp_path / "first.jsonl"))
        await robot.press("enter")
        await robot.confirm()
        await robot.until(lambda: app.run_path == tmp_path / "first.jsonl")
        assert app.session.world.tenant.tags["slack"] == "Unsanctioned"
        robot.expect("Mon 16 Dec 12:00")


def test_a_pause_is_in_the_run_file_and_costs_nothing(tmp_path: Path) -> None:
    session = begin()
    session.record_to(tmp_path / "run.jsonl")
    app = PlayApp(session)
    assert app.clock is not None
    app.elapse(90.0)
    app.clock.toggle()
    app.clock.tick(0.5)
    recorded = read_run(tmp_path / "run.jsonl")
    assert [record.get("paused") for record in recorded.records] == [90]
    steady = begin()
    steady.advance(session.now)
    assert session.now > steady.resolved.start
    assert session.digest() == steady.digest()
    session.leave()


async def test_an_assessed_run_never_stands_still_and_ends_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "exam.jsonl"
    exam = Assessed("Ada", "first-block:x", 45, int(time.time()) + 2700)
    session = Session(begin().resolved, 5, assessed=exam)
    session.record_to(path)
    app = PlayApp(session)
    async with play(app) as robot:
        assert app.clock is not None
        assert not app.clock.paused
        for keys, words in (
            (("p",), "cannot be paused"),
            (("g", "v"), "no simulator view"),
            (("g", "j"), "cannot be gone"),
            (("g", "r"), "result of an exercise"),
        ):
            await robot.press(*keys)
            await robot.until(partial(robot.sees, words))
        robot.refuse("PAUSED")
        robot.expect("×1, 45 min left")
        begun = session.now
        app.elapse(40.0)
        assert session.now >= begun + 40_000_000
        app.elapse(3000.0)
        await robot.until(lambda: session.finished)
        await robot.until(lambda: read_run(path).footer is not None)
    handover = session.notes.handover
    assert handover is not None
    assert handover.time_up
    last = [record for record in read_run(path).records if record["kind"] == "command"][-1]
    assert last["command"] == {"kind": "finish-shift", "handover": "", "time_up": True}
