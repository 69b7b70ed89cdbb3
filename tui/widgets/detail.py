"""What stands below a table about its chosen row, and a page of prose to scroll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.actions import ActionHost
from tui.keys import READER
from tui.text import safe

NAME = 12
"""Cells of a fact's name."""
MEASURE = 96
"""Cells of the widest line of prose: longer ones are hard to read."""


class Detail(Static):
    """A few lines under a rule: the chosen row in words."""

    DEFAULT_CSS = """
    Detail { height: auto; max-height: 9; padding: 0 2; border-top: solid $rule; }
    """
    ALLOW_SELECT = True
    _lines: Sequence[Content] = ()

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines, or nothing at all; the value of a `fact` hangs from its name."""
        self._lines = lines
        self.display = bool(lines)
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.size.width or self.app.size.width - 4
        page = Content("\n").join(_hang(_split(line), width) for line in self._lines)
        if page != self.content:
            self.update(page)


@dataclass(frozen=True)
class Hanging:
    """A paragraph that hangs from its lead: lines after the first are indented as far."""

    lead: Content
    text: Content


class Reader(ActionHost, VerticalScroll, scope=READER, can_focus=True):
    """Prose that is longer than the screen."""

    DEFAULT_CSS = """
    Reader { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    Reader > Static { height: auto; max-width: 96; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._page = Static()
        self._lines: Sequence[Content | Hanging] = ()

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield self._page

    def show(self, lines: Sequence[Content | Hanging]) -> None:
        """Show these lines; each is wrapped to the width."""
        self._lines = lines
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = min(MEASURE, self.scrollable_content_region.width or MEASURE)
        page = Content("\n").join(
            _hang(line, width) if isinstance(line, Hanging) else line for line in self._lines
        )
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


def _split(line: Content) -> Hanging:
    """Part a line that `fact` made into name and value; any other has no lead."""
    first = next(iter(line.spans), None)
    at = NAME if first is not None and (first.start, first.end) == (0, NAME) else 0
    return Hanging(line[:at], line[at:])


def _hang(line: Hanging, width: int) -> Content:
    indent = line.lead.cell_length
    first, *rest = line.text.wrap(max(width - indent, 20))
    return Content("\n").join([line.lead + first, *(" " * indent + more for more in rest)])


def heading(text: str) -> Content:
    """Return the title of a part of a page."""
    return Content.styled(safe(text).plain.upper(), "bold $tone-muted")


def fact(name: str, value: object, width: int = NAME) -> Content:
    """Return a line `name   value`."""
    return Content.assemble(safe(f"{name:<{width}}", "muted"), safe(value))
