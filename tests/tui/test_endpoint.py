"""Defender ATP and PowerShell: machines, timelines, indicators, findings, site visits, the prompt."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from sim.base.time import MINUTE
from tests.tui.robot import play
from tests.tui.stages import SITE, after_tests, app_of, blocking, fresh, pass_time, session_of, with_data
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.indicators import INDICATORS, IndicatorsScreen
from tui.screens.machines import MACHINES, TIMELINE, MachinesScreen, TimelineScreen
from tui.screens.prompt import PromptScreen


@pytest.mark.parametrize("scope", [MACHINES, TIMELINE, INDICATORS], ids=lambda s: s.name)
def test_no_key_means_two_things(scope):
    assert collisions([PLAY, TABLE, scope]) == []


@pytest.mark.parametrize("screen", [MachinesScreen, TimelineScreen, IndicatorsScreen, PromptScreen])
def test_every_action_has_its_method(screen):
    assert unhandled(screen) == []


async def test_the_machines_list_leads_to_a_timeline_that_names_the_browser():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "t")
        robot.expect("PRODUCT VIEW – Defender ATP")
        robot.grid().select("HF-LT-07")
        await robot.press("enter")
        robot.expect("marek.novak")
        robot.expect("chrome.exe")


async def test_a_keeps_one_app_and_a_again_shows_all():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("timeline", "HF-LT-07", app_id="sohu-news")
        await robot.settle()
        assert {row.app_id for row in robot.rows()} == {"sohu-news"}
        only = len(robot.rows())
        await robot.press("a")
        assert len(robot.rows()) > only
        robot.refuse("only Sohu News")


async def test_a_blocked_visit_has_two_rows_and_one_of_them_says_success():
    async with play(PlayApp(after_tests()), 120, 40) as robot:
        app_of(robot).open("timeline", "HF-LT-07", app_id="sohu-news")
        await robot.settle()
        mine = [row for row in robot.rows() if row.user.startswith("analyst@")]
        assert sorted(row.action for row in mine) == [
            "ConnectionSuccess",
            "ConnectionSuccess",
            "ExploitGuardNetworkProtectionBlocked",
            "SmartScreenUrlWarning",
        ]
        robot.expect("B ■ ExploitGuardNetworkProtectionBlocked")
        robot.expect("B ■ SmartScreenUrlWarning")
        blocked = next(row for row in mine if row.action.endswith("Blocked"))
        robot.grid().select(blocked.id)
        await robot.settle()
        robot.expect("CasbPolicy")


async def test_audit_mode_has_its_own_mark():
    async with play(PlayApp(after_tests())) as robot:
        app_of(robot).open("timeline", "HF-LT-11", app_id="sohu-news")
        await robot.settle()
        robot.expect("A ◪ ExploitGuard")


@pytest.mark.parametrize("key", ["enter", "ctrl+enter"])
async def test_a_finding_is_written_down_with_a_note(key: str):
    """Enter saves from the last field, because many terminals keep ctrl+enter for themselves."""
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("timeline", "HF-LT-07", app_id="sohu-news")
        await robot.settle()
        await robot.press("f")
        await robot.until(lambda: robot.sees("Record a finding"))
        robot.expect("marek.novak uses Sohu News on HF-LT-07 in Chrome")
        await robot.press(*"again", key)
        await robot.until(lambda: bool(session_of(robot).notes.findings))
        finding = session_of(robot).notes.findings[0]
        assert (finding.app_id, finding.note) == ("sohu-news", "again")


async def test_the_site_is_tried_in_a_chosen_browser_and_the_answer_is_said():
    async with play(PlayApp(blocking()), 120, 40) as robot:
        app_of(robot).open("timeline", "HF-LT-02", app_id="sohu-news")
        await robot.settle()
        robot.expect("has not used Sohu News so far")
        await robot.press("w")
        await robot.until(lambda: robot.sees("Try the site"))
        robot.expect("Edge")
        robot.expect(SITE)
        await robot.press("ctrl+enter")
        await robot.until(lambda: bool(session_of(robot).notes.tests))
        await robot.until(lambda: robot.sees("blocked by your"))
        robot.expect("has not used Sohu News so far")
        await pass_time(robot, 6 * MINUTE)
        robot.expect("SmartScreenUrlWarning")


async def test_a_fresh_timeline_says_why_it_may_lack_the_newest_events():
    async with play(PlayApp(fresh())) as robot:
        app_of(robot).open("timeline", "HF-LT-07")
        await robot.settle()
        assert robot.sees("ConnectionSuccess") or robot.sees("some minutes after they happen")


async def test_indicators_of_a_tag_name_their_creator_and_removal_asks():
    async with play(PlayApp(blocking()), 120, 40) as robot:
        await robot.press("g", "i")
        assert {row.app for row in robot.rows()} == {"Sohu News"}
        robot.expect("Microsoft Cloud App Security")
        robot.expect("B ■ Alert and block")
        robot.grid().select(robot.rows()[0].id)
        count = len(robot.rows())
        await robot.press("d")
        await robot.until(lambda: robot.sees("Remove this indicator?"))
        robot.expect("It came from a tag, which stays")
        await robot.confirm()
        await robot.until(lambda: len(robot.rows()) == count - 1)
        robot.expect("has left this list")


async def test_an_empty_list_says_where_rows_come_from_and_one_is_made_by_hand():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "i")
        robot.expect("No indicator is listed")
        await robot.press("N")
        await robot.until(lambda: robot.sees("Add indicator"))
        await robot.press("ctrl+enter")
        robot.expect("is not a domain the portal accepts")
        await robot.press(*"badsite.example", "ctrl+enter")
        await robot.until(lambda: bool(robot.rows()))
        assert robot.rows()[0].value == "badsite.example"


async def test_a_wrong_form_says_what_the_portal_refuses_beside_its_field():
    async with play(PlayApp(blocking())) as robot:
        await robot.press("g", "i", "N", *"10.0.0.1", "ctrl+enter")
        await robot.until(lambda: robot.sees("is an internal address"))
        await robot.press("escape")


async def test_the_whole_of_a_row_is_shown_and_its_form_can_be_saved_again():
    async with play(PlayApp(blocking())) as robot:
        await robot.press("g", "i")
        robot.expect("DomainName")
        robot.expect("never expires")
        first = robot.rows()[0]
        robot.grid().select(first.id)
        await robot.settle()
        await robot.press("e")
        await robot.until(lambda: robot.sees(f"Edit {first.id}: {first.value}"))
        robot.app.screen.query_one("#field-description", Input).value = "see the policy"
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.rows()[0].updated is not None)
        robot.expect("description: see the policy")
        assert robot.rows()[0].created == first.created


async def test_the_prompt_shows_and_sets_network_protection_and_escape_is_the_way_out():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "x")
        robot.grid().select("HF-LT-07")
        await robot.press("enter")
        robot.expect("PS HF-LT-07>")
        await robot.press(*"Get-MpPreference", "enter")
        await robot.until(lambda: robot.sees(f"{'EnableNetworkProtection':<41} : 0"))
        line = "Set-MpPreference -EnableNetworkProtection enable"
        await robot.press(*("space" if c == " " else c for c in line), "enter")
        await robot.until(lambda: robot.sees("says nothing when"))
        await robot.press("up", "up", "enter")
        await robot.until(lambda: robot.sees(f"{'EnableNetworkProtection':<41} : 1"))
        await robot.press("escape")
        robot.expect("On which machine?")


async def test_a_wrong_line_is_answered_as_at_a_real_prompt():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).open("prompt", "HF-LT-07")
        await robot.settle()
        await robot.press(*"dir", "enter")
        await robot.until(lambda: robot.sees("is not recognized"))
        await robot.press("escape")
        robot.refuse("PS HF-LT-07>")
