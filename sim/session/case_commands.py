"""Commands of the case: verdicts, evidence, messages, tickets, exceptions, and the end of the shift.

None of them changes a portal or the world; they say what the trainee holds to be true and has told others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, InputError, Problem, nearest
from sim.base.text import plain
from sim.base.time import from_iso, show_clock
from sim.session.answer import Answer, said
from sim.session.citing import cited_rows
from sim.session.lookup import unknown
from sim.session.notebook import (
    CitedRow,
    Evidence,
    Exemption,
    Handover,
    Notebook,
    SentMessage,
    Ticket,
    Verdict,
)
from sim.session.subjects import named, person, subject_name
from sim.world.model import World
from sim.world.people import NOBODY

VERDICTS: dict[str, tuple[str, ...]] = {
    "app": ("shadow-it-stop", "tolerate", "sanction"),
    "alert": ("true-positive", "false-positive", "benign"),
}
"""What a verdict can be, by the kind of its subject."""

EVIDENCE = ("rows", "entity", "alert", "query")


@dataclass(frozen=True, slots=True)
class GiveVerdict:
    """Say what an app or an alert is, how sure that is, and why; a later verdict replaces an earlier one."""

    kind: ClassVar[str] = "give-verdict"
    subject: str
    """`app:ID` or `alert:ID`."""
    verdict: str
    """Of an app `shadow-it-stop`, `tolerate` or `sanction`; of an alert `true-positive`, `false-positive` or
    `benign`."""
    confidence: int
    """0 to 100."""
    reason: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the verdict; it is judged at the end."""
        subject = named(world, notes, self.subject, tuple(VERDICTS))
        known = VERDICTS[subject.partition(":")[0]]
        problems = []
        if self.verdict not in known:
            what = f"{subject} cannot be {self.verdict!r}"
            problems.append(Problem("VERDICT-UNKNOWN", what, advice=nearest(self.verdict, known)))
        if not 0 <= self.confidence <= 100:
            what = f"a confidence of {self.confidence} is not within 0 and 100"
            problems.append(Problem("VERDICT-CONFIDENCE", what, advice="write per cent"))
        if not self.reason.strip():
            problems.append(Problem("VERDICT-REASON", "the verdict has no reason", advice="say why"))
        if problems:
            raise CommandRefused(problems)
        given = Verdict(world.now, subject, self.verdict, self.confidence, self.reason.strip())
        replaced = notes.judge(given)
        words = f"{subject_name(world, subject)}: {self.verdict}, {self.confidence} % sure"
        return said(f"{words}; the earlier verdict is replaced" if replaced else words, replaced=replaced)


