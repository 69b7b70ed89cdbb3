"""The trainee's mailbox: what colleagues and the story write, and the answers to what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.engine.governance import LogEntry


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `number` counts from 0."""

    number: int
    time: int
    sender: str
    subject: str
    text: str
    title: str = ""
    """Title of the document that came with it; empty where none did."""
    document: str = ""
    question: str = ""
    """Id of the question that it answers; empty where it answers none."""

    @property
    def id(self) -> str:
        """The id a person sees."""
        return f"mail-{self.number + 1:03d}"


class Mailbox:
    """Everything that has come, in the order it came."""

    def __init__(self, keep: Callable[[LogEntry], None]) -> None:
        """`keep` writes what happened into the run's journal."""
        self.mails: list[Mail] = []
        self._keep = keep

    def receive(
        self,
        now: int,
        sender: str,
        subject: str,
        text: str,
        title: str = "",
        document: str = "",
        question: str = "",
    ) -> Mail:
        """Take in a mail."""
        mail = Mail(len(self.mails), now, sender, subject, text, title, document, question)
        self.mails.append(mail)
        self._keep(LogEntry(now, sender, "Mail", mail.id, subject))
        return mail
