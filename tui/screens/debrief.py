"""The debrief: first the trainee's own account, then what was, and last one thing to do otherwise."""

from __future__ import annotations

from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from sim.base.time import show_clock
from sim.exercise.debrief import QUESTIONS, Debrief
from sim.exercise.debrief.moments import Moment
from sim.exercise.debrief.words import account, cited, headline, place, standing
from tui.actions import Action, Scope
from tui.forms import FormScreen, TextField
from tui.frame import ViewKind
from tui.screens.debrief_charts import chart, legend
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.text import Tone, keyed, pad, safe
from tui.units import number, size
from tui.widgets.detail import Hanging, Reader, heading

DEBRIEF = Scope(
    "debrief",
    "Debrief",
    "What happened, what could be known when, and what you did; what got through and what work was lost, "
    "against doing nothing and the oracle; the moments that mattered, each played again with that one thing "
    "otherwise. It asks for your own account first: figures teach more when one has said what one thinks. No "
    "portal shows this.",
    (
        Action(
            "debrief.answer",
            "Answer",
            "answer the three questions",
            ("a", "enter"),
            "In your own words; they are kept in your own record and nowhere else.",
            footer=100,
        ),
        Action(
            "debrief.skip",
            "Skip",
            "see the debrief without answering",
            ("s",),
            when="unanswered",
            footer=90,
        ),
        Action(
            "debrief.commit",
            "Commit",
            "name one thing that you will do otherwise",
            ("c",),
            "It is shown at the head of your next briefing.",
            when="answered",
            footer=80,
        ),
        Action(
            "debrief.export",
            "Page",
            "write the debrief as an HTML page beside the run file",
            ("e",),
            "One file without scripts, which works from disk; the command line has debrief RUN -o FILE.html.",
            when="complete",
            footer=60,
        ),
        *TAB_ACTIONS,
    ),
)

BLANK = Content("")
CHART_HEIGHT = 6
CHART_WIDTH = 72
Line = Content | Hanging

_KINDS: dict[str, tuple[Tone, str]] = {
    "late": ("medium", "EARLIER   "),
    "wrong": ("high", "LEAVE OUT "),
    "good": ("sanctioned", "KEEP      "),
}
_LANES: dict[str, Tone] = {"truth": "normal", "knowable": "link", "did": "strong"}


class DebriefScreen(TabbedScreen, scope=DEBRIEF):
    """Pages to read, in the order in which they teach."""

    PLACE = "debrief"
    KIND = ViewKind.SIMULATOR

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the pages."""
        return (
            ("own", "Your account"),
            ("moments", "Moments"),
            ("curves", "Curves"),
            ("timeline", "Timeline"),
            ("objectives", "Objectives"),
        )

    def compose_tab(self, tab: str) -> Widget:
        """Return a page to scroll."""
        return Reader()

    def compose_body(self) -> ComposeResult:
        """Lay out the pages."""
        yield from self.compose_tabs()

    def refresh_view(self) -> None:
        """Write the page that is shown."""
        self.crumbs = (self.session.resolved.scenario.title, "Debrief")
        page = self.query_one(f"#tab-{self.tab}", Reader)
        if self.tab == "own":
            page.show(self._own())
        elif self.play.reviewer.answers is None:
            page.show([keyed("First your own account: `a` answers three questions, `s` skips them.")])
        elif self.tab == "objectives" and self.play.result is not None:
            page.show(self._objectives())
        elif self.debrief is None:
            page.show([*self._score(), safe(self._waiting(), "muted")])
        elif self.tab == "moments":
            page.show(_moments(self.debrief))
        elif self.tab == "curves":
            page.show(_curves(self.debrief, min(CHART_WIDTH, max(20, self.size.width - 8))))
        else:
            page.show(_timeline(self.debrief))

    @property
    def debrief(self) -> Debrief | None:
        """Return the review, once it is there."""
        return self.play.reviewer.debrief

    def _waiting(self) -> str:
        if self.play.reviewer.failed:
            return f"There is no review: {self.play.reviewer.failed}. The objectives stand."
        return "The oracle is still playing; this page fills by itself."

    def _score(self) -> list[Line]:
        if self.debrief is not None:
            return [safe(standing(self.debrief), "strong"), BLANK]
        result = self.play.result
        return [] if result is None else [safe(f"{result.score} of 100 points", "strong"), BLANK]

    def _own(self) -> list[Line]:
        answers = self.play.reviewer.answers
        if answers is None:
            return [
                safe("The run is over. Before any figure: your own account.", "strong"),
                BLANK,
                *(Hanging(safe(f"{n}  ", "link"), safe(asked)) for n, (_, asked) in enumerate(QUESTIONS, 1)),
                BLANK,
                keyed("`a` answers, `s` skips to the debrief."),
            ]
        lines = self._score()
        for key, asked in QUESTIONS:
            said = answers.get(key, "")
            lines += [safe(asked, "muted"), Hanging(safe("  "), safe(said or "not answered"))]
        lines += [BLANK, heading("Next time")]
        kept = self.play.reviewer.committed
        if kept:
            lines.append(safe(kept, "strong"))
        else:
            lines.append(
                keyed("`c` names one thing that you will do otherwise; your next briefing shows it.")
            )
        path = self.play.run_path
        if path is not None:
            lines += [BLANK, heading("Run file"), safe(path, "muted")]
        return lines

    def _objectives(self) -> list[Line]:
        result = self.play.result
        assert result is not None
        tz = self.session.resolved.tz
        lines: list[Line] = [keyed(f"{result.score} of 100 points. `g r` has the ledgers."), BLANK]
        for one in sorted(result.objectives, key=lambda o: -o.weight * (100 - o.score)):
            lead = safe(f"{one.score:>3} %  ", "sanctioned" if one.score >= 80 else "high")
            lines += [Hanging(lead, safe(f"{one.title} ({one.weight} points)", "strong"))]
            lines += [Hanging(safe("       "), safe(one.because))]
            lines += [Hanging(safe("         "), safe(said, "muted")) for said in cited(one, tz)]
        for penalty in result.penalties:
            lines.append(safe(f"−{penalty.points} points: {penalty.because}", "high"))
        return lines

    # -- actions ---------------------------------------------------------------------------------

    def when_unanswered(self) -> str:
        """Say that the account is given, if so."""
        return "" if self.play.reviewer.answers is None else "your account is given"

    def when_answered(self) -> str:
        """Say that the account comes first, if so."""
        return "answer the three questions first: a" if self.play.reviewer.answers is None else ""

    def when_complete(self) -> str:
        """Say why there is no page to write yet, if so."""
        if self.play.run_path is None:
            return "this run has no file to write beside"
        if self.debrief is None or not self.debrief.weighed:
            return "the moments are still being played"
        return self.when_answered()

    @work
    async def do_debrief_answer(self) -> None:
        """Ask for the trainee's account."""
        known = self.play.reviewer.answers or {}
        fields = [TextField(key, f"{n}", known.get(key, ""), asked) for n, (key, asked) in _numbered()]
        about = " ".join(f"{n} {asked}" for n, (_, asked) in _numbered())
        found = await self.app.push_screen_wait(FormScreen("Your own account", fields, about=about))
        if found is not None:
            self.play.answer({key: str(value).strip() for key, value in found.items() if value})
            self.show_tab("moments" if not known else self.tab)

    def do_debrief_skip(self) -> None:
        """Show the debrief."""
        self.play.answer({})
        self.show_tab("moments")

    @work
    async def do_debrief_commit(self) -> None:
        """Ask for one commitment."""
        suggested = self.debrief.suggestion() if self.debrief else ""
        field = TextField("text", "I will", self.play.reviewer.committed or suggested, check=_said)
        form = FormScreen("One commitment", [field], about="One thing, small enough to do in the next run.")
        found = await self.app.push_screen_wait(form)
        if found is not None:
            self.play.commit(str(found["text"]).strip())
            self.show_tab("own")

    def do_debrief_export(self) -> None:
        """Write the page."""
        from sim.exercise.debrief.page import debrief_page

        assert self.debrief is not None
        path = Path(str(self.play.run_path)).with_suffix(".html")
        try:
            reviewer = self.play.reviewer
            page = debrief_page(self.debrief, reviewer.answers, reviewer.committed)
            path.write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            self.notify(f"{error.strerror or error}: {path}", severity="warning", markup=False)
            return
        self.notify(f"Written: {path}", markup=False)

    def own_hint(self) -> str:
        """Say what comes next."""
        if self.play.reviewer.answers is None:
            return "`a` answers the three questions; `s` skips them"
        if not self.play.reviewer.committed:
            return "`]` turns the page; at the end `c` names one thing for the next run"
        return "`:` and Library chooses the next scenario; your commitment waits in its briefing"


