"""Reports, time frames, exclusions and hidden names, as a trainee works them at the keyboard."""

from __future__ import annotations

import pytest

from sim.base.time import HOUR
from sim.engine.discovery.streams import SESSION_CONTROL
from sim.engine.tenant import INTEGRATION, WIN10
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.session.report_commands import Anonymise, ExcludeEntity, SaveIpRange, SaveReport
from sim.views import cloud_settings, control
from tests.reference.small import resolved, scenario
from tests.tui.robot import Robot, play
from tests.tui.stages import HOSTILE, app_of, choose_report, fresh, pass_time, session_of, with_data
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.cloud_settings import CLOUD_SETTINGS, CloudSettingsScreen
from tui.screens.reports import ReportPicker

MAREK = "marek.novak@halden.example"


def hidden() -> Session:
    """Return the exercise at its first data, of which every name is hidden."""
    session = fresh()
    session.submit(Anonymise(WIN10, "user", True))
    session.submit(Anonymise(WIN10, "machine", True))
    session.submit(SetSwitch(INTEGRATION, True))
    session.skip_to_next()
    return session


async def form(robot: Robot) -> None:
    """Wait for the form to be on the screen."""
    await robot.until(lambda: robot.sees("esc cancels"))


def test_no_key_of_the_settings_means_two_things_and_every_action_has_its_method():
    assert collisions([PLAY, TABLE, CLOUD_SETTINGS]) == []
    assert unhandled(CloudSettingsScreen) == []


async def test_the_selector_shows_each_reports_last_update_and_esc_keeps_the_report():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o")
        robot.expect("1 of 3")
        robot.expect("Last 90 days")
        await robot.press("R")
        await robot.until(lambda: isinstance(robot.app.screen, ReportPicker))
        for words in (WIN10, "Global", SESSION_CONTROL, "Session control", "never", "Updated"):
            robot.expect(words)
        assert robot.grid().selected == WIN10
        await robot.press("down", "escape")
        assert app_of(robot).report == WIN10


async def test_the_session_control_report_says_why_it_is_empty():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        await choose_report(robot, SESSION_CONTROL)
        robot.expect("No session passes the reverse proxy")
        await robot.press("g", "o")
        robot.expect(f"{SESSION_CONTROL} holds no data")
        robot.expect("updated never")


async def test_the_time_frame_holds_on_every_screen():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "o", "T")
        robot.expect("Last 30 days")
        await robot.press("T")
        robot.expect("Last 7 days")
        await robot.press("g", "a")
        robot.expect("in 7 days")
        await robot.press("g", "u", "enter")
        robot.expect("last 7 days")
        await robot.press("T")
        robot.expect("last 90 days")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_custom_report_is_made_looked_at_and_deleted(size):
    async with play(PlayApp(with_data()), *size) as robot:
        await robot.press("g", "d", "N")
        await form(robot)
        await robot.press(*"Sales desk", "tab", "tab", *"Sails", "ctrl+enter")
        await robot.until(lambda: robot.sees("did you mean 'Sales'?"))
        await robot.press(*["backspace"] * 4, *"ales", "ctrl+enter")
        await robot.until(lambda: "Sales desk" in session_of(robot).world.tenant.reports)
        robot.grid().select("Sales desk")
        await robot.settle()
        robot.expect("Sales in Win10 Endpoint Users")
        robot.expect("A custom report takes new data only")
        await pass_time(robot, 6 * HOUR)
        await robot.press("g", "u")
        await choose_report(robot, "Sales desk")
        names = {row.name for row in robot.rows()}
        people = session_of(robot).world.staff.people
        assert names
        assert names <= {person.upn for person in people if person.department == "Sales"}
        await robot.press("g", "d")
        robot.grid().select("Sales desk")
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: "Sales desk" not in session_of(robot).world.tenant.reports)
        assert app_of(robot).report == WIN10


async def test_a_custom_report_is_changed_and_a_built_in_one_is_not():
    session = with_data()
    session.submit(SaveReport("Desk", (WIN10,), ("Sales",)))
    async with play(PlayApp(session)) as robot:
        await robot.press("g", "d", "d")
        await robot.until(lambda: robot.sees("A built-in report cannot be"))
        await robot.press("enter")
        await robot.until(lambda: robot.sees("takes what it takes"))
        robot.grid().select("Desk")
        await robot.press("enter")
        await form(robot)
        robot.expect("Custom report Desk")
        await robot.press("tab", *["backspace"] * 5, "tab", *"10.1.0.0/16", "ctrl+enter")
        custom = session.world.tenant.streams.custom
        await robot.until(lambda: custom["Desk"].networks == ("10.1.0.0/16",))
        assert custom["Desk"].groups == ()


