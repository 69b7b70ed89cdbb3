"""The organisation: people, their machines, the apps' hosts, and the sessions their habits plan.

Everything is drawn from (seed, the person's id), so one person more changes nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw, draws, word
from sim.engine.catalog.model import App, Catalog
from sim.scenario.load import Resolved
from sim.scenario.reach import listed, reachable
from sim.scenario.schema import Habit, Organisation, Scenario
from sim.world.devices import Device, devices

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works here; `index` is also the index of their machine."""

    index: int
    id: str
    name: str
    upn: str
    department: str
    browser: str
    """File name of their usual browser."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with every browser of the era."""

    index: int
    name: str
    ip: str
    owner: int
    device: Device
    """What it is, as play begins."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sessions that come back every working day, as columns; row order is total and stable."""

    person: I64
    key: U64
    app: I64
    process: I64
    earliest: I64
    latest: I64
    requests_low: I64
    requests_high: I64
    documents: NDArray[np.bool_]
    first_host: I64
    """First of the `choices` that the session makes requests to."""
    host_count: I64
    long_lived: NDArray[np.bool_]
    """The session is one connection that stays open."""
    choices: I64
    """Hosts, those of a session side by side: no column, but what first_host and host_count count in."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The whole organisation, fixed for a run."""

    people: tuple[Person, ...]
    machines: tuple[Machine, ...]
    apps: tuple[App, ...]
    """The apps that the scenario names, by id: their hosts can be reached."""
    hosts: tuple[str, ...]
    """Where people connect: a host name, or `host/path` of an app that is known by full URLs only."""
    host_app: I64
    """Index into `apps` of each host."""
    processes: tuple[str, ...]
    keys: U64
    away: NDArray[np.bool_]
    plan: Plan

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each host, which is all that a proxy or network protection sees of it."""
        return tuple(host.partition("/")[0] for host in self.hosts)

    @property
    def devices(self) -> tuple[Device, ...]:
        """The device of each person, as play begins."""
        return tuple(machine.device for machine in self.machines)

    @property
    def analyst(self) -> int:
        """The user index that stands for the analyst's own test visits."""
        return len(self.people)


def build(resolved: Resolved, seed: int) -> Staff:
    """Draw the organisation of a scenario."""
    scenario = resolved.scenario
    browsers = resolved.era.portals.browsers
    people = _people(scenario.organisation, browsers, seed)
    keys = np.array([word(person.id) for person in people], dtype=np.uint64)
    away = np.array([person.id in scenario.machines_off for person in people], dtype=bool)
    used = scenario.reachable_apps
    apps = tuple(resolved.catalog.app(app_id) for app_id in used)
    hosts = _hosts(scenario, resolved.catalog)
    named = {h.browser.lower() for h in scenario.habits if h.browser not in {"own", *browsers}}
    processes = (*browsers.values(), *sorted(named - {name.lower() for name in browsers.values()}))
    plan = _plan(scenario.habits, people, keys, used, browsers, processes, hosts, seed)
    departments = [person.department for person in people]
    found = devices(resolved, [person.id for person in people], departments, keys, seed)
    machines = tuple(
        _machine(person, scenario.organisation, device) for person, device in zip(people, found, strict=True)
    )
    return Staff(people, machines, apps, hosts.names, hosts.app, processes, keys, away, plan)


def _people(organisation: Organisation, browsers: Mapping[str, str], seed: int) -> tuple[Person, ...]:
    found: list[Person] = []
    taken: set[str] = set()
    for member in organisation.cast:
        browser = browsers[member.browser]
        upn = _upn(member.name, organisation.domain, taken)
        found.append(Person(len(found), member.id, member.name, upn, member.department, browser))
    if len(found) == organisation.people:
        return tuple(found)
    from faker import Faker

    fake = Faker("en_GB", use_weighting=False)
    departments = [(d.name, d.share) for d in organisation.departments]
    shares = [(browsers[name], share) for name, share in sorted(organisation.browsers.items())]
    for number in range(organisation.people - len(found)):
        person_id = f"person-{number + 1:05d}"
        fake.seed_instance(draw(seed, "name", person_id))
        name = f"{fake.first_name()} {fake.last_name()}"
        upn = _upn(name, organisation.domain, taken)
        department = _weighted(draw(seed, "department", person_id), departments)
        browser = _weighted(draw(seed, "browser", person_id), shares)
        found.append(Person(len(found), person_id, name, upn, department, browser))
    return tuple(found)


def _weighted(bits: int, choices: list[tuple[str, int]]) -> str:
    left = bits % max(1, sum(weight for _, weight in choices))
    for name, weight in choices:
        if left < weight:
            return name
        left -= weight
    return choices[0][0]


