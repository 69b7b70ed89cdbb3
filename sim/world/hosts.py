"""Where people can connect: the hosts of the apps that are reachable here, as one dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.catalog.model import Catalog
from sim.scenario.reach import listed, reachable, reachable_apps
from sim.scenario.schema import Scenario

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Host names by their number, and which of them a session chooses from."""

    names: tuple[str, ...]
    app: I64
    """By host: its place among the reachable apps."""
    choices: I64
    spans: dict[tuple[str, tuple[str, ...]], tuple[int, int]]
    """First and number of the choices of an app's sessions, by the hosts that their habit names."""
    place: dict[str, int]
    """By app id: its place among the reachable apps."""


def hosts(scenario: Scenario, catalog: Catalog) -> Hosts:
    """Return the hosts that can be reached."""
    names: list[str] = []
    owner: list[int] = []
    choices: list[int] = []
    spans: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
    apps = reachable_apps(scenario, catalog)
    for number, app_id in enumerate(apps):
        reached = reachable(scenario, catalog, app_id)
        place = {host: len(names) + i for i, host in enumerate(reached)}
        names.extend(reached)
        owner.extend([number] * len(reached))
        habits = (habit.hosts for habit in scenario.habits if habit.app == app_id)
        for wanted in dict.fromkeys(((), *habits, *scenario.story.spans(app_id))):
            own = wanted or listed(catalog, app_id)
            spans[app_id, wanted] = (len(choices), len(own))
            choices.extend(place[host] for host in own)
    places = {app_id: number for number, app_id in enumerate(apps)}
    return Hosts(
        tuple(names), np.array(owner, dtype=np.int64), np.array(choices, dtype=np.int64), spans, places
    )
