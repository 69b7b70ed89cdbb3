"""The result: the score, and why, each reason with its line of the written policy."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from sim.exercise.debrief.words import cited
from sim.exercise.score import Result, judge
from sim.views import documents
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, safe
from tui.units import plural
from tui.widgets.detail import Hanging, Reader, heading

RESULT = Scope(
    "result",
    "Result",
    "The score from 0 to 100. Every objective says why, and cites the line of the written policy "
    "that it rests on. Being allowed to see it is the simulator's privilege: no portal shows this.",
    (),
)
BLANK = Content("")
BAR = 20
INDENT = Content(" " * (BAR + 8))


class ResultScreen(PlayScreen, scope=RESULT):
    """One page to read."""

    PLACE = "result"
    KIND = ViewKind.SIMULATOR

    def __init__(self) -> None:
        super().__init__()
        self._judged: tuple[int, Result] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the page."""
        yield Reader()

    def _result(self) -> Result:
        """Return the final result, or how things stand: judged once for each state of the run."""
        if self.play.result is not None:
            return self.play.result
        commands = self.session.commands
        if self._judged is None or self._judged[0] != commands:
            self._judged = (commands, judge(self.session))
        return self._judged[1]

    def refresh_view(self) -> None:
        """Write the page."""
        result = self._result()
        over = self.session.finished
        self.crumbs = (self.session.resolved.scenario.title, "Result" if over else "So far")
        tz = self.session.resolved.tz
        lines: list[Content | Hanging] = [
            Content.assemble(safe(f"{result.score}", "strong"), safe(" of 100 points", "muted")),
            BLANK,
        ]
        for objective in result.objectives:
            lines += [
                Content.assemble(
                    _meter(objective.score),
                    safe(f" {objective.score:>3} %  "),
                    safe(objective.title, "strong"),
                    safe(f"  ({objective.weight} points)", "muted"),
                ),
                Hanging(INDENT, safe(objective.because)),
                *(Hanging(INDENT, safe(said, "muted")) for said in cited(objective, tz)),
            ]
        for penalty in result.penalties:
            lines.append(safe(f"−{penalty.points} points: {penalty.because}", "high"))
        lines += [BLANK, *self._exposure(result), BLANK, *self._losses(result)]
        path = self.play.run_path
        if path is not None:
            lines += [BLANK, heading("Run file"), safe(path, "muted")]
        self.query_one(Reader).show(lines)

    def _exposure(self, result: Result) -> list[Content]:
        lines = [heading("What got through to a prohibited use")]
        for row in result.exposure:
            name = documents.app_name(self.session, row.app_id)
            what = f"{plural(row.connections, 'connection')} by {plural(row.people, 'person', 'people')}"
            lines.append(safe(f"{name}: {what}, {row.bytes_up / 1_000_000:.1f} MB sent"))
        return lines

    def _losses(self, result: Result) -> list[Content]:
        lines = [heading("Work that was cut off")]
        for row in result.collateral:
            name = documents.app_name(self.session, row.app_id)
            kind = "approved" if row.approved else "not prohibited"
            who = f"{plural(row.sessions, 'session')} of {plural(row.people, 'person', 'people')}"
            what = f"{who}, by {', '.join(row.rules)}"
            lines.append(safe(f"{name} ({kind}): {what}"))
        return lines if result.collateral else [*lines, safe("None.", "muted")]

    def own_hint(self) -> str:
        """Say where to go from here."""
        if not self.session.finished:
            return "this is how things stand; `g` `b` goes back to the briefing"
        return "`g` `z` is the debrief; `:` and Library chooses another scenario; `q` leaves"


def _meter(score: int) -> Content:
    full = round(score * BAR / 100)
    tone: Tone = "sanctioned" if score >= 80 else "medium" if score >= 40 else "high"
    return Content.assemble(safe("━" * full, tone), safe("┄" * (BAR - full), "muted"))
