"""Sessions brought to a stage of the journey by commands, for the tests of screens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.base.kept import Kept
from sim.base.time import HOUR, MINUTE
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.world import groundwork
from tests.tui.robot import Robot
from tui.app import PlayApp
from tui.screens.reports import ReportPicker

SITE = "www.sohu.com"
VISITS = (
    ("HF-LT-07", "chrome.exe"),
    ("HF-LT-07", "MicrosoftEdgeCP.exe"),
    ("HF-LT-11", "chrome.exe"),
    ("HF-LT-02", "firefox.exe"),
)


def fresh() -> Session:
    """Return the shipped exercise at its start."""
    return Session(load_scenario("first-block"))


def waiting() -> Session:
    """Return it with the feed switched on and no data yet."""
    session = fresh()
    session.submit(SetSwitch(INTEGRATION, True))
    return session


def with_data() -> Session:
    """Return it at the first data."""
    session = waiting()
    session.skip_to_next()
    return session


def blocking() -> Session:
    """Return it with every switch on and the block at every machine, in block mode on one of them."""
    session = with_data()
    session.submit(SetSwitch(BLOCK_UNSANCTIONED, True))
    session.submit(SetSwitch(CUSTOM_INDICATORS, True))
    session.submit(PowerShell("HF-LT-07", "Set-MpPreference -EnableNetworkProtection Enabled"))
    session.submit(PowerShell("HF-LT-11", "Set-MpPreference -EnableNetworkProtection AuditMode"))
    session.advance(session.now + 150 * MINUTE)
    return session


def after_tests() -> Session:
    """Return it after some test visits, when their events stand on the timelines."""
    session = blocking()
    for machine, process in VISITS:
        session.submit(VisitSite(machine, process, SITE))
    session.advance(session.now + 10 * MINUTE)
    return session


def _today(tag: str) -> Session:
    session = Session(load_scenario(str(Path(__file__).parents[1] / "scenarios" / "today-office.yaml")))
    for switch in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
        session.submit(SetSwitch(switch, True))
    session.submit(TagApp("sohu-news", tag))
    return session


def blocking_today() -> Session:
    """Return today's small office on its first afternoon, with a block at its machines."""
    session = _today("Unsanctioned")
    session.advance(session.now + 6 * HOUR)
    return session


def monitored() -> Session:
    """Return today's small office at its end, when an app has carried the tag Monitored for two days."""
    session = _today("Monitored")
    session.advance(session.resolved.end)
    return session


HOSTILE = (
    "a[/b]c [@click=app.quit]",
    "\x1b[2J\x1b[31mred",
    "\u202eevil\u202c",
    "小红书" * 20,
    "x" * 300,
    "[red]no[/red]",
)


def hostile() -> Session:
    """Return first data of an organisation whose names are made to break a terminal."""
    # Runs of one scenario and seed share their staff: this one takes nobody's and leaves it to nobody.
    groundwork._STANDING = Kept(2)
    session = fresh()
    groundwork._STANDING = Kept(2)
    world = session.world

    def bad(number: int) -> str:
        return f"{HOSTILE[number % len(HOSTILE)]}{number}"

    staff = world.staff
    machines = tuple(replace(machine, name=bad(machine.index)) for machine in staff.machines)
    people = tuple(replace(person, upn=bad(person.index)) for person in staff.people)
    object.__setattr__(staff, "machines", machines)
    object.__setattr__(staff, "people", people)
    world.user_names = (*(person.upn for person in people), "analyst@[/x]")
    tenant = world.tenant
    tenant.apps = {
        app.id: replace(app, name=bad(number), category=bad(number), vendor=bad(number))
        for number, app in enumerate(tenant.apps.values())
    }
    tenant.catalog = replace(tenant.catalog, apps=tuple(tenant.apps.values()))
    for number, app_id in enumerate(tenant.tags):
        tenant.custom_tags[app_id] = {bad(number)}
    session.submit(SetSwitch(INTEGRATION, True))
    session.submit(SetSwitch(BLOCK_UNSANCTIONED, True))
    session.skip_to_next()
    return session


def app_of(robot: Robot) -> PlayApp:
    """Return the application under the robot's hands."""
    assert isinstance(robot.app, PlayApp)
    return robot.app


def session_of(robot: Robot) -> Session:
    """Return its session."""
    session = app_of(robot).session
    assert session is not None
    return session


async def choose_report(robot: Robot, name: str) -> None:
    """Look at another report, by the selector."""
    await robot.press("R")
    await robot.until(lambda: isinstance(robot.app.screen, ReportPicker))
    assert robot.grid().select(name)
    await robot.press("enter")
    await robot.until(lambda: app_of(robot).report == name and not isinstance(robot.app.screen, ReportPicker))


async def pass_time(robot: Robot, span: int) -> None:
    """Let simulated time pass and show it."""
    session = session_of(robot)
    session.advance(session.now + span)
    app_of(robot).redraw()
    await robot.settle()
