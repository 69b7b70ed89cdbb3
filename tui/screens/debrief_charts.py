"""Curves in braille: eight dots to a cell, a stroke to a run, so that no colour says it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from tui.text import Tone, pad, safe

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of a braille cell, column by column from the top (Unicode block 2800)."""
STROKES: tuple[tuple[Tone, str, Callable[[int], bool]], ...] = (
    ("strong", "━━━", lambda _: True),
    ("unsanctioned", "╍╍╍", lambda x: x % 6 < 4),
    ("sanctioned", "┄┄┄", lambda x: x % 4 == 0),
)
"""Tone, sample and dash pattern of the runs: the trainee's, of doing nothing, the oracle's."""


def chart(lines: Sequence[Sequence[int]], width: int, height: int) -> list[Content]:
    """Return lines of values from zero up as `height` rows of `width` cells; the first lies on top."""
    most = max((value for line in lines for value in line), default=0)
    masks = [[0] * width for _ in range(height)]
    tones: list[list[Tone]] = [["muted"] * width for _ in range(height)]
    for line, (tone, _, drawn) in reversed(list(zip(lines, STROKES, strict=False))):
        before: int | None = None
        for x in range(2 * width):
            value = line[x * (len(line) - 1) // max(1, 2 * width - 1)]
            y = (4 * height - 1) * (most - value) // most if most else 4 * height - 1
            reach = range(min(y, before), max(y, before) + 1) if before is not None and before != y else (y,)
            for dot in reach if drawn(x) else ():
                masks[dot // 4][x // 2] |= _DOTS[x % 2][dot % 4]
                tones[dot // 4][x // 2] = tone
            before = y
    return [_row(mask, tone) for mask, tone in zip(masks, tones, strict=True)]


def _row(masks: Sequence[int], tones: Sequence[Tone]) -> Content:
    return Content.assemble(
        *(safe(chr(0x2800 + mask) if mask else " ", tone) for mask, tone in zip(masks, tones, strict=True))
    )


def legend(entries: Sequence[tuple[str, str]]) -> list[Content]:
    """Return what each stroke stands for, with the value at its end: name and value of each run."""
    return [
        Content.assemble(safe(sample, tone), safe(f" {pad(name, 11)} {value}"))
        for (name, value), (tone, sample, _) in zip(entries, STROKES, strict=False)
    ]
