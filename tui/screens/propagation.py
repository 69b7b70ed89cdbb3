"""How far a block has come: every machine, every browser, as tested, looked up, or revealed.

The block of an app holds only where a machine has fetched the indicator and the browser's own engine
enforces it. No portal shows that, so in play this view knows what the trainee has tried and nothing
more; the rest is a hint with a price.
"""

from __future__ import annotations

from collections import Counter

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.engine.enforcement.tag_sync import ASKS
from sim.session.commands import TakeHint
from sim.session.endpoint_commands import VisitSite
from sim.views import simulator
from sim.views.simulator import Cell, Propagation, PropagationRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.board import (
    STATES,
    BoardRow,
    board_columns,
    meters,
    protection_words,
)
from tui.screens.columns import tag_content
from tui.screens.explain import ExplainScreen, SharesScreen
from tui.text import safe
from tui.units import browser, clock, plural
from tui.widgets.grid import Grid
from tui.widgets.table import Table

PROPAGATION = Scope(
    "propagation",
    "Propagation",
    "Where the block of an app holds: per {machine}, whether it holds the indicator and what its network "
    "protection was when you looked; per browser, what a test showed. Cells that nobody tested say so. "
    "This is no portal's page: in play you fill it by testing, or reveal it as a hint.",
    (
        Action(
            "propagation.test",
            "Test",
            "open the app's site on this {machine} in the chosen browser",
            ("T",),
            "Your visit shows on the {machine}'s timeline under the analyst's name.",
            when="site",
            footer=95,
        ),
        Action("propagation.right", "Next browser", "choose the browser to the right", ("right", "l")),
        Action("propagation.left", "Previous browser", "choose the browser to the left", ("left", "h")),
        Action(
            "propagation.hint",
            "Reveal",
            "reveal how far the block has come everywhere",
            ("H",),
            "A recorded hint. It costs points in an exercise; it is free in tutorial, sandbox and debrief.",
            when="hidden",
            footer=70,
        ),
        Action(
            "propagation.why",
            "Why",
            "count what all {machines} have in common: who stops it, or the first link that is missing",
            ("w",),
            when="revealed",
            footer=75,
        ),
        Action(
            "propagation.prompt",
            "PowerShell",
            "look the {machine} up with PowerShell",
            ("x",),
            when="row",
            footer=80,
        ),
        Action(
            "propagation.timeline",
            "Timeline",
            "open the {machine}'s timeline at this app",
            ("t",),
            when="row",
        ),
        Action("propagation.next", "Next app", "follow the next app", ("]",), when="several", footer=40),
        Action("propagation.previous", "Previous app", "follow the previous app", ("[",), when="several"),
    ),
)


