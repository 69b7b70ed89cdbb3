"""Draws the lines of a table as strips, and remembers those of rows that have not changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sim.base.text import plain
from tui.text import Tone, clip, pad
from tui.widgets.columns import GAP, GUTTER, Column, Fit, R

CACHED_STRIPS = 2000
CELL_LIMIT = 400
"""Characters of one cell that are looked at; no terminal is wider."""


class Painter(Generic[R]):
    """Turns rows into strips. `component` gives a component's style, whole or as an overlay."""

    def __init__(self, component: Callable[[str, bool], Style]) -> None:
        self._component = component
        self._styles: dict[tuple[str, Tone], Style] = {}
        self._strips: dict[str, tuple[R, str, Strip]] = {}

    def forget(self) -> None:
        """Drop everything drawn with other styles or another width."""
        self._styles.clear()
        self._strips.clear()

    def style(self, part: str, tone: Tone = "normal") -> Style:
        """Return the style of a tone on a part of the table; the part decides the background."""
        style = self._styles.get((part, tone))
        if style is None:
            style = self._component(part, False)
            if tone != "normal":
                style += self._component(tone, True)
            self._styles[part, tone] = style
        return style

    def row(self, entity_id: str, row: R, part: str, layout: Fit[R], width: int) -> Strip:
        """Return the line of a row, drawn anew only if the row or its part has changed."""
        kept = self._strips.get(entity_id)
        if kept is not None and kept[1] == part and (kept[0] is row or kept[0] == row):
            return kept[2]
        if len(self._strips) >= CACHED_STRIPS:
            self._strips.clear()
        strip = self._draw_row(row, part, layout, width)
        self._strips[entity_id] = (row, part, strip)
        return strip

    def _draw_row(self, row: R, part: str, layout: Fit[R], width: int) -> Strip:
        base = self.style(part)
        segments = [Segment("▸ " if part == "cursor" else "  ", self.style(part, "link"))]
        for index, (column, cells) in enumerate(layout.shown):
            if index:
                segments.append(Segment(" " * GAP, base))
            text = pad(plain(column.text(row), CELL_LIMIT), cells, column.right)
            tone: Tone = column.tone(row) if column.tone is not None else "normal"
            segments.append(Segment(text, self.style(part, tone)))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def header(self, layout: Fit[R], width: int, by: Column[R] | None, descending: bool, held: bool) -> Strip:
        """Return the line of titles, with the sort arrow and a word about hidden columns."""
        base, marked = self.style("header"), self.style("sorted")
        segments = [Segment("‖ " if held else "  ", marked)]
        for index, (column, cells) in enumerate(layout.shown):
            if index:
                segments.append(Segment(" " * GAP, base))
            arrow = "" if column is not by else " ▾" if descending else " ▴"
            title = pad(clip(column.title, cells - len(arrow)) + arrow, cells, column.right)
            segments.append(Segment(title, marked if arrow else base))
        if layout.note:
            segments.append(Segment(" " * GAP + layout.note, base))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def note(self, text: str, part: str, width: int, pointer: bool = False) -> Strip:
        """Return a line of plain words, for an empty table or a row that is gone."""
        style = self.style(part, "muted")
        lead = "▸ " if pointer else " " * GUTTER
        line = lead + clip(text, width - GUTTER)
        return Strip([Segment(line, style)]).adjust_cell_length(width, style)

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        return Strip.blank(width, self.style("row"))
