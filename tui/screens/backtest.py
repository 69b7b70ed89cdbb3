"""What a policy or a tag would have done to the last 30 days, before it is saved."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_day
from sim.engine.policy.backtest import DAYS, Backtest
from sim.session.commands import Command
from sim.views.policies import figure
from tui.actions import Action, Scope
from tui.forms import FormScreen
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import safe
from tui.units import plural
from tui.widgets.detail import Hanging, Reader, heading

SHOWN = 40
"""Alerts that are listed; all are counted."""

BACKTEST = Scope(
    "backtest",
    "Back-test",
    "What the policy or the tag would have done to the last 30 days of the reports: alerts, people and "
    "business activities touched. Nothing is saved by looking. The portal has no such page.",
    (
        Action(
            "backtest.save",
            "Save",
            "do it now: save the policy, or set the tag",
            ("s",),
            footer=100,
        ),
    ),
)


class BacktestScreen(PlayScreen, scope=BACKTEST):
    """Shows what would have happened, and does it when asked to."""

    PLACE = "backtest"
    KIND = ViewKind.SIMULATOR

    def __init__(self, title: str, command: Command, found: Backtest) -> None:
        """`command` is what `s` sends."""
        super().__init__()
        self._title = title
        self._command = command
        self._found = found

    def compose_body(self) -> ComposeResult:
        """Lay out the page."""
        yield Reader()

    def refresh_view(self) -> None:
        """Write what would have happened."""
        self.crumbs = ("Control", "Back-test", self._title)
        self.query_one(Reader).show([*self._lines(self._found)])

    def own_hint(self) -> str:
        """Say what can be done."""
        return "`s` saves it as it is; `esc` goes back and changes nothing"

    def do_backtest_save(self) -> None:
        """Send the command, and go back where it came from; a form that asked for this is done."""
        if self.play.submit(self._command) is not None:
            self.app.pop_screen()
            if isinstance(self.app.screen, FormScreen):
                self.app.screen.dismiss(None)

    def _lines(self, found: Backtest) -> Iterator[Content | Hanging]:
        yield safe(f"{self._title}: the last {DAYS} days with data", "strong")
        yield Content("")
        for warning in found.warnings:
            yield Hanging(safe("▲ ", "high"), safe(warning, "high"))
        if not found.warnings:
            yield safe("No approved or protected app would be blocked.")
        yield Content("")
        yield heading(f"Touched: {plural(len(found.apps), 'app')}, {plural(found.users, 'person', 'people')}")
        for app in found.apps:
            use = f"{plural(app.users, 'person', 'people')}, {plural(app.transactions, 'transaction')}"
            what = app.activity or "no approved activity"
            rest = f"; {app.because}" if app.because else ""
            yield Hanging(safe(f"{app.name}  ", "link"), safe(f"{use}; {what}{rest}"))
        if found.rehearsal is not None:
            yield Content("")
            yield from self._alerts(found)

    def _alerts(self, found: Backtest) -> Iterator[Content | Hanging]:
        played = found.rehearsal
        assert played is not None
        over = f", and {len(played.over_limit)} over the daily limit" if played.over_limit else ""
        yield heading(f"Would raise {plural(len(played.alerts), 'alert')}{over}")
        names, report = self.session.world.tenant.apps, self.play.portal.report
        for match in played.alerts[:SHOWN]:
            why = "; ".join(
                f"{r.what} {figure(r.value, r.is_volume)} > {figure(r.threshold, r.is_volume)}"
                for r in match.reasons
            )
            who = f" by {match.who}" if match.who else ""
            head = f"{show_day(match.day)} {names[match.app_id].name}{who}  "
            yield Hanging(safe(head, "link"), safe(f"{report(match.report)}: {why or 'first discovery'}"))
        left = len(played.alerts) - SHOWN
        if left > 0:
            yield safe(f"and {left} more", "muted")
        for miss in played.near:
            why = "; ".join(
                f"{r.what} {figure(r.value, r.is_volume)}, not more than {figure(r.threshold, r.is_volume)}"
                for r in miss.missed
            )
            head = f"near miss: {names[miss.app_id].name}  "
            yield Hanging(safe(head, "muted"), safe(f"{report(miss.report)}: {why}", "muted"))
