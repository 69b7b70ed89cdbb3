"""Asking about an app and reading the answer, as a user does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.base.time import HOUR
from sim.engine.tenant import INTEGRATION
from sim.scenario.asking import Asking
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.people_commands import AskAbout
from tests.tui.robot import play
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.app_page import APP_PAGE
from tui.screens.apps import APPS
from tui.screens.mailbox import MAILBOX, MailboxScreen

SCENARIO = str(Path(__file__).parents[1] / "scenarios" / "story-office.yaml")


def session() -> Session:
    """Return a session with data, in which everybody tells the truth."""
    found = load_scenario(SCENARIO)
    honest = found.scenario.model_copy(update={"asking": Asking(truthful=100, evasive=0)})
    played = Session(replace(found, scenario=honest))
    played.submit(SetSwitch(INTEGRATION, True))
    played.advance(played.now + 4 * HOUR)
    return played


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    for scope in (MAILBOX, APPS, APP_PAGE):
        assert collisions([PLAY, TABLE, scope]) == []
    assert unhandled(MailboxScreen) == []


async def test_a_question_is_sent_from_an_app_and_its_answer_is_read_in_the_mailbox() -> None:
    played = session()
    async with play(PlayApp(played), 110, 32) as robot:
        await robot.press("g", "y")
        robot.expect("PRODUCT VIEW – Mail")
        robot.expect("No mail yet. Press Y on an app to ask what it is for.")
        await robot.press("g", "a", "Y")
        await robot.until(lambda: robot.sees("esc cancels"))
        robot.expect("the user")
        robot.expect("@story.example")
        await robot.press("ctrl+enter")
        await robot.until(lambda: bool(played.world.asking.questions))
        await robot.press("g", "y")
        robot.expect("no answer yet")
        robot.expect("You were seen to use")
        played.advance(played.now + 28 * HOUR)
        await robot.press("g", "b", "g", "y")
        robot.expect("Re: ")
        await robot.press("enter")
        robot.expect("PRODUCT VIEW – ")


async def test_a_mail_shows_its_document_in_a_small_terminal() -> None:
    played = session()
    played.world.mailbox.receive(
        played.now,
        "dina.dahl@story.example",
        "Are we [b]safe?",
        "I read it.\n\nWell?",
        "List",
        "Forty names.",
    )
    played.submit(AskAbout("dropbox", "user", "anna.ahlgren@story.example"))
    async with play(PlayApp(played)) as robot:
        await robot.press("g", "y")
        robot.expect("Are we [b]safe?")
        await robot.press("G")
        robot.expect("Forty names.")
