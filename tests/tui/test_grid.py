"""The table follows entities, paints only what changed, and survives any text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.tui.gallery import APPS, AppRow, AppsScreen, Gallery
from tests.tui.robot import Robot, play
from tui.widgets.grid import SETTLE_SECONDS, Grid


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now

    def rest(self) -> None:
        self.now += 2 * SETTLE_SECONDS


def give_clock(robot: Robot) -> Clock:
    clock = Clock()
    robot.grid()._clock = clock
    clock.rest()
    return clock


def many(count: int) -> list[AppRow]:
    return [replace(APPS[0], id=f"e{i:05}", name=f"app {i:05}", traffic=i) for i in range(count)]


def ids(robot: Robot) -> list[str]:
    return [row.id for row in robot.rows()]


@contextmanager
def painted(grid: Grid) -> Iterator[list[int]]:
    """Collect the lines that are drawn."""
    lines: list[int] = []
    draw = grid.render_line

    def spy(y: int):
        lines.append(y)
        return draw(y)

    grid.render_line = spy  # type: ignore[method-assign]
    yield lines
    grid.render_line = draw  # type: ignore[method-assign]


async def test_the_cursor_follows_its_entity_through_sort_insert_and_remove():
    async with play(Gallery()) as robot:
        clock, grid = give_clock(robot), robot.grid()
        assert grid.select("trello")
        await robot.press("o")
        assert grid.selected == "trello"
        await robot.press("O")
        assert grid.selected == "trello"
        clock.rest()
        grid.set_rows([replace(APPS[0], id="first", traffic=10**6), *APPS])
        assert grid.selected == "trello"
        clock.rest()
        grid.set_rows([row for row in APPS if row.id not in {"dropbox", "box", "first"}])
        assert grid.selected == "trello"
        await robot.settle()
        line = next(line for line in robot.lines() if line.startswith("▸"))
        assert "Trello" in line


async def test_the_cursor_keeps_its_line_on_the_screen_when_rows_come_in_above():
    async with play(Gallery(many(200))) as robot:
        clock, grid = give_clock(robot), robot.grid()
        grid.select("e00100")
        await robot.settle()
        before = next(y for y, line in enumerate(robot.lines()) if line.startswith("▸"))
        clock.rest()
        grid.set_rows(many(200) + [replace(row, id=f"n{row.id}", traffic=500) for row in many(30)])
        await robot.settle()
        lines = robot.lines()
        assert lines[before].startswith("▸ app 00100"), robot.text()


async def test_a_row_that_vanishes_leaves_a_note_and_nothing_acts_on_another_row():
    async with play(Gallery()) as robot:
        clock, grid = give_clock(robot), robot.grid()
        screen = robot.app.screen
        assert isinstance(screen, AppsScreen)
        grid.select("box")
        clock.rest()
        grid.set_rows([row for row in APPS if row.id != "box"])
        await robot.press("s", "u", "enter")
        robot.expect("“Box” has left this list")
        assert grid.selected is None
        assert screen.done == []
        await robot.press("j")
        robot.refuse("“Box” has left")
        await robot.press("s")
        assert screen.done == ["sanction mega"]


async def test_a_row_that_comes_back_is_under_the_cursor_again():
    async with play(Gallery()) as robot:
        give_clock(robot)
        grid = robot.grid()
        grid.select("box")
        grid.set_rows([])
        assert grid.selected is None
        grid.set_rows(APPS)
        assert grid.selected == "box"


async def test_every_movement_key_moves():
    async with play(Gallery(many(100))) as robot:
        grid = robot.grid()
        order = ids(robot)
        page = grid.size.height - 1

        async def at(*keys: str) -> int:
            await robot.press(*keys)
            assert grid.selected is not None
            return order.index(grid.selected)

        assert await at("j", "down") == 2
        assert await at("k") == 1
        assert await at("pagedown") == 1 + page
        assert await at("pageup") == 1
        assert await at("ctrl+d") == 1 + page // 2
        assert await at("ctrl+u") == 1
        assert await at("G") == 99
        assert await at("g", "g") == 0
        assert await at("end") == 99
        assert await at("home") == 0
        assert await at("up") == 0


async def test_moving_far_keeps_the_cursor_in_sight():
    async with play(Gallery(many(1000))) as robot:
        for keys in (["G"], ["pageup"], ["g", "g"], ["ctrl+d"] * 4):
            await robot.press(*keys)
            assert any(line.startswith("▸") for line in robot.lines()), (keys, robot.text())


async def test_sorting_shows_an_arrow_and_reverses():
    async with play(Gallery(), 120, 40) as robot:
        robot.expect("Traffic MB ▾")
        await robot.press("O")
        robot.expect("Traffic MB ▴")
        assert ids(robot)[0] == "a[/b]c-[@click=app.quit]"
        await robot.press("o", "o")
        robot.expect("App ▴")
        assert ids(robot)[:2] == ["4shared", "a[/b]c-[@click=app.quit]"]


async def test_a_click_on_a_title_sorts_and_a_click_on_a_row_chooses():
    async with play(Gallery()) as robot:
        grid = robot.grid()
        await robot.pilot.click(Grid, offset=(4, 0))
        robot.expect("App ▴")
        await robot.pilot.click(Grid, offset=(4, 0))
        robot.expect("App ▾")
        await robot.pilot.click(Grid, offset=(6, 3))
        assert grid.selected == ids(robot)[2]
        await robot.pilot.click(Grid, offset=(6, 4), times=2)
        screen = robot.app.screen
        assert isinstance(screen, AppsScreen)
        assert screen.done == [f"open {ids(robot)[3]}"]


async def test_typing_filters_and_esc_keeps_then_clears():
    async with play(Gallery()) as robot:
        await robot.press("/", *"cloud")
        assert ids(robot) == ["dropbox", "box", "mega", "4shared"]
        robot.expect("4 of 22")
        await robot.press("escape")
        assert len(ids(robot)) == 4
        robot.expect("4 of 22")
        robot.expect("esc all rows")
        await robot.press("j")
        assert robot.grid().selected == "box"
        await robot.press("escape")
        assert len(ids(robot)) == 22
        assert robot.grid().selected == "box"
        robot.refuse("4 of 22")


async def test_a_filter_that_cuts_the_chosen_row_moves_the_cursor_in_sight():
    async with play(Gallery()) as robot:
        robot.grid().select("trello")
        await robot.press("/", *"dropbox", "enter")
        assert robot.grid().selected == "dropbox"
        await robot.press("/", *"zzz")
        robot.expect("None of 22 rows contains “zzz”.")
        assert robot.grid().selected is None


async def test_only_changed_lines_are_drawn_again():
    async with play(Gallery(many(500)), 120, 40) as robot:
        clock, grid = give_clock(robot), robot.grid()
        rows = robot.rows()
        clock.rest()
        with painted(grid) as lines:
            grid.patch([replace(rows[3], users=77), replace(rows[9], users=78)])
            await robot.settle()
            assert sorted(lines) == [4, 10]
        robot.expect(" 77 ")
        with painted(grid) as lines:
            grid.patch([replace(rows[400], users=1000)])
            await robot.settle()
            assert lines == []
        clock.rest()
        with painted(grid) as lines:
            grid.set_rows(list(grid.rowset.rows.values()))
            await robot.settle()
            assert lines == []
        with painted(grid) as lines:
            await robot.press("j")
            assert sorted(lines) == [1, 2]


async def test_the_order_is_held_while_the_cursor_moves_and_settles_when_it_rests():
    async with play(Gallery()) as robot:
        clock, grid = give_clock(robot), robot.grid()
        before = ids(robot)
        await robot.press("j")
        grid.patch([replace(next(row for row in APPS if row.id == "grammarly"), traffic=10**6)])
        await robot.settle()
        assert ids(robot) == before
        assert grid.order_held
        robot.expect("‖ App")
        grid.settle()
        assert ids(robot) == before
        clock.rest()
        grid.settle()
        await robot.settle()
        assert ids(robot)[0] == "grammarly"
        robot.refuse("‖ App")


async def test_ten_thousand_rows_draw_no_more_lines_than_the_screen_has():
    async with play(Gallery(many(10_000)), 120, 40) as robot:
        clock, grid = give_clock(robot), robot.grid()
        clock.rest()
        with painted(grid) as lines:
            grid.set_rows([replace(row, users=5) for row in grid.rowset.rows.values()])
            await robot.press("G", "pageup")
            assert 0 < len(lines) <= 3 * grid.size.height
        assert robot.grid().selected is not None


async def test_hostile_names_are_shown_literally_and_change_no_other_line():
    names = [
        "a[/b]c",
        "[@click=app.quit]x[/]",
        "\x1b[2J\x1b]0;gone\x07",
        "line\nbreak",
        "\u202egnp.exe",
        "小红书" * 40,
        "e\u0301" * 60,
        "x" * 300,
        "[bold red]",
        "",
    ]
    rows = [replace(APPS[0], id=f"h{i}", name=name, traffic=99 - i) for i, name in enumerate(names)]
    for width in (60, 80, 120):
        async with play(Gallery(rows), width, 24) as robot:
            for text in ("a[/b]c", "[@click=app", "\\x1b[2J", "line\\nbreak", "\\u202egnp"):
                robot.expect(text[:12])
            await robot.press("j", "j", "/", "[", "enter")
            assert all("\x1b" not in line and "\u202e" not in line for line in robot.lines())


async def test_nothing_is_cut_silently_at_eighty_columns():
    async with play(Gallery()) as robot:
        robot.expect("+3 col")
        assert [c.key for c in robot.grid().hidden_columns] == ["category", "upload", "seen"]
        robot.expect("Microsoft Exchang…")


async def test_an_empty_table_says_so_and_opens_nothing():
    async with play(Gallery([])) as robot:
        robot.expect("Nothing here yet.")
        await robot.press("j", "G", "o", "O", "enter")
        await robot.until(lambda: robot.sees("The table is empty."))
        screen = robot.app.screen
        assert isinstance(screen, AppsScreen)
        assert screen.done == []
