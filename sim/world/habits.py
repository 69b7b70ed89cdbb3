"""The habits that a scenario's author wrote: who has them, and the sessions they make on a working day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, betweens, draws, word
from sim.scenario.schema import Habit
from sim.world.behaviour import DOCUMENTS, PLAIN, UPLOADS_IN
from sim.world.hosts import Hosts
from sim.world.people import Person
from sim.world.sessions import Sessions, sessions_of

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Sessions that come back every working day, as columns; row order is total and stable."""

    person: I64
    key: U64
    app: I64
    process: I64
    earliest: I64
    """Microseconds since midnight; so is the latest."""
    latest: I64
    requests_low: I64
    requests_high: I64
    documents: NDArray[np.bool_]
    first_host: I64
    host_count: I64
    long_lived: NDArray[np.bool_]

    def sessions(self, seed: int, day: int, midnight: int, machine: I64) -> Sessions:
        """Return the sessions of a working day, in the order of the plan; `machine` is by person."""
        starts = betweens(draws(seed, "session-start", self.key, day), self.earliest, self.latest)
        lengths = draws(seed, "session-length", self.key, day)
        return sessions_of(
            self.person,
            self.key,
            midnight + starts,
            machine=machine[self.person],
            process=self.process,
            app=self.app,
            kind=np.where(self.documents, DOCUMENTS, PLAIN),
            requests=betweens(lengths, self.requests_low, self.requests_high),
            first_host=self.first_host,
            host_count=self.host_count,
            uploads=np.where(self.documents, UPLOADS_IN, 0),
            long_lived=self.long_lived,
        )


def plan(
    habits: Sequence[Habit],
    people: Sequence[Person],
    keys: U64,
    browsers: Mapping[str, str],
    processes: tuple[str, ...],
    hosts: Hosts,
    seed: int,
) -> Plan:
    """Return the plan of everybody's habits."""
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
                    "app": _full(rows, hosts.place[habit.app]),
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
    names = Plan.__dataclass_fields__
    columns = {n: np.concatenate([p[n] for p in parts]) if parts else np.zeros(0, np.int64) for n in names}
    order = np.lexsort((columns["key"], columns["person"]))
    return Plan(**{name: column[order] for name, column in columns.items()})  # type: ignore[arg-type]


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
