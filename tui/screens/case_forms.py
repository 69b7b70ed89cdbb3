"""The forms of the case, and the commands that their values make."""

from __future__ import annotations

from collections.abc import Sequence

from sim.session.case_commands import (
    VERDICTS,
    FinishShift,
    GiveVerdict,
    GrantException,
    OpenTicket,
    SendMessage,
)
from sim.session.commands import TakeHint
from sim.views.hints import HintRow
from sim.views.notes import VERDICT_WORDS
from tui.forms import ChoiceField, FormScreen, TextField, Values
from tui.screens.cloud_forms import Form
from tui.units import plural


def verdict_form(subject: str, name: str, given: GiveVerdict | None) -> Form:
    """Return the form of a verdict on an app or an alert, filled from the one that was given."""
    known = VERDICTS[subject.partition(":")[0]]
    screen = FormScreen(
        f"Verdict on {name}",
        (
            ChoiceField(
                "verdict",
                "It is",
                tuple((one, VERDICT_WORDS[one]) for one in known),
                given.verdict if given else "",
            ),
            TextField(
                "confidence",
                "How sure, %",
                str(given.confidence) if given else "",
                "50 is a guess, 100 is certain",
                _per_cent,
            ),
            TextField("reason", "Because", given.reason if given else "", "what it rests on", _something),
        ),
        about="Nothing is blocked or closed by it. How sure you were is judged, too: not too often wrong "
        "at 90, not too often right at 50.",
        verb="Give verdict",
    )
    return Form(
        screen,
        lambda values: GiveVerdict(
            subject, str(values["verdict"]), int(str(values["confidence"])), _text(values, "reason")
        ),
    )


def letter_form(subject: str, name: str, user: str) -> Form:
    """Return the form of a mail about something to a user or their manager."""
    screen = FormScreen(
        f"Message about {name}",
        (
            ChoiceField("role", "To", (("user", "the user"), ("manager", "the user's manager"))),
            TextField("user", "User", user, "as the reports name them", _something),
            TextField("text", "Text", placeholder="what they should know or do", check=_something),
        ),
        about="Nobody answers a message; Y on an app asks what it is for.",
        verb="Send",
    )
    return Form(
        screen,
        lambda values: SendMessage(
            f"{values['role']}:{_text(values, 'user')}", subject, _text(values, "text")
        ),
    )


def ticket_form(subject: str, name: str) -> Form:
    """Return the form of a ticket for another team."""
    screen = FormScreen(
        f"Ticket about {name}" if subject else "Ticket",
        (
            TextField("team", "Team", placeholder="such as Service desk or Network", check=_something),
            TextField("title", "Title", check=_something),
            TextField("text", "Text", placeholder="what is wanted, and until when"),
        ),
        about="For what you may not do yourself, or what is another team's work.",
        verb="Open ticket",
    )
    return Form(
        screen,
        lambda values: OpenTicket(
            _text(values, "team"), _text(values, "title"), _text(values, "text"), subject
        ),
    )


def exception_form(app: tuple[str, str], given: GrantException | None = None, who: str = "") -> Form:
    """Return the form of an exception for an app, filled from one that was granted; who it is for stays."""
    screen = FormScreen(
        f"Exception for {app[1]}",
        (
            TextField(
                "who", "For", given.who if given else who, "a user's account, or a department", _something
            ),
            TextField("until", "Until", given.until if given else "", "such as 2019-12-31T18:00", _something),
            TextField("reason", "Because", given.reason if given else "", check=_something),
        ),
        about="An entry in the register of exceptions. It opens nothing by itself.",
        verb="Grant",
    )
    return Form(
        screen,
        lambda values: GrantException(
            app[0], _text(values, "who"), _text(values, "until"), _text(values, "reason")
        ),
    )


def finish_form(end: str) -> Form:
    """Return the form that ends the shift; `end` is when the exercise ends, in words."""
    screen = FormScreen(
        "Finish the shift",
        (
            TextField(
                "handover",
                "Handover",
                placeholder="what is done, what is open, what to watch",
                check=_something,
            ),
        ),
        about=f"You can do nothing after it. The organisation goes on without you until {end}, and the "
        "score counts what happens until then.",
        verb="Finish",
    )
    return Form(screen, lambda values: FinishShift(_text(values, "handover")))


def _text(values: Values, field: str) -> str:
    return str(values[field]).strip()


def _something(text: str) -> str:
    return "" if text else "write something"


def _per_cent(text: str) -> str:
    whole = text.isascii() and text.isdecimal() and int(text) <= 100
    return "" if whole else "a whole number from 0 to 100"


def hint_form(offered: Sequence[HintRow]) -> Form:
    """Return the form that asks which of the offered hints to take; it says what each costs."""
    words = tuple(
        (row.subject, f"{row.helps}, level {row.level}: {plural(row.price, 'point')}") for row in offered
    )
    screen = FormScreen(
        "Take a hint",
        (ChoiceField("hint", "Which", words),),
        about="It is recorded, and its points are taken from the objective that it helps, of 100 there.",
        verb="Take it",
    )
    return Form(screen, lambda values: TakeHint(str(values["hint"])))
