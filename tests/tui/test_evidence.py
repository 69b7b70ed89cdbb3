"""Evidence, own scores and notes, custom apps, sub-domains, files: as a trainee does it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from textual.widgets import Input

from sim.base.time import HOUR
from sim.session.commands import TagApp
from sim.views import discovery
from sim.views.evidence import SHOWN
from tests.tui.robot import Robot, play
from tests.tui.stages import app_of, fresh, hostile, pass_time, session_of, with_data
from tests.views.page import parse
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.forms import FormScreen
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.evidence import EVIDENCE, EvidenceScreen


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    assert collisions([PLAY, TABLE, EVIDENCE]) == []
    assert unhandled(EvidenceScreen) == []


async def test_the_key_on_an_app_lists_its_lines_with_the_pages_sums():
    async with play(PlayApp(with_data())) as robot:
        row = next(
            row
            for row in discovery.apps(session_of(robot), app_of(robot).report)
            if row.app_id == "sohu-news"
        )
        await robot.press("g", "a")
        robot.grid().select("sohu-news")
        await robot.press("e")
        robot.expect("Evidence › Sohu News")
        robot.expect(f"↑ {row.bytes_up:,} B")
        robot.expect(f"↓ {row.bytes_down:,} B")
        assert len(robot.rows()) == row.transactions
        robot.expect("Counted as")
        robot.refuse("chrome.exe")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("all of it stands below"))


async def test_on_the_dashboard_the_key_looks_behind_each_pane_and_the_figures():
    async with play(PlayApp(with_data())) as robot:
        board = discovery.dashboard(session_of(robot), app_of(robot).report)
        category, risk = board.categories[0], board.risk[0]
        await robot.press("g", "o", "e")
        robot.expect(f"Evidence › Category {category.name}")
        robot.expect(f"{category.traffic:,} B")
        await robot.press("escape", "tab", "e")
        robot.expect(f"Evidence › Risk level {risk[0]}")
        await robot.press("escape", "tab", "e")
        robot.expect(f"↓ {board.users[0].bytes_down:,} B")
        await robot.press("escape", "tab", "tab", "e")
        robot.expect(f"Evidence › Headquarters {board.countries[0].code}")
        robot.expect(f"{board.countries[0].traffic:,} B")
        await robot.press("escape", "L")
        robot.expect(f"↑ {board.totals.bytes_up:,} B")
        assert len(robot.rows()) == min(board.totals.transactions, SHOWN)


async def test_on_a_tab_the_key_narrows_to_what_is_under_the_cursor():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("app", "sohu-news")
        await robot.settle()
        await robot.press("]", "]", "]", "e")
        robot.expect("Sohu News · marek.novak")
        assert {row.user for row in robot.rows()} == {"marek.novak@halden.example"}
        await robot.press("escape", "]", "]")
        robot.expect("Sub-domain ")
        host = app_of(robot).screen._hosts.selected  # type: ignore[attr-defined]
        await robot.press("e")
        assert {row.host for row in robot.rows()} == {host}
        await robot.press("escape", "enter")
        robot.expect(f"Evidence › Sohu News › {host}")


async def test_lists_and_pages_of_entities_have_the_key():
    async with play(PlayApp(with_data())) as robot:
        for letter, column in (("u", "user"), ("m", "machine"), ("n", "source_ip")):
            await robot.press("g", letter)
            chosen = robot.grid().selected
            await robot.press("e")
            assert {getattr(row, column) for row in robot.rows()} == {chosen}
            await robot.press("escape", "enter", "e")
            assert len({row.app for row in robot.rows()}) == 1, "the first app of the page"
            assert {getattr(row, column) for row in robot.rows()} == {chosen}


async def test_a_long_list_says_how_much_of_it_is_listed():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await pass_time(robot, 30 * HOUR)
        await robot.press("g", "a", "e")
        robot.expect("newest 200 listed")
        assert len(robot.rows()) == 200


async def fill(robot: Robot, **fields: str) -> None:
    """Fill the form on the screen and send it."""
    await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
    for name, value in fields.items():
        robot.app.screen.query_one(f"#field-{name}", Input).value = value
    await robot.press("ctrl+enter")


async def test_a_score_of_ones_own_counts_at_once_and_is_marked_as_such():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        robot.grid().select("sohu-news")
        await robot.press("S")
        await fill(robot, score="11")
        robot.expect("! write 0 to 10")
        await fill(robot, score="2", note="trackers")
        await robot.until(lambda: robot.sees("2 H ▲ own"))
        await robot.press("enter", "]")
        robot.expect("given by analyst")
        robot.expect("overridden · trackers")
        await robot.press("S")
        await fill(robot, score="")
        await robot.until(lambda: not robot.sees("overridden"))
        robot.expect("Not scored")


async def test_a_note_stands_on_the_apps_page():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("app", "sohu-news")
        await robot.settle()
        await robot.press("N")
        await fill(robot, text="asked [b]legal[/b]")
        await robot.press("]")
        await robot.until(lambda: robot.sees("asked [b]legal[/b]"))


async def test_a_custom_app_is_added_refused_with_reasons_and_found_in_new_data():
    async with play(PlayApp(with_data())) as robot:
        tenant = session_of(robot).world.tenant
        await robot.press("g", "a", "A")
        await fill(robot, name="Front page")
        robot.expect("! name a domain, or an address below")
        await fill(robot, domains="sohu.com")
        await robot.until(lambda: robot.sees("Not done"))
        assert tenant.own.forms == {}
        await robot.press("A")
        await fill(robot, name="Front page", domains="www.sohu.com", score="4")
        await robot.until(lambda: "front-page" in tenant.own.forms)
        await pass_time(robot, 30 * HOUR)
        row = next(row for row in robot.rows() if row.app_id == "front-page")
        assert (row.score, row.custom_tags) == (4, ("Custom app",))
        app_of(robot).open("app", "front-page")
        await robot.settle()
        await robot.press("]")
        robot.expect("Custom app, hosted on")


async def test_sub_domains_are_a_tab_that_fits_80_columns():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("app", "sohu-news")
        await robot.settle()
        await robot.press("[")
        robot.expect("Sub-domains    [ ] tabs")
        page = discovery.app_page(session_of(robot), app_of(robot).report, "sohu-news")
        for host in page.hosts:
            robot.expect(host.host)


async def test_the_executive_report_is_written_and_the_path_is_shown(user_data: Path):
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "o", "M")
        await fill(robot, name="Board / Q4 <x>")
        await robot.until(lambda: robot.sees("Written"))
        (file,) = (user_data / "reports").iterdir()
        assert file.name == "Board-Q4-x-001.html"
        robot.expect("d-Q4-x-001.html")
        page = parse(file.read_text(encoding="utf-8"))
        assert page.all("h1")[0].text == "Board / Q4 <x>"


async def test_an_export_holds_what_is_listed(user_data: Path):
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "a", "X", "ctrl+enter")
        await robot.until(lambda: robot.sees("Written"))
        everything = user_data / "reports" / "Discovered-apps-001.csv"
        rows = list(csv.DictReader(io.StringIO(everything.read_text(encoding="utf-8"), newline="")))
        assert {row["App id"] for row in rows} == {row.app_id for row in robot.rows()}
        await robot.press("g", "o", "enter", "X")
        await robot.until(lambda: robot.sees("only those listed"))
        await robot.press("ctrl+enter")
        second = user_data / "reports" / "Discovered-apps-002.csv"
        await robot.until(second.exists)
        cut = list(csv.DictReader(io.StringIO(second.read_text(encoding="utf-8"), newline="")))
        assert {row["App id"] for row in cut} == {row.app_id for row in robot.rows()}
        assert len(cut) < len(rows)


async def test_machines_are_exported_as_parquet(user_data: Path):
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "m", "X")
        await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
        for name, value in (("part", "machine"), ("suffix", ".parquet")):
            robot.app.screen.query_one(f"#field-{name}").value = value  # type: ignore[attr-defined]
        await robot.press("ctrl+enter")
        file = user_data / "reports" / "Machines-001.parquet"
        await robot.until(file.exists)
        assert set(pl.read_parquet(file)["Machine"]) == {row.name for row in robot.rows()}


async def test_an_empty_report_has_nothing_to_write(user_data: Path):
    async with play(PlayApp(fresh())) as robot:
        await robot.press("g", "o", "M")
        await robot.until(lambda: robot.sees("This report holds no data"))
        assert not (user_data / "reports").exists()


async def test_a_folder_that_cannot_be_written_is_told(user_data: Path):
    user_data.mkdir(parents=True)
    (user_data / "reports").write_text("in the way")
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o", "M", "ctrl+enter")
        await robot.until(lambda: robot.sees("Not done"))
        robot.expect("Cannot write the file")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_evidence_stands_any_names(size):
    async with play(PlayApp(hostile()), *size) as robot:
        app_of(robot).submit(TagApp("sohu-news", "Sanctioned"))
        for letter in ("a", "u", "m", "n"):
            await robot.press("g", letter, "e")
            robot.expect("Evidence")
            assert robot.rows()