class PropagationScreen(PlayScreen, scope=PROPAGATION):
    """A simulator view: the propagation of one app's block over machines and browsers."""

    KIND = ViewKind.SIMULATOR
    PLACE = "propagation"
    DEFAULT_CSS = """
    PropagationScreen .head { height: 1; padding: 0 1; }
    PropagationScreen .meters { height: 3; padding: 0 1; margin: 1 0; }
    PropagationScreen .detail { height: 3; padding: 0 1; }
    PropagationScreen.-none .meters { display: none; }
    """

    def __init__(self, app_id: str | None = None) -> None:
        super().__init__()
        self.app_id = app_id
        self.browser = 0
        """Index of the chosen browser's column."""
        self._view: Propagation | None = None
        self._head = Static(classes="head")
        self._meters = Static(classes="meters")
        self._detail = Static(classes="detail")
        self._table: Table[BoardRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the meters of the browsers, the board, and the chosen cell in words."""
        domain = self.session.resolved.scenario.organisation.domain
        columns = board_columns(
            simulator.browsers(self.session), self.session.resolved.tz, domain, self.say("{Machine}")
        )
        self._table = Table(
            columns,
            lambda row: row.row.machine,
            sort="machine",
            empty="No app is tagged Unsanctioned, listed as an indicator, or tested.\n"
            "Choose one in the discovered apps (g a) and press v there.",
        )
        yield self._head
        yield self._meters
        yield self._table
        yield self._detail

    @property
    def table(self) -> Table[BoardRow]:
        """Return the board."""
        assert self._table is not None
        return self._table

    # -- showing ---------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Show what is known of the app's block by now."""
        if self.app_id is None:
            self.app_id = next((t.app_id for t in simulator.targets(self.session)), None)
        self.set_class(self.app_id is None, "-none")
        if self.app_id is None:
            self.crumbs = ("Simulator", "Propagation")
            self._head.update(safe("Nothing to follow yet.", "strong"))
            self._detail.update("")
            return
        view = simulator.propagation(self.session, self.app_id)
        self._view = view
        self.crumbs = ("Simulator", "Propagation", view.app)
        self.table.set_rows(self._rows(view))
        self._head.update(self._heading(view))
        self._meters.update(self._meter_lines(view))
        self._show_detail()

    def _rows(self, view: Propagation) -> list[BoardRow]:
        machine = self.table.selected or (view.rows[0].machine if view.rows else "")
        wanted = view.tag in ASKS
        return [BoardRow(row, self.browser if row.machine == machine else -1, wanted) for row in view.rows]

    def _heading(self, view: Propagation) -> Content:
        known = sum(cell.state != "unknown" for row in view.rows for cell in row.cells)
        every = len(view.rows) * len(view.browsers)
        if view.revealed:
            said = safe("revealed: the state at this moment", "medium")
        else:
            said = safe(f"{known} of {every} tested; the rest is not known", "muted")
        return Content.assemble(safe(view.app, "strong"), "   ", tag_content(view.tag), "   ", said)

    def _meter_lines(self, view: Propagation) -> Content:
        counts = [Counter(row.cells[index].state for row in view.rows) for index in range(len(view.browsers))]
        return meters(view.browsers, counts, (self.size.width or 80) - 2, view.tag in ASKS)

    def _show_detail(self) -> None:
        row, cell = self._chosen()
        if row is None or cell is None or self._view is None:
            self._detail.update("")
            return
        tz, now = self.session.resolved.tz, self.session.now
        shape, letter, word = STATES[cell.state]
        where = f"{row.machine} · {browser(self._view.browsers[self.browser])}"
        first = [safe(f"{where}  ", "strong"), safe(f"{shape} {letter} {word}")]
        if cell.time is not None:
            first.append(safe(f" at {clock(cell.time, tz, now)}: {cell.why} ({cell.host})"))
        elif self._view.revealed:
            first.append(safe(f": {cell.why}"))
        second = [f"indicator {self._pull_words(row)}", protection_words(row, tz, now)]
        if row.away:
            second.append("switched off and away")
        self._detail.update(Content("\n").join([Content("").join(first), safe(" · ".join(second), "muted")]))

    def _pull_words(self, row: PropagationRow) -> str:
        tz, now = self.session.resolved.tz, self.session.now
        if self._view is not None and self._view.revealed:
            held = "held" if row.pulled else "not held"
            times = f"last fetch {clock(row.last_pull, tz, now)}, next {clock(row.next_pull, tz, now)}"
            return f"{held}, {times}"
        if row.proved_at is not None:
            return f"held, as a test at {clock(row.proved_at, tz, now)} proved"
        return "not known: a blocked test would prove it"

    def own_hint(self) -> str:
        """Suggest the next test, or how to read what is revealed."""
        if self._view is None:
            return "press `g a` for the discovered apps, then `v` on one of them"
        if self._view.revealed:
            return "press `enter` for the whole chain of this cell, `←` `→` for the browser"
        price = f"{self._view.price} points" if self._view.price else "free here"
        return f"press `T` to test this cell, `←` `→` for the browser; `H` reveals all ({price})"

    # -- choosing --------------------------------------------------------------------------------

    def _chosen(self) -> tuple[PropagationRow | None, Cell | None]:
        found = self._table.grid.selected_row if self._table is not None else None
        return (None, None) if found is None else (found.row, found.row.cells[self.browser])

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Move the pointer to the row under the cursor."""
        self._point()

    def _point(self) -> None:
        if self._view is not None:
            self.table.patch(self._rows(self._view))
            self._show_detail()

    def do_propagation_right(self) -> None:
        """Choose the browser to the right."""
        self.browser = (self.browser + 1) % len(simulator.browsers(self.session))
        self._point()

    def do_propagation_left(self) -> None:
        """Choose the browser to the left."""
        self.browser = (self.browser - 1) % len(simulator.browsers(self.session))
        self._point()

    def when_several(self) -> str:
        """Say that there is no other app to follow, if so."""
        return "" if len(simulator.targets(self.session)) > 1 else "there is no other app to follow"

    def do_propagation_next(self) -> None:
        """Follow the next app."""
        self._step(1)

    def do_propagation_previous(self) -> None:
        """Follow the previous app."""
        self._step(-1)

    def _step(self, step: int) -> None:
        ids = [target.app_id for target in simulator.targets(self.session)]
        place = ids.index(self.app_id) + step if self.app_id in ids else 0
        self.app_id = ids[place % len(ids)]
        self.draw()

    # -- acting ----------------------------------------------------------------------------------

    def when_row(self) -> str:
        """Say that no machine is chosen, if so."""
        return "" if self._chosen()[0] is not None else self.say("there is no {machine} to choose")

    def when_site(self) -> str:
        """Say why nothing can be tested, if so."""
        if self._view is None or self._chosen()[0] is None:
            return "there is no app to follow yet"
        return "" if self._view.hosts else f"nobody can reach {self._view.app} here"

    def when_hidden(self) -> str:
        """Say that there is nothing left to reveal, if so."""
        if self._view is None:
            return "there is no app to follow yet"
        return "everything is revealed already" if self._view.revealed else ""

    def when_revealed(self) -> str:
        """Say that the chains are not revealed, if so."""
        hidden = self._view is None or not self._view.revealed
        return "the chains are not revealed: H reveals them" if hidden else ""

    def do_propagation_why(self) -> None:
        """Show what all machines have in common."""
        if self._view is not None:
            self.app.push_screen(SharesScreen(self._view.app_id))

    def do_propagation_test(self) -> None:
        """Open the site on the machine in the chosen browser, and say what came of it."""
        row, _ = self._chosen()
        if row is None or self._view is None:
            return
        visit = VisitSite(row.machine, self._view.browsers[self.browser], self._view.hosts[0])
        answer = self.play.submit(visit, quiet=True)
        if answer is not None:
            self.notify(answer.text, title=row.machine, markup=False)

    @work
    async def do_propagation_hint(self) -> None:
        """Reveal the rest, after saying what it costs."""
        view = self._view
        if view is None:
            return
        price = f"{plural(view.price, 'point')} of the score" if view.price else "nothing here"
        question = Question(
            "Reveal the propagation?",
            f"{view.app}, on {plural(len(view.rows), *self.play.portal.machines)}",
            f"every cell shows its true state from now on. The hint is recorded and costs {price}",
            verb="Reveal",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(TakeHint(view.app_id))

    def do_propagation_prompt(self) -> None:
        """Open a prompt on the machine."""
        row, _ = self._chosen()
        if row is not None:
            self.play.open("prompt", row.machine)

    def do_propagation_timeline(self) -> None:
        """Open the machine's timeline at this app."""
        row, _ = self._chosen()
        if row is not None:
            self.play.open("timeline", row.machine, app_id=self.app_id)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Explain the chosen cell where it is revealed, otherwise say how it can be."""
        row, _ = self._chosen()
        view = self._view
        if row is None or view is None:
            return
        if not view.revealed:
            self.notify(
                "The chain behind a cell is not revealed. Press T to test it, or H to reveal all.",
                markup=False,
            )
            return
        self.app.push_screen(ExplainScreen(view.app_id, row.machine, view.browsers[self.browser]))
