"""What the alert queues of both portals have in common: a list, the chosen alert in words, its notes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_clock
from sim.session.alert_commands import AssignAlert, CommentAlert
from sim.views.control import CloudAlertRow
from sim.views.endpoint import EndpointAlertRow
from tui.forms import FormScreen, TextField
from tui.screens.base import PlayScreen
from tui.text import SEVERITIES, Tone
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

WORDS = {mark.word: (f"{mark.letter} {mark.shape}", name) for name, mark in SEVERITIES.items()}


def severity_text(severity: str) -> str:
    """Return a severity as its letter and shape."""
    return WORDS[severity][0] if severity in WORDS else severity


def severity_tone(severity: str, open_: bool) -> Tone:
    """Return the colour of a severity; a closed alert has none."""
    return WORDS[severity][1] if open_ and severity in WORDS else "muted"


class QueueScreen(PlayScreen):
    """What both queues are: a list of alerts, and the chosen one in words below it."""

    CRUMB: ClassVar[str]
    table: Table[Any]

    @property
    @abstractmethod
    def chosen(self) -> CloudAlertRow | EndpointAlertRow | None:
        """Return the alert under the cursor, or None."""

    def _time(self, row: CloudAlertRow | EndpointAlertRow) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list and the chosen alert's words."""
        yield self.table
        yield Detail()

    async def ask_assign(self) -> None:
        """Ask for a person, then assign the chosen alert."""
        row = self.chosen
        if row is None:
            return
        field = TextField("person", "Person", row.assigned, "empty is nobody")
        values = await self.app.push_screen_wait(FormScreen(f"Assign {row.id}", (field,), verb="Assign"))
        if values is not None:
            self.play.submit(AssignAlert(row.id, str(values["person"]).strip()))

    async def ask_comment(self) -> None:
        """Ask for a comment, then keep it on the chosen alert."""
        row = self.chosen
        if row is None:
            return
        field = TextField("text", "Comment", check=lambda text: "" if text else "write something")
        values = await self.app.push_screen_wait(FormScreen(f"Comment on {row.id}", (field,)))
        if values is not None:
            self.play.submit(CommentAlert(row.id, str(values["text"]).strip()))

    def when_chosen(self) -> str:
        """Say that no alert is chosen, if so."""
        return "" if self.chosen is not None else "choose an alert first"

    @abstractmethod
    def rows(self) -> Sequence[object]:
        """Return the alerts that the queue shows by now."""

    @abstractmethod
    def words(self) -> list[Content]:
        """Return the chosen alert in words; nothing where none is chosen."""

    def refresh_view(self) -> None:
        """List the alerts."""
        self.crumbs = (self.CRUMB,)
        self.table.set_rows(self.rows())
        self.query_one(Detail).show(self.words())

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self.query_one(Detail).show(self.words())
        self.refresh_bindings()


def notes_on(row: CloudAlertRow | EndpointAlertRow) -> list[Content]:
    """Return who has the alert and the newest comment, where there are any."""
    lines = [fact("Assigned", row.assigned)] if row.assigned else []
    return [*lines, fact("Comment", row.comments[-1])] if row.comments else lines
