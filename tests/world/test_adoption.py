"""New apps spread from person to person: alerts about popular ones emerge, and a block ends the spread."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sim.base.errors import ScenarioError
from sim.base.time import DAY, HOUR, MINUTE
from sim.scenario.load import Resolved
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.policy_commands import SavePolicy
from sim.world.groundwork import groundwork
from sim.world.history import History
from tests.world.lively import lively
from tests.world.reacting import ON

MIRO: dict[str, Any] = {"app": "miro", "share": 4, "usefulness": 35}
NONE: list[Any] = []


def spreading(people: int, adopted: dict[str, Any] = MIRO, **changes: Any) -> Resolved:
    """Return the life office with an app that spreads."""
    return lively(people, life={"pack": "office", "adoption": [adopted]}, habits=NONE, **changes)


def past_of(people: int, seed: int, adopted: dict[str, Any] = MIRO, **changes: Any) -> History:
    resolved = spreading(people, adopted, **changes)
    assert resolved.scenario.history is not None
    return History(resolved, groundwork(resolved, seed), resolved.scenario.history.days, seed)


def weeks(count: int) -> dict[str, Any]:
    """Return a past of some weeks."""
    return {"history": {"days": 7 * count, "endpoint": True}}


def daily_users(past: History) -> list[int]:
    """Return how many people the endpoint report saw using the app on each day of a past."""
    app = next(n for n, each in enumerate(past.staff.apps) if each.id == "miro")
    rows = past.bundles.take(past.staff.host_app[past.bundles.host] == app)
    rows = rows.take(past.guards.feeds(rows.time, rows.machine))
    day = past.calendar.day_of(rows.time)
    return [len(set(rows.user[day == each].tolist())) for each in range(len(past.uses))]


def having(past: History) -> list[int]:
    """Return how many people had the app on each day of a past."""
    return [len(uses) - len(past.staff.uses) for uses in past.uses]


@pytest.mark.fact("people.word-of-mouth")
def test_word_of_an_app_spreads_within_weeks_and_not_at_once():
    """A quarter of the organisation has it between the first and the tenth week, slowly and then faster."""
    for seed in range(4):
        users = having(past_of(120, seed, **weeks(10)))
        popular = next((day for day, count in enumerate(users) if count > 30), None)
        assert popular is not None
        assert 7 < popular < 70
        assert users == sorted(users)
        assert users[-1] > 2 * users[7] > 0


def test_where_a_gateway_stops_an_app_nobody_hears_of_it():
    """Use that is refused is no exposure: those who began stay alone."""
    gateway = {"name": "HQ", "kind": "bluecoat", "blocks": ["miro"]}
    free, stopped = having(past_of(120, 2, **weeks(6))), having(past_of(120, 2, proxy=[gateway], **weeks(6)))
    assert stopped[0] == free[0] > 0
    assert stopped[-1] == stopped[0]
    assert free[-1] > 3 * free[0]


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_the_alert_about_a_popular_app_emerges(seed: int):
    """Nobody placed it: one to six weeks after the first began, the policy's number is passed in play."""
    limit, since = 8, date(2019, 10, 1)
    adopted = MIRO | {"share": 6, "since": since.isoformat()}

    def until(end: int, days: int) -> dict[str, Any]:
        """Return a scenario's past and the `days` of play after it, until a day counted from `since`."""
        start, last = since + timedelta(days=end - days), since + timedelta(days=end)
        when = {"start": f"{start}T09:00", "end": f"{last}T18:00"}
        return {"history": {"days": end - days, "endpoint": True}, **when}

    foretold = past_of(60, seed, adopted, **until(45, 0))
    popular = next(day for day, users in enumerate(daily_users(foretold)) if users > limit)
    assert 7 <= popular <= 42
    session = Session(spreading(60, adopted, **until(popular + 1, 3)), seed)
    session.submit(SavePolicy("New popular app", "Popular", {"Number of users": limit}, daily_limit=500))
    session.advance(session.resolved.end)
    alerts = [alert for alert in session.world.tenant.cloud_alerts.alerts if alert.app_id == "miro"]
    told = [alert for alert in alerts if alert.policy == "Popular"]
    assert len(told) == 1
    assert told[0].users > limit
    assert told[0].day - session.resolved.start // DAY == 2


@pytest.mark.fact("people.block-ends-spread")
def test_a_block_in_play_ends_the_spread():
    """The same organisation twice; in one the app is tagged on the first morning and blocked since then."""
    when = {"start": "2019-12-02T09:00", "end": "2019-12-07T18:00"}
    blocking: dict[str, Any] = {"devices": [{"network_protection": "block", "system": "windows"}]}
    adopted = MIRO | {"share": 20, "usefulness": 60, "friction": 0}
    resolved = spreading(60, adopted, history={"days": 5, "endpoint": True}, **when, **blocking)
    grown = []
    for tags in ((), (TagApp("miro", "Unsanctioned"),)):
        session = Session(resolved, 4)
        for command in (*ON[1:], *tags):
            session.submit(command)
        assert session.world.uptake is not None
        session.advance(session.now + DAY)
        before = session.world.uptake.has.sum()
        session.advance(resolved.end)
        grown.append(int(session.world.uptake.has.sum() - before))
    free, blocked = grown
    assert free > 5
    assert blocked < free / 3


def test_one_person_more_changes_nobodys_uptake_before_their_own():
    """Whoever takes the app up before the newcomer does so on the same day as without them."""

    def taken(people: int) -> dict[str, int]:
        past = past_of(people, 3, MIRO | {"share": 10}, **weeks(4))
        first: dict[str, int] = {}
        for day, uses in enumerate(past.uses):
            for person in uses.person[len(past.staff.uses) :].tolist():
                first.setdefault(past.staff.people[person].id, day)
        return first

    before, after = taken(70), taken(71)
    newcomer = (after.keys() - before.keys()).pop()
    until = after.pop(newcomer)
    early = {person: day for person, day in before.items() if day <= until}
    assert len(early) > 10
    assert {person: day for person, day in after.items() if day <= until} == early


def test_the_spread_does_not_depend_on_where_time_is_cut():
    resolved = spreading(40, MIRO | {"share": 30}, start="2019-12-16T09:00", end="2019-12-18T12:00")
    found = []
    for step in (60 * HOUR, 97 * MINUTE, 15 * HOUR):
        session = Session(resolved, 2)
        session.submit(SetSwitch("Microsoft Cloud App Security", True))
        while not session.finished:
            session.advance(session.now + step)
        assert session.world.uptake is not None
        assert session.world.uptake.has.sum() > 5
        found.append(session.digest())
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("adopted", "what"),
    [
        ({"app": "mirror"}, "mirror"),
        ({"app": "miro", "people": ["adam"]}, "adam"),
        ({"app": "miro", "departments": ["Sale"]}, "Sale"),
        ({"app": "miro", "since": "2019-12-01"}, "neither in the past"),
        ({"app": "miro", "since": "soon"}, "not a time"),
    ],
)
def test_a_spread_that_cannot_be_is_refused(adopted: dict[str, Any], what: str):
    with pytest.raises(ScenarioError) as refused:
        spreading(20, adopted)
    assert any(what in problem.what for problem in refused.value.problems)
