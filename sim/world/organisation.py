"""The organisation: people, their machines, the apps' hosts, and what they use: fixed for a run.

`Staff` is the one place that says which index means what. `people.py` draws the persons, `devices.py` their
devices, `hosts.py` says where an app is reached, `habits.py` plans the authored habits, and `uses.py` draws
the apps that each person uses where the scenario has a `life`. `collaboration.py` says who works with whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import word
from sim.engine.catalog.model import App
from sim.scenario.life import Location
from sim.scenario.load import Resolved
from sim.world.devices import Device, devices
from sim.world.habits import Plan, plan
from sim.world.hosts import hosts
from sim.world.people import Person as Person
from sim.world.people import people
from sim.world.uses import Uses, uses

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with every browser of the era; `owner` is the index of a person, and so is its own index.

    Who shares a colleague's machine has a private phone in its place, which nobody manages.
    """

    index: int
    name: str
    ip: str
    owner: int
    device: Device
    """What it is, as play begins."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The whole organisation, fixed for a run."""

    people: tuple[Person, ...]
    machines: tuple[Machine, ...]
    apps: tuple[App, ...]
    """The apps that can be reached, by id: those that the scenario names, or all where people live."""
    hosts: tuple[str, ...]
    """Where people connect: a host name, or `host/path` of an app that is known by full URLs only."""
    host_app: I64
    """Index into `apps` of each host."""
    spans: Mapping[tuple[str, tuple[str, ...]], tuple[int, int]]
    """First and number of the `choices` of an app, by the hosts that a habit or the story names."""
    choices: I64
    """Hosts, those of an app's sessions side by side: what `first_host` and `host_count` count in."""
    processes: tuple[str, ...]
    keys: U64
    """By person: what their draws are keyed by."""
    machine: I64
    """By person: the machine that they use."""
    away: NDArray[np.bool_]
    plan: Plan
    """Sessions of the authored habits."""
    uses: Uses
    """Which apps people use beside them; none without a life."""
    adoptable: Uses
    """How everybody would use the apps that spread."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each host, which is all that a proxy or network protection sees of it."""
        return tuple(host.partition("/")[0] for host in self.hosts)

    @property
    def devices(self) -> tuple[Device, ...]:
        """The device of each machine, as play begins."""
        return tuple(machine.device for machine in self.machines)

    @property
    def analyst(self) -> int:
        """The user index that stands for the analyst's own test visits."""
        return len(self.people)


def build(resolved: Resolved, seed: int) -> Staff:
    """Draw the organisation of a scenario."""
    scenario, browsers = resolved.scenario, resolved.era.portals.browsers
    locations: tuple[Location, ...] = () if scenario.life is None else scenario.life.locations
    everybody = people(scenario.organisation, browsers, seed, resolved.pack, locations)
    keys = np.array([word(person.id) for person in everybody], dtype=np.uint64)
    away = np.array([person.id in scenario.machines_off for person in everybody], dtype=bool)
    reached = hosts(scenario, resolved.catalog)
    clients = [] if resolved.pack is None else [each.client for each in resolved.pack.standard if each.client]
    named = {
        *(name.lower() for name in scenario.programs_used if name not in {"own", *browsers}),
        *(client.lower() for client in clients),
    }
    processes = (*browsers.values(), *sorted(named - {name.lower() for name in browsers.values()}))
    chosen = {member.id: member.machine for member in scenario.organisation.cast}
    departments = [person.department for person in everybody]
    phones = [person.machine != person.index for person in everybody]
    found = devices(resolved, [person.id for person in everybody], departments, phones, keys, seed)
    return Staff(
        everybody,
        tuple(_machine(person, chosen, device) for person, device in zip(everybody, found, strict=True)),
        tuple(resolved.catalog.app(app_id) for app_id in reached.place),
        reached.names,
        reached.app,
        reached.spans,
        reached.choices,
        processes,
        keys,
        np.array([person.machine for person in everybody], dtype=np.int64),
        away,
        plan(scenario.habits, everybody, keys, browsers, processes, reached, seed),
        *uses(resolved, everybody, keys, found, processes, reached, seed),
    )


def _machine(person: Person, chosen: Mapping[str, str | None], device: Device) -> Machine:
    kind = "WS" if person.machine == person.index else "PHONE"
    name = (chosen.get(person.id) or f"{kind}-{person.index + 1:04d}").upper()
    offset = person.index + 10
    return Machine(person.index, name, _address(offset), person.index, device)


def _address(offset: int) -> str:
    return f"10.{1 + offset // 62_500}.{offset // 250 % 250}.{offset % 250 + 1}"