async def test_a_snapshot_is_made_of_a_log_looked_at_and_deleted():
    session = Session(resolved(scenario(2) | {"proxy": {"name": "Head office"}}))
    session.advance(session.now + 4 * HOUR)
    async with play(PlayApp(session), 80, 24) as robot:
        await robot.press("g", "d", "U")
        await form(robot)
        await robot.press(*"Noon", "tab", "tab", *"noon", "ctrl+enter")
        await robot.until(lambda: robot.sees("is not a time"))
        await robot.press(*["backspace"] * 4, "ctrl+enter")
        await robot.until(lambda: "Noon" in session.world.tenant.reports)
        robot.grid().select("Noon")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("A snapshot report takes what it takes"))
        robot.expect("never changes")
        await robot.press("g", "a")
        await choose_report(robot, "Noon")
        robot.expect("never updated")
        await robot.press("R")
        await robot.until(lambda: isinstance(robot.app.screen, ReportPicker))
        for words in ("Noon", "Snapshot", "Updated"):
            robot.expect(words)
        await robot.press("escape", "g", "d")
        robot.grid().select("Noon")
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: "Noon" not in session.world.tenant.reports)
        assert app_of(robot).report == WIN10


async def test_an_ip_range_is_named_and_tagged():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "d", "left_square_bracket", "N")
        await form(robot)
        await robot.press(*"Dock", "tab", *"10.1.0.0/99", "ctrl+enter")
        await robot.until(lambda: robot.sees("is no range"))
        await robot.press("backspace", "backspace", *"24", "tab", *"Corporate", "ctrl+enter")
        await robot.until(lambda: bool(cloud_settings.ip_ranges(session_of(robot))))
        (named,) = cloud_settings.ip_ranges(session_of(robot))
        assert (named.name, named.ranges, named.tags) == ("Dock", ("10.1.0.0/24",), ("Corporate",))
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: cloud_settings.ip_ranges(session_of(robot)) == [])


async def test_a_user_is_left_out_from_the_list_and_taken_in_again_in_the_settings():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "u")
        assert robot.grid().select(MAREK)
        await robot.press("E")
        await form(robot)
        robot.expect("Older data stays")
        await robot.press(*"runs a scanner", "enter")
        await robot.until(lambda: bool(cloud_settings.exclusions(session_of(robot))))
        assert MAREK in {row.name for row in robot.rows()}
        await robot.press("g", "d", "right_square_bracket")
        robot.expect(MAREK)
        await robot.press("d")
        await robot.until(lambda: robot.sees("End this exclusion?"))
        await robot.confirm()
        await robot.until(lambda: cloud_settings.exclusions(session_of(robot)) == [])


async def test_an_address_is_left_out_by_hand_and_must_be_one():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "d", "right_square_bracket", "N")
        await form(robot)
        await robot.press("down", "down", "enter", "tab", *"home", "ctrl+enter")
        await robot.until(lambda: robot.sees("write an address such as"))
        await robot.press(*["backspace"] * 4, *"10.1.0.12", "ctrl+enter")
        await robot.until(lambda: bool(cloud_settings.exclusions(session_of(robot))))
        (left,) = cloud_settings.exclusions(session_of(robot))
        assert (left.kind, left.name) == ("source_ip", "10.1.0.12")


async def test_names_are_hidden_after_asking_and_only_in_new_data():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "d", "right_square_bracket", "right_square_bracket", "down", "space")
        await robot.until(lambda: robot.sees("Switch on?"))
        robot.expect("with the next analysis run")
        await robot.confirm()
        streams = session_of(robot).world.tenant.streams
        await robot.until(lambda: streams.anonymised == {(WIN10, "user")})
        await robot.press("up", "space")
        await robot.confirm()
        await robot.until(lambda: streams.enriched)
        await robot.press("N")
        await robot.until(lambda: robot.sees("These settings are all there are"))
        session = session_of(robot)
        await robot.press("g", "u")
        assert not any(cloud_settings.is_pseudonym(session, row.name) for row in robot.rows())
        await pass_time(robot, 6 * HOUR)
        assert any(cloud_settings.is_pseudonym(session, row.name) for row in robot.rows())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_pseudonym_is_resolved_with_a_justification_that_the_log_keeps(size):
    async with play(PlayApp(hidden()), *size) as robot:
        session = session_of(robot)
        await robot.press("g", "u")
        one = robot.grid().selected
        robot.refuse("marek.novak")
        robot.expect("w resolve")
        await robot.press("w")
        await form(robot)
        await robot.press("tab", *"curious", "ctrl+enter")
        await robot.until(lambda: robot.sees("write at least 3 words"))
        assert one not in session.notes.resolved
        await robot.press(*" large uploads", "ctrl+enter")
        await robot.until(lambda: one in session.notes.resolved)
        await robot.until(lambda: robot.sees("(resolved)"))
        assert robot.grid().selected == one
        await robot.press("enter")
        robot.expect(session.notes.resolved[str(one)].replace("@halden.example", " (resolved)"))
        robot.refuse("w resolve")
        await robot.press("g", "l")
        entry = control.governance_log(session)[0]
        assert (entry.target, entry.detail) == (one, "curious large uploads")
        robot.expect("curious large uploads")
        robot.expect("By          analyst")


