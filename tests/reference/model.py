"""The slow reference: one SimPy event per request and per pull, deciding from a table kept as data.

It shares with the program what people intend (organisation, behaviour, clicks), which device each has, when
machines are switched on and how often they pull, and the delays drawn per hop. Everything from a tag to an
outcome is written here once more, in the plainest way: suffixes, indicators, what each machine holds
(`portals.py`), its settings (`fleet.py`), gateways and sign-ins (`beyond.py`), what a device, a program, a
site and a destination mean (`traits.py`), the order of events (`clock.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from sim.scenario.load import Resolved
from tests.reference.beyond import Beyond
from tests.reference.clock import Clock, Rank
from tests.reference.fleet import Fleet
from tests.reference.inputs import Inputs, Wish
from tests.reference.portals import CUSTOM_INDICATORS, Portals
from tests.reference.table import outcome
from tests.reference.traits import NOTHING, STOPPED, Holding, Traits

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
        self._traits = Traits(resolved, devices)
        self._acts = {
            **self._portals.commands,
            **self._fleet.commands,
            **self._beyond.commands,
            "visit": self._visit,
        }
        self._holds: list[Holding] = [frozenset() for _ in self.inputs.names]
        self._pulls: list[set[int]] = [set() for _ in self.inputs.names]
        self._blocks: dict[tuple[int, int], int] = {}
        self._spared: dict[tuple[int, int], int] = {}
        """Until when a user is not warned of an indicator again."""
        self._kept: dict[tuple[int, int], Holding] = {}
        """What the machine held when the connection of a long-lived session began."""

    def play(self, script: Sequence[tuple[int, Any]]) -> list[Row]:
        """Let everything before the scenario's end happen; return the connections made."""
        self._portals.begin(self._end)
        self._beyond.begin(self._end)
        for time, command in script:
            self._clock.at(time, Rank.COMMANDS, partial(self._command, command))
        for day in self.inputs.days:
            for machine in range(len(self.inputs.names)):
                for time in self.inputs.pulls(machine, day):
                    self._pulls[machine].add(time)
                    self._clock.at(time, Rank.PULLS, partial(self._pull, machine))
            wishes = self.inputs.wishes(day)
            for wish in wishes:
                if wish.began is not None and wish.session not in self._kept:
                    self._kept[wish.session] = frozenset()
                    self._clock.at(wish.began, Rank.REQUESTS, partial(self._open, wish))
            for wish in wishes:
                self._clock.at(wish.time, Rank.REQUESTS, partial(self._request, wish))
        self._clock.run(self._end)
        assert all(a.time <= b.time for a, b in pairwise(self.rows))
        return self.rows

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
        self._holds[machine] = frozenset(self._portals.offered.values()) if on else frozenset()

    def _open(self, wish: Wish) -> None:
        """Begin a connection that stays open: it is judged by what the machine holds now."""
        self._kept[wish.session] = self._holds[wish.machine]

    def _request(self, wish: Wish) -> None:
        left = self._blocks.get(wish.session, 0) >= PATIENCE
        if left or self._beyond.is_removed(wish.machine, wish.process):
            return
        person, now = wish.user, self._clock.now
        holds = self._holds[wish.machine] if wish.began is None else self._kept[wish.session]
        sizes = wish.bytes_up, wish.bytes_down
        became, number = self._connect(wish.machine, person, wish.process, wish.app, wish.host, holds, *sizes)
        if became == "warned" and wish.clicks:
            self._spared[person, number] = now + self._portals.spared
        elif became in STOPPED:
            blocks = PATIENCE if became == "warned" else self._blocks.get(wish.session, 0) + 1
            self._blocks[wish.session] = blocks
            if blocks == PATIENCE or wish.is_last:
                for instead in self.inputs.elsewhere(wish, now):
                    self._clock.at(instead.time, Rank.REQUESTS, partial(self._request, instead))

    def _connect(
        self, machine: int, user: int, process: str, app: str, host: str, holds: Holding, up: int, down: int
    ) -> tuple[str, int]:
        """Make a connection; return what became of it, and the number of the indicator held for it."""
        now = self._clock.now
        listed = frozenset(held.held for held in self._portals.present)
        found = self._traits.answers(machine, process, host, holds)
        asked = self._traits.answers(machine, process, host, listed)
        if not self._portals.switches[CUSTOM_INDICATORS]:
            asked = NOTHING
        case = self._fleet.shapes(self._traits.case(machine, process, host), machine, process)
        became = outcome(
            case._replace(
                holds=found.action,
                lists=asked.action,
                https_path="yes" if (found if found.value else asked).unseen else "no",
                bypassed="yes" if self._spared.get((user, found.number), 0) > now else "no",
                upstream=self._beyond.stops(machine, user, process, app, host),
            )
        )
        if became in STOPPED:
            up, down = HANDSHAKE, 0
        elif self._beyond.withholds(user, process, app, down):
            down = 0
        self.rows.append(Row(now, self.inputs.names[machine], process, host, up, down, became))
        return became, found.number
