"""A living organisation: plausible to an analyst, the same wherever time is cut and on every processor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.base.time import DAY, HOUR, MINUTE
from sim.engine.enforcement.requirements import SystemName
from sim.scenario.life import load_pack
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.world.model import World
from sim.world.telemetry import Rows
from tests.properties import played
from tests.reference.model import Reference
from tests.world.lively import lively

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = ("Microsoft Cloud App Security", "Custom network indicators", "Block unsanctioned apps")

WEEK = {"start": "2019-12-11T09:00", "end": "2019-12-17T18:00"}
"""Wednesday to Tuesday."""


@pytest.fixture(scope="module")
def week() -> World:
    """Three hundred people, untouched, from Wednesday to the end of Monday."""
    world = World(lively(300, **WEEK), 5)
    world.run(world.now + 6 * DAY)
    return world


@pytest.fixture(scope="module")
def rows(week: World) -> Rows:
    return week.plane.telemetry.rows()


def days(world: World, rows: Rows) -> np.ndarray[Any, np.dtype[np.int64]]:
    return world.machines.calendar.day_of(rows.time) - world.machines.calendar.play_day


@pytest.mark.fact("people.connections")
def test_a_working_day_has_three_to_six_hundred_connections_a_person(week: World, rows: Rows):
    """Counted over everybody who works here, and each connection carries HTTP requests."""
    per_day = np.bincount(days(week, rows))[[0, 1, 2, 5]] / len(week.staff.people)
    assert all(300 <= count <= 600 for count in per_day)
    http = np.bincount(rows.user, weights=rows.http) / 4
    assert 1_200 < np.median(http) < 3_500
    assert (rows.http >= 1).all()


@pytest.mark.fact("people.apps")
def test_discovery_is_a_search_and_not_a_list_of_three(week: World, rows: Rows):
    """Hundreds of apps, most of them used by few people; nobody's day is full of them."""
    app = week.staff.host_app[rows.host]
    users = np.array([len(np.unique(rows.user[app == each])) for each in np.unique(app).tolist()])
    assert len(users) > 500
    assert (users <= 5).mean() > 0.5
    assert (users > 200).sum() >= 2
    assert len({week.staff.apps[each].category for each in np.unique(app).tolist()}) > 35


@pytest.mark.fact("people.two-peaks")
def test_the_day_has_two_peaks_with_lunch_between_and_an_evening(week: World, rows: Rows):
    """Near 10 to 11 h and 15 h, and some use near 22 h (Microsoft Work Trend Index)."""
    clock = (rows.time - week.machines.calendar.starts[week.machines.calendar.day_of(rows.time)]) // (
        30 * MINUTE
    )
    half_hours = np.bincount(clock, minlength=48)
    morning, lunch, afternoon = half_hours[19:23].max(), half_hours[24:27].min(), half_hours[28:32].max()
    assert morning > lunch * 1.15
    assert afternoon > lunch * 1.1
    assert half_hours[:12].sum() == 0
    assert half_hours[42:45].sum() > half_hours[38:40].sum() / 4


def test_weekends_are_quiet_and_not_silent(week: World, rows: Rows):
    """Saturday 6.8 %, Sunday 7.8 % of a week's use (Skyhigh Europe Q2 2015), within a factor of two."""
    counts = np.bincount(days(week, rows))
    # Monday and the Tuesday that is missing are like the other working days.
    whole = counts.sum() + counts[5]
    for day, published in ((3, 0.068), (4, 0.078)):
        assert published / 2 < counts[day] / whole < published * 2


@pytest.mark.fact("people.roles")
def test_people_differ_by_department_persona_and_day(week: World, rows: Rows):
    staff = week.staff
    app = week.staff.host_app[rows.host]
    department = np.array([person.department for person in staff.people])[rows.user]
    category = np.array([each.category for each in staff.apps])[app]
    for wanted, where in (("CRM", "Sales"), ("Accounting and finance", "Finance"), ("Code hosting", "IT")):
        share = Counter(department[category == wanted].tolist())
        heads = Counter(person.department for person in staff.people)
        rate = {name: share[name] / heads[name] for name in heads}
        assert max(rate, key=lambda name: rate[name]) == where
    favourites = Counter(staff.people[int(person)].persona for person in staff.uses.person.tolist())
    heads = Counter(person.persona for person in staff.people)
    assert favourites["power user"] / heads["power user"] > 1.3 * favourites["careful"] / heads["careful"]
    # On leave, ill or off: on each day some people are not there, and not the same ones.
    there = [set(np.unique(rows.user[days(week, rows) == day]).tolist()) for day in (0, 1, 2)]
    assert all(0.75 < len(each) / len(staff.people) < 0.97 for each in there)
    assert len(there[0] ^ there[2]) > 10


