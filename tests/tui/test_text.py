"""Untrusted text is literal, cuts are visible, and no meaning rests on colour alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import (
    SEVERITIES,
    TAGS,
    Tag,
    bar,
    clip,
    keyed,
    pad,
    safe,
    safe_lines,
    safe_rich,
    severity_mark,
    shares,
    tag_mark,
)

HOSTILE = "a[/b]c [@click=app.quit]x[/] \x1b[31mred \u202eevil"


def test_markup_and_escape_codes_are_shown_literally():
    for shown in (safe(HOSTILE).plain, safe_rich(HOSTILE).plain):
        assert shown == "a[/b]c [@click=app.quit]x[/] \\x1b[31mred \\u202eevil"
    assert safe(HOSTILE, "high").plain == safe(HOSTILE).plain


def test_only_line_breaks_survive_in_longer_text():
    assert safe_lines("one\n[two]\x07").plain == "one\n[two]\\x07"


def test_severities_and_tags_carry_a_letter_and_differ_without_colour():
    assert [severity_mark(name).plain for name in SEVERITIES] == ["H ▲", "M ◆", "L ●"]
    assert [tag_mark(name).plain[0] for name in TAGS] == ["S", "U", "M", "O"]
    for marks in (SEVERITIES.values(), TAGS.values()):
        assert len({mark.letter for mark in marks}) == len({mark.shape for mark in marks}) == len(marks)


def test_a_bar_shows_letters_and_different_dashes():
    parts: list[tuple[Tag, float]] = [("sanctioned", 6), ("unsanctioned", 3), ("other", 1)]
    assert bar(parts, 10).plain == "S━━━━━U╍╍O"
    assert bar([("sanctioned", 0), ("other", 0)], 4).plain == "····"
    assert bar([("sanctioned", 10**9), ("unsanctioned", 1)], 8).plain == "S━━━━━━U"


@given(st.lists(st.integers(0, 10**12), max_size=5), st.integers(0, 60))
def test_shares_fill_the_width_and_hide_nothing(amounts: list[int], width: int):
    cells = shares(amounts, width)
    assert sum(cells) == (width if any(amounts) else 0)
    if width >= len(amounts):
        assert all((cell > 0) == (amount > 0) for cell, amount in zip(cells, amounts, strict=True))


@given(st.text(max_size=30), st.integers(0, 20), st.booleans())
def test_padding_gives_exactly_the_width_in_cells(text: str, width: int, right: bool):
    shown = pad(text, width, right)
    assert cell_len(shown) == width or cell_len(text) != cell_len(text.strip("\0"))


def test_a_cut_is_visible():
    assert clip("Microsoft Exchange", 10) == "Microsoft…"
    assert clip("小红书小红书", 6) == "小红…"
    assert clip("fits", 4) == "fits"
    assert clip("fits", 0) == ""


def test_keys_in_hints_are_set_off():
    hint = keyed("press `enter` to open")
    assert hint.plain == "press enter to open"
    assert [hint.plain[span.start : span.end] for span in hint.spans if span.style] == ["enter"]
