"""Pages of paper: one self-contained HTML file from a few parts, with charts as inline SVG.

Only `text` makes markup of a string, and it escapes; every other part takes strings through it, so that no
name out of a log is ever obeyed. A page has no script, loads nothing, follows the reader's light or dark
setting, and prints. Charts keep their numbers beside them: no colour says anything alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Literal, NewType

from sim.base.text import plain
from sim.views.amounts import split

Markup = NewType("Markup", str)

Tone = Literal[
    "sanctioned", "unsanctioned", "other", "high", "medium", "low", "unknown", "ink", "accent", "track"
]
"""What a colour means; the style sheet has the colours."""

SCALE = 1000
"""Units in the full length of a bar, the circle of a donut, and either axis of a line chart."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: a segment of a bar, a slice of a donut, a line of a legend."""

    label: str
    amount: int
    shown: str
    """The amount as a person reads it."""
    tone: Tone


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart: its parts add up to its length."""

    label: str
    shown: str
    parts: tuple[Part, ...]
    note: str = ""

    @property
    def amount(self) -> int:
        """The length of the bar."""
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a line chart, with a value for each label of its axis."""

    label: str
    values: tuple[int, ...]
    tone: Tone


def text(value: object) -> Markup:
    """Return untrusted text as markup that shows it literally; control characters are made visible."""
    return Markup(escape(plain(value), quote=True))


def join(parts: Iterable[Markup], between: str = "") -> Markup:
    """Return parts one after the other."""
    return Markup(between.join(parts))


def page(title: str, *parts: Markup, footer: str = "") -> str:
    """Return a whole document."""
    foot = f"<footer>{text(footer)}</footer>" if footer else ""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n{join(parts, chr(10))}\n</main>\n{foot}\n</body>\n</html>\n"
    )


def masthead(kicker: str, title: str, facts: Sequence[tuple[str, str]]) -> Markup:
    """Return the head of a page: what it is, its name, and facts about it."""
    listed = join(Markup(f"<div><dt>{text(name)}</dt><dd>{text(said)}</dd></div>") for name, said in facts)
    return Markup(
        f'<header><p class="kicker">{text(kicker)}</p><h1>{text(title)}</h1>'
        f'<dl class="facts">{listed}</dl></header>'
    )


def section(title: str, *parts: Markup, lead: str = "") -> Markup:
    """Return a part of a page under a heading."""
    said = f'<p class="lead">{text(lead)}</p>' if lead else ""
    return Markup(f"<section><h2>{text(title)}</h2>{said}{join(parts)}</section>")


def columns(*parts: Markup) -> Markup:
    """Return parts side by side where there is room."""
    return Markup(f'<div class="columns">{join(parts)}</div>')


def paragraph(said: str) -> Markup:
    """Return a paragraph."""
    return Markup(f"<p>{text(said)}</p>")


def bullets(items: Iterable[str]) -> Markup:
    """Return a list."""
    return Markup(f"<ul>{join(Markup(f'<li>{text(item)}</li>') for item in items)}</ul>")


def callout(level: Literal["high", "medium", "note"], word: str, title: str, said: str) -> Markup:
    """Return a finding: how serious it is in a word, what it is, and more about it."""
    more = f"<p>{text(said)}</p>" if said else ""
    return Markup(
        f'<div class="callout {level}"><p class="word">{text(word)}</p>'
        f"<div><h3>{text(title)}</h3>{more}</div></div>"
    )


def figures(items: Iterable[tuple[str, str]]) -> Markup:
    """Return large figures with their names below them."""
    cards = [Markup(f"<div><dt>{text(name)}</dt><dd>{text(said)}</dd></div>") for name, said in items]
    across = len(cards) if len(cards) < 6 else (len(cards) + 1) // 2
    return Markup(f'<dl class="figures" style="--across: {across}">{join(cards)}</dl>')


def chip(said: str, tone: Tone) -> Markup:
    """Return a word set off by a colour."""
    return Markup(f'<span class="chip {tone}">{text(said)}</span>')


