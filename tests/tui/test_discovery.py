"""Cloud Discovery: dashboard, apps, an app's page, users and machines, as a trainee works them."""

from __future__ import annotations

import pytest

from sim.base.time import HOUR
from sim.engine.tenant import GLOBAL, WIN10
from sim.session.commands import TagApp
from tests.tui.robot import Robot, play
from tests.tui.stages import (
    app_of,
    choose_report,
    fresh,
    monitored,
    pass_time,
    session_of,
    waiting,
    with_data,
)
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import FILTERED, TABLE
from tui.playkeys import PLAY
from tui.screens.app_page import APP_PAGE, AppPageScreen
from tui.screens.apps import APPS, AppsScreen
from tui.screens.dashboard import DASHBOARD, DashboardScreen
from tui.screens.entities import ENTITIES, ENTITY_PAGE, EntitiesScreen, EntityPageScreen
from tui.screens.pane import PANE, Pane


@pytest.mark.parametrize("scope", [APPS, APP_PAGE, ENTITIES, ENTITY_PAGE], ids=lambda s: s.name)
def test_no_key_of_a_list_means_two_things(scope):
    assert collisions([PLAY, TABLE, scope]) == []


def test_no_key_of_the_dashboard_means_two_things():
    assert collisions([PLAY, PANE, DASHBOARD]) == []


@pytest.mark.parametrize(
    "screen",
    [DashboardScreen, AppsScreen, AppPageScreen, EntitiesScreen, EntityPageScreen, Pane],
)
def test_every_action_has_its_method(screen):
    assert unhandled(screen) == []
    assert FILTERED.actions


async def test_the_dashboard_without_a_feed_says_why_and_what_to_do():
    async with play(PlayApp(fresh())) as robot:
        await robot.press("g", "o")
        robot.expect("Microsoft Cloud App Security is off")
        robot.expect("Press g s for the settings")
        robot.refuse("0 B")
        robot.refuse("users")


async def test_while_waiting_the_dashboard_says_until_when():
    async with play(PlayApp(waiting())) as robot:
        await robot.press("g", "o")
        robot.expect("until Mon 16 Dec 11:00")
        robot.expect("Press n to skip")


async def test_the_dashboard_has_everything_at_80_by_24():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o")
        for words in (
            "PRODUCT VIEW – Cloud App Security",
            f"● {WIN10}",
            "data Mon 16 Dec",
            "next analysis 13:00",
            "IP addresses",
            "machines",
            "↑ ",
            "↓ ",
            "App categories",
            "Risk levels",
            "Top users",
            "Top machines",
            "Headquarters",
            "CN China",
            "· · Not scored",
            "U╍╍╍ unsanctioned apps",
        ):
            robot.expect(words)
        category = next(line for line in robot.lines() if "News and entertainment" in line)
        assert "U" in category.split("entertainment")[1]


async def test_global_is_empty_and_says_that_endpoint_data_is_elsewhere():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o")
        await choose_report(robot, GLOBAL)
        robot.expect("Global holds no data")
        robot.expect("Endpoint data is only in Win10 Endpoint")
        robot.refuse("IP addresses")
        await choose_report(robot, WIN10)
        robot.expect("App categories")


async def to_pane(robot: Robot, pane: str) -> None:
    """Press tab until the pane has the keys."""
    for _ in range(5):
        focused = robot.app.focused
        if focused is not None and focused.id == pane:
            return
        await robot.press("tab")
    raise AssertionError(f"tab never reached {pane}")


async def test_every_pane_is_reached_by_tab_and_leads_on():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o")
        await to_pane(robot, "countries")
        await robot.press("end", "enter")
        robot.expect("Headquarters: China")
        assert [row.app_id for row in robot.rows()] == ["sohu-news"]
        await robot.press("escape")
        await to_pane(robot, "risk")
        await robot.press("end", "enter")
        robot.expect("Not scored")
        assert {row.score for row in robot.rows()} == {None}
        await robot.press("escape")
        await to_pane(robot, "users")
        await robot.press("enter")
        robot.expect("Discovered apps › "[:15])
        robot.expect("User in Win10 Endpoint Users")
        await robot.press("escape")
        await to_pane(robot, "machines")
        await robot.press("enter")
        robot.expect("User history")


async def test_a_category_opens_its_three_apps_and_the_red_one_is_sohu():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o")
        while not robot.sees("▸ News and entertainment"):
            await robot.press("down")
        await robot.press("enter")
        tags = {row.name: row.tag for row in robot.rows()}
        assert tags == {"Yahoo Webmail": "", "Microsoft MSN": "", "Sohu News": "Unsanctioned"}
        robot.expect("U Unsanctioned")


