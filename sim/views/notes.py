"""The case notebook: everything that the trainee wrote down, sent or was shown, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sim.base.time import show_clock, to_datetime
from sim.session.case_commands import AddEvidence, GiveVerdict, GrantException
from sim.session.commands import RecordFinding
from sim.session.driver import Session
from sim.session.hints import PREFIX
from sim.session.notebook import Evidence
from sim.session.subjects import subject_name
from sim.views.amounts import plural
from sim.views.hints import hints
from sim.views.messages import messages

VERDICT_WORDS: dict[str, str] = {
    "shadow-it-stop": "stop it",
    "tolerate": "tolerate it",
    "sanction": "sanction it",
    "true-positive": "true positive",
    "false-positive": "false positive",
    "benign": "benign",
}
"""What a verdict says to a person."""

Again = GiveVerdict | RecordFinding | AddEvidence | GrantException
LISTED = 6
"""Cited rows that a note lists; the run file has all of them."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note."""

    id: str
    time: int
    kind: str
    subject: str
    """What it is about, as commands name it; empty where it is about nothing."""
    about: str
    """The same for a person."""
    text: str
    lines: tuple[str, ...] = ()
    """What else it says."""
    again: Again | None = None
    """The command that would make it again, and so change it; None where it stays as it is."""


def verdict_on(session: Session, subject: str) -> GiveVerdict | None:
    """Return the verdict that was given on an app or an alert, as the command that gave it."""
    given = session.notes.verdicts.get(subject)
    return None if given is None else GiveVerdict(subject, given.verdict, given.confidence, given.reason)


def verdict_words(session: Session, subject: str) -> str:
    """Return the verdict on a subject in words; empty where none was given."""
    given = session.notes.verdicts.get(subject)
    return "" if given is None else f"{VERDICT_WORDS[given.verdict]}, {given.confidence} % sure"


def notes(session: Session) -> tuple[NoteRow, ...]:
    """Return all notes, the newest first."""
    rows = (*_findings(session), *_judged(session), *_sent(session), *_rest(session))
    world = session.world
    named = (replace(row, about=subject_name(world, row.subject)) if not row.about else row for row in rows)
    return tuple(sorted(named, key=lambda row: (-row.time, row.id)))


def _findings(session: Session) -> Iterator[NoteRow]:
    staff, users = session.world.staff, session.world.user_names
    for f in session.notes.findings:
        user, machine = users[f.user], staff.machines[f.machine].name
        process = staff.processes[f.process]
        again = RecordFinding(f.app_id, user, machine, process, f.note)
        text = f"{user} on {machine} in {process}"
        yield NoteRow(f.id, f.time, "Finding", f"app:{f.app_id}", "", text, _some(f.note), again)


def _judged(session: Session) -> Iterator[NoteRow]:
    tz = session.resolved.tz
    for v in session.notes.verdicts.values():
        again = GiveVerdict(v.subject, v.verdict, v.confidence, v.reason)
        words = verdict_words(session, v.subject)
        yield NoteRow(v.subject, v.time, "Verdict", v.subject, "", words, _some(v.reason), again)
    for e in session.notes.evidence:
        cite = AddEvidence(e.subject, e.kind, e.reference, e.note, e.rows)
        lines = (*_some(e.note), *_rows(e, tz))
        yield NoteRow(e.id, e.time, "Evidence", e.subject, "", _evidence(session, e), lines, cite)
    for x in session.notes.exceptions:
        local = f"{to_datetime(x.until, tz):%Y-%m-%dT%H:%M}"
        text = f"{x.who} until {show_clock(x.until, tz)}"
        grant = GrantException(x.app_id, x.who, local, x.reason)
        yield NoteRow(x.id, x.time, "Exception", f"app:{x.app_id}", "", text, _some(x.reason), grant)


def _evidence(session: Session, evidence: Evidence) -> str:
    match evidence.kind:
        case "rows" if len(evidence.cited) == 1:
            (row,) = evidence.cited
            return row.host + "".join(f", {part}" for part in (row.user, row.machine) if part)
        case "rows":
            source, _, name = evidence.reference.partition(":")
            where = session.world.tenant.portal.report(name) if source == "report" else f"timeline of {name}"
            return f"{plural(len(evidence.rows), 'row')}, {where}"
        case "entity":
            return f"{evidence.reference.partition(':')[0]} {subject_name(session.world, evidence.reference)}"
        case kind:
            return f"{kind} {evidence.reference}"


def _rows(evidence: Evidence, tz: ZoneInfo) -> Iterator[str]:
    for row in evidence.cited[:LISTED]:
        who = " · ".join(part for part in (row.user, row.machine, row.process, row.host) if part)
        yield f"{show_clock(row.time, tz)}  {who}"
    more = len(evidence.cited) - LISTED
    if more > 0:
        yield f"and {plural(more, 'more row')}"


def _sent(session: Session) -> Iterator[NoteRow]:
    for m in session.notes.messages:
        about = f", about {m.about}" if m.role == "manager" else ""
        yield NoteRow(m.id, m.time, "Message", m.subject, "", f"to {m.to}{about}", (m.text,))
    for row in messages(session):
        text = f"to {plural(len(row.people), 'user')}"
        yield NoteRow(row.id, row.time, "Notice", f"app:{row.app_id}", "", text, (row.text,))
    for q in session.world.asking.questions:
        waits = "" if q.answered is not None else ", no answer yet"
        yield NoteRow(q.id, q.time, "Question", f"app:{q.app_id}", "", f"to {q.asked}{waits}")
    for t in session.notes.tickets:
        yield NoteRow(t.id, t.time, "Ticket", t.subject, "", f"{t.team}: {t.title}", _some(t.text))


def _rest(session: Session) -> Iterator[NoteRow]:
    for app, time in session.notes.hints.items():
        if not app.startswith(PREFIX):
            yield NoteRow(f"hint {app}", time, "Hint", f"app:{app}", "", "its propagation is shown")
    for hint in hints(session):
        if hint.taken is not None:
            yield NoteRow(hint.subject, hint.taken, "Hint", "", hint.helps, hint.text)
    end = session.notes.handover
    if end is not None:
        text = "time was up" if end.time_up else "the shift was handed over"
        yield NoteRow("handover", end.time, "Handover", "", "–", text, _some(end.note))


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