def meter(percentage: int) -> Markup:
    """Return a percentage as a short bar with its number."""
    value = max(0, min(100, percentage))
    drawn = _bar(((value * SCALE // 100, "ink"),), "meter")
    return Markup(f'<span class="metered">{drawn}<span>{value} %</span></span>')


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Markup]],
    numbers: Iterable[int] = (),
    caption: str = "",
    prose: Iterable[int] = (),
) -> Markup:
    """Return a table; `numbers` are the places of the columns that align right, `prose` of those with
    sentences, which take the whole width where there is no room for columns."""
    classes = {**dict.fromkeys(numbers, "number"), **dict.fromkeys(prose, "prose")}
    kinds = [f' class="{classes[n]}"' if n in classes else "" for n in range(len(heads))]
    names = [text(head) for head in heads]
    head = join(Markup(f'<th scope="col"{kind}>{name}</th>') for name, kind in zip(names, kinds, strict=True))
    body = join(Markup(f"<tr>{_cells(names, kinds, row)}</tr>") for row in rows)
    told = f"<caption>{text(caption)}</caption>" if caption else ""
    return Markup(
        f'<div class="wide"><table>{told}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cells(names: Sequence[Markup], kinds: Sequence[str], row: Sequence[Markup]) -> Markup:
    # Where there is no room for columns, each value carries its head.
    cells = zip(names, kinds, row, strict=True)
    return join(Markup(f'<td data-head="{name}"{kind}>{said}</td>') for name, kind, said in cells)


def legend(parts: Iterable[tuple[str, Tone]]) -> Markup:
    """Return what the colours of a chart mean."""
    items = (Markup(f'<li><i class="{tone}"></i>{text(label)}</li>') for label, tone in parts)
    return Markup(f'<ul class="legend">{join(items)}</ul>')


def bar_chart(bars: Sequence[Bar]) -> Markup:
    """Return horizontal bars against the longest of them; each may be made of several parts."""
    longest = max((bar.amount for bar in bars), default=0)
    rows = []
    for bar in bars:
        drawn = tuple((length(part.amount, longest), part.tone) for part in bar.parts)
        said = ", ".join(f"{part.label} {part.shown}" for part in bar.parts if part.amount) or bar.shown
        note = f"<small>{text(bar.note)}</small>" if bar.note else ""
        rows.append(
            Markup(
                f'<li><span class="label">{text(bar.label)}{note}</span>'
                f"{_bar(drawn, 'bar', f'{bar.label}: {said}')}"
                f'<span class="value">{text(bar.shown)}</span></li>'
            )
        )
    return Markup(f'<ul class="bars">{join(rows)}</ul>')


def stacked_bar(parts: Sequence[Part]) -> Markup:
    """Return one bar of full length, split as its parts split their sum, with the parts below it."""
    lengths = split([part.amount for part in parts], SCALE)
    drawn = tuple((size, part.tone) for size, part in zip(lengths, parts, strict=True))
    said = ", ".join(f"{part.label} {part.shown}" for part in parts)
    return Markup(f'<div class="stack">{_bar(drawn, "bar", said)}{_keyed(parts)}</div>')


def donut(parts: Sequence[Part], middle: str, below: str) -> Markup:
    """Return a ring split as its parts split their sum, with a word in its middle and the parts beside it."""
    rings = []
    start = 0
    for size, part in zip(split([part.amount for part in parts], SCALE), parts, strict=True):
        if size:
            rings.append(
                f'<circle class="{part.tone}" r="40" cx="50" cy="50" pathLength="{SCALE}" '
                f'stroke-dasharray="{size} {SCALE - size}" stroke-dashoffset="{-start}"/>'
            )
        start += size
    said = ", ".join(f"{part.label} {part.shown}" for part in parts)
    drawn = (
        f'<svg class="donut" viewBox="0 0 100 100" role="img" aria-label="{text(said)}">'
        f'<circle class="track" r="40" cx="50" cy="50"/><g transform="rotate(-90 50 50)">{"".join(rings)}</g>'
        f'<text class="middle" x="50" y="50">{text(middle)}</text>'
        f'<text class="below" x="50" y="61">{text(below)}</text></svg>'
    )
    return Markup(f'<div class="ring">{drawn}{_keyed(parts)}</div>')


def line_chart(labels: Sequence[str], series: Sequence[Series], top: str) -> Markup:
    """Return lines over two labels or more; `top` says how much the height of the chart is."""
    most = max((value for line in series for value in line.values), default=0)
    steps = max(len(labels) - 1, 1)
    drawn = []
    for line in series:
        points = " ".join(
            f"{place * SCALE // steps},{SCALE - length(value, most)}"
            for place, value in enumerate(line.values)
        )
        area = f'<polygon class="{line.tone}" points="0,{SCALE} {points} {SCALE},{SCALE}"/>'
        drawn.append(f'{area}<polyline class="{line.tone}" points="{points}"/>')
    rules = "".join(f'<path class="rule" d="M0 {y}H{SCALE}"/>' for y in (0, SCALE // 2, SCALE))
    said = "; ".join(f"{line.label} from {labels[0]} to {labels[-1]}" for line in series) if labels else ""
    # Only an odd count has a label in the middle of the axis.
    names = (labels[0], *labels[len(labels) // 2 : -1][: len(labels) % 2], labels[-1]) if labels else ()
    axis = join(Markup(f"<span>{text(name)}</span>") for name in names)
    return Markup(
        f'<div class="lines"><p class="top">{text(top)}</p>'
        f'<svg viewBox="0 0 {SCALE} {SCALE}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(said)}">{rules}{"".join(drawn)}</svg><p class="axis">{axis}</p>'
        f"{legend((line.label, line.tone) for line in series)}</div>"
    )


def length(amount: int, whole: int) -> int:
    """Return how long an amount is on the scale; what is more than nothing is seen."""
    return max(SCALE * amount // whole, 1) if amount > 0 and whole > 0 else 0


def _style() -> str:
    return resources.files("sim.views").joinpath("page.css").read_text(encoding="utf-8")


def _bar(parts: Sequence[tuple[int, Tone]], kind: str, said: str = "") -> Markup:
    left = 0
    drawn = []
    for size, tone in parts:
        if size:
            drawn.append(Markup(f'<rect class="{tone}" x="{left}" y="0" width="{size}" height="10"/>'))
        left += size
    label = f'role="img" aria-label="{text(said)}"' if said else 'aria-hidden="true"'
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {SCALE} 10" preserveAspectRatio="none" {label}>{join(drawn)}</svg>'
    )


def _keyed(parts: Sequence[Part]) -> Markup:
    items = (
        Markup(
            f'<li><i class="{part.tone}"></i><span>{text(part.label)}</span><b>{text(part.shown)}</b></li>'
        )
        for part in parts
    )
    return Markup(f'<ul class="keyed">{join(items)}</ul>')
