"""Columns and lines that several screens share, so that a figure looks the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content

from sim.engine.discovery.use import EntityUsage, HostUsage
from sim.engine.portal import MONITORED, SANCTIONED, UNSANCTIONED
from sim.views.discovery import AppRow, Cause, Reach
from tui.text import SEVERITIES, TAGS, Severity, Tag, Tone, safe, tag_mark
from tui.units import moment, number, size
from tui.widgets.columns import Column

_SEVERITY: dict[str, Severity] = {"high": "high", "medium": "medium", "low": "low"}


def tag_of(tag: str) -> Tag:
    """Return the colour word of a built-in tag; an app without one is `other`."""
    known: dict[str, Tag] = {SANCTIONED: "sanctioned", UNSANCTIONED: "unsanctioned", MONITORED: "monitored"}
    return known.get(tag, "other")


def tag_text(tag: str) -> str:
    """Return a tag as its letter and word; an untagged app says so."""
    return f"{TAGS[tag_of(tag)].letter} {TAGS[tag_of(tag)].word}" if tag else "–"


def tag_content(tag: str) -> Content:
    """Return a tag with its letter and colour."""
    return tag_mark(tag_of(tag)) if tag else safe("no tag", "muted")


def score_text(score: int | None, risk: str) -> str:
    """Return a score with the letter and shape of its risk, or that there is none."""
    severity = _SEVERITY.get(risk)
    if score is None or severity is None:
        return "not scored"
    return f"{score:>2} {SEVERITIES[severity].letter} {SEVERITIES[severity].shape}"


def risk_tone(risk: str) -> Tone:
    """Return the tone of a risk level."""
    return _SEVERITY.get(risk, "muted")


def app_columns(tz: ZoneInfo, machines: str) -> tuple[Column[AppRow], ...]:
    """Return the columns of a list of apps."""
    return (
        Column("app", "App", lambda r: r.name, 24, 14, 3, priority=0),
        Column("category", "Category", lambda r: r.category, 22, 14, 1, priority=6, tone=_muted),
        Column(
            "score",
            "Score",
            lambda r: score_text(r.score, r.risk) + (" own" if r.overridden else ""),
            10,
            priority=2,
            sort=lambda r: r.score,
            tone=lambda r: risk_tone(r.risk),
        ),
        Column("tag", "Tag", lambda r: tag_text(r.tag), 14, priority=1, tone=lambda r: _tag_tone(r.tag)),
        Column("custom", "Custom tags", lambda r: ", ".join(r.custom_tags), 14, priority=8, tone=_muted),
        _count("users", "Users", lambda r: r.users, 2),
        _count("machines", machines, lambda r: r.machines, 5),
        _bytes("up", "Up", lambda r: r.bytes_up, 4),
        _bytes("down", "Down", lambda r: r.bytes_down, 4),
        Column(
            "seen",
            "Last seen",
            lambda r: moment(r.last, tz),
            12,
            priority=7,
            sort=lambda r: r.last,
            descending=True,
            tone=_muted,
        ),
    )


def reach_line(title: str, parts: Sequence[str], width: int) -> Content:
    """Return a report and what it holds on one line; the last parts go where the terminal is narrow."""
    kept = list(parts)
    while len(kept) > 1 and len(f"{title}   {' · '.join(kept)}") > width:
        kept.pop()
    return Content.assemble(safe(title, "strong"), safe("   " + " · ".join(kept), "muted"))


def entity_columns(
    title: str, tz: ZoneInfo, shown: Callable[[str], str] = str, apps: bool = True
) -> tuple[Column[EntityUsage], ...]:
    """Return the columns of a list of users, machines or IP addresses, titled `title`."""
    counted = (_count("apps", "Apps", lambda r: r.apps, 2),) if apps else ()
    return (
        Column("name", title, lambda r: shown(r.name), 30, 16, 3, priority=0),
        *counted,
        _count("transactions", "Transactions", lambda r: r.transactions, 4),
        _bytes("up", "Up", lambda r: r.bytes_up, 1),
        _bytes("down", "Down", lambda r: r.bytes_down, 1),
        Column(
            "first",
            "First seen",
            lambda r: moment(r.first, tz),
            12,
            priority=5,
            sort=lambda r: r.first,
            tone=_muted,
        ),
        Column(
            "last",
            "Last seen",
            lambda r: moment(r.last, tz),
            12,
            priority=3,
            sort=lambda r: r.last,
            descending=True,
            tone=_muted,
        ),
    )


def host_columns(tz: ZoneInfo) -> tuple[Column[HostUsage], ...]:
    """Return the columns of a list of an app's sub-domains."""
    return (
        Column("host", "Sub-domain", lambda r: r.host, 34, 20, 3, priority=0),
        Column("domain", "Catalog domain", lambda r: r.domain, 20, 14, 1, priority=3, tone=_muted),
        _count("transactions", "Transactions", lambda r: r.transactions, 2),
        _bytes("up", "Up", lambda r: r.bytes_up, 1),
        _bytes("down", "Down", lambda r: r.bytes_down, 1),
        Column(
            "last",
            "Last seen",
            lambda r: moment(r.last, tz),
            12,
            priority=4,
            sort=lambda r: r.last,
            descending=True,
            tone=_muted,
        ),
    )


def _muted(row: object) -> Tone:
    return "muted"


def _tag_tone(tag: str) -> Tone:
    return tag_of(tag) if tag else "muted"


def _count(key: str, title: str, value: Callable[..., int | None], priority: int) -> Column:  # type: ignore[type-arg]
    return Column(
        key, title, lambda r: number(value(r)), 5, right=True, priority=priority, sort=value, descending=True
    )


def _bytes(key: str, title: str, value: Callable[..., int | None], priority: int) -> Column:  # type: ignore[type-arg]
    return Column(
        key, title, lambda r: size(value(r)), 7, right=True, priority=priority, sort=value, descending=True
    )


def counters(items: Sequence[tuple[str, str | None]], width: int) -> Content:
    """Return figures above their names on two lines; one that is None is not shown, never a zero."""
    shown = [(name, value) for name, value in items if value is not None]
    cells = [max(cell_len(name), cell_len(value)) for name, value in shown]
    gap = next((g for g in (5, 4, 3, 2) if sum(cells) + g * len(cells) <= width), 1)
    upper: list[Content] = []
    lower: list[Content] = []
    for (name, value), size_ in zip(shown, cells, strict=True):
        upper.append(safe(value, "strong").pad_right(size_ - cell_len(value) + gap))
        lower.append(safe(name, "muted").pad_right(size_ - cell_len(name) + gap))
    return Content("\n").join([Content("").join(upper), Content("").join(lower)])


ADVICE: dict[Cause, str] = {
    "": "",
    "no source": "Press R for another report.",
    "feed off": "Press g s for the settings, to switch it on.",
    "waiting": "Press n to skip to the next thing that a portal tells you.",
    "next run": "Press p to let time pass.",
    "filtered": "Press g d for the settings, to see what it takes.",
    "forgotten": "Press R for another report.",
}


def why_empty(reach: Reach) -> str:
    """Return why a report has no data and what to do about it, or nothing where it has some."""
    return f"{reach.note}\n{ADVICE[reach.cause]}" if reach.note else ""
