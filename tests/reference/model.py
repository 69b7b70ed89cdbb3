"""The slow reference: one SimPy event per request and per pull, deciding from a table kept as data.

It shares with the program which sessions people mean to have on a day, and where they turn when they are
stopped (`inputs.py`), the tables of sizes and gaps, which device each has, when machines are switched on
and how often they pull, the rule of what a draw is (`sim.base.rng`), and the delays drawn per hop.
Everything else, from a session to its requests and from a tag to an outcome, is written here once more,
in the plainest way: requests (`wishes.py`), suffixes, indicators, what each machine holds
(`portals.py`), its settings (`fleet.py`), gateways and sign-ins (`beyond.py`), what a device, a program,
a site and a destination mean (`traits.py`), the order of events (`clock.py`).

A verdict is a pure function of everything that it depends on, all of it arguments, so each is worked out
once and kept: nothing that happens can make one out of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from sim.scenario.load import Resolved
from sim.world.devices import Device
from tests.reference.beyond import Beyond
from tests.reference.clock import Clock, Rank
from tests.reference.fleet import Fleet, InForce
from tests.reference.inputs import Inputs
from tests.reference.portals import CUSTOM_INDICATORS, Portals
from tests.reference.table import Case, outcome, read_tables
from tests.reference.traits import NO_INDICATORS, STOPPED, Holding, Traits
from tests.reference.wishes import Session, Wish

PATIENCE = 3
"""Blocked requests after which a person leaves the session."""
HANDSHAKE = 517
"""Bytes sent before a block cuts the connection."""
TEST_VISIT = (900, 14_000)
"""Bytes of the analyst's test visit that is let through."""
ANALYST = -1


class Row(NamedTuple):
    """One connection that was made."""

    time: int
    machine: str
    process: str
    host: str
    bytes_up: int
    bytes_down: int
    outcome: str


class Verdict(NamedTuple):
    """What becomes of a connection."""

    outcome: str
    number: int
    """Number of the indicator that the machine holds for it; -1: none."""