@pytest.mark.fact("people.browsers")
def test_browsers_and_devices_are_shared_out_as_asked(week: World):
    staff = week.staff
    browsers = Counter(person.browser for person in staff.people)
    assert 0.55 < browsers["chrome.exe"] / 300 < 0.8
    systems: Counter[SystemName] = Counter(machine.device.system for machine in staff.machines)
    assert systems["macos"] > 5
    builds = Counter(machine.device.os_build for machine in staff.machines)
    assert len([build for build, count in builds.items() if count > 10]) >= 3
    assert 0 < sum(not machine.device.managed for machine in staff.machines) < 100


def test_nobody_browses_on_a_machine_that_is_off_or_before_they_came(week: World, rows: Rows):
    assert week.machines.is_on(rows.machine, rows.time).all()
    assert (np.diff(rows.time) >= 0).all()


def test_the_digest_does_not_depend_on_where_time_is_cut():
    """In one piece, by odd steps, and with a command in the middle: the same bytes."""
    resolved = lively(40, start="2019-12-16T09:00", end="2019-12-16T20:00")
    found = []
    for step in (11 * HOUR, 7 * MINUTE, 97 * MINUTE):
        session = Session(resolved, 2)
        for name in SWITCHES:
            session.submit(SetSwitch(name, True))
        session.submit(TagApp("sohu-news", "Unsanctioned"))
        while not session.finished:
            session.advance(session.now + step)
        found.append(session.digest())
    assert len(set(found)) == 1


def test_one_person_more_changes_nobody_elses_day():
    """The others' connections, to the microsecond and the byte."""

    def by_person(people: int) -> dict[str, list[tuple[int, ...]]]:
        world = World(lively(people), 9)
        world.run(world.now + DAY)
        rows, staff = world.plane.telemetry.rows(), world.staff
        names = ("time", "process", "host", "bytes_up", "bytes_down", "http", "place")
        columns = [getattr(rows, name).tolist() for name in names]
        found: dict[str, list[tuple[int, ...]]] = {person.id: [] for person in staff.people}
        for user, *row in zip(rows.user.tolist(), *columns, strict=True):
            found[staff.people[user].id].append(tuple(row))
        return found

    before, after = by_person(60), by_person(61)
    newcomer = set(after) - set(before)
    assert len(newcomer) == 1
    assert {person: after[person] for person in before} == before
    assert sum(map(len, before.values())) > 60 * 200


def test_a_living_world_equals_the_slow_reference():
    """One SimPy event for each connection and pull gives the same rows, over a weekend, machines shared."""
    resolved = lively(30, start="2019-12-13T09:00", end="2019-12-16T18:00")
    script = [(resolved.start, SetSwitch(name, True)) for name in SWITCHES]
    script_tags = [(resolved.start, TagApp(app, "Unsanctioned")) for app in ("sohu-news", "dropbox")]
    session, _ = played.play(resolved, 4, [*script, *script_tags])
    expected = Reference(resolved, 4).play([*script, *script_tags])
    assert len(expected) > 30 * 2 * 200
    assert played.rows(session) == expected


ONE_DAY = """
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from tests.world.lively import lively

session = Session(lively(60), 1)
session.submit(SetSwitch("Microsoft Cloud App Security", True))
session.advance(session.resolved.end)
print(session.digest())
"""


@pytest.mark.parametrize("level", ["X86_V4 AVX512_ICL AVX512_SPR", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"])
def test_another_processor_gives_the_same_digest(level: str):
    """With numpy's CPU features switched off, a living day has the same bytes."""
    digests = []
    for features in ("", level):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NPY_DISABLE_CPU_FEATURES": features}
        run = subprocess.run(
            [sys.executable, "-c", ONE_DAY],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        digests.append(run.stdout.strip())
    assert digests[0] == digests[1]


def test_rows_that_are_kept_are_narrow_and_come_back_as_they_were(week: World):
    telemetry = week.plane.telemetry
    assert sum(block.nbytes for block in telemetry.blocks) < 40 * len(telemetry)
    noon = week.now - 2 * DAY
    part = telemetry.between(noon, noon + HOUR)
    assert ((part.time >= noon) & (part.time < noon + HOUR)).all()
    whole = telemetry.rows()
    inside = (whole.time >= noon) & (whole.time < noon + HOUR)
    for name in ("user", "host", "bytes_down", "session"):
        assert getattr(part, name).dtype == np.int64
        assert getattr(part, name).tolist() == getattr(whole, name)[inside].tolist()


def test_every_number_of_the_pack_has_a_mark():
    pack = load_pack("office")
    marked = [pack.presence, pack.activity, pack.habit_rate, pack.favourites]
    marked += [*pack.roles, *pack.personas, *pack.kinds, *pack.standard]
    assert all(part.mark for part in marked)
    assert all(part.source for part in marked if "sourced" in part.mark)
