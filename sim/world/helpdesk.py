"""What people who are stopped have the analyst told: tickets of the help desk, and complaints of managers.

Both come by mail, when whoever writes has got round to it. That takes longer than the time between two looks
at the traffic, so nothing is late wherever time is cut. Delays are guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sim.base.rng import between, draw
from sim.base.time import HOUR, MINUTE
from sim.world.clockwork import Late
from sim.world.displacement import Displacement, Reaction, Way

if TYPE_CHECKING:
    from sim.world.model import World

_PACE = 30 * MINUTE
"""How often the traffic is looked at."""
_TICKET = (31 * MINUTE, 2 * HOUR)
"""From giving up to the ticket on the analyst's desk, within working time."""
_COMPLAINT = (HOUR, 5 * HOUR)
"""From the first of a manager's people who asks for it to the complaint."""
_AFTER_STORY = 1


class HelpDesk:
    """Hears of what the traffic brings about, and writes to the analyst."""

    def __init__(self, world: World, displacement: Displacement) -> None:
        self._world = world
        self._displacement = displacement
        self._read = 0
        self._tickets = 0
        self._known: set[tuple[int, int]] = set()
        """People and apps that a ticket is about."""
        self._behind: dict[tuple[int, int], list[int]] = {}
        """By manager and app: who asked for a complaint."""
        if displacement.reacting:
            self._at(int(world.env.now) + _PACE, self._look)

    def read(self) -> None:
        """Take in what people did since the last time."""
        reactions = self._displacement.reactions
        fresh, self._read = reactions[self._read :], len(reactions)
        for one in sorted(fresh, key=lambda one: (one.time, one.person)):
            if one.way is Way.TICKET:
                self._ticket(one)
            elif one.way is Way.MANAGER:
                self._complaint(one)

    def _look(self) -> None:
        self._world.clockwork.realise()
        self._at(self._world.now + _PACE, self._look)

    def _ticket(self, one: Reaction) -> None:
        if (one.person, one.app) not in self._known:
            self._known.add((one.person, one.app))
            wait = between(self._bits("ticket", one.person, one.app), *_TICKET)
            due = self._world.machines.gets_round(self._machine(one.person), one.time, wait)
            self._at(due, partial(self._write_ticket, one))

    def _complaint(self, one: Reaction) -> None:
        manager = self._world.staff.people[one.person].manager
        people = self._behind.get((manager, one.app))
        if people is None:
            self._behind[manager, one.app] = [one.person]
            wait = between(self._bits("complaint", manager, one.app), *_COMPLAINT)
            due = self._world.machines.gets_round(self._machine(manager), one.time, wait)
            self._at(due, partial(self._write_complaint, manager, one.app))
        elif one.person not in people:
            people.append(one.person)

    def _write_ticket(self, one: Reaction) -> None:
        world = self._world
        person, app = world.staff.people[one.person], world.staff.apps[one.app]
        self._tickets += 1
        domain = world.resolved.scenario.organisation.domain
        said = world.asking.reason(one.person, app.id)
        text = f'{person.name} ({person.upn}, {person.department}) writes: "{app.name} does not open. {said}"'
        subject = f"Ticket {self._tickets}: {app.name} does not open"
        world.mailbox.receive(world.now, f"helpdesk@{domain}", subject, text)

    def _write_complaint(self, manager: int, app: int) -> None:
        # Whoever asked for it since the complaint was begun is in it; who asks later knows that it was sent.
        world = self._world
        world.clockwork.realise()
        people = [world.staff.people[person] for person in self._behind[manager, app]]
        who, name = world.staff.people[manager], world.staff.apps[app].name
        if len(people) == 1:
            text = f"{people[0].name} cannot get on with the work, because {name} does not open."
        else:
            text = f"{len(people)} of my people cannot get on with their work, because {name} does not open."
        text += " Who decided that, and what are they to use?"
        world.mailbox.receive(world.now, who.upn, f"{name} is blocked", text)

    def _machine(self, person: int) -> int:
        return self._world.staff.people[person].machine

    def _bits(self, purpose: str, person: int, app: int) -> int:
        staff = self._world.staff
        return draw(self._world.seed, purpose, staff.people[person].id, staff.apps[app].id)

    def _at(self, due: int, action: Callable[[], None]) -> None:
        Late(self._world.env, due, action, _AFTER_STORY)
