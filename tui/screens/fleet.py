"""The tools that manage machines: what was assigned by which route, and where its console says it arrived."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.base.errors import nearest
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.views import fleet
from sim.views.fleet import ArrivalRow, AssignmentRow, SettingRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import ChoiceField, FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.units import clock, moment, person, plural
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

FLEET = Scope(
    "fleet",
    "Fleet settings",
    "Settings that management tools give to many {machines}: Group Policy, Configuration Manager, Intune, "
    "the registry, or a PowerShell script. Each route takes its own time, and a managed value overrides what "
    "somebody types at the {machine}. Intune and Configuration Manager are told what arrived; Group Policy "
    "is told nothing, so ask the {machine}.",
    (
        Action("fleet.assign", "Assign", "give a setting to {machines}", ("N",), footer=100),
        Action(
            "fleet.withdraw",
            "Take back",
            "take the chosen assignment back",
            ("d",),
            "Asks first. Each {machine} forgets it in the route's own time.",
            when="standing",
            footer=90,
        ),
    ),
)
ARRIVALS = Scope(
    "arrivals",
    "Where a setting arrived",
    "The {machines} of one assignment, as its console says.",
    (
        Action(
            "arrivals.prompt", "Prompt", "open a prompt on the {machine}", ("x",), when="machine", footer=80
        ),
    ),
)


def _progress(row: AssignmentRow) -> str:
    if row.withdrawn is not None:
        return "taken back"
    return "not told" if row.reported is None else f"{row.reported} of {row.machines}"


def _tone(row: AssignmentRow) -> Tone:
    if row.withdrawn is not None or row.reported is None:
        return "muted"
    return "sanctioned" if row.reported == row.machines else "medium"


def assignment_columns(tz: ZoneInfo) -> tuple[Column[AssignmentRow], ...]:
    """Return the columns of the assignments."""
    return (
        Column("title", "Setting", lambda r: r.title, 26, 18, 1, priority=0),
        Column("value", "Value", lambda r: r.value, 10, priority=0, tone=lambda r: "strong"),
        Column("route", "Route", lambda r: r.route, 22, 12, priority=0),
        Column("target", "For", lambda r: r.target, 16, 12, 1, priority=1),
        Column("told", "Arrived", _progress, 10, priority=0, tone=_tone),
        Column(
            "made",
            "Made",
            lambda r: moment(r.created, tz),
            12,
            priority=2,
            sort=lambda r: (r.created, r.id),
            descending=True,
            tone=lambda r: "muted",
        ),
    )


class FleetScreen(PlayScreen, scope=FLEET):
    """What the management tools say of their own assignments."""

    KIND = ViewKind.MANAGEMENT
    PLACE = "fleet"

    def __init__(self) -> None:
        super().__init__()
        self._table: Table[AssignmentRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the assignments, and the chosen one in words."""
        self._table = Table(
            assignment_columns(self.session.resolved.tz),
            lambda row: row.id,
            sort="made",
            empty=self.say(
                "Nothing is managed: every {machine} has what was typed at it.\nPress N to assign a setting."
            ),
        )
        yield self._table
        yield Detail()

    @property
    def _row(self) -> AssignmentRow | None:
        return self._table.grid.selected_row if self._table is not None else None

    def refresh_view(self) -> None:
        """List what was assigned."""
        self.crumbs = ("Management tools", "Fleet settings")
        if self._table is not None:
            self._table.set_rows(fleet.assignments(self.session))
        self._describe()

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()
        self.draw()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the machines of the assignment."""
        if event.entity_id is not None:
            self.play.open("arrivals", event.entity_id)

    def _describe(self) -> None:
        row = self._row
        if row is None:
            self.query_one(Detail).show(())
            return
        setting = next(s for s in fleet.settings(self.session) if s.name == row.setting)
        route = next(r for r in setting.routes if r.name == row.route)
        told = self.say("; a {machine} that is off, when it is on")
        if row.reported is None:
            told += self.say("; the console is not told, ask the {machine}")
        lines = [
            safe(f"{row.setting} {row.value} by {row.route}, for {row.target}", "strong"),
            fact("Where", row.place),
            fact("When", route.delay + told),
            fact("Does", setting.effect or "no effect is documented"),
        ]
        self.query_one(Detail).show(lines)

    def own_hint(self) -> str:
        """Suggest the next step."""
        if self._row is None:
            return self.say("press `N` to give a setting to {machines}")
        return self.say("`enter` shows which {machines} have it, `N` assigns another, `d` takes it back")

    def when_standing(self) -> str:
        """Say why there is nothing to take back, if so."""
        row = self._row
        if row is None:
            return "choose an assignment first"
        return "it was taken back already" if row.withdrawn is not None else ""

    @work
    async def do_fleet_assign(self) -> None:
        """Ask for the setting, then for its value, route and machines; then assign it."""
        known = {one.name: one for one in fleet.settings(self.session)}
        options = tuple((one.name, one.title) for one in known.values())
        first = FormScreen("Assign a setting", (ChoiceField("setting", "Setting", options),), verb="Next")
        chosen = await self.app.push_screen_wait(first)
        if chosen is None:
            return
        setting = known[str(chosen["setting"])]
        values = await self.app.push_screen_wait(self._form(setting))
        if values is None:
            return
        route = next(r for r in setting.routes if r.name == values["route"])
        target = str(values["target"]).strip()
        question = Question(
            "Assign this setting?",
            f"{setting.name} {values['value']}, for {target}",
            setting.effect or "no effect on discovery or blocking is documented",
            route.delay,
            "Assign",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(AssignSetting(setting.name, str(values["value"]), route.name, target))

    def _form(self, setting: SettingRow) -> FormScreen:
        targets = fleet.targets(self.session)
        folded = {target.casefold() for target in targets}

        def check(text: str) -> str:
            return "" if text.casefold() in folded else nearest(text, targets)

        return FormScreen(
            setting.title,
            (
                ChoiceField("value", "Value", tuple((value, value) for value in setting.values)),
                ChoiceField(
                    "route", "Route", tuple((r.name, f"{r.name}, {r.delay}") for r in setting.routes)
                ),
                TextField(
                    "target", "For", targets[0], self.say("a department, a group or a {machine}"), check
                ),
            ),
            about=setting.effect or "No effect on discovery or blocking is documented.",
            verb="Next",
        )

    @work
    async def do_fleet_withdraw(self) -> None:
        """Ask, then take the chosen assignment back."""
        row = self._row
        if row is None:
            return
        setting = next(s for s in fleet.settings(self.session) if s.name == row.setting)
        question = Question(
            "Take this assignment back?",
            f"{row.setting} {row.value} by {row.route}, for {row.target}",
            self.say("each {machine} goes back to the next weaker value that it has, or to how it was found"),
            next(r.delay for r in setting.routes if r.name == row.route),
            "Take back",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(WithdrawSetting(row.id))


class ArrivalsScreen(PlayScreen, scope=ARRIVALS):
    """The machines of one assignment."""

    KIND = ViewKind.MANAGEMENT
    PLACE = "arrivals"
    DEFAULT_CSS = """
    ArrivalsScreen .head { height: 1; padding: 0 1; }
    """

    def __init__(self, assignment: str) -> None:
        super().__init__()
        self.assignment = assignment
        self._head = Static(classes="head")
        self._table: Table[ArrivalRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out what is assigned, and the machines."""
        tz, domain = self.session.resolved.tz, self.session.resolved.scenario.organisation.domain
        columns: tuple[Column[ArrivalRow], ...] = (
            Column("machine", self.say("{Machine}"), lambda r: r.machine, 16, 10, 1, priority=0),
            Column("user", "User", lambda r: person(r.user, domain), 24, 14, 2, priority=1),
            Column(
                "reported",
                "Reported",
                lambda r: "–" if r.reported is None else clock(r.reported, tz, self.session.now),
                16,
                priority=0,
                sort=lambda r: r.reported,
                tone=lambda r: "muted" if r.reported is None else "sanctioned",
            ),
        )
        self._table = Table(columns, lambda row: row.machine, sort="machine")
        yield self._head
        yield self._table

    def refresh_view(self) -> None:
        """Show who has reported it."""
        self.crumbs = ("Management tools", "Fleet settings", self.assignment)
        row = next(r for r in fleet.assignments(self.session) if r.id == self.assignment)
        if self._table is not None:
            self._table.set_rows(fleet.arrivals(self.session, self.assignment))
        self._head.update(self._heading(row))

    def _heading(self, row: AssignmentRow) -> Content:
        said: Sequence[Content] = (
            safe(f"{row.title}: {row.value}", "strong"),
            safe(f"by {row.route}"),
            safe(_progress(row), _tone(row)),
            safe(plural(row.machines, *self.play.portal.machines), "muted"),
        )
        return Content("   ").join(said)

    def own_hint(self) -> str:
        """Say how to find out more."""
        return self.say("`enter` shows what is in force on the {machine}, `x` opens its prompt")

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the machine's settings."""
        if event.entity_id is not None:
            self.play.open("machine_settings", event.entity_id)

    def when_machine(self) -> str:
        """Say that no machine is chosen, if so."""
        return "" if self._table and self._table.selected else self.say("choose a {machine} first")

    def do_arrivals_prompt(self) -> None:
        """Open a prompt on the machine."""
        if self._table is not None and self._table.selected is not None:
            self.play.open("prompt", self._table.selected)
