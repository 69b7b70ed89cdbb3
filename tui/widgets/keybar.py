"""The footer: the few keys that matter here, from the registry; a click does what the key does."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget

from tui.actions import Action, Choice, choices, show_key

SHOWN = 6
BETWEEN = 3


class KeyBar(Widget):
    """At most six keys by footer priority, then help, which is never dropped.

    A key that the focused text box would take as a letter is replaced by the action's next key that
    gets past it, or not shown.
    """

    DEFAULT_CSS = """
    KeyBar { height: 1; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Draw again when the focus or the state of an action changes."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def entries(self) -> list[tuple[str, Choice]]:
        """Return the keys that fit the width with what they do, most important first, help last."""
        wanted: list[tuple[str, Choice]] = []
        helps: list[tuple[str, Choice]] = []
        claimed: set[str] = set()
        for choice in choices(self.screen):
            key = self._reachable(choice.action, claimed)
            claimed.update(choice.action.keys)
            if key and choice.action.id == "app.help":
                helps.append((key, choice))
            elif key and choice.action.footer:
                wanted.append((key, choice))
        wanted.sort(key=lambda entry: -entry[1].action.footer)
        room = self.size.width - sum(self._cells(*entry) for entry in helps)
        kept: list[tuple[str, Choice]] = []
        for entry in wanted[:SHOWN]:
            room -= self._cells(*entry) + BETWEEN
            if room < 0:
                break
            kept.append(entry)
        return kept + helps

    def _reachable(self, action: Action, claimed: set[str]) -> str:
        """Return the first key that gets past the focused widget, if no nearer host has one."""
        focused = self.screen.focused
        if claimed.intersection(action.keys):
            return ""
        for key in action.keys:
            first = key.split(" ")[0]
            character = first if len(first) == 1 else None
            taken = focused is not None and focused.check_consume_key(first, character)
            if not taken:
                return key
        return ""

    def _cells(self, key: str, choice: Choice) -> int:
        return cell_len(f"{show_key(key)} {choice.action.label}")

    def render(self) -> Content:
        """Draw the keys; those that are not available now are dimmed."""
        parts: list[Content] = []
        for key, choice in self.entries():
            style = "$tone-muted" if choice.reason else "$tone-normal"
            key_style = "$tone-muted" if choice.reason else "bold $tone-key"
            label = choice.action.label.lower()
            parts.append(Content.assemble((show_key(key), key_style), " ", (label, style)))
        return Content(" " * BETWEEN).join(parts)

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        left = self.styles.padding.left
        for key, choice in self.entries():
            right = left + self._cells(key, choice)
            if left <= event.x < right:
                self.app.call_later(choice.host.perform, choice.action.id)
                return
            left = right + BETWEEN
