"""The case notebook: findings, verdicts, evidence, messages, tickets, exceptions and hints in one list."""

from __future__ import annotations

from dataclasses import replace

from textual import work
from textual.app import ComposeResult

from sim.session.case_commands import AddEvidence, GiveVerdict, GrantException, RemoveNote
from sim.session.commands import RecordFinding
from sim.views.hints import hints
from sim.views.notes import NoteRow, notes
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.case_forms import exception_form, hint_form
from tui.text import Tone, safe, safe_lines
from tui.units import clock, moment
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

NOTEBOOK = Scope(
    "notebook",
    "Case notebook",
    "What you found, judged, cited, sent and were shown, the newest first. Findings, verdicts, evidence and "
    "exceptions can be changed and taken back until the shift is finished; what was sent is sent. No portal "
    "sees it; all of it is judged at the end.",
    (
        Action(
            "notebook.edit",
            "Change",
            "change the note, the verdict or the exception",
            ("e",),
            when="changeable",
            footer=90,
        ),
        Action(
            "notebook.remove",
            "Take back",
            "take the note back",
            ("d", "delete"),
            "Asks first. The run file still tells that it was there.",
            when="changeable",
            footer=80,
        ),
        Action(
            "notebook.hint",
            "Hint",
            "take a hint of the scenario's author",
            ("H",),
            "Says first what it costs. A hint of a higher level says more, and comes after the lower ones.",
            when="hint",
            footer=70,
        ),
    ),
)

_TONES: dict[str, Tone] = {
    "Verdict": "strong",
    "Finding": "high",
    "Evidence": "link",
    "Exception": "medium",
    "Hint": "muted",
}


class NotebookScreen(PlayScreen, scope=NOTEBOOK):
    """One list, and the chosen note in full below it."""

    PLACE = "notebook"
    KIND = ViewKind.SIMULATOR
    DEFAULT_CSS = """
    NotebookScreen Detail { max-height: 10; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[NoteRow] = Table(
            (
                Column("time", "Time", self._when, 12, sort=lambda r: r.time, priority=2),
                Column("kind", "Note", lambda r: r.kind, 9, priority=0, tone=_tone),
                Column("about", "About", lambda r: r.about, 18, 12, 1, priority=0),
                Column("text", "What", lambda r: r.text, 30, 20, 3, priority=0),
            ),
            lambda row: row.id,
            empty="Nothing noted yet. On an app or an alert V gives a verdict, and + cites evidence.",
        )

    def _when(self, row: NoteRow) -> str:
        return moment(row.time, self.session.resolved.tz)

    @property
    def chosen(self) -> NoteRow | None:
        """Return the note under the cursor."""
        return self.table.grid.selected_row

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the chosen note."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the notes."""
        self.crumbs = ("Case notebook",)
        self.table.set_rows(notes(self.session))
        self._describe()

    def case_subject(self) -> str:
        """Return what the chosen note is about."""
        return self.chosen.subject if self.chosen is not None else ""

    def own_hint(self) -> str:
        """Say what can be done."""
        if self.chosen is None:
            return (
                "`g` `a` for the apps, `g` `t` for timelines; `V` judges and `+` cites what is chosen there"
            )
        if self.when_changeable():
            return "`enter` goes to what it is about; `,` writes a message or a ticket, or finishes"
        return "`e` changes it, `d` takes it back; `,` `f` finishes the shift with a handover"

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self.draw()

    async def on_grid_activated(self, event: Grid.Activated) -> None:
        """Go to what the note is about."""
        row = self.chosen
        kind, _, name = row.subject.partition(":") if row is not None else ("", "", "")
        if kind == "alert":
            await self.play.go("alerts" if name.startswith("CA-") else "endpoint_alerts")
            self.app.screen.query_one(Grid).select(name)
        elif kind:
            self.play.open(kind, name)

    def when_changeable(self) -> str:
        """Say why the note stays as it is, if so."""
        if self.chosen is None:
            return "choose a note first"
        return self.play.when_desk() or ("" if self.chosen.again else "what was sent or shown stays")

    def do_notebook_edit(self) -> None:
        """Ask anew, filled with what it says now."""
        match self.chosen.again if self.chosen is not None else None:
            case GiveVerdict(subject):
                self.play.ask_verdict(subject)
            case GrantException(app) as given:
                self.play.ask_and_submit(exception_form((app, self._about()), given))
            case RecordFinding() | AddEvidence() as given:
                self._edit_note(given)

    def when_hint(self) -> str:
        """Say why no hint can be taken, if so."""
        known = hints(self.session)
        if any(row.offered for row in known):
            return self.play.when_desk()
        later = [row.opens for row in known if row.taken is None]
        if not later:
            return "there is no other hint" if known else "this scenario has no hints"
        return f"the next hint is offered at {clock(min(later), self.session.resolved.tz, self.session.now)}"

    def do_notebook_hint(self) -> None:
        """Ask which hint, and take it."""
        self.play.ask_and_submit(hint_form([row for row in hints(self.session) if row.offered]))

    def _about(self) -> str:
        return self.chosen.about if self.chosen is not None else ""

    @work
    async def _edit_note(self, given: RecordFinding | AddEvidence) -> None:
        row = self.chosen
        if row is None:
            return
        field = TextField("note", "Note", given.note, "may stay empty")
        form = FormScreen(f"{row.kind} {row.id}", (field,), about=f"{row.about}: {row.text}")
        values = await self.app.push_screen_wait(form)
        if values is not None:
            self.play.submit(replace(given, note=str(values["note"]).strip()))

    @work
    async def do_notebook_remove(self) -> None:
        """Ask, then take the note back."""
        row = self.chosen
        if row is None:
            return
        then = "it no longer counts; the run file still tells that it was there"
        question = Question(
            f"Take back this {row.kind.lower()}?", f"{row.about}: {row.text}", then, "", "Take back"
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(RemoveNote(row.id))

    def _describe(self) -> None:
        row = self.chosen
        if row is None:
            self.query_one(Detail).show([])
            return
        title = safe(f"{row.kind}  {row.about}: {row.text}", "strong")
        lines = [safe_lines(line) for line in row.lines]
        self.query_one(Detail).show([title, *lines, fact("Noted", self._when(row))])


def _tone(row: NoteRow) -> Tone:
    return _TONES.get(row.kind, "normal")
