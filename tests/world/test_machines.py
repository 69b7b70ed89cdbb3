"""When machines pull is a formula; a naive walk from pull to pull agrees with it."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import ScenarioError
from sim.base.time import DAY, HOUR, MINUTE
from sim.scenario.load import Resolved
from sim.world.machines import NEVER, Machines
from sim.world.organisation import build
from tests.reference.inputs import Inputs
from tests.reference.small import SPANS, resolved, scenario

BEN, DINA, AWAY, FAY = 1, 3, 4, 5
"""A straggler, one that is offline too, Egon's machine that is off all the time, one offline at times."""


IRREGULAR = [
    {"people": ["ben"], "pull_every": "23h"},
    {"people": ["dina"], "pull_every": "7h", "offline": [["2019-12-16T10:00", "2019-12-16T17:00"]]},
    {
        "people": ["fay"],
        "offline": [
            ["2019-12-16T11:20", "2019-12-16T11:40"],
            ["2020-03-27T08:00", "2020-03-30T11:00"],
        ],
    },
]
"""Stragglers, and machines that are offline within a day and over days."""


@cache
def irregular(span: str) -> Resolved:
    return resolved({**scenario(span=span), "devices": IRREGULAR})


@cache
def machines(span: str, seed: int) -> Machines:
    world = irregular(span)
    staff = build(world, seed)
    return Machines(world, seed, staff.keys, staff.away, staff.devices)


@cache
def walk(span: str, seed: int, machine: int) -> tuple[int, ...]:
    """Return every pull of a machine in the whole calendar, one after the other."""
    inputs = Inputs(irregular(span), seed)
    days = range(len(inputs.midnights))
    return tuple(pull for day in days if inputs.works[day] for pull in inputs.pulls(machine, day))


spans, seeds = st.sampled_from(sorted(SPANS)), st.integers(0, 20)


def near(start: int, end: int, instants: tuple[int, ...]) -> st.SearchStrategy[int]:
    """Draw any time from `start` to `end`, often at or beside a pull."""
    anywhere = st.integers(start, end)
    within = [instant for instant in instants if start < instant < end]
    if not within:
        return anywhere
    beside = st.tuples(st.sampled_from(within), st.sampled_from((-1, 0, 1)))
    return st.one_of(anywhere, beside.map(sum))


@given(spans, seeds, st.integers(0, 7), st.data())
def test_the_last_pull_is_the_walks(span: str, seed: int, machine: int, data: st.DataObject):
    """At any time of any day, at night and at weekends, and never for a machine that is away."""
    calendar, pulls = machines(span, seed).calendar, walk(span, seed, machine)
    begin = int(calendar.starts[calendar.play_day])
    time = data.draw(near(begin, int(calendar.starts[-1]), pulls))
    found = machines(span, seed).last_pull(np.array([machine]), np.array([time]))
    assert int(found[0]) == max((pull for pull in pulls if pull <= time), default=NEVER)
    assert (int(found[0]) == NEVER) == (machine == AWAY)


@given(spans, seeds, st.integers(0, 7), st.data())
def test_the_next_pull_is_the_walks(span: str, seed: int, machine: int, data: st.DataObject):
    """It lies after the time, and at that instant it is the last pull."""
    world = machines(span, seed)
    calendar, pulls = world.calendar, walk(span, seed, machine)
    begin = int(calendar.starts[calendar.play_day])
    time = data.draw(near(begin, int(calendar.starts[-1]), pulls))
    found = world.next_pull(machine, time)
    assert found == min((pull for pull in pulls if pull > time), default=None)
    if found is not None:
        assert int(world.last_pull(np.array([machine]), np.array([found]))[0]) == found > time


@given(spans, seeds)
def test_many_times_at_once_are_one_time_each(span: str, seed: int):
    """A column of machines and times gives what each gives alone."""
    world = machines(span, seed)
    begin = int(world.calendar.starts[world.calendar.play_day])
    times = begin + np.arange(80, dtype=np.int64) * 37 * MINUTE
    who = np.arange(80, dtype=np.int64) % 8
    together = world.last_pull(who, times)
    alone = [int(world.last_pull(who[n : n + 1], times[n : n + 1])[0]) for n in range(80)]
    assert together.tolist() == alone


@given(spans, seeds, st.integers(0, 7))
def test_a_machine_pulls_only_while_it_is_on(span: str, seed: int, machine: int):
    """And no two of its pulls within a day lie further apart than its interval, but for a time offline."""
    world, pulls = machines(span, seed), np.array(walk(span, seed, machine), dtype=np.int64)
    who = np.full(len(pulls), machine)
    assert world.is_on(who, pulls).all()
    gaps = np.diff(pulls)
    within = world.calendar.day_of(pulls)[1:] == world.calendar.day_of(pulls)[:-1]
    assert (gaps[within] <= world.interval[machine]).all() or machine in {DINA, FAY}
    assert (gaps > 0).all()


@given(spans, seeds, st.integers(0, 7), st.data())
def test_a_machine_that_is_off_is_next_on_when_it_is_switched_on(
    span: str, seed: int, machine: int, data: st.DataObject
):
    """The first moment on at or after a time: that time, or the next switching on."""
    world = machines(span, seed)
    midnights = world.calendar.starts
    time = data.draw(st.integers(int(midnights[world.calendar.play_day]), int(midnights[-3])))
    who, when = np.array([machine]), np.array([time])
    found = world.first_on(who, when)
    if machine == AWAY:
        assert not world.is_on(who, when)[0]
    elif world.is_on(who, when)[0]:
        assert int(found[0]) == time
    else:
        inputs = Inputs(irregular(span), seed)
        days = [day for day, works in enumerate(inputs.works) if works]
        starts = [start for day in days for start, _ in inputs.spans(machine, day)]
        assert int(found[0]) == min(start for start in starts if start > time)
        assert world.is_on(who, found)[0]


def test_summer_time_moves_the_working_day():
    """On the Monday after the clocks change, machines are switched on an hour earlier in UTC."""
    world = machines("weekend", 1)
    works = np.flatnonzero(world.calendar.works)
    friday, monday = (int(day) for day in works[works >= world.calendar.play_day][:2])
    offset = [world.spans(0, day)[0][0] % DAY // HOUR for day in (friday, monday)]
    assert offset == [7, 6]
    assert int(world.calendar.starts[monday] - world.calendar.starts[friday]) == 3 * DAY - HOUR


def test_machines_do_not_pull_together():
    """Phases and intervals are drawn per machine."""
    world = machines("two days", 3)
    assert len(set(world.phase.tolist())) > 6
    assert len(set(world.interval.tolist())) > 6


def test_hours_until_late_are_refused_or_leave_pulls_within_on_times():
    """Where machines stay on past midnight, all of it agrees that they do."""
    late = scenario(rhythm="quick")
    late["organisation"]["hours"] = ["08:00", "23:40"]
    try:
        world = resolved(late)
    except ScenarioError:
        return
    staff = build(world, 1)
    found = Machines(world, 1, staff.keys, staff.away, staff.devices)
    tuesday = int(found.calendar.starts[found.calendar.play_day + 1])
    who = np.flatnonzero(~staff.away)
    pulled = found.last_pull(who, np.full(len(who), tuesday + 3 * HOUR))
    assert found.is_on(who, pulled).all()
