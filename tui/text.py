"""Text for widgets: the only door for untrusted strings, and marks that need no colour.

Textual reads `[...]` in a plain string as markup: a host name such as `a[/b]c` would end the
application and `[@click=...]` would become a live link. Widgets therefore get `Content` objects
made here, never strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.content import Content

from sim.base.text import plain

Tone = Literal[
    "normal",
    "muted",
    "strong",
    "link",
    "high",
    "medium",
    "low",
    "sanctioned",
    "unsanctioned",
    "monitored",
    "other",
]
"""What a piece of text means; the theme decides its colour (`$tone-<name>`)."""

TONES: tuple[Tone, ...] = get_args(Tone)

Severity = Literal["high", "medium", "low"]
Tag = Literal["sanctioned", "unsanctioned", "monitored", "other"]


@dataclass(frozen=True)
class Mark:
    """A letter and a shape that say what a colour says, for monochrome terminals and eyes."""

    letter: str
    shape: str
    word: str


SEVERITIES: dict[Severity, Mark] = {
    "high": Mark("H", "▲", "High"),
    "medium": Mark("M", "◆", "Medium"),
    "low": Mark("L", "●", "Low"),
}

TAGS: dict[Tag, Mark] = {
    "sanctioned": Mark("S", "━", "Sanctioned"),
    "unsanctioned": Mark("U", "╍", "Unsanctioned"),
    "monitored": Mark("M", "┅", "Monitored"),
    "other": Mark("O", "┄", "Other"),
}


def style_of(tone: Tone) -> str:
    """Return the Content style of a tone."""
    if tone == "normal":
        return ""
    return "bold $tone-strong" if tone == "strong" else f"$tone-{tone}"


def safe(text: object, tone: Tone = "normal") -> Content:
    """Return untrusted `text` as one line that a widget shows literally."""
    return Content.styled(plain(text), style_of(tone))


def safe_lines(text: object, tone: Tone = "normal") -> Content:
    """Return untrusted `text` with its line breaks kept and everything else shown literally."""
    return Content("\n").join(safe(line, tone) for line in str(text).splitlines())


def safe_rich(text: object, style: str = "") -> Text:
    """Return untrusted `text` as Rich text, for widgets that take no Content (RichLog, Tree)."""
    return Text(plain(text), style=style)


def severity_mark(severity: Severity) -> Content:
    """Return a severity as letter and shape, for example `H ▲`."""
    mark = SEVERITIES[severity]
    return Content.styled(f"{mark.letter} {mark.shape}", style_of(severity))


def tag_mark(tag: Tag) -> Content:
    """Return a tag as its letter and word, for example `U Unsanctioned`."""
    mark = TAGS[tag]
    return Content.styled(f"{mark.letter} {mark.word}", style_of(tag))


def clip(text: str, width: int) -> str:
    """Return `text` cut to `width` cells; a cut is always visible as an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def pad(text: str, width: int, right: bool = False) -> str:
    """Return `text` as exactly `width` cells, aligned and visibly cut when it is too long."""
    shown = clip(text, width)
    gap = " " * (width - cell_len(shown))
    return gap + shown if right else shown + gap


def shares(amounts: Sequence[float], width: int) -> list[int]:
    """Split `width` cells in proportion to `amounts` by largest remainder.

    Every amount above zero gets at least one cell when there are enough cells: a small share of
    unsanctioned traffic must not round away.
    """
    positive = [max(amount, 0) for amount in amounts]
    total = sum(positive)
    if total <= 0 or width <= 0:
        return [0] * len(amounts)
    exact = [width * amount / total for amount in positive]
    cells = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (cells[i] - exact[i], i))
    for index in by_remainder[: width - sum(cells)]:
        cells[index] += 1
    for index, amount in enumerate(positive):
        largest = max(range(len(cells)), key=cells.__getitem__)
        if amount > 0 and cells[index] == 0 and cells[largest] > 1:
            cells[index] = 1
            cells[largest] -= 1
    return cells


def bar(amounts: Sequence[tuple[Tag, float]], width: int) -> Content:
    """Return a stacked share bar of `width` cells, each segment led by its letter.

    Shares of 6, 3 and 1 on ten cells read `S━━━━━U╍╍O`, with green, red and blue on top. Nothing to
    share is a dotted line.
    """
    cells = shares([amount for _, amount in amounts], width)
    if not any(cells):
        return Content.styled("·" * max(width, 0), style_of("muted"))
    parts = [
        (TAGS[tag].letter + TAGS[tag].shape * (size - 1), style_of(tag))
        for (tag, _), size in zip(amounts, cells, strict=True)
        if size
    ]
    return Content.assemble(*parts)


def keyed(text: str) -> Content:
    """Return our own `text` with the keys between backticks set off: "press `enter` to open"."""
    parts = text.split("`")
    return Content.assemble(
        *((plain(part), "bold $tone-key" if odd % 2 else "") for odd, part in enumerate(parts))
    )
