"""The question before a change: what, with which consequence, and how long until it is true."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.text import Tone, safe


@dataclass(frozen=True)
class Question:
    """What a confirmation shows."""

    title: str
    """For example `Tag as unsanctioned?`."""
    subject: str
    """What it is done to, with its scope: `Sohu News, on 20 machines`."""
    consequence: str
    delay: str = ""
    """When it will be true, for example `up to 3 h`; empty when at once."""
    verb: str = "Do it"


class KeyLabel(Static):
    """A key and its word that can be clicked, and never takes the focus or the enter key."""

    def __init__(self, key: str, word: str, action: str) -> None:
        super().__init__(Content.assemble((key, "bold $tone-key"), f"  {word}"))
        self._do = action

    async def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        event.stop()
        await self.run_action(self._do)


class Confirm(ModalScreen[bool]):
    """Asks; y is yes, n and esc are no. Enter does nothing: a held-down enter must not confirm."""

    BINDINGS = [("y", "answer(True)"), ("n,escape", "answer(False)")]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def on_mount(self) -> None:
        """Take older messages away: they would lie over the dialogue."""
        self.app.clear_notifications()

    def compose(self) -> ComposeResult:
        """Lay out the three facts and the two answers."""
        asked = self.question
        with Vertical(classes="dialog") as box:
            box.border_title = safe(asked.title)
            yield from self._fact("What", asked.subject, "strong")
            yield from self._fact("Then", asked.consequence)
            yield from self._fact("When", asked.delay or "at once")
            with Horizontal(classes="answers"):
                yield KeyLabel("y", asked.verb, "screen.answer(True)")
                yield KeyLabel("n", "Cancel", "screen.answer(False)")

    def _fact(self, name: str, text: str, tone: Tone = "normal") -> ComposeResult:
        with Horizontal(classes="fact"):
            yield Static(safe(name, "muted"), classes="name")
            yield Static(safe(text, tone), classes="text")

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
