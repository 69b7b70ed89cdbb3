"""What every screen of Cloud Discovery has at its top right in the portal: the report and its time frame.

Beside it stands what can be done to a name that a report shows: resolve a pseudonym, leave somebody out.
"""

from __future__ import annotations

from abc import abstractmethod
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sim.engine.discovery.streams import WORDS_OF_REASON
from sim.session.driver import Session
from sim.session.report_commands import ExcludeEntity, ResolveNames
from sim.views import cloud_settings, reports
from sim.views.discovery import EntityKind
from sim.views.reports import FRAMES, Reach, ReportRow
from tui.actions import Action
from tui.forms import FormScreen, TextField, Values
from tui.screens.base import PlayScreen
from tui.text import safe
from tui.units import clock, person
from tui.widgets.columns import Column
from tui.widgets.grid import Grid

REPORT_ACTIONS = (
    Action(
        "report.choose",
        "Report",
        "choose the report to look at, and see when each was last fed",
        ("R",),
        "{endpoint_report} holds what {endpoint} sends. Global joins proxy and firewall logs and "
        "holds nothing of the endpoints. {relay_report} is the session control's.",
        footer=36,
    ),
    Action(
        "report.frame",
        "Timeframe",
        "look at the last 7, 30 or 90 days",
        ("T",),
        "A time frame ends with the newest data of the report. Days are days in UTC.",
        footer=34,
    ),
)
NAME_ACTIONS = (
    Action(
        "name.resolve",
        "Resolve",
        "ask who stands behind a pseudonym",
        ("w",),
        "Needs a justification, and goes into the governance log with it. In the portal: Deanonymize user.",
        when="pseudonym",
        footer=85,
        passes=True,
    ),
    Action(
        "name.exclude",
        "Exclude",
        "leave this user, {machine} or address out of new data",
        ("E",),
        "Data that is there already stays for its 90 days. In the portal: Cloud Discovery settings, "
        "Exclude entities; exclusions end there.",
        when="own_name",
    ),
)


def due(reach: Reach, tz: ZoneInfo, now: int) -> str:
    """Say when a report gets new data."""
    return (
        "a snapshot, never updated"
        if reach.frozen
        else f"next analysis {clock(reach.next_analysis, tz, now)}"
    )


class ReportScreen(PlayScreen):
    """A screen that shows one report within a time frame."""

    _drawn_for: tuple[str, int] | None = None

    def draw(self) -> None:
        """Show the present state; rows of another report or frame are another list."""
        super().draw()
        shown = (self.play.report, self.play.days)
        if self.is_mounted and shown != self._drawn_for:
            for grid in self.query(Grid) if self._drawn_for else ():
                grid.begin_anew()
            self._drawn_for = shown

    @work
    async def do_report_choose(self) -> None:
        """Show the selector, and look at what was chosen."""
        play = self.play
        rows = reports.report_rows(self.session)
        picker = ReportPicker(rows, play.report, self.session.resolved.tz, self.session.now)
        chosen = await self.app.push_screen_wait(picker)
        if chosen is not None:
            play.report = chosen

    def do_report_frame(self) -> None:
        """Look at the next time frame."""
        frames = sorted(FRAMES, reverse=True)
        self.play.days = frames[(frames.index(self.play.days) + 1) % len(frames)]


