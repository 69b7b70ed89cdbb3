"""The keys of the case, which work on every screen: judge and cite what is under the cursor, write, finish.

A screen says what is under its cursor (`PlayScreen.case_subject`, `citation`); this asks and sends.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual import work

from sim.base.time import show_clock
from tui import rooms
from tui.actions import Action
from tui.screens.base import PlayScreen
from tui.shell import Shell

if TYPE_CHECKING:
    from sim.session.answer import Answer
    from sim.session.commands import Command
    from sim.session.driver import Session
    from tui.screens.cloud_forms import Form

CASE = (
    Action(
        "case.verdict",
        "Verdict",
        "say what the app or the alert is, how sure you are, and why",
        ("V",),
        "Kept in the case notebook (`g c`) and judged at the end. It blocks and closes nothing.",
        when="verdict",
    ),
    Action(
        "case.cite",
        "Cite",
        "cite the row, the entity or the alert under the cursor as evidence",
        ("+",),
        "Kept in the case notebook (`g c`), where a note can be added.",
        when="citation",
    ),
    Action(
        "case.message",
        "Message",
        "write to a user or their manager about what is under the cursor",
        (", m",),
        when="subject",
    ),
    Action("case.ticket", "Ticket", "open a ticket for another team", (", t",), when="desk"),
    Action(
        "case.exception",
        "Exception",
        "grant somebody an exception for the app under the cursor",
        (", x",),
        when="app_subject",
    ),
    Action(
        "case.finish",
        "Finish shift",
        "hand the shift over: the exercise plays on to its end without you",
        (", f",),
        "Asks for a handover note. Nothing can be done after it.",
        when="desk",
    ),
)


class CaseKeys(Shell):
    """What `CASE` does; the application inherits it."""

    session: Session | None

    @abstractmethod
    def submit(self, command: Command, *, quiet: bool = False) -> Answer | None:
        """Apply a command and say what came of it."""

    @abstractmethod
    def play_on(self) -> None:
        """Let the clock run to the end without the trainee."""

    @property
    def _pointing(self) -> PlayScreen | None:
        return next((one for one in reversed(self.screen_stack) if isinstance(one, PlayScreen)), None)

    @property
    def _subject(self) -> str:
        return self._pointing.case_subject() if self._pointing is not None else ""

    def when_desk(self) -> str:
        """Say why nothing can be done, if so."""
        if self.session is None:
            return "choose a scenario first"
        if self.session.finished:
            return "the exercise is over"
        return "the shift is handed over" if self.session.handed_over else ""

    def when_subject(self) -> str:
        """Say that nothing under the cursor can be written about, if so."""
        return self.when_desk() or ("" if self._subject else "nothing is chosen that it could be about")

    def when_verdict(self) -> str:
        """Say that nothing under the cursor can be judged, if so."""
        if reason := self.when_desk():
            return reason
        judged = self._subject.partition(":")[0] in rooms.VERDICTS
        return "" if judged else "choose an app or an alert first"

    def when_app_subject(self) -> str:
        """Say that no app is under the cursor, if so."""
        return self.when_desk() or ("" if self._subject.startswith("app:") else "choose an app first")

    def when_citation(self) -> str:
        """Say that nothing under the cursor can be cited, if so."""
        found = self._pointing.citation() if self._pointing is not None else None
        return self.when_desk() or ("" if found else "there is nothing here to cite")

    def do_case_cite(self) -> None:
        """Cite what is under the cursor."""
        found = self._pointing.citation() if self._pointing is not None else None
        if found is not None:
            self.submit(found)

    @work
    async def ask_and_submit(self, form: Form) -> None:
        """Show a form of the case, and send what it asks for."""
        values = await self.push_screen_wait(form.screen)
        if values is not None:
            self.submit(form.command(values))

    def ask_verdict(self, subject: str) -> None:
        """Ask for a verdict on a subject."""
        from tui.screens.case_forms import verdict_form

        session = self.session
        if session is not None:
            name, given = rooms.subject_name(session.world, subject), rooms.verdict_on(session, subject)
            self.ask_and_submit(verdict_form(subject, name, given))

    def do_case_verdict(self) -> None:
        """Ask for the verdict."""
        self.ask_verdict(self._subject)

    def do_case_message(self) -> None:
        """Ask to whom, and what."""
        from tui.screens.case_forms import letter_form

        session, subject, screen = self.session, self._subject, self._pointing
        if session is not None and screen is not None:
            user = screen.case_user()
            self.ask_and_submit(letter_form(subject, rooms.subject_name(session.world, subject), user))

    def do_case_ticket(self) -> None:
        """Ask for which team, and what."""
        from tui.screens.case_forms import ticket_form

        session, subject = self.session, self._subject
        if session is not None:
            self.ask_and_submit(ticket_form(subject, rooms.subject_name(session.world, subject)))

    def do_case_exception(self) -> None:
        """Ask for whom and until when."""
        from tui.screens.case_forms import exception_form

        session, subject, screen = self.session, self._subject, self._pointing
        if session is not None and screen is not None:
            app = subject.partition(":")[2]
            name = rooms.subject_name(session.world, subject)
            self.ask_and_submit(exception_form((app, name), who=screen.case_user()))

    @work
    async def do_case_finish(self) -> None:
        """Ask for the handover, then play on."""
        from tui.screens.case_forms import finish_form

        if self.session is None:
            return
        resolved = self.session.resolved
        form = finish_form(show_clock(resolved.end, resolved.tz))
        values = await self.push_screen_wait(form.screen)
        if values is not None and self.submit(form.command(values)) is not None:
            self.play_on()
