"""The moments of the run that is played, to go back to one; and the runs that came of going back."""

from __future__ import annotations

from pathlib import Path

from textual import work
from textual.app import ComposeResult

from sim.base.time import show_clock
from sim.session.branches import Relative, family
from sim.views.rewind import RunMoment, run_moments
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.units import moment
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

MOMENTS = Scope(
    "moments",
    "Go back",
    "The moments of this run, the newest first: what you did, what you were told, and each hour. Going back "
    "to one begins a new run from there, in a file of its own; this one is kept and listed among the runs.",
    (Action("moments.runs", "Runs", "list the runs that came of going back", ("w",), footer=80),),
)
RUNS = Scope(
    "runs",
    "Runs",
    "The runs of this scenario and seed: those that began at the beginning, and those that were cut from "
    "another one. Another run can be gone on with at any time; one that is over shows its result.",
    (Action("runs.moments", "Go back", "list the moments of this run", ("w",), footer=80),),
)


class MomentsScreen(PlayScreen, scope=MOMENTS):
    """One list; enter goes back."""

    PLACE = "moments"
    KIND = ViewKind.SIMULATOR

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[RunMoment] = Table(
            (
                Column("time", "Time", self._when, 17, sort=lambda r: r.time, priority=0),
                Column("kind", "Told by", lambda r: r.kind, 16, 12, 1, priority=1, tone=_tone),
                Column("text", "What", lambda r: r.text, 40, 24, 3, priority=0, tone=_tone),
            ),
            lambda row: row.id,
        )

    def _when(self, row: RunMoment) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list."""
        yield self.table

    def refresh_view(self) -> None:
        """List the moments."""
        self.crumbs = ("Go back", self.play.run_path.name if self.play.run_path else "")
        self.table.set_rows(run_moments(self.session))

    def own_hint(self) -> str:
        """Say what enter does."""
        return "`enter` goes back there, to just before what you did; this run is kept"

    @work
    async def on_grid_activated(self, event: Grid.Activated) -> None:
        """Ask, then go back."""
        row = self.table.grid.selected_row
        if row is None:
            return
        what = f"before: {row.text}" if row.kind == "You" else row.text or "the full hour"
        then = "the run goes on from there as a new one; this one is kept, with all that came after"
        question = Question(f"Go back to {self._when(row)}?", what, then, verb="Go back")
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.rewind(row)

    async def do_moments_runs(self) -> None:
        """List the runs."""
        await self.play.go("runs")


class RunsScreen(PlayScreen, scope=RUNS):
    """The family of the run; enter changes to another."""

    PLACE = "runs"
    KIND = ViewKind.SIMULATOR

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[Relative] = Table(
            (
                Column("run", "Run", self._run_name, 28, 18, 2, priority=0, tone=self._mine),
                Column("cut", "From", self._cut, 12, priority=1),
                Column("until", "Stands at", lambda r: self._moment(r.until), 12, priority=1),
                Column("commands", "Done", lambda r: r.commands, 5, right=True, priority=2),
                Column("score", "Score", _score, 9, right=True, priority=0),
            ),
            lambda row: str(row.path),
        )

    def _moment(self, time: int) -> str:
        return moment(time, self.session.resolved.tz).strip()

    def _cut(self, row: Relative) -> str:
        return "the start" if row.cut is None else self._moment(row.cut)

    def _run_name(self, row: Relative) -> str:
        return row.path.stem + (" •" if row.path == self.play.run_path else "")

    def _mine(self, row: Relative) -> Tone:
        return "strong" if row.path == self.play.run_path else "normal"

    def compose_body(self) -> ComposeResult:
        """Lay out the list, and the chosen run."""
        yield self.table
        yield Detail()

    def refresh_view(self) -> None:
        """List the runs."""
        self.crumbs = ("Runs", self.session.resolved.scenario.title)
        path = self.play.run_path
        self.table.set_rows(family(path) if path is not None else ())
        self._describe()

    def own_hint(self) -> str:
        """Say what enter does."""
        return "`enter` changes to the chosen run; a dot marks the one that is played"

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self._describe()

    @work
    async def on_grid_activated(self, event: Grid.Activated) -> None:
        """Ask, then change to the run."""
        row = self.table.grid.selected_row
        if row is None or row.path == self.play.run_path:
            return
        then = "its result is shown" if row.score is not None else "the clock stands where it stood there"
        question = Question("Change to this run?", row.path.name, f"{then}; this run is kept", verb="Change")
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.switch_run(Path(row.path))

    async def do_runs_moments(self) -> None:
        """List the moments."""
        await self.play.go("moments")

    def _describe(self) -> None:
        row = self.table.grid.selected_row
        if row is None:
            self.query_one(Detail).show([])
            return
        end = "not over" if row.score is None else f"{row.score} of 100 points"
        lines = [safe(row.path.name, "strong"), fact("Result", end)]
        if row.cut is not None:
            lines.append(fact("Cut from", f"{row.parent} at {show_clock(row.cut, self.session.resolved.tz)}"))
        self.query_one(Detail).show(lines)


def _tone(row: RunMoment) -> Tone:
    return "strong" if row.kind == "You" else "muted" if row.kind == "Hour" else "normal"


def _score(row: Relative) -> str:
    return "not over" if row.score is None else str(row.score)
