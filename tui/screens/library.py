"""The library: choose a scenario. It is the first thing that a newcomer sees."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui import rooms
from tui.actions import Scope
from tui.frame import Frame, ViewKind
from tui.text import safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

if TYPE_CHECKING:
    from sim.views.documents import LibraryRow

FIRST = ("tutorial", "first-block")
"""What a newcomer should play, in this order."""
LAST = "sandbox"
LEVELS = ("easy", "medium", "hard", "")

LIBRARY = Scope(
    "library",
    "Library",
    "Each scenario is an organisation with its people, its written policy and a task. What you do "
    "is kept in a run file from the first moment.",
    (),
)

MODES = {
    "tutorial": "tutorial – the result can be seen at any time",
    "exercise": "exercise – scored when it is over",
    "sandbox": "sandbox – nothing is scored against you",
}

COLUMNS: tuple[Column[LibraryRow], ...] = (
    Column("title", "Scenario", lambda row: row.title, 25, 25, 2, priority=0),
    Column("level", "Level", lambda row: row.level, 6, priority=1),
    Column(
        "minutes",
        "Minutes",
        lambda row: "" if row.minutes is None else row.minutes,
        7,
        right=True,
        priority=1,
    ),
    Column("period", "Products of", lambda row: row.period, 11, priority=2, tone=lambda row: "muted"),
    Column("mode", "Mode", lambda row: row.mode, 8, priority=3, tone=lambda row: "muted"),
    Column("people", "People", lambda row: row.people, 6, right=True, priority=4),
)


class LibraryScreen(Frame, scope=LIBRARY):
    """Lists the scenarios; enter begins the chosen one."""

    KIND = ViewKind.SIMULATOR
    DEFAULT_CSS = """
    LibraryScreen .welcome { height: auto; padding: 1 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[LibraryRow] = Table(COLUMNS, lambda row: row.name)

    def compose_body(self) -> ComposeResult:
        """Lay out a welcome, the list, and the chosen scenario."""
        yield Static(
            Content("\n").join(
                [
                    safe("Find, judge and stop shadow IT.", "strong"),
                    safe(
                        "You are the analyst. The people and the traffic are simulated; the two "
                        "portals behave like the real ones, with their delays and their traps.",
                        "muted",
                    ),
                    *self._commitment(),
                ]
            ),
            classes="welcome",
        )
        yield self.table
        yield Detail()

    def _commitment(self) -> list[Content]:
        """Return what the learner meant to do otherwise in the next run."""
        from tui.app import PlayApp

        kept = cast(PlayApp, self.app).learner.commitment
        return [] if kept is None else [safe(f"You meant to: {kept.text}", "link")]

    def on_mount(self) -> None:
        """Draw at once; what the list needs is loaded behind the first picture."""
        self.crumbs = ("Library",)
        self.hint = "`enter` begins the chosen scenario; `?` lists every key"
        self.call_after_refresh(self._list)

    def _list(self) -> None:
        """List the scenarios, the newcomer's first, and where there is no task last; then load the rest."""
        self.table.set_rows(sorted(rooms.library(), key=_order))
        self.call_after_refresh(Thread(target=rooms.open_all, name="rooms", daemon=True).start)

    def on_grid_highlighted(self) -> None:
        """Describe the chosen scenario."""
        row = self.table.grid.selected_row
        lines = []
        if row is not None:
            lines = [safe(row.title, "strong"), safe(row.summary)]
            lines += [fact("Mode", MODES.get(row.mode, row.mode)), fact("Era", row.era)]
            lines += [fact("People", row.people)]
        self.query_one(Detail).show(lines)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Begin."""
        from tui.app import PlayApp

        if event.entity_id is not None:
            cast(PlayApp, self.app).begin(event.entity_id)


def _order(row: LibraryRow) -> tuple[int, int, str]:
    if row.name in FIRST:
        return FIRST.index(row.name), 0, ""
    return len(FIRST) + (row.mode == LAST), LEVELS.index(row.level), row.title