def _numbered() -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(QUESTIONS, 1))


def _said(text: str) -> str:
    return "" if text else "say it in a few words, or esc"


def _moments(debrief: Debrief) -> list[Line]:
    lines: list[Line] = [safe(standing(debrief), "strong"), BLANK]
    if not debrief.moments:
        lines.append(safe("No single action, moved or left out, would have changed how it went."))
    for moment in debrief.moments:
        lines += [*_moment(moment, debrief), BLANK]
    if not debrief.weighed:
        lines.append(safe("What each was worth is being played; it fills in by itself.", "muted"))
    return lines


def _moment(moment: Moment, debrief: Debrief) -> list[Line]:
    tone, word = _KINDS[moment.kind]
    return [
        Hanging(safe(word, tone), safe(headline(moment, debrief.tz), "strong")),
        Hanging(safe(" " * len(word)), safe(account(moment, debrief.tz))),
        Hanging(
            safe(" " * len(word)),
            Content.assemble(keyed(f"`{moment.where.keys}`"), safe(f" shows it first: {place(moment)}")),
        ),
    ]


def _curves(debrief: Debrief, width: int) -> list[Line]:
    begin, end = (show_clock(time, debrief.tz) for time in (debrief.at[0], debrief.at[-1]))
    axis = safe(begin + end.rjust(max(1, width - len(begin))), "muted")
    parts = (
        ("Prohibited connections that got through", [c.connections for c in debrief.curves], number),
        ("What they sent", [c.bytes_up for c in debrief.curves], size),
        ("Minutes of work lost at apps that nobody prohibits", [c.minutes for c in debrief.curves], number),
    )
    lines: list[Line] = []
    for title, values, show in parts:
        ends = [(curve.name, show(line[-1])) for curve, line in zip(debrief.curves, values, strict=True)]
        lines.append(heading(title))
        if any(line[-1] for line in values):
            lines += [*chart(values, width, CHART_HEIGHT), axis]
        lines += [*legend(ends), BLANK]
    return lines


def _timeline(debrief: Debrief) -> list[Line]:
    words = {"truth": "true", "knowable": "to be known", "did": "you"}
    lines: list[Line] = []
    for entry in debrief.entries:
        tone: Tone = "high" if entry.bad else _LANES[entry.lane]
        when = f"{show_clock(entry.time, debrief.tz)[4:]:>12}  {pad(words[entry.lane], 12)}"
        lines.append(Hanging(safe(when, "muted"), safe(("! " if entry.bad else "") + entry.text, tone)))
    return lines
