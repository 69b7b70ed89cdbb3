"""The control screens of both portals: switches, policies, alerts, the log, help, the result."""

from __future__ import annotations

from functools import partial

from sim.base.time import HOUR, MINUTE
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    WIN10,
)
from sim.session.commands import RecordFinding, SetSwitch
from sim.session.endpoint_commands import VisitSite
from sim.session.policy_commands import SavePolicy
from sim.views import control, endpoint, policies
from sim.views.alerts import cloud_alerts, endpoint_alerts
from tests.tui.robot import Robot
from tests.tui.stages import app_of, session_of
from tests.tui.test_app import playing


async def advance(robot: Robot, span: int) -> None:
    """Let simulated time pass, and show it."""
    session = session_of(robot)
    session.advance(session.now + span)
    app_of(robot)._show_status()
    app_of(robot).redraw()
    await robot.settle()


async def form(robot: Robot) -> None:
    """Wait for the form to be on the screen."""
    await robot.until(lambda: robot.sees("esc cancels"))


def _on(robot: Robot, count: int) -> bool:
    return robot.text().count("● On") == count


async def test_every_switch_says_where_it_is_and_what_it_promises_and_asks_before_it_changes():
    async with playing(120, 40) as robot:
        await robot.press("g", "s")
        robot.expect(f"space switches {INTEGRATION} on")
        for number, row in enumerate(control.switches(session_of(robot)), 1):
            assert robot.grid().selected == row.id
            robot.expect(row.page)
            robot.expect(f"PRODUCT VIEW – {row.portal}")
            await robot.press("space")
            await robot.confirm()
            shown = partial(_on, robot, number)
            await robot.until(shown)
            await robot.press("down")
        assert all(row.on for row in control.switches(session_of(robot)))


async def test_a_switch_is_not_changed_when_the_answer_is_no():
    async with playing() as robot:
        await robot.press("g", "s", "enter")
        robot.expect("first data may take up to 2 hours")
        await robot.confirm(yes=False)
        assert not any(row.on for row in control.switches(session_of(robot)))
        assert session_of(robot).commands == 0


async def test_every_template_is_listed_and_one_becomes_a_policy():
    async with playing(120, 40) as robot:
        await robot.press("g", "p")
        assert len(robot.rows()) == 17
        robot.expect("Number of users > 500")
        await robot.press("enter")
        await form(robot)
        await robot.press("tab", "tab", *["backspace"] * 3, "x", "ctrl+enter")
        robot.expect("write a whole number")
        await robot.press("backspace", "3", "tab", "tab", "tab", *"Watched", "ctrl+enter")
        await robot.until(lambda: robot.sees("Control › Policies"))
        policy = policies.policies(session_of(robot))[0]
        assert policy.criteria == (("Number of users", 3),)
        assert (policy.tags, policy.reports, policy.enabled) == (
            ("Watched",),
            "All continuous reports",
            True,
        )
        robot.expect("tag app Watched")


async def test_a_policy_is_switched_off_and_changed_and_stays_the_same_policy():
    async with playing(120, 40) as robot:
        saved = SavePolicy("New popular app", "Popular", {"Number of users": 3}, reports=(WIN10,))
        app_of(robot).submit(saved)
        await robot.press("g", "p")
        robot.expect("Control › Policies")
        await robot.press("space")
        await robot.confirm()
        await robot.until(lambda: robot.sees("○ Off"))
        await robot.press("enter")
        await form(robot)
        await robot.press(*["tab"] * 5, *"Seen", "ctrl+enter")
        await robot.until(lambda: robot.sees("tag app Seen"))
        policy = policies.policies(session_of(robot))[0]
        assert (policy.enabled, policy.report_names, policy.tags) == (False, (WIN10,), ("Seen",))
        await robot.press("left_square_bracket")
        robot.expect("Control › Templates")
        await robot.press("space")
        await robot.until(lambda: robot.sees("Choose a saved policy first"))


