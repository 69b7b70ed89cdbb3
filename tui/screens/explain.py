"""Why one browser on one machine is blocked or not: the chain from the tag to the engine.

A simulator view: it opens only for an app whose propagation was revealed, so it needs no gate of
its own beyond the view's.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sim.engine.enforcement.explain import Explanation, Link
from sim.engine.enforcement.facts import Outcome
from sim.views import simulator
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.units import browser, clock

EXPLAIN = Scope(
    "explain",
    "Explanation",
    "The chain of one block, link by link: each is done, waiting for a moment that the simulator "
    "knows, or open. The first that is not done is the reason. No portal shows this.",
    (),
)

MARKS: dict[str, tuple[str, str, Tone]] = {
    "done": ("●", "done", "sanctioned"),
    "waiting": ("◐", "waiting", "medium"),
    "open": ("○", "open", "high"),
    "not needed": ("·", "not needed", "muted"),
}


class ExplainScreen(PlayScreen, scope=EXPLAIN):
    """The chain of one app, machine and browser."""

    KIND = ViewKind.SIMULATOR
    PLACE = "explain"
    DEFAULT_CSS = """
    ExplainScreen VerticalScroll { padding: 1 2; }
    ExplainScreen Static { height: auto; }
    """

    def __init__(self, app_id: str, machine: str, process: str) -> None:
        super().__init__()
        self.app_id, self.machine, self.process = app_id, machine, process
        self._text = Static()

    def compose_body(self) -> ComposeResult:
        """Lay out the chain; it scrolls where the terminal is short."""
        with VerticalScroll():
            yield self._text

    def refresh_view(self) -> None:
        """Tell the chain as it stands now."""
        name = self.session.world.tenant.catalog.app(self.app_id).name
        self.crumbs = ("Simulator", "Propagation", name, self.machine, browser(self.process))
        found = simulator.explained(self.session, self.app_id, self.machine, self.process)
        if found is None:
            self._text.update(safe("Nothing to explain: this is not revealed.", "muted"))
            return
        self._text.update(self._chain(name, found))

    def own_hint(self) -> str:
        """Say how to go back."""
        return "the first link that is not done is the reason; `esc` goes back"

    def _chain(self, name: str, found: Explanation) -> Content:
        host = next(iter(simulator.site_hosts(self.session, self.app_id)), "")
        lines = [
            Content.assemble(
                verdict(found.verdict),
                safe(f"   {name} ({host}) in {browser(self.process)} on {self.machine}", "strong"),
            ),
            Content(""),
        ]
        reason = found.first_open if found.verdict is not Outcome.BLOCKED else None
        for index, link in enumerate(found.links):
            last = index == len(found.links) - 1
            lines += self._link(link, link is reason, last)
        return Content("\n").join(lines)

    def _link(self, link: Link, is_reason: bool, last: bool) -> list[Content]:
        shape, word, tone = MARKS.get(link.state, MARKS["open"])
        tz, now = self.session.resolved.tz, self.session.now
        times = []
        if link.since is not None:
            times.append(f"since {clock(link.since, tz, now)}")
        if link.expected_at is not None:
            times.append(f"due {clock(link.expected_at, tz, now)}")
        stem = "  " if last else "│ "
        head = Content.assemble(
            safe(f"{shape} ", tone),
            safe(f"{word:<11}", tone),
            safe(link.name, "strong" if is_reason else "normal"),
            safe("   " + ", ".join(times) if times else "", tone),
            safe("   ◂ the reason" if is_reason else "", "high"),
        )
        return [head, Content.assemble((stem, "$rule"), safe(" " * 11 + link.reason, "muted"))]


def verdict(outcome: Outcome) -> Content:
    """Return an outcome with letter, shape and word."""
    if outcome is Outcome.BLOCKED:
        return safe("■ B  BLOCKED", "sanctioned")
    if outcome is Outcome.AUDITED:
        return safe("◪ A  AUDITED: it opens and is written down", "medium")
    return safe("□ O  OPEN", "high")
