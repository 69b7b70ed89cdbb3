"""What stands below a table about its chosen row, and a page of prose to scroll."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.actions import ActionHost
from tui.keys import READER
from tui.text import safe


class Detail(Static):
    """A few lines under a rule: the chosen row in words."""

    DEFAULT_CSS = """
    Detail { height: auto; max-height: 9; padding: 0 2; border-top: solid $rule; }
    """
    ALLOW_SELECT = True

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines, or nothing at all."""
        self.display = bool(lines)
        self.update(Content("\n").join(lines))


class Reader(ActionHost, VerticalScroll, scope=READER, can_focus=True):
    """Prose that is longer than the screen."""

    DEFAULT_CSS = """
    Reader { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    Reader > Static { height: auto; max-width: 96; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._page = Static()

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield self._page

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines; each is wrapped to the width."""
        page = Content("\n").join(lines)
        if page != self._page.content:
            self._page.update(page)

    def do_reader_down(self) -> None:
        """Scroll down a line."""
        self.scroll_down(animate=False)

    def do_reader_up(self) -> None:
        """Scroll up a line."""
        self.scroll_up(animate=False)

    def do_reader_page_down(self) -> None:
        """Scroll down a page."""
        self.scroll_page_down(animate=False)

    def do_reader_page_up(self) -> None:
        """Scroll up a page."""
        self.scroll_page_up(animate=False)

    def do_reader_top(self) -> None:
        """Go to the beginning."""
        self.scroll_home(animate=False)

    def do_reader_bottom(self) -> None:
        """Go to the end."""
        self.scroll_end(animate=False)


def heading(text: str) -> Content:
    """Return the title of a part of a page."""
    return Content.styled(safe(text).plain.upper(), "bold $tone-muted")


def fact(name: str, value: object, width: int = 12) -> Content:
    """Return a line `name   value`."""
    return Content.assemble(safe(f"{name:<{width}}", "muted"), safe(value))
