"""The frame says where, when, what kind of view and what next, at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.engine.portal import PORTALS
from tests.tui.gallery import STATUS, Gallery
from tests.tui.robot import play
from tui.frame import Status, ViewKind
from tui.widgets.line import Field, compose_line


async def test_at_eighty_by_twenty_four_four_lines_frame_twenty():
    async with play(Gallery()) as robot:
        lines = robot.lines()
        assert lines[0] == (" first-block · Win10 Endpoint · Mon 14 Jan 2019 10:42 · ×60  alerts H▲2 M◆5 L●1")
        assert lines[1].startswith(" Cloud Discovery › Discovered apps")
        assert lines[1].endswith("PRODUCT VIEW – Cloud App Security")
        assert lines[2].startswith("  App")
        assert lines[22].startswith(" Next  choose an app with ↑ ↓, then press enter")
        assert lines[23].startswith(" enter open")
        assert robot.grid().size.height == 20


async def test_a_wide_terminal_shows_the_portal_too():
    async with play(Gallery(), 120, 40) as robot:
        assert robot.lines()[0].endswith("alerts H▲2 M◆5 L●1 · Cloud App Security")


async def test_the_clock_and_paused_and_the_alerts_survive_a_narrow_terminal():
    async with play(Gallery(), 60, 16) as robot:
        robot.app.status = replace(STATUS, paused=True)
        await robot.settle()
        line = robot.lines()[0]
        for words in ("10:42", "PAUSED", "H▲2 M◆5 L●1"):
            assert words in line
        robot.app.status = replace(STATUS, scenario="s" * 200, report="r" * 200, paused=True)
        await robot.settle()
        assert "10:42 · PAUSED" in robot.lines()[0]


async def test_a_simulator_view_is_labelled_as_such():
    async with play(Gallery()) as robot:
        await robot.press("g", "o")
        assert robot.lines()[1].endswith(" SIMULATOR VIEW")
        robot.refuse("PRODUCT VIEW")


def test_the_badges_use_the_words_of_the_portals():
    assert [PORTALS["2019"].say(kind.label) for kind in ViewKind] == [
        "PRODUCT VIEW – Cloud App Security",
        "PRODUCT VIEW – Defender ATP",
        "PRODUCT VIEW – Microsoft Defender",
        "PRODUCT VIEW – Windows",
        "PRODUCT VIEW – Gateways",
        "PRODUCT VIEW – Intune",
        "PRODUCT VIEW – Mail",
        "PRODUCT VIEW – Management tools",
        "SIMULATOR VIEW",
    ]


@pytest.mark.parametrize(("width", "height"), [(59, 24), (80, 15), (20, 5), (1, 1)])
async def test_a_terminal_that_is_too_small_gets_a_message_and_no_crash(width: int, height: int):
    async with play(Gallery(), width, height) as robot:
        if width > 20:
            robot.expect(f"{width}×{height} is too small: enlarge to 60×16")
        robot.refuse("Dropbox")


async def test_growing_again_brings_the_screen_back():
    async with play(Gallery(), 40, 10) as robot:
        await robot.pilot.resize_terminal(100, 30)
        await robot.until(lambda: robot.sees("Dropbox"))
        assert robot.app.screen.has_class("-normal", "-short")


async def test_long_paths_are_shortened_from_their_start():
    async with play(Gallery(), 80, 24) as robot:
        screen = robot.app.screen
        screen.crumbs = ("Cloud Discovery", "Discovered apps", "a[/b]c", "Machines")  # type: ignore[attr-defined]
        await robot.settle()
        assert robot.lines()[1].startswith(" … › Discovered apps › a[/b]c › Machines")


def test_fields_give_way_in_order_and_come_back_where_there_is_room():
    from textual.content import Content

    long, short = Content("abcdefgh"), Content("abc")
    fields = [Field((long, short), 2), Field((Content("12345678"),), 1)]
    assert compose_line(fields, [], 19).plain.rstrip() == "abcdefgh · 12345678"
    assert compose_line(fields, [], 14).plain.rstrip() == "abc · 12345678"
    assert compose_line(fields, [], 10).plain.rstrip() == "abcdefgh"
    assert compose_line(fields, [], 2).plain == "a…"


async def test_hostile_words_in_the_status_are_literal():
    async with play(Gallery(), 120, 24) as robot:
        robot.app.status = Status("[/]x\x1b[2J", clock="now", report="[@click=app.quit]")
        await robot.settle()
        assert "[/]x\\x1b[2J · [@click=app.quit] · now" in robot.lines()[0]