class Reference:
    """Plays a script of commands. The commands are read by their fields alone."""

    def __init__(self, resolved: Resolved, seed: int) -> None:
        self._end = resolved.end
        self.inputs = Inputs(resolved, seed)
        self.rows: list[Row] = []
        self.refused: list[bool] = []
        """For each command, whether it was refused."""
        devices = self.inputs.devices
        self._clock = Clock(resolved, seed, self.inputs.begin)
        groups = {device.group for device in devices} - {""}
        self._beyond = Beyond(self._clock, self.inputs, lambda: self._portals.unsanctioned())
        self._portals = Portals(self._clock, groups, self._beyond.offer)
        self._fleet = Fleet(self._clock, self.inputs)
        self._traits = Traits(resolved)
        self._acts = {
            **self._portals.commands,
            **self._fleet.commands,
            **self._beyond.commands,
            "visit": self._visit,
        }
        first: dict[Device, int] = {}
        self._alike = [first.setdefault(device, machine) for machine, device in enumerate(devices)]
        """By machine: the first that has such a device."""
        self._verdict, self._of_machine = cache(self._judged), cache(self._case)
        read_tables()
        self._holds: list[Holding] = [NO_INDICATORS for _ in self.inputs.names]
        self._pulls: list[set[int]] = [set() for _ in self.inputs.names]
        self._blocks: Counter[Session] = Counter()
        self._spared: dict[tuple[int, int], int] = {}
        """Until when a user is not warned of an indicator again."""
        self._kept: dict[Session, Holding] = {}
        """What the machine held when the connection of a long-lived session began."""

    def play(self, script: Sequence[tuple[int, Any]]) -> list[Row]:
        """Let everything before the scenario's end happen; return the connections made."""
        for day in self.inputs.days:
            self._clock.at(self.inputs.midnights[day], Rank.COMMANDS, self._day, day)
        self._portals.begin(self._end)
        self._beyond.begin(self._end)
        for time, command in script:
            self._clock.at(time, Rank.COMMANDS, self._command, command)
        self._clock.run(self._end)
        assert all(a.time <= b.time for a, b in pairwise(self.rows))
        return self.rows

    def _day(self, day: int) -> None:
        """Let machines pull and people begin their sessions on a day."""
        for machine in range(len(self.inputs.names)):
            for time in self.inputs.pulls(machine, day):
                if time < self._end:
                    self._pulls[machine].add(time)
                    self._clock.at(time, Rank.PULLS, self._pull, machine)
        self._await(self.inputs.sessions(day))

    def _await(self, sessions: Iterator[Session]) -> None:
        """Wait for the next session to begin, with its first request."""
        session = next(sessions, None)
        if session is not None:
            self._clock.at(session.begin, session.turn, self._begin, session, sessions)

    def _begin(self, session: Session, following: Iterator[Session]) -> None:
        self._await(following)
        if session.long_lived:
            # One connection that stays open: it is judged by what the machine holds now.
            self._kept[session] = self._holds[session.machine]
        self._go_on(self.inputs.wishes(session))

    def _go_on(self, wishes: Iterator[Wish]) -> None:
        """Make the next request of a session, or wait for it."""
        wish = next(wishes, None)
        if wish is not None and wish.time == self._clock.now:
            self._request(wish, wishes)
        elif wish is not None:
            self._clock.at(wish.time, wish.session.turn + wish.place, self._request, wish, wishes)

    def _command(self, command: Any) -> None:
        self.refused.append(not self._acts[command.kind](command))

    def _visit(self, command: Any) -> bool:
        machine, now = self.inputs.names.index(command.machine), self._clock.now
        is_known = command.host in self.inputs.staff.hosts and command.process in self.inputs.staff.processes
        offline = any(gone <= now < back for gone, back in self.inputs.devices[machine].offline)
        if not is_known or offline or self.inputs.away[machine]:
            return False
        if self._beyond.is_removed(machine, command.process):
            return False
        self._beyond.fetch_now()
        if now in self._pulls[machine]:
            self._pull(machine)
        app = self.inputs.app_of(command.host)
        holds = self._holds[machine]
        self._connect(machine, ANALYST, command.process, app, command.host, holds, *TEST_VISIT)
        return True

    # What machines and people do.

    def _pull(self, machine: int) -> None:
        """Take everything that is on offer, and forget the rest."""
        on = self._portals.switches[CUSTOM_INDICATORS]
        self._holds[machine] = self._portals.on_offer if on else NO_INDICATORS

    def _request(self, wish: Wish, following: Iterator[Wish]) -> None:
        """Make a request, unless the program is gone; go on with the session, unless the person leaves."""
        session, (app, host) = wish.session, wish.site
        machine, process = session.machine, session.process
        if not self._beyond.is_removed(machine, process):
            holds = self._kept[session] if session.long_lived else self._holds[machine]
            became, number = self._connect(
                machine, session.person, process, app, host, holds, wish.bytes_up, wish.bytes_down
            )
            if became in STOPPED and self._leaves(wish, became, number):
                return
        self._go_on(following)

    def _leaves(self, wish: Wish, became: str, number: int) -> bool:
        """Tell whether somebody who was stopped leaves the session."""
        session = wish.session
        if became == "warned" and self.inputs.clicks(wish):
            self._spared[session.person, number] = wish.time + self._portals.spared
            return False
        self._blocks[session] += PATIENCE if became == "warned" else 1
        leaves = self._blocks[session] >= PATIENCE
        if leaves or wish.place + 1 == len(session.chances):
            self._await(iter(self.inputs.elsewhere(wish, wish.time)))
        return leaves

    def _connect(
        self, machine: int, user: int, process: str, app: str, host: str, holds: Holding, up: int, down: int
    ) -> Verdict:
        """Make a connection; return what became of it."""
        now, portals, beyond = self._clock.now, self._portals, self._beyond
        listed = portals.on_list if portals.switches[CUSTOM_INDICATORS] else NO_INDICATORS
        settings, upstream = self._fleet.in_force[machine], beyond.stops(machine, user, process, app, host)
        alike = self._alike[machine]
        found = self._verdict(alike, process, host, holds, listed, settings, upstream, "no")
        if self._spared and self._spared.get((user, found.number), 0) > now:
            found = self._verdict(alike, process, host, holds, listed, settings, upstream, "yes")
        if found.outcome in STOPPED:
            up, down = HANDSHAKE, 0
        elif beyond.withholds(user, process, app, down):
            down = 0
        self.rows.append(Row(now, self.inputs.names[machine], process, host, up, down, found.outcome))
        return found

    def _judged(
        self,
        machine: int,
        process: str,
        host: str,
        holds: Holding,
        listed: Holding,
        settings: InForce,
        upstream: str,
        bypassed: str,
    ) -> Verdict:
        """Return what becomes of a connection from a machine with a device like this one's."""
        device = self.inputs.devices[machine]
        found = self._traits.answers(device, process, host, holds)
        asked = self._traits.answers(device, process, host, listed)
        destination = self._traits.destination(host)
        case = self._of_machine(machine, process, settings)._replace(
            site_quic=destination.quic,
            site_ech=destination.ech,
            coalesced=destination.coalesced,
            holds=found.action,
            lists=asked.action,
            https_path="yes" if (found if found.value else asked).unseen else "no",
            upstream=upstream,
            bypassed=bypassed,
        )
        return Verdict(outcome(case), found.number)

    def _case(self, machine: int, process: str, settings: InForce) -> Case:
        """Return what a connection of a program is, wherever it leads."""
        device = self.inputs.devices[machine]
        return self._fleet.shapes(self._traits.case(device, process), device, process, settings)