def _upn(name: str, domain: str, taken: set[str]) -> str:
    stem = ".".join(part for part in name.lower().replace("'", "").split() if part)
    upn, number = f"{stem}@{domain}", 2
    while upn in taken:
        upn, number = f"{stem}{number}@{domain}", number + 1
    taken.add(upn)
    return upn


def _machine(person: Person, organisation: Organisation, device: Device) -> Machine:
    cast = {member.id: member.machine for member in organisation.cast}
    name = (cast.get(person.id) or f"WS-{person.index + 1:04d}").upper()
    offset = person.index + 10
    return Machine(person.index, name, f"10.1.{offset // 250}.{offset % 250 + 1}", person.index, device)


@dataclass(frozen=True, slots=True)
class _Hosts:
    names: tuple[str, ...]
    app: I64
    choices: I64
    spans: dict[tuple[str, tuple[str, ...]], tuple[int, int]]
    """First and number of the choices of an app's sessions, by the hosts that their habit names."""


def _hosts(scenario: Scenario, catalog: Catalog) -> _Hosts:
    names: list[str] = []
    owner: list[int] = []
    choices: list[int] = []
    spans: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
    for number, app_id in enumerate(scenario.reachable_apps):
        reached = reachable(scenario, catalog, app_id)
        place = {host: len(names) + i for i, host in enumerate(reached)}
        names.extend(reached)
        owner.extend([number] * len(reached))
        for wanted in dict.fromkeys(((), *(h.hosts for h in scenario.habits if h.app == app_id))):
            own = wanted or listed(catalog, app_id)
            spans[app_id, wanted] = (len(choices), len(own))
            choices.extend(place[host] for host in own)
    return _Hosts(tuple(names), np.array(owner, dtype=np.int64), np.array(choices, dtype=np.int64), spans)


def _plan(
    habits: tuple[Habit, ...],
    people: tuple[Person, ...],
    keys: U64,
    apps: tuple[str, ...],
    browsers: Mapping[str, str],
    processes: tuple[str, ...],
    hosts: _Hosts,
    seed: int,
) -> Plan:
    person_ids = [person.id for person in people]
    departments = [person.department for person in people]
    own = np.array([processes.index(person.browser) for person in people], dtype=np.int64)
    parts: list[dict[str, NDArray[np.int64] | U64 | NDArray[np.bool_]]] = []
    seen: dict[str, int] = {}
    for habit in habits:
        seen[habit.app] = seen.get(habit.app, 0) + 1
        habit_key = word(f"{habit.app}#{seen[habit.app]}")
        members = _members(habit, person_ids, departments, keys, habit_key, seed)
        window = (habit.between[1] - habit.between[0]) // habit.sessions
        app = apps.index(habit.app)
        first_host, host_count = hosts.spans[habit.app, habit.hosts]
        for number in range(habit.sessions):
            rows = len(members)
            key = draws(0, "planned-session", keys[members], habit_key, number)
            process = (
                own[members]
                if habit.browser == "own"
                else _full(rows, process_index(processes, browsers.get(habit.browser, habit.browser)))
            )
            parts.append(
                {
                    "person": members,
                    "key": key,
                    "app": _full(rows, app),
                    "process": process,
                    "earliest": _full(rows, habit.between[0] + number * window),
                    "latest": _full(rows, habit.between[0] + (number + 1) * window - 1),
                    "requests_low": _full(rows, habit.requests[0]),
                    "requests_high": _full(rows, habit.requests[1]),
                    "documents": np.full(rows, habit.upload == "documents"),
                    "first_host": _full(rows, first_host),
                    "host_count": _full(rows, host_count),
                    "long_lived": np.full(rows, habit.long_lived),
                }
            )
    names = [name for name in Plan.__dataclass_fields__ if name != "choices"]
    columns = {n: np.concatenate([p[n] for p in parts]) if parts else np.zeros(0, np.int64) for n in names}
    order = np.lexsort((columns["key"], columns["person"]))
    return Plan(**{name: column[order] for name, column in columns.items()}, choices=hosts.choices)  # type: ignore[arg-type]


def _members(
    habit: Habit, ids: list[str], departments: list[str], keys: U64, habit_key: int, seed: int
) -> I64:
    if habit.people:
        could = np.array([person in habit.people for person in ids], dtype=bool)
    elif habit.departments:
        could = np.array([department in habit.departments for department in departments], dtype=bool)
    else:
        could = np.ones(len(ids), dtype=bool)
    chosen = draws(seed, "has-habit", keys, habit_key) % np.uint64(100) < habit.share
    return np.flatnonzero(could & chosen).astype(np.int64)


def process_index(processes: tuple[str, ...], file_name: str) -> int:
    """Return the place of a program; Windows does not tell capitals from small letters."""
    return [name.lower() for name in processes].index(file_name.lower())


def _full(rows: int, value: int) -> I64:
    return np.full(rows, value, dtype=np.int64)
