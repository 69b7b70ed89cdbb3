"""Searching the discovered apps, saving queries, a policy from a search: as a trainee does it."""

from __future__ import annotations

import pytest
from textual.widgets import Select

from tests.tui.robot import Robot, play
from tests.tui.stages import fresh, hostile, session_of, with_data
from tui.actions import collisions, unhandled
from tui.app import PlayApp
from tui.forms import FormScreen
from tui.keys import TABLE
from tui.playkeys import PLAY
from tui.screens.queries import QUERIES, QueriesScreen


def test_no_key_means_two_things_and_every_action_has_its_method() -> None:
    assert collisions([PLAY, TABLE, QUERIES]) == []
    assert unhandled(QueriesScreen) == []


async def choose(robot: Robot, field: str, value: str) -> None:
    """Choose a value in the form on the screen."""
    await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
    robot.app.screen.query_one(f"#field-{field}", Select).value = value
    await robot.settle()


async def add_filter(robot: Robot, about: str, *value: str) -> None:
    """Add a condition: what it is about, then a value to type, or one to choose."""
    await robot.press("F")
    await choose(robot, "about", about)
    await robot.press("ctrl+enter")
    await robot.until(lambda: robot.sees(about.capitalize()))
    if len(value) > 1:
        await choose(robot, "value", value[0])
    else:
        await robot.press("tab", *value[0])
    await robot.press("ctrl+enter")
    await robot.until(lambda: not isinstance(robot.app.screen, FormScreen))


async def test_conditions_are_added_one_by_one_and_cut_the_list():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a")
        every = {row.app_id for row in robot.rows()}
        await add_filter(robot, "users", "6")
        many = {row.app_id for row in robot.rows()}
        assert many < every
        assert all(row.users > 6 for row in robot.rows())
        await add_filter(robot, "app tag", "Sanctioned")
        robot.expect("users more than 6; app tag equals Sanctioned")
        robot.expect("› Search")
        assert {row.tag for row in robot.rows()} == {"Sanctioned"}
        await robot.press("F")
        await choose(robot, "about", "remove:0")
        await robot.press("ctrl+enter")
        await robot.until(lambda: not robot.sees("users more than"))
        await robot.press("F")
        await choose(robot, "about", "clear")
        await robot.press("ctrl+enter")
        await robot.until(lambda: not robot.sees("Filters:"))
        assert {row.app_id for row in robot.rows()} == every


async def test_a_fact_is_chosen_from_its_values():
    async with play(PlayApp(with_data())) as robot:
        catalog = session_of(robot).world.tenant.catalog
        await robot.press("g", "a")
        facts = {row.app_id: catalog.app(row.app_id).factors.get("soc-2") for row in robot.rows()}
        expected = {app_id for app_id, fact in facts.items() if fact is not None and fact.value is True}
        assert 0 < len(expected) < len(facts)
        await add_filter(robot, "soc-2", "true", "chosen")
        robot.expect("soc-2 equals true")
        assert {row.app_id for row in robot.rows()} == expected


async def test_a_wrong_value_is_told_in_the_form():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a", "F")
        await choose(robot, "about", "risk score")
        await robot.press("ctrl+enter")
        await robot.until(lambda: robot.sees("Risk score"))
        await robot.press("tab", *"11", "ctrl+enter")
        await robot.until(lambda: robot.sees("! risk score cannot be '11'"))
        robot.expect("write a range such as 0 to 6")


async def test_a_search_is_saved_found_again_and_deleted():
    async with play(PlayApp(with_data())) as robot:
        queries = session_of(robot).world.tenant.queries
        await robot.press("g", "a", "W")
        await robot.until(lambda: robot.sees("Add a filter first"))
        await add_filter(robot, "users", "6")
        found = len(robot.rows())
        await robot.press("W", *"Busy", "ctrl+enter")
        await robot.until(lambda: bool(queries.all()))
        robot.expect("Busy: users more than 6")
        await robot.press("Q")
        robot.expect("Cloud apps that allow anonymous use")
        first = robot.rows()[0]
        assert (first.name, first.saved, first.found) == ("Busy", True, found)
        robot.grid().select("Busy")
        await robot.press("enter")
        robot.expect("› Busy")
        assert len(robot.rows()) == found
        await robot.press("escape", "d")
        await robot.confirm()
        await robot.until(lambda: not queries.all())


async def test_a_suggested_query_cannot_be_deleted_and_leads_to_its_apps():
    async with play(PlayApp(with_data())) as robot:
        await robot.press("g", "a", "Q", "d")
        await robot.until(lambda: robot.sees("Choose a saved query first"))
        robot.grid().select("Cloud apps that are CSA STAR certified")
        await robot.press("enter")
        assert robot.lines()[1].startswith(" Cloud apps that are CSA"), "a long name is cut, not left out"
        await robot.press("escape")
        robot.grid().select("GDPR ready cloud apps")
        await robot.press("enter")
        robot.expect("and 5 more")
        found = len(robot.rows())
        await robot.press("escape")
        assert next(row for row in robot.rows() if row.name.startswith("GDPR")).found == found


async def test_a_policy_is_made_from_a_search_with_its_usage_as_criteria():
    async with play(PlayApp(with_data())) as robot:
        tenant = session_of(robot).world.tenant
        await robot.press("g", "a")
        await add_filter(robot, "users", "2")
        await add_filter(robot, "category", "Cloud storage", "chosen")
        await robot.press("P")
        await robot.until(lambda: robot.sees("Number of users >"))
        await robot.press("ctrl+enter")
        await robot.until(lambda: bool(tenant.policies.saved))
        (policy,) = tenant.policies.saved
        assert policy.filters.lines == ("category equals Cloud storage",)
        assert [(criterion.value, limit) for criterion, limit in policy.criteria] == [("Number of users", 2)]
        await robot.press("g", "p")
        robot.expect("category equals Cloud storage")
        await robot.press("space")
        await robot.confirm()
        await robot.until(lambda: not tenant.policies.saved[0].enabled)
        assert tenant.policies.saved[0].filters == policy.filters, "switching it off keeps its filters"


async def test_a_search_by_usage_alone_makes_a_policy_too():
    async with play(PlayApp(with_data())) as robot:
        tenant = session_of(robot).world.tenant
        await robot.press("g", "a")
        await add_filter(robot, "traffic", "1")
        await robot.press("P", "ctrl+enter")
        await robot.until(lambda: bool(tenant.policies.saved))
        assert tenant.policies.saved[0].filters.conditions == ()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_queries_stand_any_names_and_an_empty_report(size):
    async with play(PlayApp(hostile()), *size) as robot:
        await robot.press("g", "a", "Q", "end", "enter", "F")
        await robot.until(lambda: isinstance(robot.app.screen, FormScreen))
    async with play(PlayApp(fresh()), *size) as robot:
        await robot.press("g", "a", "Q")
        assert {row.found for row in robot.rows()} == {0}
