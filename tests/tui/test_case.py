"""Working a case at the keyboard: verdict, evidence with one key, the notebook, the handover."""

from __future__ import annotations

from sim.base.time import HOUR
from sim.engine.tenant import INTEGRATION
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.testing import begin
from tests.exercise.small import TODAY, small
from tests.tui.robot import play
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import READER, TABLE
from tui.playkeys import PLAY
from tui.screens.notebook import NOTEBOOK, NotebookScreen


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    assert collisions([PLAY, TABLE, NOTEBOOK]) == []
    assert collisions([PLAY, READER]) == []
    assert unhandled(NotebookScreen) == []
    assert unhandled(PlayApp) == []


async def test_a_case_is_worked_from_the_app_to_the_handover() -> None:
    session = begin()
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(session.now + 4 * HOUR)
    async with play(PlayApp(session)) as robot:
        await robot.press("V")
        robot.expect("Choose an app or an alert first.")
        await robot.press("g", "a", "V")
        await robot.until(lambda: robot.sees("esc cancels"))
        await robot.press("tab", "8", "0", "enter", "enter")
        robot.expect("write something")
        await robot.press("P", "-", "2", "enter")
        await robot.until(lambda: bool(session.notes.verdicts))
        await robot.press("enter")
        robot.expect("Your verdict: stop it, 80 % sure")

        await robot.press("g", "t", "enter", "+", "j", "+", "+")
        assert [len(one.rows) for one in session.notes.evidence] == [1, 1]

        await robot.press("g", "c")
        robot.expect("Verdict")
        await robot.press("G", "e")
        await robot.until(lambda: robot.sees("may stay empty"))
        await robot.press("w", "h", "y", "enter")
        await robot.until(lambda: session.notes.evidence[-1].note == "why")
        robot.expect("MicrosoftEdge")
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: len(session.notes.evidence) == 1)

        await robot.press(",")
        for words in ("m  Message", "t  Ticket", "x  Exception", "f  Finish shift"):
            robot.expect(words)
        await robot.press("t")
        await robot.until(lambda: robot.sees("esc cancels"))
        await robot.press(*"Desk", "enter", *"QUIC", "enter", "enter")
        await robot.until(lambda: bool(session.notes.tickets))

        await robot.press(",", "f")
        await robot.until(lambda: robot.sees("You can do nothing after it"))
        await robot.press(*"All open.", "enter")
        await robot.until(lambda: session.finished)
        await robot.until(lambda: robot.sees("The run is over"))
        await robot.press("g", "c")
        robot.expect("Handover")
        await robot.press("+")
        robot.expect("The exercise is over.")


async def test_a_hint_says_its_price_first_and_then_what_it_says() -> None:
    session = Session(small(TODAY))
    async with play(PlayApp(session)) as robot:
        await robot.press("g", "c", "H")
        await robot.until(lambda: robot.sees("detect, level 1: 7 points"))
        await robot.press("tab", "enter")
        await robot.until(lambda: bool(session.notes.hints))
        robot.expect("Look at the feed.")
        await robot.press("H")
        robot.expect("The next hint is offered at")
