"""The alert queues of both portals: mark, read, close together, and go where an alert points."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sim.base.time import DAY, HOUR, MINUTE
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.session.alert_commands import ResolveAlerts
from sim.session.commands import SetSwitch
from sim.session.endpoint_commands import VisitSite
from sim.session.indicator_commands import RemoveIndicator
from sim.session.policy_commands import DeletePolicy, SavePolicy
from sim.views.alerts import CloudAlertRow, EndpointAlertRow, cloud_alerts, endpoint_alerts, one_queue
from sim.views.incidents import incidents
from tests.session.test_alert_commands import office
from tests.tui.robot import Robot, play
from tests.tui.stages import SITE, app_of, pass_time, session_of
from tests.tui.test_app import playing
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.alerts import CloudAlertsScreen
from tui.screens.app_page import AppPageScreen
from tui.screens.endpoint_alerts import EndpointAlertsScreen
from tui.screens.incidents import IncidentsScreen
from tui.screens.one_queue import OneQueueScreen
from tui.screens.policies import PoliciesScreen


@asynccontextmanager
async def cloud() -> AsyncIterator[Robot]:
    """Stand before the alerts that a policy raised on first data."""
    async with playing() as robot:
        app_of(robot).submit(SetSwitch(INTEGRATION, True))
        app_of(robot).submit(SavePolicy("New popular app", "Popular", {"Number of users": 3}))
        await pass_time(robot, 6 * HOUR)
        await robot.press("g", "q")
        assert len(robot.rows()) > 2
        yield robot


@asynccontextmanager
async def today() -> AsyncIterator[Robot]:
    """Stand before the one queue of today, with alerts of policies and machines."""
    async with play(PlayApp(office("today"))) as robot:
        await robot.press("g", "q")
        yield robot


@asynccontextmanager
async def machines() -> AsyncIterator[Robot]:
    """Stand before the alerts that test visits on two machines raised."""
    async with playing() as robot:
        for switch in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
            app_of(robot).submit(SetSwitch(switch, True))
        await pass_time(robot, 4 * HOUR)
        for machine in ("HF-LT-07", "HF-LT-11"):
            app_of(robot).submit(VisitSite(machine, "chrome.exe", SITE))
        await pass_time(robot, 30 * MINUTE)
        await robot.press("g", "e")
        yield robot


def alert(robot: Robot, alert_id: str) -> CloudAlertRow:
    """Return an alert of Cloud App Security as it stands now."""
    return next(row for row in cloud_alerts(session_of(robot)) if row.id == alert_id)


def machine_alert(robot: Robot) -> EndpointAlertRow:
    """Return the alert under the cursor as it stands now."""
    return next(row for row in endpoint_alerts(session_of(robot)) if row.id == robot.grid().selected)


def place(robot: Robot) -> str:
    """Return which screen is on top."""
    return str(getattr(robot.app.screen, "PLACE", ""))


def test_no_two_keys_of_a_queue_collide_and_every_action_has_its_method():
    for screen in (CloudAlertsScreen, EndpointAlertsScreen, OneQueueScreen, IncidentsScreen):
        assert collisions([PLAY, TABLE, screen.SCOPE]) == []
        assert unhandled(screen) == []


async def test_marked_alerts_are_closed_alike_with_feedback():
    async with cloud() as robot:
        await robot.press("home", "m", "m")
        robot.expect("closes the 2 marked alerts alike")
        marked = [line.alert.id for line in robot.rows() if line.marked]
        assert sum(" •" in line for line in robot.lines()) == len(marked) == 2
        await robot.press("c")
        await robot.until(lambda: robot.sees("Close 2 alerts"))
        await robot.press("tab", "space", "tab", *"known", "enter")
        await robot.until(lambda: all(alert(robot, each).status == "Resolved" for each in marked))
        held = [session_of(robot).world.tenant.cloud_alerts.find(each) for each in marked]
        assert [(one.comment, one.feedback) for one in held] == [("known", True)] * 2
        assert not any(line.marked for line in robot.rows())
        assert any(line.alert.status == "Open" for line in robot.rows())


async def test_an_alert_is_marked_as_read_and_unread_until_it_is_closed():
    async with cloud() as robot:
        chosen = robot.grid().selected
        assert chosen is not None
        await robot.press("r")
        assert alert(robot, chosen).read
        robot.expect("Open, read")
        await robot.press("r")
        assert not alert(robot, chosen).read
        robot.refuse("Open, read")
        await robot.press("c")
        await robot.until(lambda: robot.sees(f"Close {chosen}"))
        await robot.press("tab", "tab", "enter")
        await robot.until(lambda: alert(robot, chosen).status == "Resolved")
        robot.grid().select(chosen)
        await robot.press("m")
        await robot.until(lambda: robot.sees("This alert is already resolved"))


async def test_an_open_alert_says_what_to_do_and_leads_to_its_policy():
    async with cloud() as robot:
        robot.expect("What to do")
        robot.expect("where its category has a sanctioned app")
        await robot.press("P")
        await robot.until(lambda: place(robot) == "policies")
        assert isinstance(robot.app.screen, PoliciesScreen)
        policy = robot.app.screen.saved.grid.selected_row
        assert policy is not None
        assert policy.name == "Popular"
        app_of(robot).submit(DeletePolicy(policy.id))
        await robot.press("g", "q", "P")
        await robot.until(lambda: robot.sees("The policy was deleted"))


async def test_the_lines_behind_an_alert_are_those_of_its_report_and_day():
    async with cloud() as robot:
        chosen = robot.rows()[0].alert
        await robot.press("home", "e")
        await robot.until(lambda: place(robot) == "evidence")
        assert app_of(robot).report == chosen.report
        lines = robot.rows()
        assert lines
        assert {(line.app, line.time // DAY) for line in lines} == {(chosen.app, chosen.day)}
        await robot.press("escape")
        assert place(robot) == "alerts"


async def test_a_machine_alert_is_in_progress_resolved_and_opened_again():
    async with machines() as robot:
        await robot.press("i")
        assert machine_alert(robot).status == "In progress"
        await robot.press("i")
        assert machine_alert(robot).status == "New"
        await robot.press("c")
        await robot.until(lambda: robot.sees("Classification"))
        await robot.press("tab", "enter")
        await robot.until(lambda: machine_alert(robot).status == "Resolved")
        await robot.press("i")
        assert machine_alert(robot).status == "In progress"


async def test_a_machine_alert_leads_to_its_indicator_while_that_is_listed():
    async with machines() as robot:
        alert = machine_alert(robot)
        await robot.press("N")
        await robot.until(lambda: place(robot) == "indicators")
        await robot.until(lambda: robot.grid().selected == alert.indicator)
        robot.expect(alert.domain)
        app_of(robot).submit(RemoveIndicator(alert.indicator))
        await robot.press("g", "e", "N")
        await robot.until(lambda: robot.sees("The indicator is no longer listed"))


async def test_the_alerts_of_one_incident_are_listed_alone():
    async with machines() as robot:
        every, incident = len(robot.rows()), machine_alert(robot).incident
        assert every > 1
        robot.expect(f"Incident    {incident}, ")
        await robot.press("I")
        assert {row.incident for row in robot.rows()} == {incident}
        assert len(robot.rows()) < every
        robot.expect(f"only {incident} is listed")
        await robot.press("I")
        assert len(robot.rows()) == every


async def test_an_incident_has_a_line_and_words_of_its_own_and_leads_to_its_alerts():
    async with machines() as robot:
        every = endpoint_alerts(session_of(robot))
        await robot.press("g", "I")
        found = incidents(session_of(robot))
        assert [row.id for row in robot.rows()] == [row.id for row in found]
        assert sum(len(row.alerts) for row in found) == len(every)
        chosen = found[0]
        assert {alert.incident for alert in chosen.alerts} == {chosen.id}
        robot.expect(f"{chosen.id}  {chosen.apps[0]}")
        robot.expect(chosen.machines[0])
        robot.expect("not resolved")
        ids = tuple(alert.id for alert in chosen.alerts)
        await robot.press("enter")
        await robot.until(lambda: isinstance(robot.app.screen, EndpointAlertsScreen))
        assert {row.id for row in robot.rows()} == set(ids)
        app_of(robot).submit(ResolveAlerts(ids, "True alert", "", "looked at"))
        await robot.press("g", "I")
        row = next(row for row in incidents(session_of(robot)) if row.id == chosen.id)
        assert (row.waiting, row.status) == (0, "Resolved")
        robot.expect("Resolved")
    async with today() as robot:
        await robot.press("g", "I")
        robot.expect("PRODUCT VIEW – Microsoft Defender")
        held = [alert for row in incidents(session_of(robot)) for alert in row.alerts]
        assert len(held) == len(one_queue(session_of(robot), everything=True))
        await robot.press("a")
        await robot.until(lambda: isinstance(robot.app.screen, AppPageScreen))


async def test_today_one_queue_holds_the_alerts_of_both_products():
    """Both keys lead there; an incident shows what belongs to it, and enter goes where the alert points."""
    async with today() as robot:
        session = session_of(robot)
        robot.expect("Microsoft Defender")
        assert {line.alert.id for line in robot.rows()} == {row.id for row in one_queue(session)}
        news = next(row for row in endpoint_alerts(session) if row.app_id == "sohu-news")
        robot.grid().select(news.id)
        await robot.press("I")
        assert {type(line.alert) for line in robot.rows()} == {CloudAlertRow, EndpointAlertRow}
        assert {line.alert.incident for line in robot.rows()} == {news.incident}
        robot.expect(f"{news.incident}, with {len(robot.rows()) - 1} other alerts")
        await robot.press("enter")
        await robot.until(lambda: place(robot) == "timeline")
        await robot.press("escape")
        await robot.press("u")
        await robot.until(lambda: robot.sees(f"{news.user}   User in"))
        await robot.press("escape")
        by_policy = next(row for row in cloud_alerts(session) if row.app_id == "sohu-news")
        robot.grid().select(by_policy.id)
        await robot.settle()
        robot.expect("What to do")
        await robot.press("P")
        await robot.until(lambda: place(robot) == "policies")
        await robot.press("g", "e")
        assert isinstance(robot.app.screen, OneQueueScreen)
        robot.grid().select(news.id)
        await robot.press("P")
        await robot.until(lambda: robot.sees("No policy raised this alert"))


async def test_today_alerts_of_both_products_are_classified_alike_and_leave_the_list():
    async with today() as robot:
        session = session_of(robot)
        chosen = [cloud_alerts(session)[0].id, endpoint_alerts(session)[0].id]
        for each in chosen:
            robot.grid().select(each)
            await robot.press("m")
        robot.expect("resolves the 2 marked alerts alike")
        await robot.press("c")
        await robot.until(lambda: robot.sees("Resolve 2 alerts"))
        await robot.press("tab", *"known", "enter")
        await robot.until(lambda: not set(chosen) & {line.alert.id for line in robot.rows()})
        await robot.press("w")
        shown = {line.alert.id: line.alert for line in robot.rows()}
        assert [(shown[each].status, shown[each].comment) for each in chosen] == [("Resolved", "known")] * 2
        robot.grid().select(chosen[0])
        await robot.press("i")
        assert alert(robot, chosen[0]).status == "In progress"
