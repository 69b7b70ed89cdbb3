"""Why one browser on one machine is blocked or not: the chain from the tag to the engine.

A simulator view: it opens only for an app whose propagation was revealed, so it needs no gate of
its own beyond the view's.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from sim.engine.enforcement.explain import Share, Told
from sim.engine.enforcement.facts import STOPPED, Outcome
from sim.views import simulator
from sim.views.chains import Explained
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, pad, safe
from tui.units import browser, clock, plural
from tui.widgets.detail import Hanging, Reader

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


SHARES = Scope(
    "shares",
    "Why in common",
    "All browsers of all {machines} at once: who stops the app, and where it still opens, the first link "
    "that is missing. No portal shows this.",
    (),
)


class SharesScreen(PlayScreen, scope=SHARES):
    """What all browsers of all machines have in common about one app."""

    KIND = ViewKind.SIMULATOR
    PLACE = "explain"
    DEFAULT_CSS = """
    SharesScreen Static { height: auto; padding: 1 2; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, app_id: str) -> None:
        super().__init__()
        self.app_id = app_id
        self._text = Static()

    def compose_body(self) -> ComposeResult:
        """Lay out the shares; they scroll where the terminal is short."""
        with VerticalScroll():
            yield self._text

    def refresh_view(self) -> None:
        """Count as things stand now."""
        name = self.session.world.tenant.catalog.app(self.app_id).name
        self.crumbs = ("Simulator", "Propagation", name, "Why")
        shares = simulator.shares(self.session, self.app_id)
        every = sum(share.count for share in shares)
        lines = [
            safe(f"{name}: {plural(every, 'browser')} of all {self.say('{machines}')}", "strong"),
            Content(""),
        ]
        for title, stopped in (("Stopped", True), ("Open: the first link that is missing", False)):
            mine = [share for share in shares if share.stopped is stopped]
            if mine:
                count = sum(share.count for share in mine)
                lines += [safe(f"{title}, {count} of {every}", "strong")]
                lines += [self._share(share, every) for share in mine] + [Content("")]
        self._text.update(Content("\n").join(lines))

    def own_hint(self) -> str:
        """Say how to go back."""
        return self.say("`esc` goes back to the {machines}, `enter` there tells one chain")

    def _share(self, share: Share, every: int) -> Content:
        width = max(1, share.count * 24 // every)
        tone: Tone = "sanctioned" if share.stopped else "high"
        return Content.assemble(
            safe(f"  {share.count:>5}  "),
            safe(pad(("■" if share.stopped else "□") * width, 24), tone),
            safe(f"  {share.label}"),
        )


class ExplainScreen(PlayScreen, scope=EXPLAIN):
    """The chain of one app, machine and browser."""

    KIND = ViewKind.SIMULATOR
    PLACE = "explain"
    DEFAULT_CSS = """
    ExplainScreen .top { height: auto; padding: 0 1; }
    ExplainScreen Reader { padding: 0 1; margin-top: 1; }
    """

    def __init__(self, app_id: str, machine: str, process: str) -> None:
        super().__init__()
        self.app_id, self.machine, self.process = app_id, machine, process
        self._top = Static(classes="top")
        self._links = Reader()

    def compose_body(self) -> ComposeResult:
        """Lay out the chain; it scrolls where the terminal is short."""
        yield self._top
        yield self._links

    def refresh_view(self) -> None:
        """Tell the chain as it stands now."""
        name = self.session.world.tenant.catalog.app(self.app_id).name
        self.crumbs = ("Simulator", "Propagation", name, self.machine, browser(self.process))
        found = simulator.explained(self.session, self.app_id, self.machine, self.process)
        if found is None:
            self._top.update(safe("Nothing to explain: this is not revealed.", "muted"))
            return
        self._top.update(self._head(name, found))
        self._links.show(self._chain(found))

    def own_hint(self) -> str:
        """Say how to go back."""
        return "the first link that is not done is the reason; `esc` goes back"

    def _head(self, name: str, told: Explained) -> Content:
        where = f"   {name} ({told.host}) in {browser(self.process)} on {self.machine}"
        found = told.explanation
        return Content("\n").join(
            [Content.assemble(verdict(found.verdict), safe(where, "strong")), safe(found.why)]
        )

    def _chain(self, told: Explained) -> list[Content | Hanging]:
        found = told.explanation
        reason = found.first_open if found.verdict not in STOPPED else None
        lines: list[Content | Hanging] = [self._link(link, link is reason) for link in found.links]
        for way in told.ways:
            reaches = "reaches it" if way.reaches else "does not reach it"
            lines.append(Content.assemble(safe(f"{way.way} {reaches}: "), safe(way.reason, "muted")))
        return lines

    def _link(self, link: Told, is_reason: bool) -> Hanging:
        shape, word, tone = MARKS.get(link.state, MARKS["open"])
        tz, now = self.session.resolved.tz, self.session.now
        if link.since is not None:
            word = f"since {clock(link.since, tz, now)}"
        if link.expected_at is not None:
            word = f"due {clock(link.expected_at, tz, now)}"
        text = Content.assemble(
            safe(link.name, "strong" if is_reason else "normal"),
            safe(" ◂ the reason" if is_reason else "", "high"),
            safe(f" · {link.reason}", "muted"),
        )
        return Hanging(safe(f"{shape} {pad(word, 16)}", tone), text)


def verdict(outcome: Outcome) -> Content:
    """Return an outcome with letter, shape and word."""
    if outcome in VERDICTS:
        text, tone = VERDICTS[outcome]
        return safe(text, tone)
    return safe("□ O  OPEN", "high")


VERDICTS: dict[Outcome, tuple[str, Tone]] = {
    Outcome.BLOCKED: ("■ B  BLOCKED", "sanctioned"),
    Outcome.WARNED: ("◩ W  WARNED: the user may click through", "sanctioned"),
    Outcome.GATEWAY_BLOCKED: ("▣ G  REFUSED BY A GATEWAY", "sanctioned"),
    Outcome.ACCESS_DENIED: ("▣ G  SIGN-IN DENIED", "sanctioned"),
    Outcome.AUDITED: ("◪ A  AUDITED: it opens and is written down", "medium"),
    Outcome.ALERTED: ("□ O  OPEN, with an alert", "medium"),
    Outcome.BYPASSED: ("□ O  OPEN: the warning was clicked through", "medium"),
    Outcome.UNSEEN: ("□ O  OPEN, and Defender saw nothing", "high"),
}
"""Letter, shape and words of an outcome; any other is plainly open."""