async def test_unsanction_asks_with_the_portals_promise_and_the_cursor_stays():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "a")
        robot.grid().select("yahoo-webmail")
        await robot.press("u")
        await robot.until(lambda: robot.sees("Tag as unsanctioned?"))
        robot.expect("Yahoo Webmail")
        robot.expect("machines up to 2 h later")
        await robot.confirm()
        await robot.until(lambda: session_of(robot).commands == 2)
        assert session_of(robot).world.tenant.tags["yahoo-webmail"] == "Unsanctioned"
        assert robot.grid().selected == "yahoo-webmail"
        await pass_time(robot, 3 * HOUR)
        assert robot.grid().selected == "yahoo-webmail"


async def test_no_leaves_the_tag_alone():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a", "u")
        await robot.confirm(yes=False)
        assert session_of(robot).commands == 1


async def test_taking_unsanctioned_away_asks_and_sanctioning_an_untagged_app_does_not():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        robot.grid().select("sohu-news")
        await robot.press("x")
        await robot.until(lambda: robot.sees("Take the tag away?"))
        await robot.press("n")
        robot.grid().select("zoom")
        await robot.press("s")
        await robot.until(lambda: session_of(robot).world.tenant.tags.get("zoom") == "Sanctioned")


async def test_an_untagged_app_has_no_tag_to_clear():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        robot.grid().select("linkedin")
        await robot.press("x")
        await robot.until(lambda: robot.sees("has no tag"))


async def test_a_custom_tag_is_a_label_and_can_be_taken_away():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        tenant = session_of(robot).world.tenant
        await robot.press("g", "a")
        robot.grid().select("linkedin")
        await robot.press("c")
        await robot.until(lambda: robot.sees("no effect on traffic"))
        await robot.press(*"Watched", "ctrl+enter")
        await robot.until(lambda: tenant.custom_tags.get("linkedin") == {"Watched"})
        robot.expect("Watched")
        assert "linkedin" not in tenant.tags


async def test_an_indicator_is_offered_with_the_apps_domain():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "a")
        robot.grid().select("wetransfer")
        if robot.grid().selected != "wetransfer":
            robot.grid().select("yahoo-webmail")
        await robot.press("i")
        await robot.until(lambda: robot.sees("Add indicator"))
        await robot.press("ctrl+enter")
        await robot.until(lambda: bool(session_of(robot).world.tenant.indicators.present()))


async def test_an_app_page_has_the_portals_tabs_and_leads_to_users_and_machines():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("app", "sohu-news")
        await robot.settle()
        for words in ("Use", "Info", "IP addresses", "Users", "Machines", "headquarters China"):
            robot.expect(words)
        robot.expect("Not on the organisation's approved list")
        await robot.press("]")
        robot.expect("ours, not Microsoft's")
        await robot.press("]", "]")
        users = {row.name for row in app_of(robot).screen._tables["user"].grid.shown}  # type: ignore[attr-defined]
        assert users == {"marek.novak@halden.example", "priya.nair@halden.example"}
        await robot.press("enter")
        robot.expect("User in Win10 Endpoint Users")
        assert robot.grid().selected == "sohu-news"
        await robot.press("escape", "]", "t")
        robot.expect("only Sohu News")
        robot.expect("PRODUCT VIEW – Defender ATP")


async def test_todays_app_page_counts_users_blocked_accessed_and_bypassed():
    async with play(PlayApp(monitored())) as robot:
        app_of(robot).open("app", "sohu-news")
        await robot.settle()
        for words in ("users blocked", "accessed", "bypassed"):
            robot.expect(words)


async def test_the_info_tab_shows_the_score_by_section_and_the_mark_of_each_fact():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        app_of(robot).open("app", "box")
        await robot.settle()
        robot.expect("Approved list: Head of Operations: freight papers with carriers")
        await robot.press("]")
        robot.expect("general 10 · security 10 · compliance 10 · legal 10")
        robot.expect("% of what counts is known")
        robot.expect("common-knowledge")


async def test_a_machine_page_links_to_the_timeline_at_the_app_under_the_cursor():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("machine", "HF-LT-07")
        await robot.settle()
        robot.expect("IP address history")
        robot.expect("total traffic")
        robot.refuse("chrome.exe")
        robot.grid().select("sohu-news")
        await robot.press("t")
        robot.expect("only Sohu News")
        robot.expect("chrome.exe")


async def test_a_timeline_belongs_to_a_machine():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "u")
        robot.refuse("t timeline")
        await robot.press("g", "m")
        robot.expect("t timeline")
        await robot.press("t")
        robot.expect("Timeline")


async def test_the_same_tag_is_shown_on_the_dashboard_at_once():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await robot.press("g", "o")
        before = robot.text()
        app_of(robot).submit(TagApp("microsoft-msn", "Unsanctioned"))
        await robot.settle()
        assert robot.text() != before
