"""Who works with whom: reporting lines, teams, projects and acquaintances, as one graph.

Each person is drawn ties to people who were there before (the counter of the draw is part of its key), so one
person more adds ties and changes none. Word of an app spreads along them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.world.people import NOBODY, Person

if TYPE_CHECKING:
    import networkx as nx

I64 = NDArray[np.int64]

_COLLEAGUES, _ACQUAINTANCES = 3, 2
"""People of the department, and of the whole organisation, whom somebody new gets to know (guess)."""
_FOUNDS_ONE_IN = 9
"""One person in so many begins a project (guess)."""
_PROJECTS = 2
"""Projects that somebody joins who begins none (guess)."""
_TOGETHER = 2
"""Members of a project, beside who began it, with whom somebody new in it works (guess)."""


class Tie(IntEnum):
    """What ties two people; of several the closest counts."""

    ACQUAINTANCE = 1
    COLLEAGUE = 2
    PROJECT = 3
    MANAGER = 4


@dataclass(frozen=True)
class Collaboration:
    """Ties as columns, each pair once: the one who came later, the other, and the `Tie`."""

    people: int
    one: I64
    other: I64
    tie: I64

    @cached_property
    def graph(self) -> nx.Graph:
        """The ties as a graph over the indices of people, with `tie` at each edge."""
        import networkx as nx

        found = nx.Graph()
        found.add_nodes_from(range(self.people))
        ties = zip(self.one.tolist(), self.other.tolist(), self.tie.tolist(), strict=True)
        found.add_edges_from((a, b, {"tie": tie}) for a, b, tie in ties)
        return found

    @cached_property
    def neighbours(self) -> tuple[I64, I64, I64]:
        """Everybody's ties side by side: where each person's begin, and one more; whom; the tie."""
        person = np.concatenate([self.one, self.other])
        whom = np.concatenate([self.other, self.one])
        tie = np.concatenate([self.tie, self.tie])
        order = np.lexsort((whom, person))
        first = np.searchsorted(person[order], np.arange(self.people + 1)).astype(np.int64)
        return first, whom[order], tie[order]


def collaboration(people: Sequence[Person], seed: int) -> Collaboration:
    """Return who works with whom."""
    closest: dict[tuple[int, int], Tie] = {}
    for pair, kind in _ties(people, seed):
        closest[pair] = max(kind, closest.get(pair, kind))
    ties = [(one, other, int(closest[one, other])) for one, other in sorted(closest)]
    columns = np.array(ties, dtype=np.int64).reshape(-1, 3).T
    return Collaboration(len(people), *columns)


def _ties(people: Sequence[Person], seed: int) -> Iterator[tuple[tuple[int, int], Tie]]:
    """Yield every tie to somebody who was there before; some pairs more than once."""
    departments: dict[str, list[int]] = {}
    projects: list[list[int]] = []
    for person in people:
        number = person.index
        team = departments.setdefault(person.department, [])
        if person.manager != NOBODY:
            yield (number, person.manager), Tie.MANAGER
        for count in range(_COLLEAGUES if team else 0):
            yield (number, team[draw(seed, "colleague", person.id, count) % len(team)]), Tie.COLLEAGUE
        for count in range(_ACQUAINTANCES if number else 0):
            yield (number, draw(seed, "acquaintance", person.id, count) % number), Tie.ACQUAINTANCE
        if draw(seed, "founds", person.id) % _FOUNDS_ONE_IN == 0:
            projects.append([number])
        else:
            known = len(projects)
            joined = {
                draw(seed, "joins", person.id, count) % known for count in range(_PROJECTS if known else 0)
            }
            for members in (projects[place] for place in sorted(joined)):
                for member in dict.fromkeys((members[0], *members[-_TOGETHER:])):
                    yield (number, member), Tie.PROJECT
                members.append(number)
        team.append(number)
