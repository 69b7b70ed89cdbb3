"""The briefing: the task, how far it has come, the written policy, the approved apps."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_clock
from sim.exercise.score import what_counts
from sim.views import discovery, documents
from sim.views.casebook import casebook
from sim.views.notes import notes
from tui.actions import Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.text import Tone, keyed, pad, safe
from tui.widgets.detail import Hanging, Reader, heading

BRIEFING = Scope(
    "briefing",
    "Briefing",
    "The task, the organisation's written policy and approved apps, and what you have noted so "
    "far. Every judgement at the end cites a line of the policy.",
    (),
)

BLANK = Content("")


class BriefingScreen(PlayScreen, scope=BRIEFING):
    """One page to read; it stays within reach for the whole run."""

    PLACE = "briefing"
    KIND = ViewKind.SIMULATOR

    def compose_body(self) -> ComposeResult:
        """Lay out the page."""
        yield Reader()

    def refresh_view(self) -> None:
        """Write the page."""
        resolved = self.session.resolved
        self.crumbs = (resolved.scenario.organisation.name, "Briefing")
        self.query_one(Reader).show(
            [
                safe(resolved.scenario.title, "strong"),
                safe(documents.documents(self.session).briefing),
                *self._commitment(),
                BLANK,
                *self._steps(),
                BLANK,
                *self._counts(),
                BLANK,
                *self._policy(),
                BLANK,
                *self._findings(),
                BLANK,
                *self._approved(),
            ]
        )

    def _commitment(self) -> list[Content]:
        """Return what the trainee meant to do otherwise this time."""
        kept = self.play.learner.commitment
        if kept is None:
            return []
        return [BLANK, heading(f"Your commitment of {kept.day}"), safe(kept.text, "link")]

    def _steps(self) -> list[Content]:
        seen = any(
            discovery.reach(self.session, name).last is not None
            for name in discovery.report_names(self.session)
        )
        found = bool(casebook(self.session).findings)
        end = show_clock(self.session.resolved.end, self.session.resolved.tz)
        return [
            heading(f"Your task, until {end}"),
            _step("1", "See", "switch the endpoint feed on and wait for first data", seen),
            _step("2", "Find", self.say("who breaks the policy: user, {machine}, browser"), found),
            _step("3", "Judge", "stop what must stop, let the rest go on, and prove both", self._judged()),
            keyed(self._clock()),
        ]

    def _clock(self) -> str:
        if self.session.is_exam:
            return "The clock runs, and line 1 says how long you have. `n` skips to the next news, `?` helps."
        return "The clock stands still. `p` lets it run, `n` skips to the next news, `?` helps."

    def _judged(self) -> bool:
        judged = any(note.kind == "Verdict" for note in notes(self.session))
        return judged or any(test.blocked for test in casebook(self.session).tests)

    def _counts(self) -> list[Content | Hanging]:
        pairs = what_counts(self.session.resolved.scenario)
        return [
            heading("What counts, of 100 points"),
            *(Hanging(safe(f"{weight:>3}  ", "strong"), safe(title)) for title, weight in pairs if weight),
        ]

    def _policy(self) -> list[Content | Hanging]:
        lines = documents.documents(self.session).policy
        return [
            heading("Written policy for cloud use"),
            *(Hanging(safe(f"{line.id}  ", "link"), safe(line.text)) for line in lines),
        ]

    def _findings(self) -> list[Content | Hanging]:
        rows = casebook(self.session).findings
        tz = self.session.resolved.tz
        if not rows:
            text = self.say("None yet. `f` on an event of a {machine}'s timeline writes one down.")
            return [heading("Your findings"), keyed(text)]
        return [
            heading("Your findings"),
            keyed("`g` `c` opens the case notebook: verdicts, evidence, messages, and the handover."),
            *(
                Hanging(
                    safe(f"{show_clock(row.time, tz)}  ", "muted"),
                    Content.assemble(
                        safe(f"{row.user} uses {documents.app_name(self.session, row.app_id)}"),
                        safe(f" on {row.machine} in {row.process}"),
                        safe(f" – {row.note}" if row.note else "", "muted"),
                    ),
                )
                for row in rows
            ),
        ]

    def _approved(self) -> list[Content | Hanging]:
        return [
            heading("Approved apps"),
            *(
                Hanging(safe(pad(row.name, 28)), safe(f"{row.owner}: {row.purpose}", "muted"))
                for row in documents.approved(self.session)
            ),
            BLANK,
            heading("Exceptions"),
            safe(documents.documents(self.session).exceptions),
        ]


def _step(number: str, name: str, text: str, begun: bool) -> Content:
    tone: Tone = "sanctioned" if begun else "muted"
    mark = "✓" if begun else number
    return Content.assemble(safe(f" {mark}  ", tone), safe(f"{name:<6}", "strong"), safe(text))
