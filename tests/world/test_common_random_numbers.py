"""Draws belong to whom they concern: a change shows in its consequences and nowhere else."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.load import Resolved
from sim.session.commands import Command
from sim.session.endpoint_commands import VisitSite
from sim.session.indicator_commands import AddIndicator
from sim.world.telemetry import Rows
from tests.properties import played
from tests.properties.scripts import Play, plays, preparations, share
from tests.reference.model import Row
from tests.reference.small import resolved, scenario, small
from tests.world.reacting import ON, office

CROWD = {
    "people": 14,
    "cast": [
        {"id": "anna", "name": "Anna Ahlgren", "department": "Desk", "machine": "SO-01"},
        {"id": "ben", "name": "Ben Brook", "department": "Field", "machine": "SO-02"},
    ],
}
"""Two named people and twelve drawn ones."""


def crowd(**changes: Any) -> dict[str, Any]:
    """Return a world in which most people are drawn."""
    found = scenario(rhythm="quick")
    found["organisation"] = {**found["organisation"], **deepcopy(CROWD), **changes}
    found["machines_off"] = []
    for habit in found["habits"]:
        habit["people"] = []
    return found


def by_person(world: Resolved, seed: int) -> dict[str, list[tuple[Any, ...]]]:
    """Return what each person did, without what is numbered by place in the list."""
    script = [(world.start, command) for command in preparations(2)]
    session, _ = played.play(world, seed, script)
    people = session.world.staff.people
    found: dict[str, list[tuple[Any, ...]]] = {person.id: [] for person in people}
    owners = session.world.plane.telemetry.rows().machine.tolist()
    for owner, row in zip(owners, played.rows(session), strict=True):
        found[people[owner].id].append(row._replace(machine=""))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_one_person_more_changes_nobody_else(seed: int):
    """Hired at the end of the list or named in the cast: the others do what they did."""
    before = by_person(resolved(crowd()), seed)
    hired = by_person(resolved(crowd(people=15)), seed)
    cast = [{"id": "zoe", "name": "Zoe Zell", "department": "Desk"}, *CROWD["cast"]]  # type: ignore[misc]
    named = by_person(resolved(crowd(people=15, cast=cast)), seed)
    assert len(hired) == len(named) == len(before) + 1
    assert all(before.values())
    assert {person: hired[person] for person in before} == before
    assert {person: named[person] for person in before} == before


def test_a_habit_more_changes_no_other_habit():
    """Who takes up another app goes on using the old ones at the same times."""
    world = scenario(rhythm="quick")
    more = deepcopy(world)
    more["habits"].insert(
        2,
        {
            "app": "box",
            "sessions": 2,
            "between": ["09:00", "16:00"],
            "requests": [3, 8],
        },
    )
    before = played.rows(played.play(resolved(world), 5, ())[0])
    after = played.rows(played.play(resolved(more), 5, ())[0])
    added = [row for row in after if ".box" in "." + row.host]
    assert added
    assert sorted(row for row in after if ".box" not in "." + row.host) == sorted(before)


@share(0.15)
@given(plays(), st.data())
def test_two_runs_that_differ_in_a_command_agree_before_it(play: Play, data: st.DataObject):
    """One command left out: nothing before its time differs, and a test visit is a row by itself."""
    number = data.draw(st.integers(0, len(play.script) - 1))
    time, left_out = play.script[number]
    script = [*play.script[:number], *play.script[number + 1 :]]
    one, _ = played.play(play.resolved, play.seed, play.script)
    other, _ = played.play(play.resolved, play.seed, script)
    first, second = played.rows(one), played.rows(other)
    assert [row for row in first if row.time < time] == [r for r in second if r.time < time]
    log = [[entry for entry in s.world.tenant.log if entry.time < time] for s in (one, other)]
    assert log[0] == log[1]
    if isinstance(left_out, VisitSite):
        assert not Counter(second) - Counter(first)
        assert len(first) - len(second) in {0, 1}


def passed(rows: list[Row]) -> dict[tuple[int, str], tuple[str, str, int]]:
    return {
        (row.time, row.machine): (row.process, row.host, row.bytes_up)
        for row in rows
        if row.outcome != "blocked"
    }


def test_blocks_take_away_and_add_nothing():
    """What passes in a run with blocks passed, with the same bytes, in the run without."""
    world = small(rhythm="quick")
    script = [(world.start, command) for command in preparations(8)]
    free = passed(played.rows(played.play(world, 9, ())[0]))
    blocked = passed(played.rows(played.play(world, 9, script)[0]))
    assert blocked.items() < free.items()


def test_rows_of_whom_a_block_does_not_reach_stay_the_same_to_the_byte():
    """People react, write tickets and have their managers complain; who is not stopped does what they did."""
    world = office(reactions={})
    ready = [(world.start, command) for command in ON]
    block: Command = AddIndicator("mail.yahoo.com", "Alert and block")
    runs = [played.play(world, 6, [*ready, *more])[0] for more in ((), [(world.start, block)])]
    before, after = (session.world.plane.telemetry.rows() for session in runs)
    reached = {one.person for one in runs[1].world.displacement.reactions}
    assert runs[1].world.mailbox.mails
    others = [person.index for person in runs[1].world.staff.people if person.index not in reached]
    assert reached
    assert len(others) >= 3
    for person in others:
        one, other = before.take(before.user == person), after.take(after.user == person)
        assert all((getattr(one, f.name) == getattr(other, f.name)).all() for f in fields(Rows))
    # Whom it reaches goes on with every other app as before; what they do instead comes on top.
    staff = runs[0].world.staff
    mail = [app.id for app in staff.apps].index("yahoo-webmail")
    here, there = (
        {*zip(rows.time.tolist(), rows.session.tolist(), rows.host.tolist(), strict=True)}
        for rows in (before.take(staff.host_app[before.host] != mail), after)
    )
    assert here < there


def test_two_hundred_people_are_two_hundred_people():
    """Scale: every machine browses, pulls and is judged, and all numbers stay in range."""
    world = resolved(crowd(people=200))
    script = [(world.start, command) for command in preparations(2)]
    session, _ = played.play(world, 4, script)
    rows, staff = session.world.plane.telemetry.rows(), session.world.staff
    assert len({person.upn for person in staff.people}) == 200
    assert len({(m.name, m.ip) for m in staff.machines}) == len({m.ip for m in staff.machines}) == 200
    assert set(rows.machine.tolist()) == set(range(200))
    assert len(rows) > 200 * 2 * 30
    assert (np.diff(rows.time) >= 0).all()
    for column in (rows.bytes_up, rows.bytes_down, rows.outcome):
        assert column.dtype == np.int64
        assert (column >= 0).all()
    browsers = {person.browser for person in staff.people}
    assert browsers == {"MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe"}
