"""The drawing of the propagation board: states as shape, letter and colour, and the meters above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from textual.content import Content

from sim.base.time import show_clock
from sim.engine.enforcement.facts import NetworkProtection
from sim.views.simulator import PropagationRow
from tui.text import Tone, pad, safe, shares
from tui.units import browser, clock, person
from tui.widgets.columns import Column

STATES: dict[str, tuple[str, str, str]] = {
    "blocked": ("■", "B", "blocked"),
    "warned": ("◩", "W", "warned"),
    "elsewhere": ("▣", "G", "stopped beyond"),
    "audited": ("◪", "A", "audited"),
    "open": ("□", "O", "open"),
    "unknown": ("·", "?", "not tested"),
}
"""Shape, letter and word of a cell's state, in the order of the meters."""

_PROTECTION = {
    NetworkProtection.DISABLED: "0 off",
    NetworkProtection.ENABLED: "1 block",
    NetworkProtection.AUDIT: "2 audit",
}


@dataclass(frozen=True)
class BoardRow:
    """A machine on the board. `pointed` is the browser under the pointer, or -1."""

    row: PropagationRow
    pointed: int
    wanted: bool
    """Whether the app is meant to be blocked, which decides what is good."""


def state_tone(state: str, wanted: bool) -> Tone:
    """Return what a state means: open is bad only where the app is meant to be blocked."""
    if state in {"blocked", "warned", "elsewhere"}:
        return "sanctioned" if wanted else "medium"
    if state == "audited":
        return "medium"
    if state == "open":
        return "high" if wanted else "other"
    return "muted"


def board_columns(
    browsers: Sequence[str], tz: ZoneInfo, domain: str, machine: str
) -> tuple[Column[BoardRow], ...]:
    """Return the columns: the machine, called `machine`, what it holds, and one for each browser."""
    return (
        Column("machine", machine, lambda r: r.row.machine, 10, 9, 1, priority=0),
        Column(
            "user",
            "User",
            lambda r: person(r.row.user, domain),
            18,
            12,
            2,
            priority=3,
            tone=lambda r: "muted",
        ),
        Column("held", "Holds", lambda r: _held(r.row, tz), 9, 7, priority=1, tone=_held_tone),
        Column("np", "Net prot", lambda r: _mode(r.row), 10, priority=1, tone=_mode_tone),
        *(
            Column(
                process,
                browser(process),
                partial(_cell, index=index, tz=tz),
                12,
                11,
                priority=0,
                sort=partial(_rank, index=index),
                tone=partial(_cell_tone, index=index),
            )
            for index, process in enumerate(browsers)
        ),
        Column(
            "next",
            "Next fetch",
            lambda r: _hour(r.row.next_pull, tz) or "–",
            12,
            priority=5,
            sort=lambda r: r.row.next_pull,
            tone=lambda r: "muted",
        ),
    )


def _hour(time: int | None, tz: ZoneInfo) -> str:
    return "" if time is None else show_clock(time, tz).rpartition(" ")[2]


def _cell(row: BoardRow, index: int, tz: ZoneInfo) -> str:
    cell = row.row.cells[index]
    shape, letter, _ = STATES[cell.state]
    hour = _hour(cell.time, tz)
    text = shape if cell.state == "unknown" else f"{shape} {letter} {hour}".rstrip()
    return f"‹{text:<9}›" if row.pointed == index else f" {text}"


def _rank(row: BoardRow, index: int) -> int:
    return list(STATES).index(row.row.cells[index].state)


def _cell_tone(row: BoardRow, index: int) -> Tone:
    return state_tone(row.row.cells[index].state, row.wanted)


def _held(row: PropagationRow, tz: ZoneInfo) -> str:
    if row.pulled is None:
        return "?"
    if not row.pulled:
        return "○ no"
    return f"● {_hour(row.proved_at or row.last_pull, tz)}"


def _held_tone(row: BoardRow) -> Tone:
    if row.row.pulled is None:
        return "muted"
    return state_tone("blocked" if row.row.pulled else "audited", row.wanted)


def _mode(row: PropagationRow) -> str:
    return "?" if row.network_protection is None else _PROTECTION[row.network_protection]


def _mode_tone(row: BoardRow) -> Tone:
    mode = row.row.network_protection
    if mode is None:
        return "muted"
    return "medium" if mode is NetworkProtection.AUDIT else "normal"


def protection_words(row: PropagationRow, tz: ZoneInfo, now: int) -> str:
    """Return what is known of the machine's network protection."""
    if row.network_protection is None:
        return "network protection not looked up"
    words = {
        NetworkProtection.DISABLED: "off",
        NetworkProtection.ENABLED: "in block mode",
        NetworkProtection.AUDIT: "in audit mode",
    }[row.network_protection]
    seen = "" if row.looked_at is None else f" (seen {clock(row.looked_at, tz, now)})"
    return f"network protection {words}{seen}"


def meters(browsers: Sequence[str], counts: Sequence[Mapping[str, int]], width: int, wanted: bool) -> Content:
    """Return a bar for each browser: blocked, audited, open and not tested, and the counts in words."""
    words = [_counted(each, wanted) for each in counts]
    room = max(8, width - 10 - max(said.cell_length for said in words))
    lines = []
    for process, each, said in zip(browsers, counts, words, strict=True):
        name = safe(pad(browser(process), 8), "strong")
        lines.append(Content.assemble(name, _seats(each, room, wanted), "  ", said))
    return Content("\n").join(lines)


def _seats(counts: Mapping[str, int], room: int, wanted: bool) -> Content:
    """Return a mark for each machine where there is room for it, otherwise the shares."""
    amounts = [counts.get(state, 0) for state in STATES]
    every = sum(amounts)
    roomy = 2 * every <= room
    cells = amounts if every <= room else shares(amounts, room)
    marks = [
        safe(f"{shape} " * size if roomy else shape * size, state_tone(state, wanted))
        for (state, (shape, _, _)), size in zip(STATES.items(), cells, strict=True)
    ]
    return Content("").join(marks)


def _counted(counts: Mapping[str, int], wanted: bool) -> Content:
    """Return the counts of the states that occur, each with its shape."""
    said = [
        safe(f"{shape} {counts[state]} {word}", state_tone(state, wanted))
        for state, (shape, _, word) in STATES.items()
        if counts.get(state)
    ]
    return Content("  ").join(said)