async def test_several_pseudonyms_are_resolved_at_once_and_an_unknown_one_refuses_them_all():
    async with play(PlayApp(hidden())) as robot:
        session = session_of(robot)
        await robot.press("g", "u")
        names = [row.name for row in robot.rows()[:2]]
        await robot.press("g", "d", "w")
        await form(robot)
        await robot.press(*f"{names[0]} nobody", "tab", *"a case of ours", "ctrl+enter")
        await robot.until(lambda: robot.sees("'nobody' is no pseudonym"))
        assert session.notes.resolved == {}
        await robot.press("w")
        await form(robot)
        await robot.press(*f"{names[0]}, {names[1]}", "tab", *"a case of ours", "ctrl+enter")
        await robot.until(lambda: session.notes.resolved.keys() == set(names))


async def test_a_hidden_machine_has_no_timeline_until_it_is_resolved():
    async with play(PlayApp(hidden())) as robot:
        session = session_of(robot)
        await robot.press("g", "m")
        machine = str(robot.grid().selected)
        robot.refuse("t timeline")
        await robot.press("E")
        await robot.until(lambda: robot.sees("resolve it first"))
        await robot.press("w")
        await form(robot)
        await robot.press("tab", *"which browser is it", "ctrl+enter")
        await robot.until(lambda: machine in session.notes.resolved)
        await robot.press("t")
        await robot.until(lambda: robot.sees("PRODUCT VIEW – Defender ATP"))
        robot.expect(session.notes.resolved[machine])


async def test_hostile_names_of_reports_ranges_and_comments_are_literal():
    session = with_data()
    for number, name in enumerate(name[:60] for name in HOSTILE):
        session.submit(SaveReport(f"{number}{name}", (WIN10,)))
        session.submit(SaveIpRange(f"{number}{name}", ("10.1.0.0/24",), (name,)))
        session.submit(ExcludeEntity("user", f"{number}{name}", True, name))
    async with play(PlayApp(session)) as robot:
        await robot.press("g", "d", "end")
        for _ in range(4):
            await robot.press("right_square_bracket", "end")
            robot.refuse("\x1b")
        await robot.press("g", "o")
        await choose_report(robot, f"0{HOSTILE[0]}")
        robot.expect("0a[/b]c")
        await robot.press("R", "end")
        robot.expect("[red]no[/red]")
        await robot.press("escape", "g", "l", "end")
        assert robot.app.is_running


async def test_a_silent_log_collector_is_seen_from_its_alert_and_repaired():
    """The alert leads to the data source; the analyst asks for a remedy, and the container starts again."""
    found = scenario(2) | {"end": "2019-12-20T18:00", "proxy": {"name": "Head office", "log": "cisco-asa"}}
    stop = {"kind": "stopped", "since": "2019-12-16T11:20"}
    found["collectors"] = [{"name": "Docker [b]1", "receiver": "Syslog-UDP", "faults": [stop]}]
    session = Session(resolved(found))
    session.advance(session.now + 60 * HOUR)
    async with play(PlayApp(session), 80, 24) as robot:
        await robot.press("g", "q")
        robot.expect("No data has come from the log collector Docker [b]1")
        await robot.press("enter")
        await robot.until(lambda: robot.sees("Disconnected"))
        robot.expect("Mon 16 Dec 11:00")
        robot.expect("names of destinations")
        await robot.press("F")
        await form(robot)
        await robot.press("down", "down", "down", "enter", "ctrl+enter")
        await robot.until(lambda: robot.sees("starts its container again"))
        await pass_time(robot, HOUR)
        await robot.until(lambda: robot.sees("● Connected"))
