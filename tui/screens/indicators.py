"""The endpoint portal's indicators: domains, URLs and addresses to block, warn of, audit or allow."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.engine.enforcement.facts import Held
from sim.session.indicator_commands import RemoveIndicator
from sim.views import endpoint
from sim.views.endpoint import IndicatorRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.indicator_form import ask_indicator
from tui.text import Tone, safe
from tui.units import clock, moment
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.table import Table

INDICATORS = Scope(
    "indicators",
    "Indicators",
    "Domains, URLs and addresses with what {machines} should do about them. Rows made by {maker} come "
    "from tagged apps; the others were made by hand. In the portal: Settings, "
    "Indicators, URLs/Domains and IP addresses.",
    (
        Action(
            "indicators.new",
            "New",
            "add an indicator by hand",
            ("N",),
            "{Machines} fetch it one by one, which takes up to two hours.",
            footer=90,
        ),
        Action(
            "indicators.edit",
            "Edit",
            "change the indicator's alert, scope and expiry",
            ("e",),
            "Value and action stay. What a tag sets by itself comes back with its next synchronisation.",
            when="row",
            footer=85,
        ),
        Action(
            "indicators.remove",
            "Remove",
            "take the indicator off the list",
            ("d", "delete"),
            "Asks first.",
            when="row",
            footer=80,
        ),
    ),
)

_TONES: dict[Held, Tone] = {Held.BLOCK: "high", Held.WARN: "medium", Held.AUDIT: "medium"}
_LETTERS = {Held.BLOCK: "B ■", Held.WARN: "W ◩", Held.AUDIT: "A ◪", Held.ALLOW: "+ □"}


def indicator_columns(tz: ZoneInfo) -> tuple[Column[IndicatorRow], ...]:
    """Return the columns of the list."""
    return (
        Column("value", "Value", lambda r: r.value, 26, 16, 2, priority=0),
        Column(
            "action",
            "Action",
            lambda r: f"{_LETTERS[r.held]} {r.action}",
            19,
            priority=0,
            tone=lambda r: _TONES.get(r.held, "normal"),
        ),
        Column("by", "Created by", lambda r: r.created_by, 28, 16, 1, priority=2),
        Column("type", "Type", lambda r: r.type, 11, 9, priority=3, tone=lambda r: "muted"),
        Column("scope", "Scope", lambda r: r.device_groups, 14, 11, 1, priority=4),
        Column("app", "App", lambda r: r.app or "–", 18, 12, 1, priority=4),
        Column(
            "created",
            "Created",
            lambda r: moment(r.created, tz),
            12,
            priority=1,
            sort=lambda r: r.created,
            descending=True,
            tone=lambda r: "muted",
        ),
        Column("title", "Alert title", lambda r: r.title, 26, 16, 1, priority=5, tone=lambda r: "muted"),
    )


class IndicatorsScreen(PlayScreen, scope=INDICATORS):
    """A product view of Defender ATP: the URLs/Domains list."""

    KIND = ViewKind.ENDPOINT
    PLACE = "indicators"
    DEFAULT_CSS = """
    IndicatorsScreen .detail {
        height: 6; padding: 0 1; margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._detail = Static(classes="detail")
        self._table: Table[IndicatorRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the list and the whole of the chosen row."""
        self._table = Table(
            indicator_columns(self.session.resolved.tz),
            lambda row: row.id,
            sort="created",
            empty="No indicator is listed.\nRows come from apps tagged Unsanctioned, once both portals are\n"
            "set up for it, or from you: press N.",
        )
        yield self._table
        yield self._detail

    @property
    def table(self) -> Table[IndicatorRow]:
        """Return the table."""
        assert self._table is not None
        return self._table

    @property
    def _row(self) -> IndicatorRow | None:
        return self._table.grid.selected_row if self._table is not None else None

    def refresh_view(self) -> None:
        """Show the list."""
        rows = endpoint.indicators(self.session)
        self.crumbs = (self.play.portal.endpoint, "Settings", f"Indicators ({len(rows)})")
        self.table.set_rows(rows)
        self._show_detail()

    def _show_detail(self) -> None:
        row = self._row
        if row is None:
            self._detail.update("")
            return
        tz, now = self.session.resolved.tz, self.session.now
        covers = {"DomainName": "and its sub-domains", "Url": "and what lies below it"}.get(row.type, "")
        value = Content.assemble(
            safe(row.value, "strong"),
            safe(f"  {covers}" + (f" · {row.app}" if row.app else ""), "muted"),
        )
        made = f"{row.id} · {row.type} · created {clock(row.created, tz, now)} by {row.created_by}"
        updated = "" if row.updated is None else f"updated {clock(row.updated, tz, now)} by {row.updated_by}"
        expires = "never expires" if row.expires is None else f"expires {clock(row.expires, tz, now)}"
        alert = f"alert {row.severity}: “{row.title}”" if row.generate_alert else "no alert"
        facts = (
            f"{made} ({row.source})",
            " · ".join(filter(None, (updated, row.device_groups, expires))),
            " · ".join(filter(None, (alert, row.educate_url))),
            f"description: {row.description or 'none'}",
            f"recommended: {row.recommended_actions or 'none'}",
        )
        self._detail.update(Content("\n").join([value, *(safe(fact, "muted") for fact in facts)]))

    def own_hint(self) -> str:
        """Suggest making one, or following one."""
        if self._row is None:
            return "press `N` to add a domain by hand, `g s` for the settings of both portals"
        return self.say("{machines} fetch the list one by one: `g v` follows it, `N` adds a domain")

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Show the whole of the chosen row."""
        self._show_detail()

    def when_row(self) -> str:
        """Say that no indicator is chosen, if so."""
        return "" if self._row else "choose an indicator first"

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Follow the app of the row to the machines."""
        apps = self.session.world.tenant.catalog
        row = self._row
        app = apps.resolve(row.value) if row is not None else None
        if app is None:
            self.notify("No app of the catalog has this domain.", markup=False)
        else:
            self.play.open("propagation", app.id)

    @work
    async def do_indicators_new(self) -> None:
        """Add an indicator by hand."""
        await ask_indicator(self.play, self.session)

    @work
    async def do_indicators_edit(self) -> None:
        """Change the chosen indicator."""
        if self._row is not None:
            await ask_indicator(self.play, self.session, row=self._row)

    @work
    async def do_indicators_remove(self) -> None:
        """Take the chosen indicator off the list, after asking."""
        row = self._row
        if row is None:
            return
        by_tag = " It came from a tag, which stays." if row.app else ""
        question = Question(
            "Remove this indicator?",
            f"{row.value}: {row.action}",
            self.say("{machines} that hold it let the domain through once they have fetched the change.")
            + by_tag,
            self.say("off the list at once; {machines} fetch the list within about two hours"),
            "Remove",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(RemoveIndicator(row.id))