@dataclass(frozen=True, slots=True)
class AddEvidence:
    """Cite rows, an entity, an alert or a query for what is found out about a subject."""

    kind: ClassVar[str] = "add-evidence"
    subject: str
    evidence: str
    """`rows`, `entity`, `alert` or `query`."""
    reference: str
    """Of rows, their view: `timeline:MACHINE` or `report:NAME`; of an entity `user:ACCOUNT`, `machine:NAME`
    or `app:ID`; of an alert its id; of a query its text."""
    note: str = ""
    rows: tuple[str, ...] = ()
    """Ids of the rows as their view shows them, or the rows that the query gave."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep it in the case notes; rows are kept with what they say."""
        subject = named(world, notes, self.subject)
        reference, rows = self.reference.strip(), tuple(dict.fromkeys(self.rows))
        cited: tuple[CitedRow, ...] = ()
        match self.evidence:
            case "rows":
                cited = cited_rows(world, reference, rows)
            case "entity":
                reference = named(world, notes, reference, ("user", "machine", "app"))
            case "alert":
                reference = world.tenant.find_alert(reference.removeprefix("alert:"), world.now).id
            case "query":
                if not reference:
                    raise CommandRefused(Problem("EVIDENCE-QUERY", "the query is empty", advice="give it"))
            case other:
                raise unknown("EVIDENCE-KIND", "kind of evidence", other, list(EVIDENCE))
        made = Evidence("", world.now, subject, self.evidence, reference, self.note.strip(), rows, cited)
        kept = notes.cite(made)
        what = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} of {reference}" if rows else reference
        return said(f"{kept.id}: {plain(what)}, for {subject_name(world, subject)}", id=kept.id)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Write to one user, or to the manager of one; `notify-users` writes to all users of an app."""

    kind: ClassVar[str] = "send-message"
    to: str
    """`user:ACCOUNT` or `manager:ACCOUNT`, under any name of the reports; a manager by whom they lead."""
    subject: str
    """What it is about, such as `app:ID`."""
    text: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Send it; `ask-about` is what asks and gets an answer."""
        role, _, name = self.to.partition(":")
        if role not in {"user", "manager"}:
            what = f"{self.to!r} is nobody to write to"
            advice = "write user:ACCOUNT or manager:ACCOUNT"
            raise CommandRefused(Problem("MESSAGE-TO", what, advice=advice))
        text = _needed("MESSAGE-TEXT", "the message", self.text)
        subject = named(world, notes, self.subject)
        people = world.staff.people
        about = people[person(world, notes, name)]
        if role == "manager" and about.manager == NOBODY:
            raise CommandRefused(
                Problem("MESSAGE-MANAGER", f"{about.name} has no manager here", advice="write to them")
            )
        who = people[about.manager] if role == "manager" else about
        sent = SentMessage(notes.next("mail"), world.now, who.upn, role, about.upn, subject, text)
        notes.messages.append(sent)
        return said(f"{sent.id} went to {sent.to}", id=sent.id, to=sent.to)


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Hand work to another team."""

    kind: ClassVar[str] = "open-ticket"
    team: str
    title: str
    text: str
    subject: str = ""
    """What it is about, such as `app:ID`; empty where it is about none."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the ticket with the time."""
        subject = named(world, notes, self.subject) if self.subject else ""
        team = _needed("TICKET-TEAM", "the team", self.team)
        title = _needed("TICKET-TITLE", "the title", self.title)
        ticket = Ticket(notes.next("tkt"), world.now, team, subject, title, self.text.strip())
        notes.tickets.append(ticket)
        return said(f"{ticket.id} went to {plain(team)}", id=ticket.id)


@dataclass(frozen=True, slots=True)
class GrantException:
    """Let a user or a department use an app until a day, against the written policy; it opens nothing."""

    kind: ClassVar[str] = "grant-exception"
    app: str
    who: str
    """Account of a user, or the name of a department."""
    until: str
    """Such as 2019-12-31T18:00, in the scenario's zone."""
    reason: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep it in the register of exceptions; an indicator or a scoped profile has to follow it."""
        app = world.tenant.catalog.app(self.app)
        reason = _needed("EXCEPTION-REASON", "the reason", self.reason)
        departments = {one.department.casefold(): one.department for one in world.staff.people}
        who = departments.get(self.who.strip().casefold())
        who = who or world.staff.people[person(world, notes, self.who.removeprefix("user:"))].upn
        try:
            until = from_iso(self.until, world.resolved.tz)
        except InputError as error:
            raise CommandRefused(error.problems) from None
        if until <= world.now:
            what = f"{self.until} is over already"
            raise CommandRefused(Problem("EXCEPTION-UNTIL", what, advice="write a later time"))
        kept = notes.grant(Exemption("", world.now, app.id, who, until, reason))
        text = f"{kept.id}: {who} may use {app.name} until {show_clock(until, world.resolved.tz)}"
        return said(text, id=kept.id)


@dataclass(frozen=True, slots=True)
class RemoveNote:
    """Take a finding, a verdict, evidence or an exception back."""

    kind: ClassVar[str] = "remove-note"
    note: str
    """Its id; of a verdict its subject."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Remove it; the run file still tells that it was there."""
        notes.remove(self.note)
        return said(f"{plain(self.note)} is taken back")


@dataclass(frozen=True, slots=True)
class FinishShift:
    """End the shift with a handover note: no command is taken after it, and the clock plays on to the end."""

    kind: ClassVar[str] = "finish-shift"
    handover: str = ""
    time_up: bool = False
    """Whether the time of an assessed run was up."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the handover."""
        notes.handover = Handover(world.now, self.handover.strip(), self.time_up)
        return said("time is up" if self.time_up else "the shift is handed over")


def _needed(rule: str, what: str, text: str) -> str:
    found = text.strip()
    if not found:
        raise CommandRefused(Problem(rule, f"{what} is empty", advice="write something"))
    return found
