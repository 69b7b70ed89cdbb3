"""What the organisation has: licences, connections, where data is kept, and its machines' versions."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from sim.views import inventory
from sim.views.inventory import BuildRow, FactRow
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.text import safe
from tui.units import person
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

INVENTORY = Scope(
    "inventory",
    "Inventory",
    "What the integration stands on: licences, the other integrations, where forwarded data is kept, and the "
    "builds of {machines}. Where the documents name no effect on discovery or blocking, that is said.",
    TAB_ACTIONS,
)
FACT_COLUMNS: tuple[Column[FactRow], ...] = (
    Column("name", "What", lambda r: r.name, 40, 26, 1, priority=0),
    Column("value", "Stands at", lambda r: r.value, 28, 28, 1, priority=0, tone=lambda r: "strong"),
    Column(
        "effect",
        "Effect",
        lambda r: r.effect,
        64,
        46,
        2,
        priority=1,
        tone=lambda r: "normal" if r.has_effect else "muted",
    ),
)


class InventoryScreen(TabbedScreen, scope=INVENTORY):
    """Facts of the organisation, and its machines' versions."""

    KIND = ViewKind.MANAGEMENT
    PLACE = "inventory"
    DEFAULT_CSS = """
    InventoryScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts: Table[FactRow] = Table(FACT_COLUMNS, lambda row: row.name)
        self._builds: Table[BuildRow] | None = None

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the tabs."""
        return (("facts", "Organisation"), ("builds", self.say("{Machines}")))

    def compose_body(self) -> ComposeResult:
        """Lay out the tabs, and the chosen row in words."""
        yield from self.compose_tabs()
        yield Detail()

    def compose_tab(self, tab: str) -> Widget:
        """Return the table of a tab."""
        if tab == "facts":
            return Vertical(self._facts)
        domain = self.session.resolved.scenario.organisation.domain
        columns: tuple[Column[BuildRow], ...] = (
            Column("machine", self.say("{Machine}"), lambda r: r.machine, 14, 10, 1, priority=0),
            Column("user", "User", lambda r: person(r.user, domain), 20, 12, 1, priority=3),
            Column("system", "System", lambda r: r.system, 14, priority=2, tone=lambda r: "muted"),
            Column(
                "build",
                "Build",
                lambda r: r.os_build,
                12,
                priority=0,
                tone=lambda r: "normal" if r.build_ok else "high",
            ),
            Column(
                "platform",
                "Platform",
                lambda r: r.platform,
                12,
                priority=1,
                tone=lambda r: "normal" if r.platform_ok else "high",
            ),
            Column(
                "says",
                "Then",
                lambda r: r.says,
                24,
                14,
                2,
                priority=0,
                tone=lambda r: "muted" if r.build_ok and r.platform_ok else "high",
            ),
        )
        self._builds = Table(columns, lambda row: row.machine)
        return Vertical(self._builds)

    def refresh_view(self) -> None:
        """Show the facts and the versions."""
        self.crumbs = ("Inventory", dict(self.tabs())[self.tab])
        self._facts.set_rows(inventory.inventory(self.session))
        if self._builds is not None:
            self._builds.set_rows(inventory.builds(self.session))
        self._describe()

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Open the settings of a machine."""
        if self.tab == "builds" and event.entity_id is not None:
            self.play.open("machine_settings", event.entity_id)

    def _describe(self) -> None:
        if self.tab == "facts":
            row = self._facts.grid.selected_row
            lines = [] if row is None else [safe(f"{row.name}: {row.value}", "strong")]
            if row is not None:
                lines += [fact("Does", row.effect), fact("Where", row.place), fact("Source", row.source)]
        else:
            machine = self._builds.grid.selected_row if self._builds is not None else None
            lines = [] if machine is None else [safe(f"{machine.machine} {machine.says}", "strong")]
            if machine is not None and machine.needs:
                lines.append(fact("Needs", f"build {machine.needs} or later"))
        self.query_one(Detail).show(lines)

    def own_hint(self) -> str:
        """Say where the other half is."""
        return self.say("`]` and `[` change between the organisation and its {machines}")
