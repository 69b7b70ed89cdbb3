"""The debrief at the keyboard: own account first, then pages that fill by themselves, and a commitment."""

from __future__ import annotations

from pathlib import Path

from sim.engine.tenant import INTEGRATION
from sim.exercise.record import read_record
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from tests.exercise.runs import changed
from tests.tui.robot import play
from tests.tui.stages import app_of, session_of
from tui.app import PlayApp
from tui.screens.debrief import DebriefScreen
from tui.screens.debrief_charts import chart


def short() -> Session:
    """Return the first three hours of the shipped scenario, the feed on."""
    session = Session(changed(end="2019-12-16T12:00"))
    session.submit(SetSwitch(INTEGRATION, True))
    return session


async def test_the_account_comes_first_and_the_commitment_meets_the_next_run(tmp_path: Path):
    record = tmp_path / "record.json"
    session = short()
    session.record_to(tmp_path / "run.jsonl")
    async with play(PlayApp(session, record=record)) as robot:
        await robot.press("g", "z")
        await robot.until(lambda: robot.sees("The debrief comes when the run is over"))
        session.advance(session.resolved.end)
        app_of(robot)._end_if_over()
        await robot.until(lambda: robot.sees("Before any figure"))
        robot.refuse("of 100")
        await robot.press("]")
        robot.expect("First your own account")
        await robot.press("a", *"a leak", "tab", "tab", "enter")
        await robot.until(lambda: isinstance(robot.app.screen, DebriefScreen))
        robot.expect("of 100 points")
        await robot.until(lambda: app_of(robot).reviewer.debrief is not None)
        debrief = app_of(robot).reviewer
        await robot.until(lambda: debrief.debrief is not None and debrief.debrief.weighed)
        await robot.until(lambda: robot.sees("would have"))
        robot.expect("EARLIER")
        for words in ("PROHIBITED CONNECTIONS THAT GOT THROUGH", "Marek Novak uses Sohu News", "(25 points)"):
            await robot.press("]")
            robot.expect(words)
        await robot.press("e")
        assert (tmp_path / "run.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        await robot.press("c", "enter")
        await robot.until(lambda: isinstance(robot.app.screen, DebriefScreen))
        robot.expect("a leak")
        robot.expect("I will look at")
    kept = read_record(record)
    assert kept.results[0].answers == {"happened": "a leak"}
    assert kept.results[0].run == "run.jsonl"
    assert kept.commitment is not None
    async with play(PlayApp(record=record)) as robot:
        await robot.until(lambda: robot.sees("You meant to: I will look at"))
    async with play(PlayApp(short(), record=record)) as robot:
        await robot.until(lambda: robot.sees("YOUR COMMITMENT OF"))


async def test_a_broken_record_is_told_and_left_as_it_is(tmp_path: Path):
    record = tmp_path / "record.json"
    record.write_text("{", encoding="utf-8")
    session = short()
    async with play(PlayApp(session, record=record)) as robot:
        await robot.until(lambda: robot.sees("The learner's record is damaged"))
        assert session_of(robot) is session
        await robot.press("colon", *"theme", "enter")
        await robot.until(lambda: robot.app.theme != "dark")
    assert record.read_text(encoding="utf-8") == "{"


def test_the_chart_draws_a_rising_line_from_corner_to_corner():
    rows = [row.plain for row in chart([range(0, 101)], 20, 4)]
    assert [len(row) for row in rows] == [20] * 4
    assert rows[0].strip() == rows[0].lstrip()
    assert rows[0][:10].strip() == ""
    assert rows[3][10:].strip() == ""
    assert rows[3][0] != " " != rows[0][-1]
    assert [row.plain.strip() for row in chart([[0, 0]], 4, 2)] == ["", "⣀" * 4]