class NameScreen(PlayScreen):
    """A screen whose keys act on a name that a report shows. Subclasses say which."""

    @abstractmethod
    def chosen_name(self) -> tuple[EntityKind, str] | None:
        """Return the kind and the name to act on, or None."""

    def when_pseudonym(self) -> str:
        """Say that there is no pseudonym to resolve, if so."""
        chosen = self.chosen_name()
        if chosen is None:
            return "choose a name first"
        if not cloud_settings.is_pseudonym(self.session, chosen[1]):
            return "this is no pseudonym"
        return "it is resolved already" if self.own_name(chosen[1]) else ""

    def when_own_name(self) -> str:
        """Say why nobody can be left out here, if so."""
        chosen = self.chosen_name()
        if chosen is None:
            return self.say("choose a user, a {machine} or an address first")
        return "" if self.own_name(chosen[1]) else "this is a pseudonym: resolve it first"

    def own_name(self, name: str) -> str | None:
        """Return the name behind what a report shows; None while a pseudonym is not resolved."""
        return cloud_settings.own_name(self.session, name)

    @work
    async def do_name_resolve(self) -> None:
        """Ask for the justification, and for more names if there are more to resolve."""
        chosen = self.chosen_name()
        await ask_names(self, "" if chosen is None else chosen[1])

    @work
    async def do_name_exclude(self) -> None:
        """Ask why, and leave the name out."""
        chosen = self.chosen_name()
        name = None if chosen is None else self.own_name(chosen[1])
        if chosen is None or name is None:
            return
        form = FormScreen(
            "Exclude from Cloud Discovery",
            (TextField("comment", "Comment", placeholder="why, for your colleagues; may stay empty"),),
            about=f"{name} is left out of new data, in every report. Older data stays for its 90 days.",
            verb="Exclude",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            self.play.submit(ExcludeEntity(chosen[0], name, True, str(values["comment"])))


async def ask_names(screen: PlayScreen, name: str) -> None:
    """Ask whose pseudonyms to resolve, and why; the names then stand in the rows."""
    form = FormScreen(
        "Resolve anonymized names",
        (
            TextField(
                "names",
                "Pseudonyms",
                name,
                "one or several, with spaces between",
                check=lambda text: "" if text else "name at least one",
            ),
            TextField("why", "Justification", placeholder="why you must know, in a few words"),
        ),
        about="Each name, who asked and the justification go into the governance log.",
        check=_justified,
        verb="Resolve",
    )
    values = await screen.app.push_screen_wait(form)
    if values is not None:
        names = tuple(str(values["names"]).replace(",", " ").split())
        screen.play.submit(ResolveNames(names, str(values["why"])))


def _justified(values: Values) -> dict[str, str]:
    few = len(str(values["why"]).split()) < WORDS_OF_REASON
    return {"why": f"write at least {WORDS_OF_REASON} words"} if few else {}


def shown_name(session: Session, name: str) -> str:
    """Return a name as rows show it: a resolved pseudonym by its name, a user without the domain."""
    domain = session.resolved.scenario.organisation.domain
    own = cloud_settings.own_name(session, name)
    return f"{person(own, domain)} (resolved)" if own not in (None, name) else person(name, domain)


class ReportPicker(ModalScreen[str | None]):
    """The report selector: every report with its last update; the answer is a report's name."""

    BINDINGS = [("escape", "close")]
    DEFAULT_CSS = """
    ReportPicker .dialog { width: 78; }
    ReportPicker Grid { background: $surface; }
    ReportPicker Grid > .grid--row { background: $surface; }
    ReportPicker Grid > .grid--header { background: $surface; }
    ReportPicker .detail { height: 3; margin-top: 1; border-top: solid $rule; }
    """

    def __init__(self, rows: tuple[ReportRow, ...], chosen: str, tz: ZoneInfo, now: int) -> None:
        super().__init__()
        self._rows, self._chosen = rows, chosen

        def when(time: int | None) -> str:
            return "never" if time is None else clock(time, tz, now)

        columns: tuple[Column[ReportRow], ...] = (
            Column("name", "Report", lambda r: r.title, 28, 16, 1, priority=0),
            Column("kind", "Kind", lambda r: r.kind, 15, tone=lambda r: "muted"),
            Column("updated", "Updated", lambda r: when(r.updated), 16, priority=0, sort=lambda r: r.updated),
        )
        self._grid: Grid[ReportRow] = Grid(columns, lambda row: row.name)

    def compose(self) -> ComposeResult:
        """Lay out the reports, and what the one under the cursor takes."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Report")
            box.border_subtitle = Content("enter chooses · esc closes")
            yield self._grid
            yield Static(classes="detail")

    def on_mount(self) -> None:
        """List the reports, the present one under the cursor."""
        self.app.clear_notifications()
        self._grid.styles.height = min(len(self._rows) + 1, 14)
        self._grid.set_rows(self._rows)
        self._grid.select(self._chosen)
        self._grid.focus()

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Say what the report takes."""
        row = self._grid.selected_row
        self.query_one(".detail", Static).update("" if row is None else safe(row.about, "muted"))

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Answer with the report."""
        event.stop()
        self.dismiss(event.entity_id)

    def action_close(self) -> None:
        """Close without choosing."""
        self.dismiss(None)
