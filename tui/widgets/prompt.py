"""A console: what was said above, a line to type on below, and the earlier lines on ↑ and ↓."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, RichLog

from tui.text import Tone, safe, safe_rich


class Prompt(Vertical):
    """A command line for one machine. It runs nothing itself: it posts `Submitted`."""

    DEFAULT_CSS = """
    Prompt { height: 1fr; }
    Prompt > RichLog { height: 1fr; padding: 0 1; overflow-x: hidden; }
    Prompt > .entry { height: 1; padding: 0 1; }
    Prompt > .entry > Label { width: auto; }
    Prompt > .entry > Input { width: 1fr; }
    """

    class Submitted(Message):
        """A command was entered."""

        def __init__(self, prompt: Prompt, command: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.command = command

        @property
        def control(self) -> Prompt:
            """Return the console, for `@on` selectors."""
            return self.prompt

    def __init__(self, lead: str = "PS> ", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lead = lead
        self._log = RichLog(wrap=True, min_width=0, max_lines=2000)
        self._label = Label(safe(lead, "link"))
        self._input = Input(compact=True)
        self._history: list[str] = []
        self._place = 0
        self._draft = ""

    def compose(self) -> ComposeResult:
        """Lay out the scrollback and the line to type on."""
        self._log.can_focus = False
        yield self._log
        with Horizontal(classes="entry"):
            yield self._label
            yield self._input

    @property
    def lead(self) -> str:
        """Return what stands before the line, for example `PS C:\\>`."""
        return self._lead

    @lead.setter
    def lead(self, lead: str) -> None:
        self._lead = lead
        self._label.update(safe(lead, "link"))

    def write(self, text: str, tone: Tone = "normal") -> None:
        """Add output; every line of it is shown literally."""
        style = {"high": "bold", "strong": "bold", "muted": "dim"}.get(tone, "")
        for line in text.splitlines() or [""]:
            self._log.write(safe_rich(line, style))

    def clear(self) -> None:
        """Empty the scrollback; the history stays."""
        self._log.clear()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Echo the line, remember it and announce it."""
        event.stop()
        command = event.value.strip()
        self.write(f"{self._lead}{event.value}", "strong")
        self._input.value = ""
        if command:
            if not self._history or self._history[-1] != command:
                self._history.append(command)
            self.post_message(self.Submitted(self, command))
        self._place = len(self._history)

    def on_key(self, event: events.Key) -> None:
        """Recall earlier lines, and scroll what was said."""
        if event.key in ("up", "down"):
            self._recall(-1 if event.key == "up" else 1)
        elif event.key == "pageup":
            self._log.scroll_page_up(animate=False)
        elif event.key == "pagedown":
            self._log.scroll_page_down(animate=False)
        else:
            return
        event.stop()
        event.prevent_default()

    def _recall(self, step: int) -> None:
        if self._place == len(self._history):
            self._draft = self._input.value
        self._place = max(0, min(len(self._history), self._place + step))
        recalled = [*self._history, self._draft][self._place]
        self._input.value = recalled
        self._input.cursor_position = len(recalled)
