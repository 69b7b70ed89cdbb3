"""Policies at the keyboard: every field, both kinds, back-tests, deletion, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Select

from sim.engine.policy.policies import Anomaly, PolicyKind
from sim.session.indicator_commands import SaveScopedProfile
from sim.session.policy_commands import SavePolicy
from sim.views import policies
from tests.session.test_alert_commands import started
from tests.tui.robot import Robot, play
from tests.tui.stages import app_of, session_of, with_data
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.forms import FormScreen
from tui.keys import READER, TABLE
from tui.playkeys import PLAY
from tui.screens.backtest import BACKTEST, BacktestScreen
from tui.screens.policies import POLICIES, PoliciesScreen

POPULAR = SavePolicy("New popular app", "Popular", {"Number of users": 3}, daily_limit=50)


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    assert collisions([PLAY, TABLE, POLICIES]) == []
    assert collisions([PLAY, READER, BACKTEST]) == []
    assert unhandled(PoliciesScreen) + unhandled(BacktestScreen) == []


async def fill(robot: Robot, **values: str) -> None:
    """Fill fields of the form on the screen, and save it."""
    await enter(robot, **values)
    await robot.press("ctrl+enter")
    await robot.until(lambda: not isinstance(robot.app.screen, FormScreen))


async def enter(robot: Robot, **values: str) -> None:
    """Fill fields of the form on the screen."""
    await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
    for name, value in values.items():
        control = robot.app.screen.query_one(f"#field-{name}")
        assert isinstance(control, Input | Select)
        control.value = value


async def begin(robot: Robot, template: str) -> None:
    """Open the form of a template."""
    await robot.press("g", "p")
    await robot.until(lambda: robot.sees("Control › Templates"))
    assert robot.grid().select(template)
    await robot.press("enter")


def choose(robot: Robot, policy_id: str) -> None:
    """Put the cursor on a policy."""
    screen = robot.app.screen
    assert isinstance(screen, PoliciesScreen)
    assert screen.saved.grid.select(policy_id)


async def test_every_field_of_the_form_is_saved():
    async with play(PlayApp(with_data())) as robot:
        await begin(robot, "New risky app")
        await fill(
            robot,
            name="Risky",
            severity="Low",
            users="2",
            traffic="",
            transactions="7",
            report="Global",
            limit="9",
            tag="Unsanctioned, Watched",
            description="Look at these first.",
            apps="risk score equals 0 to 4; category does not equal Webmail",
            emails="soc@halden.example",
            phones="+44 20 7946 0000",
        )
        row = policies.policies(session_of(robot))[0]
        assert (row.name, row.severity, row.template, row.daily_limit) == ("Risky", "Low", "New risky app", 9)
        assert dict(row.criteria) == {"Number of users": 2, "Number of transactions": 7}
        assert (row.report_names, row.tags) == (("Global",), ("Unsanctioned", "Watched"))
        assert row.filters == ("risk score equals 0 to 4", "category does not equal Webmail")
        assert (row.emails, row.phones) == (("soc@halden.example",), ("+44 20 7946 0000",))
        robot.expect("Look at these first.")


async def test_todays_form_has_a_profile_a_playbook_and_the_organisations_alert_settings():
    session = started("today")
    session.submit(SaveScopedProfile("Field", ("Field laptops",)))
    async with play(PlayApp(session)) as robot:
        await begin(robot, "New popular app")
        await enter(robot, tag="Unsanctioned", profile="Field", playbook="Ask the owner", limit="9")
        assert not robot.app.screen.query("#field-phones"), "today's portal sends no text messages"
        await fill(robot, emails="soc@small.example", alert_settings="save as default")
        robot.app.clear_notifications()
        await robot.until(lambda: robot.sees("tag app Unsanctioned, for Field"))
        robot.expect("runs Ask the")
        await robot.press("left_square_bracket")
        await begin(robot, "New risky app")
        await fill(robot, alert_settings="default")
        saved = session.world.tenant.policies.saved
        assert [(one.daily_limit, one.emails) for one in saved] == [(9, ("soc@small.example",))] * 2
        assert (saved[0].profile, saved[1].profile) == ("Field", "")


async def test_an_anomaly_policy_is_made_from_its_template():
    async with play(PlayApp(with_data()), 120, 40) as robot:
        await begin(robot, "Anomalous behavior in discovered users")
        await fill(robot, share="", after="2019-12-20")
        made = session_of(robot).world.tenant.policies.saved[0]
        assert made.kind is PolicyKind.ANOMALY
        assert made.anomaly == Anomaly(("user",), None, 18250)
        robot.expect("every matching event, after 2019-12-20")


async def test_a_back_test_warns_of_approved_apps_and_saves_only_when_asked():
    async with play(PlayApp(with_data())) as robot:
        saved = session_of(robot).world.tenant.policies.saved
        await begin(robot, "New popular app")
        await fill(robot, users="3", tag="Unsanctioned", then="backtest")
        await robot.until(lambda: isinstance(robot.app.screen, BacktestScreen))
        robot.expect("is approved and would be blocked")
        robot.expect("SIMULATOR VIEW")
        assert saved == []
        await robot.press("escape")
        await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
        form = robot.app.screen
        assert isinstance(form, FormScreen)
        assert (form.values()["users"], form.values()["tag"]) == ("3", "Unsanctioned")
        await fill(robot, tag="")
        await robot.until(lambda: isinstance(robot.app.screen, BacktestScreen))
        robot.expect("No approved or protected app would be blocked")
        await robot.press("s")
        await robot.until(lambda: bool(saved))
        assert isinstance(robot.app.screen, PoliciesScreen)


async def test_what_the_portal_refuses_stays_in_the_form():
    async with play(PlayApp(with_data())) as robot:
        await begin(robot, "New popular app")
        await enter(robot, users="3", emails="nobody")
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("no e-mail address"))
        form = robot.app.screen
        assert isinstance(form, FormScreen)
        assert form.values()["users"] == "3"
        await fill(robot, emails="soc@halden.example")
        assert policies.policies(session_of(robot))[0].emails == ("soc@halden.example",)


@pytest.mark.parametrize("template", ["New popular app", "Anomalous behavior in discovered users"])
async def test_no_label_of_the_form_touches_its_input(template: str):
    async with play(PlayApp(with_data()), 80, 24) as robot:
        await begin(robot, template)
        await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
        await robot.settle()
        for field in robot.app.screen.query(".field"):
            label, control = field.children
            assert len(str(label.render())) < control.region.x - label.region.x, str(label.render())


async def test_a_tag_is_back_tested_before_it_is_set():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        assert robot.grid().select("salesforce")
        await robot.press("b")
        await robot.until(lambda: isinstance(robot.app.screen, BacktestScreen))
        robot.expect("Salesforce is approved and would be blocked")
        robot.expect("Head of Sales")
        await robot.press("escape")
        assert session_of(robot).world.tenant.tags["salesforce"] == "Sanctioned"
        assert "salesforce" in session_of(robot).notes.back_tests


async def test_a_policy_is_deleted_and_those_of_the_portal_are_not():
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).submit(POPULAR)
        await robot.press("g", "p")
        choose(robot, "builtin-anomaly")
        await robot.press("d")
        await robot.until(lambda: robot.sees("can only be disabled"))
        await robot.press("space")
        await robot.confirm()
        await robot.until(lambda: not session_of(robot).world.tenant.policies.find("builtin-anomaly").enabled)
        choose(robot, "pol-001")
        await robot.press("d")
        await robot.confirm()
        await robot.until(lambda: not session_of(robot).world.tenant.policies.saved)


async def test_a_policy_is_written_as_yaml(user_data: Path):
    async with play(PlayApp(with_data())) as robot:
        app_of(robot).submit(POPULAR)
        await robot.press("g", "p", "X")
        await robot.until(lambda: bool([*user_data.rglob("*.yaml")]))
        (path,) = user_data.rglob("*.yaml")
        assert "name: Popular" in path.read_text(encoding="utf-8")


async def test_a_file_is_taken_in_once_its_mistakes_are_mended(tmp_path: Path):
    path = tmp_path / "p.yaml"
    path.write_text("policies:\n  - name: Taken\n    severty: High\n    daily_limit: 0\n", encoding="utf-8")
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "p", "I")
        await enter(robot, path=str(tmp_path / "none.yaml"))
        await robot.press("enter")
        await robot.until(lambda: robot.sees("cannot read it"))
        await enter(robot, path=str(path))
        await robot.press("enter")
        await robot.until(lambda: robot.sees("! 3:5 "))
        robot.expect("! 4:5 ")
        assert session_of(robot).world.tenant.policies.saved == []
        path.write_text("policies:\n  - name: Taken\n", encoding="utf-8")
        await robot.press("enter")
        await robot.until(lambda: isinstance(robot.app.screen, PoliciesScreen))
        assert [policy.name for policy in session_of(robot).world.tenant.policies.saved] == ["Taken"]
        robot.expect("Control › Policies")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lists_fit(size):
    async with play(PlayApp(with_data()), *size) as robot:
        await begin(robot, "New CRM app")
        await robot.press("escape", "left_square_bracket")
        robot.expect("Data exfiltration")
