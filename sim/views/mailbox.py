"""The trainee's mailbox: what came, and what was asked and is not answered yet."""

from __future__ import annotations

from dataclasses import dataclass

from sim.session.driver import Session
from sim.world.asking import Question, Role


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail, or a question that waits for its answer."""

    id: str
    time: int
    """When it came; of a question, when it was asked."""
    who: str
    """The sender; of a question, who was asked."""
    subject: str
    question: str
    """What was asked; empty where nothing was."""
    asked: int | None
    text: str
    """Empty while a question waits."""
    title: str
    document: str
    app_id: str

    @property
    def waits(self) -> bool:
        """Whether it is a question without an answer."""
        return not self.text


def mailbox(session: Session) -> tuple[MailRow, ...]:
    """Return everything, the newest first."""
    world = session.world
    asked = {question.id: question for question in world.asking.questions}
    rows = []
    for mail in world.mailbox.mails:
        question = asked.get(mail.question)
        rows.append(
            MailRow(
                mail.id,
                mail.time,
                mail.sender,
                mail.subject,
                _letter(session, question) if question else "",
                question.time if question else None,
                mail.text,
                mail.title,
                mail.document,
                question.app_id if question else "",
            )
        )
    for question in world.asking.questions:
        if question.answered is None:
            name = world.tenant.apps[question.app_id].name
            letter = _letter(session, question)
            rows.append(
                MailRow(
                    question.id,
                    question.time,
                    question.asked,
                    name,
                    letter,
                    question.time,
                    "",
                    "",
                    "",
                    question.app_id,
                )
            )
    return tuple(sorted(rows, key=lambda row: (-row.time, row.id)))


def _letter(session: Session, question: Question) -> str:
    """Return the text of a question."""
    app = session.world.tenant.apps[question.app_id].name
    match question.role:
        case Role.OWNER:
            return f"What do we have {app} for?"
        case Role.MANAGER:
            return f"{question.about} was seen to use {app}. Do you know what for?"
        case _:
            return f"You were seen to use {app}. What do you use it for?"