async def test_a_cloud_alert_opens_its_app_and_is_dismissed_with_a_reason():
    async with playing(120, 40) as robot:
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        app_of(robot).submit(SavePolicy("New popular app", "Popular", {"Number of users": 3}))
        await advance(robot, 6 * HOUR)
        await robot.press("g", "q")
        alerts = cloud_alerts(session_of(robot))
        assert alerts
        assert len(robot.rows()) == len(alerts)
        robot.expect(f"H▲{len(alerts)}")
        chosen = robot.grid().selected
        await robot.press("c")
        await form(robot)
        await robot.press("down", "down", "down", "enter", "tab", "tab", *"fine", "ctrl+enter")
        await robot.until(
            lambda: any(a.id == chosen and a.status != "Open" for a in cloud_alerts(session_of(robot)))
        )
        closed = next(a for a in cloud_alerts(session_of(robot)) if a.id == chosen)
        assert (closed.status, closed.reason, closed.comment) == ("Dismissed", "Not interesting", "fine")
        app_id = cloud_alerts(session_of(robot))[0].app_id
        await robot.press("g", "q", "home", "enter")
        await robot.until(lambda: getattr(robot.app.screen, "PLACE", "") == "app")
        assert getattr(robot.app.screen, "app_id", app_id)


async def test_an_endpoint_alert_says_whether_it_was_blocked_and_is_resolved_with_a_class():
    async with playing(120, 40) as robot:
        for switch in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
            app_of(robot).submit(SetSwitch(switch, True))
        await advance(robot, 4 * HOUR)
        app_of(robot).submit(VisitSite("HF-LT-07", "chrome.exe", "www.sohu.com"))
        await advance(robot, 30 * MINUTE)
        await robot.press("g", "e")
        chosen = next(a.id for a in endpoint_alerts(session_of(robot)) if a.not_blocked)
        robot.grid().select(chosen)
        await robot.settle()
        robot.expect("was not blocked in")
        await robot.press("c")
        await form(robot)
        await robot.press("tab", *"Chrome is open", "ctrl+enter")
        await robot.until(lambda: robot.sees("resolved: true alert"))
        row = next(a for a in endpoint_alerts(session_of(robot)) if a.id == chosen)
        assert (row.status, row.classification) == ("Resolved", "True alert")
        await robot.press("c")
        await robot.until(lambda: robot.sees("This alert is already resolved"))


async def test_the_log_lists_what_was_changed_newest_first():
    async with playing() as robot:
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        await robot.press("g", "l")
        assert robot.rows()[0].target == INTEGRATION
        robot.expect("Save setting")


async def test_both_articles_that_disagree_can_be_read():
    async with playing() as robot:
        for article, words in (("app-tags", "does not keep anybody"), ("govern-apps", "has it blocked")):
            await robot.press("g", "h")
            robot.grid().select(article)
            await robot.press("enter")
            robot.expect(words)
            await robot.press("escape")


async def test_the_briefing_holds_policy_approved_apps_and_findings():
    async with playing(120, 60) as robot:
        for words in ("CU-8", "Salesforce", "An exception needs", "None yet"):
            robot.expect(words)
        session = session_of(robot)
        user = next(row.user for row in endpoint.machines(session) if row.name == "HF-LT-07")
        app_of(robot).submit(RecordFinding("sohu-news", user, "HF-LT-07", "chrome.exe", "[/b]"))
        await robot.settle()
        robot.expect(f"{user} uses Sohu News on HF-LT-07 in chrome.exe")
        robot.expect("[/b]")


async def test_the_result_gives_every_reason_with_a_line_of_the_policy():
    async with playing(120, 40) as robot:
        await advance(robot, session_of(robot).resolved.end)
        app_of(robot)._end_if_over()
        await robot.until(lambda: robot.sees("Before any figure"))
        await robot.press("s", "g", "r")
        robot.expect("of 100 points")
        result = app_of(robot).result
        assert result is not None
        for objective in result.objectives:
            robot.expect(objective.title)
        robot.expect("(CU-1)")
        robot.expect("and Library chooses another scenario")
