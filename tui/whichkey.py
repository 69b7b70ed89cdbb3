"""The panel that lists what may follow a prefix key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.actions import Choice
from tui.text import pad


def continuations(choices: Sequence[Choice], prefix: str) -> dict[str, Choice]:
    """Return what each key after `prefix` does; the nearest host wins."""
    found: dict[str, Choice] = {}
    for choice in choices:
        for key in choice.action.keys:
            first, _, second = key.partition(" ")
            if second and first == prefix:
                found.setdefault(second, choice)
    return found


class WhichKey(Static):
    """A panel over the bottom of the screen, in as many columns as fit."""

    DEFAULT_CSS = """
    WhichKey { dock: bottom; height: auto; layer: overlay; }
    """
    CELL = 24

    def __init__(self, prefix: str, follow: dict[str, Choice]) -> None:
        super().__init__()
        self.prefix = prefix
        self.follow = follow
        self.border_title = f"{prefix} …"
        self.border_subtitle = "esc cancels"

    def on_mount(self) -> None:
        """Lay the entries out for the width of the screen."""
        per_line = max(1, (self.app.size.width - 4) // self.CELL)
        cells = [self._cell(key, choice) for key, choice in self.follow.items()]
        lines = [cells[start : start + per_line] for start in range(0, len(cells), per_line)]
        self.update(Content("\n").join(Content("").join(line) for line in lines))

    def _cell(self, key: str, choice: Choice) -> Content:
        tone = "$tone-muted" if choice.reason else "$tone-normal"
        label = pad(choice.action.label, self.CELL - len(key) - 2)
        return Content.assemble((key, "bold $tone-key"), "  ", (label, tone))
