"""Asking what an app is for: who is asked, when the answer comes, and that it does not change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import DAY, HOUR, MINUTE, to_datetime
from sim.scenario.asking import Asking, Purpose
from sim.scenario.load import Resolved, load_scenario
from sim.session.driver import Session
from sim.session.people_commands import AskAbout
from sim.session.wire import from_json, to_json
from sim.views.mailbox import mailbox

SCENARIO = str(Path(__file__).parents[1] / "scenarios" / "story-office.yaml")
FAY, ANNA, BEN = (f"{name}@story.example" for name in ("fay.frost", "anna.ahlgren", "ben.brook"))


def resolved(**said: object) -> Resolved:
    """Return the office with these shares of answers."""
    found = load_scenario(SCENARIO)
    asking = Asking.model_validate(said)
    return replace(found, scenario=found.scenario.model_copy(update={"asking": asking}))


def honest(**said: object) -> Session:
    """Return a session in which everybody answers truly."""
    return Session(resolved(truthful=100, evasive=0, **said))


def test_a_true_answer_comes_by_mail_when_somebody_is_at_work() -> None:
    session = honest()
    asked = session.now
    assert "went to anna.ahlgren" in session.submit(AskAbout("dropbox", "user", ANNA)).text
    (waiting,) = mailbox(session)
    assert waiting.waits
    session.advance(asked + 5 * HOUR)
    (mail,) = mailbox(session)
    assert mail.text == "I use it myself, and I send files with it."
    assert mail.question == "You were seen to use Dropbox. What do you use it for?"
    assert 15 * MINUTE <= mail.time - asked <= 4 * HOUR
    told = [one for one in session.notifications(asked) if one.portal == "Mail"]
    assert [(one.time, one.text) for one in told] == [(mail.time, f"{ANNA}: Re: Dropbox")]


@pytest.mark.fact("people.answers")
def test_nobody_answers_at_night() -> None:
    """Asked in the evening, people answer in the morning, in office hours."""
    session = honest()
    session.advance(session.now + 8 * HOUR + 25 * MINUTE)
    session.submit(AskAbout("dropbox", "user", ANNA))
    session.submit(AskAbout("sohu-news", "user", BEN))
    session.advance(session.now + DAY)
    mails = mailbox(session)
    moments = [to_datetime(mail.time, session.resolved.tz) for mail in mails]
    assert len(mails) == 2
    assert all(8 <= moment.hour <= 18 for moment in moments)
    assert {moment.day for moment in moments} == {17}


@pytest.mark.fact("people.answers")
def test_the_same_question_gets_the_same_stance() -> None:
    """Twenty-four pairs of person and app: some answer truly, some evasively, some never; twice alike."""
    session = Session(resolved(truthful=40, evasive=30))
    people, apps = session.world.staff.people, ("dropbox", "sohu-news", "box")
    for _ in range(2):
        for app in apps:
            for person in people:
                session.submit(AskAbout(app, "user", person.upn))
    session.advance(session.now + 2 * DAY)
    texts: dict[tuple[str, str], set[str]] = {}
    for mail in mailbox(session):
        texts.setdefault((mail.who, mail.app_id), set()).add(mail.text)
    assert all(len(found) == 1 for found in texts.values())
    said = [text for found in texts.values() for text in found]
    assert 0 < sum(not text for text in said) < len(said)
    assert 0 < sum(text.startswith("It is something for work") for text in said) < len(said)


@pytest.mark.fact("people.hides")
def test_who_takes_documents_away_never_tells_the_truth_and_who_was_tricked_does() -> None:
    """Fay leaks from the first day on, Anna was sent a link on the second."""
    session = honest()
    session.submit(AskAbout("turnip-drive", "user", FAY))
    session.advance(session.now + 27 * HOUR)
    session.submit(AskAbout("turnip-drive", "user", FAY))
    session.submit(AskAbout("moonjar-files", "user", ANNA))
    session.advance(session.now + 5 * HOUR)
    told = {(mail.app_id, mail.text) for mail in mailbox(session)}
    assert ("turnip-drive", "I do not use it.") in told, "asked before it began"
    assert ("turnip-drive", "It is something for work. I would have to look up what exactly.") in told
    assert any(app == "moonjar-files" and "link came by mail" in text for app, text in told)


def test_a_manager_asks_and_an_author_may_say_what_people_say() -> None:
    purpose = Purpose(app="sohu-news", says="It is where our customers advertise.", departments=("Desk",))
    session = honest(purposes=(purpose,))
    session.submit(AskAbout("sohu-news", "user", ANNA))
    answer = session.submit(AskAbout("sohu-news", "manager", BEN))
    ben = next(person for person in session.world.staff.people if person.upn == BEN)
    assert session.world.staff.people[ben.manager].upn in answer.text
    session.advance(session.now + 5 * HOUR)
    texts = {mail.text for mail in mailbox(session)}
    assert texts == {purpose.says, f'I asked Ben Brook. The answer was: "{purpose.says}"'}


def test_an_owner_says_what_an_approved_app_is_for() -> None:
    session = Session(load_scenario("first-block"))
    session.submit(AskAbout("box", "owner"))
    session.advance(session.now + 6 * HOUR)
    (mail,) = mailbox(session)
    assert (mail.who, mail.question) == ("Head of Operations", "What do we have Box for?")
    assert "freight papers with carriers" in mail.text


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (AskAbout("dropbox", "boss", ANNA), "unknown role 'boss'"),
        (
            AskAbout("dropbox", "user", "anna.ahlgrn@story.example"),
            "did you mean 'anna.ahlgren@story.example'",
        ),
        (AskAbout("dropbox", "owner"), "nobody is written down as the owner of Dropbox"),
        (AskAbout("dropbox", "manager", ANNA), "Anna Ahlgren has no manager here"),
    ],
)
def test_who_cannot_be_asked_is_said(command: AskAbout, words: str) -> None:
    with pytest.raises(CommandRefused, match=words):
        Session(load_scenario(SCENARIO)).submit(command)


def test_the_command_survives_a_run_file() -> None:
    command = AskAbout("dropbox", "manager", BEN)
    assert from_json(to_json(command)) == command
