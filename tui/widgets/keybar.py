"""The footer: the few keys that matter here, from the registry; a click does what the key does."""

from __future__ import annotations

from functools import partial

from textual import events
from textual.content import Content
from textual.widget import Widget

from sim.base.text import plain
from tui.actions import Choice, choices

SHOWN = 6
HELP_WIDTH = len("? help")
BETWEEN = 3


class KeyBar(Widget):
    """At most six keys by footer priority, then `? help`, which is never dropped."""

    DEFAULT_CSS = """
    KeyBar { height: 1; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Draw again when the focus or the state of an action changes."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def entries(self) -> list[Choice]:
        """Return the actions that fit the width, the most important first, help last."""
        every = choices(self.screen)
        wanted: list[Choice] = []
        claimed: set[str] = set()
        for choice in every:
            key = next(iter(choice.action.keys), "")
            if choice.action.footer and key not in claimed and self._reachable(key):
                wanted.append(choice)
            claimed.update(choice.action.keys)
        wanted.sort(key=lambda choice: -choice.action.footer)
        helps = [c for c in every if c.action.id == "app.help" and self._reachable("?")]
        room = self.size.width - (HELP_WIDTH if helps else 0)
        kept: list[Choice] = []
        for choice in wanted[:SHOWN]:
            cost = len(self._words(choice)) + BETWEEN
            if cost > room:
                break
            room -= cost
            kept.append(choice)
        return kept + helps

    def _reachable(self, key: str) -> bool:
        """Return whether the key gets past the focused widget: a text box takes letters itself."""
        if not key:
            return False
        focused = self.screen.focused
        character = key[0] if len(key) == 1 or " " in key else None
        return focused is None or not focused.check_consume_key(key, character)

    def _words(self, choice: Choice) -> str:
        return f"{choice.action.key} {choice.action.label.lower()}"

    def render(self) -> Content:
        """Draw the keys; those that are not available now are dimmed."""
        parts: list[Content] = []
        for choice in self.entries():
            key, label = choice.action.key, plain(choice.action.label.lower())
            style = "$tone-muted" if choice.reason else "$tone-normal"
            key_style = "$tone-muted" if choice.reason else "bold $tone-key"
            parts.append(Content.assemble((key, key_style), " ", (label, style)))
        return Content(" " * BETWEEN).join(parts)

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        left = self.styles.padding.left
        for choice in self.entries():
            right = left + len(self._words(choice))
            if left <= event.x < right:
                self.app.call_later(partial(choice.host.perform, choice.action.id))
                return
            left = right + BETWEEN
