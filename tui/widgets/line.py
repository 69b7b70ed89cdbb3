"""One line of fields that gives way when the terminal is narrow, the least important first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

SEPARATOR = " · "


@dataclass(frozen=True)
class Field:
    """A field with its wordings from longest to shortest; `importance` 0 is given up first."""

    wordings: tuple[Content, ...]
    importance: int


def compose_line(
    left: Sequence[Field], right: Sequence[Field], width: int, separator: str = SEPARATOR
) -> Content:
    """Return the fields on one line of `width` cells, `right` pushed to the right edge.

    Fields take shorter wordings first, then disappear, in order of importance; then those that
    are left take the longest wording that still fits. The most important one stays, and is cut with
    an ellipsis if even it does not fit.
    """
    fields = [*left, *right]
    choice = [0] * len(fields)
    present = [True] * len(fields)
    order = sorted(range(len(fields)), key=lambda i: fields[i].importance)

    def side(start: int, stop: int) -> Content:
        kept = [fields[i].wordings[choice[i]] for i in range(start, stop) if present[i]]
        return Content(separator).join(kept)

    def sides() -> tuple[Content, Content]:
        return side(0, len(left)), side(len(left), len(fields))

    def needed() -> int:
        one, other = sides()
        return one.cell_length + other.cell_length + (2 if one and other else 0)

    for index in order:
        while needed() > width and choice[index] + 1 < len(fields[index].wordings):
            choice[index] += 1
    for index in order[:-1]:
        if needed() > width:
            present[index] = False
    for index in reversed(order):
        for wording in range(choice[index]):
            shortest, choice[index] = choice[index], wording
            if needed() <= width:
                break
            choice[index] = shortest
    start, end = sides()
    gap = max(0, width - start.cell_length - end.cell_length)
    return Content.assemble(start, " " * gap, end).truncate(width, ellipsis=True)


class Line(Widget):
    """A widget of one line, made of fields; subclasses say which."""

    DEFAULT_CSS = """
    Line { height: 1; padding: 0 1; }
    """
    ALLOW_SELECT = False

    def left(self) -> Sequence[Field]:
        """Return the fields at the left edge."""
        return ()

    def right(self) -> Sequence[Field]:
        """Return the fields at the right edge."""
        return ()

    def render(self) -> Content:
        """Fit the fields to the present width."""
        return compose_line(self.left(), self.right(), self.size.width)
