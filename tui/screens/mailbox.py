"""The mailbox: what people write to the analyst, and the answers to what was asked."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from sim.views.mailbox import MailRow, mailbox
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe, safe_lines
from tui.units import clock, moment
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

MAILBOX = Scope(
    "mailbox",
    "Mailbox",
    "Mails to you, and the questions that you asked on an app (`Y`) and that nobody has answered yet. "
    "People answer when they are at work. What they say need not be true.",
    (),
)


def _tone(row: MailRow) -> Tone:
    return "muted" if row.waits else "normal"


class MailboxScreen(PlayScreen, scope=MAILBOX):
    """Lists the mails, and shows the chosen one below."""

    PLACE = "mailbox"
    KIND = ViewKind.MAIL

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[MailRow] = Table(
            (
                Column(
                    "time",
                    "Time",
                    lambda r: moment(r.time, self.session.resolved.tz),
                    12,
                    sort=lambda r: r.time,
                    priority=1,
                ),
                Column("who", "From", lambda r: r.who, 26, 14, 1, priority=0, tone=_tone),
                Column("subject", "About", lambda r: r.subject, 24, 14, 2, priority=0, tone=_tone),
                Column("state", "State", lambda r: "no answer yet" if r.waits else "", 13, tone=_tone),
            ),
            lambda row: row.id,
            empty="No mail yet. Press Y on an app to ask what it is for.",
        )

    def _when(self, time: int) -> str:
        return clock(time, self.session.resolved.tz, self.session.now)

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the chosen mail."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the mails."""
        self.crumbs = ("Mailbox",)
        self.table.set_rows(mailbox(self.session))
        self._describe()

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self.draw()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Go to the app that a question is about."""
        row = self.table.grid.selected_row
        if row is not None and row.app_id:
            self.play.open("app", row.app_id)

    def own_hint(self) -> str:
        """Say what the keys do."""
        row = self.table.grid.selected_row
        if row is not None and row.app_id:
            return "`enter` goes to the app; `Y` there asks somebody else"
        return "`g a` goes to the apps; `Y` there asks what one is for"

    def _describe(self) -> None:
        row = self.table.grid.selected_row
        lines: list[Content] = []
        if row is not None:
            lines.append(safe(row.subject, "strong"))
            lines.append(fact("Asked" if row.waits else "From", row.who))
            if row.question and row.asked is not None:
                lines.append(fact("You", f"{row.question} ({self._when(row.asked)})"))
            lines.append(safe_lines(row.text) if row.text else safe("No answer yet.", "muted"))
            if row.title:
                lines += [fact("Document", row.title), safe_lines(row.document)]
        self.query_one(Detail).show(lines)
